#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "paysaga/saga/result.hpp"
#include "paysaga/saga/time.hpp"
#include "paysaga/sim/stripe/endpoint.hpp"
#include "paysaga/sim/stripe/form.hpp"

namespace paysaga::sim::stripe {

/// How much the account may ask for; 0 is no limit.
struct Limits {
  std::int64_t global_rate = 0;    // Requests a second.
  std::int64_t endpoint_rate = 0;  // Of each endpoint.
  std::int64_t search_rate = 0;    // Searches a second.
  std::int64_t global_concurrency = 0;
  std::int64_t endpoint_concurrency = 0;
  std::int64_t updates_an_hour = 0;  // Changes of one payment intent.
  std::int64_t locks = 0;            // 1: one change of an object at a time, or lock_timeout.

  /// "none", "sandbox" or "live". Errors: malformed.
  /// Source:  docs.stripe.com/rate-limits.
  [[nodiscard]] static Result<Limits> named(std::string_view name);
  /// Changes what the form names. Errors: malformed; then nothing is changed.
  [[nodiscard]] Result<void> change(const Form& form);
  [[nodiscard]] std::string json() const;
  [[nodiscard]] static std::string names();
};

/// Why a request is refused before it begins.
enum class LimitReason : std::uint8_t {
  none,
  global_rate,
  endpoint_rate,
  global_concurrency,
  endpoint_concurrency,
  resource_specific,
  locked,
};
/// As in Stripe-Rate-Limited-Reason.
[[nodiscard]] std::string_view to_text(LimitReason reason);

/// Keeps requests within limits. What it is asked about counts, granted or not.
///
/// Threads:  one at a time.
class Limiter {
 public:
  /// A request arrives; `object` is what it changes, empty if it changes none. One that is granted
  /// is under way until `end`.
  [[nodiscard]] LimitReason begin(Endpoint endpoint, std::string_view object, Time now);
  void end(Endpoint endpoint, std::string_view object);
  [[nodiscard]] const Limits& limits() const { return limits_; }
  void set_limits(const Limits& limits) { limits_ = limits; }

 private:
  /// Fills by `rate` a second, holds a second's worth.
  struct Bucket {
    std::int64_t micro_tokens = 0;
    Time filled{};
    [[nodiscard]] bool take(std::int64_t rate, Time now);
  };
  struct Hour {
    Time begin;
    std::int64_t updates = 0;
  };
  [[nodiscard]] LimitReason check(Endpoint endpoint, std::string_view object, Time now);

  Limits limits_;
  Bucket all_;
  std::array<Bucket, endpoint_kinds> each_{};
  std::int64_t under_way_ = 0;
  std::array<std::int64_t, endpoint_kinds> under_way_each_{};
  std::set<std::string, std::less<>> locked_;
  std::unordered_map<std::string, Hour> hours_;
};

}  // namespace paysaga::sim::stripe
