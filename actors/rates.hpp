#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "paysaga/actors/ports.hpp"
#include "paysaga/saga/time.hpp"

namespace paysaga::actors {

/// Tokens that come at an even rate, a tenth of a second's worth at most, so that no second sees
/// more than 1.1 times the rate, however the other side counts. Pure: time is passed in.
///
/// Shape:  counts millionths of a call. A rate of 0 is no limit: it is never empty.
class Bucket {
 public:
  static constexpr Duration decrease_every = seconds{1};  // One burst of refusals is one sign.
  static constexpr Duration recovers_in = seconds{30};    // From nothing to the whole rate.

  explicit Bucket(int calls_a_second);
  [[nodiscard]] bool limited() const { return rate_max_ > 0; }
  [[nodiscard]] bool has(Time now);
  /// A call goes out. It may take what is not there: a list that had more pages than one.
  void take(Time now, int calls = 1);
  /// When there is a token; `now` if there is one.
  [[nodiscard]] Time free_at(Time now);
  /// The provider refused by its rate: half the rate, and nothing before `after` has passed.
  void refused(Time now, Duration after);
  /// Millionths of a call a second, now and at most.
  [[nodiscard]] std::int64_t rate(Time now) const;
  [[nodiscard]] std::int64_t rate_max() const { return rate_max_; }
  /// Millionths of a call.
  [[nodiscard]] std::int64_t tokens(Time now);

 private:
  void fill(Time now);
  [[nodiscard]] std::int64_t held_max() const;

  std::int64_t rate_max_;
  std::int64_t rate_low_;  // As it was after the last decrease.
  std::optional<Time> decreased_at_;
  std::int64_t tokens_;
  Time filled_{};
  Time closed_until_{};
};

/// How often each endpoint, and all of them, may be called.
struct RateLimits {
  int endpoint = 0;  // Calls a second; 0: no limit.
  int total = 0;
  friend bool operator==(const RateLimits&, const RateLimits&) = default;
};

/// A bucket for each endpoint and one for all, which learn from what the provider refuses. Pure.
class Rates {
 public:
  Rates(RateLimits limits, std::size_t endpoints);
  /// True if a call of the endpoint may go out now; then take it.
  [[nodiscard]] bool has(std::size_t endpoint, Time now);
  void take(std::size_t endpoint, Time now, int calls = 1);
  [[nodiscard]] Time free_at(std::size_t endpoint, Time now);
  /// What the provider said when it put a call off. A lock is about one object, not about the rate.
  void refused(std::size_t endpoint, Limit limit, std::optional<Duration> retry_after, Time now);
  [[nodiscard]] Bucket& total() { return total_; }
  [[nodiscard]] Bucket& of(std::size_t endpoint) { return each_[endpoint]; }

 private:
  Bucket total_;
  std::vector<Bucket> each_;
};

}  // namespace paysaga::actors
