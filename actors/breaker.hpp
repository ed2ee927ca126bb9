#pragma once

#include <algorithm>
#include <variant>

#include "paysaga/saga/call.hpp"
#include "paysaga/saga/time.hpp"

namespace paysaga::actors {

/// Stops calling a provider that cannot be reached or does not know us, and tries one call again
/// after a wait that doubles. Calls meanwhile are deferred: nothing is journalled for them.
class Breaker {
 public:
  static constexpr int failures_max = 5;
  static constexpr Duration wait_min = milliseconds{500};
  static constexpr Duration wait_max = seconds{30};

  /// True if a call may go out at `now`. While it is open, one call after each wait is the probe.
  [[nodiscard]] bool would_allow(Time now) const {
    return !open() || (now >= closed_until_ && !probing_);
  }
  /// A call goes out that this breaker, and whoever else is asked, would allow.
  void begin() { probing_ = open(); }

  void answered(const Answer& answer, Time now) {
    probing_ = false;
    if (std::holds_alternative<answer::Unauthorized>(answer)) {
      failures_ =
          std::max(failures_, failures_max - 1);  // One is enough: the key is wrong for all.
    } else if (!failed_to_reach(answer)) {
      failures_ = 0;
      wait_ = wait_min;
      return;
    }
    if (++failures_ < failures_max) return;
    closed_until_ = now + wait_;
    wait_ = std::min(wait_ * 2, wait_max);
  }
  /// An answer came that tells nothing of what this breaker guards.
  void told_nothing() { probing_ = false; }

  [[nodiscard]] bool open() const { return failures_ >= failures_max; }
  [[nodiscard]] bool probing() const { return open() && probing_; }
  [[nodiscard]] Duration retry_after(Time now) const {
    return std::max<Duration>(closed_until_ - now, wait_min);
  }
  [[nodiscard]] static bool failed_to_reach(const Answer& answer) {
    const auto* not_sent = std::get_if<answer::NotSent>(&answer);
    return not_sent != nullptr && !not_sent->reached;
  }

 private:
  int failures_ = 0;
  bool probing_ = false;
  Time closed_until_{};
  Duration wait_ = wait_min;
};

}  // namespace paysaga::actors
