#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/saga/result.hpp"
#include "paysaga/saga/time.hpp"
#include "paysaga/sim/prng.hpp"
#include "paysaga/sim/stripe/form.hpp"

namespace paysaga::sim::stripe {

/// What goes wrong with one request on purpose.
enum class Fault : std::uint8_t {
  none,
  drop_before_commit,  // The connection closes; nothing was done.
  drop_after_commit,   // The connection closes; it was done.
  error_500_saved,     // 500, kept under the key; it was done or not.
  error_500_unsaved,   // 500, nothing was done, nothing is kept.
  rate_limit_429,      // Refused before it begins.
  lock_timeout_429,    // Likewise, for the object is locked.
  slow,                // Done and answered, much later.
  truncated,           // Done; the connection closes in the middle of the answer.
  html_502,            // A page of the edge; it was done or not.
};
inline constexpr std::size_t fault_kinds = 10;
[[nodiscard]] std::string_view to_text(Fault fault);

/// What goes wrong with the delivery of one event on purpose.
enum class DeliveryFault : std::uint8_t {
  duplicate,  // It comes again, a little later.
  reorder,    // Later ones overtake it.
  delay,      // It comes much later.
  lose,       // It never comes.
  early,      // It comes before the answer to the request that caused the event.
};
inline constexpr std::size_t delivery_fault_kinds = 5;
/// "webhook_duplicate" and the like.
[[nodiscard]] std::string_view to_text(DeliveryFault fault);

/// How often each fault happens, and how long requests take.
struct Faults {
  /// Range: each 0..1, by Fault; at most one fault happens to a request.
  std::array<double, fault_kinds> rates{};
  Duration latency{0};            // Of every request.
  Duration jitter{0};             // Added to it: 0 .. jitter.
  Duration slow_min{seconds{1}};  // Added by Fault::slow.
  Duration slow_max{seconds{10}};
  /// Range: each 0..1, by DeliveryFault.
  std::array<double, delivery_fault_kinds> delivery_rates{};
  Duration delivery_delay_min{seconds{5}};  // Added by DeliveryFault::delay.
  Duration delivery_delay_max{seconds{60}};
  /// Of refunds that are pending first: how many of them fail. Not a fault of one request.
  double pending_failures = 0;

  [[nodiscard]] double& rate(Fault fault) { return rates[static_cast<std::size_t>(fault)]; }
  [[nodiscard]] double& rate(DeliveryFault fault) {
    return delivery_rates[static_cast<std::size_t>(fault)];
  }
  /// The names of all faults, for people: "drop_before_commit, ...".
  [[nodiscard]] static std::string names();
  /// Changes what the form names: rates by the fault's name, latency_ms, jitter_ms, slow_min_ms,
  /// slow_max_ms, webhook_delay_min_ms, webhook_delay_max_ms. Errors: malformed; then nothing is
  /// changed.
  [[nodiscard]] Result<void> change(const Form& form);
  [[nodiscard]] std::string json() const;
};

/// What is drawn for one request.
struct Draw {
  Fault fault = Fault::none;
  bool effective = true;     // For error_500_saved and html_502: whether it was done.
  Duration effect_after{0};  // When it is done, from its arrival.
  Duration answer_after{0};  // When it is answered; not before it is done.
};

/// Draws faults and latencies, each kind from a stream of its own.
class FaultDice {
 public:
  explicit FaultDice(std::uint64_t seed);
  [[nodiscard]] Draw draw(const Faults& faults);

 private:
  std::vector<Prng> streams_;  // By Fault.
  Prng latency_;
  Prng effect_;
};

}  // namespace paysaga::sim::stripe
