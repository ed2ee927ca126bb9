#pragma once

#include "paysaga/actors/ports.hpp"

namespace paysaga::engine {

/// The machine's clock as it was when the process first asked, flowing on as steady time does: a
/// wall clock that is set, or jumps after a sleep, moves no deadline of this process.
class SystemClock final : public actors::Clock {
 public:
  [[nodiscard]] Time now() const override {
    using Steady = std::chrono::steady_clock;
    static const auto steady_start = Steady::now();
    static const auto start =
        std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    return start + std::chrono::duration_cast<Duration>(Steady::now() - steady_start);
  }
};

}  // namespace paysaga::engine
