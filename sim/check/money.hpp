#pragma once

#include <cstdint>
#include <string>

#include "paysaga/sim/check/whole.hpp"
#include "paysaga/sim/stripe/model.hpp"

namespace paysaga::sim {

/// Checks the state's money against the payment service's own books, to the minor unit.
///
/// What it does not check: an intent that the engine never heard of (its create was answered with
/// an error that was kept) and that nobody confirms; only a comparison of both sides finds it. And
/// while faults go on only that nothing forbidden was asked for (the books' violations); what both
/// sides say is compared once the world has come to rest.
class MoneyCheck {
 public:
  MoneyCheck(const stripe::StripeModel& model, const Wholes& orders, Findings& findings)
      : model_{model}, orders_{orders}, findings_{findings} {}

  /// Cheap: looks at the books' counters.
  void at_step(Time now);
  /// Another intent follows only one that is cancelled at the payment service.
  void counted(const CountedDecision& decision);
  void at_end(Time now);
  [[nodiscard]] std::uint64_t charges() const;

 private:
  struct Sums {
    std::int64_t charged = 0;
    std::int64_t refunded = 0;
    std::uint32_t charges = 0;
  };
  [[nodiscard]] const stripe::Account& account() const { return model_.account(); }
  [[nodiscard]] Sums sums_of(const stripe::OrderBook& book) const;
  void compare(const stripe::OrderBook& book, Time now);
  /// Somebody else refunds it too: then the engine may ask for more than is left, and is refused.
  [[nodiscard]] bool is_refunded_by_others(stripe::Index order) const;

  const stripe::StripeModel& model_;
  const Wholes& orders_;
  Findings& findings_;
  std::uint64_t violations_ = 0;
};

}  // namespace paysaga::sim
