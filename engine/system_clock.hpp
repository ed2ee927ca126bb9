#pragma once

#include "paysaga/actors/ports.hpp"

namespace paysaga::engine {

/// The machine's own clock.
class SystemClock final : public actors::Clock {
 public:
  [[nodiscard]] Time now() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }
};

}  // namespace paysaga::engine
