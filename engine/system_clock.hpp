#pragma once

#include <chrono>

#include <time.h>

#include "paysaga/actors/ports.hpp"

namespace paysaga::engine {

/// The machine's clock as it was when the process first asked, flowing on as time since boot does,
/// sleep of the host included: a wall clock that is set moves no deadline of this process, and a
/// host that slept for a day finds its idempotency keys a day older. What a hypervisor hides (a
/// guest that is frozen or restored from a snapshot) it cannot see.
class SystemClock final : public actors::Clock {
 public:
  [[nodiscard]] Time now() const override {
    static const Duration boot_start = since_boot();
    static const auto start =
        std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    return start + (since_boot() - boot_start);
  }

 private:
  /// Steady, and going on while the host sleeps; std::chrono::steady_clock stands still then.
  [[nodiscard]] static Duration since_boot() {
    timespec time{};
    ensure(clock_gettime(CLOCK_BOOTTIME, &time) == 0, "the kernel tells the time since boot");
    return seconds{time.tv_sec} +
           std::chrono::duration_cast<Duration>(std::chrono::nanoseconds{time.tv_nsec});
  }
};

}  // namespace paysaga::engine
