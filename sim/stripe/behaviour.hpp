#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "paysaga/saga/result.hpp"
#include "paysaga/saga/time.hpp"
#include "paysaga/sim/stripe/form.hpp"

namespace paysaga::sim::stripe {

/// What happens by itself after a request: how soon, and how often it goes one way or the other.
struct Behaviour {
  Duration refund_after{minutes{30}};  // When a refund succeeds or fails later.
  Duration customer_min{seconds{1}};   // How long the customer's bank takes to be answered.
  Duration customer_max{seconds{5}};
  double customer_fails = 0;            // 0..1: does not pass the authentication.
  double customer_leaves = 0;           // 0..1: never answers; the endpoint does it by hand.
  Duration processing{hours{96}};       // How long a bank debit takes.
  Duration hold{hours{7 * 24}};         // An authorization without a capture.
  Duration dispute_after{minutes{1}};   // From the charge.
  Duration dispute_due{hours{9 * 24}};  // Without an answer it is lost by then.
  Duration dispute_review{hours{24}};   // From the evidence to the verdict.
  double dispute_won = 0.5;             // 0..1: with evidence that does not say how it ends.
  Duration search_lag{seconds{10}};     // Until a search finds what was changed.
  Duration funds_after{hours{48}};      // Until the money of a charge is available.
  Duration webhook_after{
      milliseconds{50}};               // From the answer to the request that caused the event.
  Duration webhook_retry{minutes{5}};  // The first pause; each is six times the one before.
  Duration webhook_give_up{hours{4}};  // No retry later than this; 72h is what live mode does.

  /// Makes refunds, debits, disputes and retried webhooks come so many times sooner. Holds stay
  /// what they are, so does the time that customers take.
  void hasten(std::int64_t speed);
  /// Changes what the form names: durations as in 30s, rates from 0 to 1.
  /// Errors: malformed; then nothing is changed.
  [[nodiscard]] Result<void> change(const Form& form);
  [[nodiscard]] std::string json() const;
  /// All of it, as a form that `change` reads.
  [[nodiscard]] std::string form() const;
  /// The names, for people: "refund_after, customer_min, ...".
  [[nodiscard]] static std::string names();
  /// A line each: name, default (`*`: divided by the speed), meaning.
  [[nodiscard]] static std::string manual();
  friend bool operator==(const Behaviour&, const Behaviour&) = default;
};

}  // namespace paysaga::sim::stripe
