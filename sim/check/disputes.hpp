#pragma once

#include <string>

#include "paysaga/sim/check/whole.hpp"
#include "paysaga/sim/stripe/model.hpp"

namespace paysaga::sim {

/// Checks what the engine knows of disputes: none moves backwards, no refund begins beside an open
/// one, and once the world has come to rest each is known as the payment service has it. Who gave
/// and lost more than was captured is alarmed.
class DisputeCheck {
 public:
  DisputeCheck(const stripe::StripeModel& model, const Wholes& orders, Findings& findings)
      : model_{model}, orders_{orders}, findings_{findings} {}

  void counted(const CountedDecision& decision);
  void at_end(Time now);

 private:
  void compare(const stripe::OrderBook& book, Time now);

  const stripe::StripeModel& model_;
  const Wholes& orders_;
  Findings& findings_;
};

}  // namespace paysaga::sim
