#include "paysaga/sim/check/rest.hpp"

#include <algorithm>

namespace paysaga::sim {

std::optional<std::string> why_restless(const Halves& halves) {
  using order::Status;
  if (halves.quarantined) return "it is quarantined";
  if (halves.payments.hold || halves.orders.hold) return "it is held";
  const auto& payment = halves.payments.payment;
  const order::Order& order = halves.orders.order;
  const Status status = order.status;
  if (!halves.payments.parked.empty() || !halves.orders.parked.empty()) {
    return "a command is parked";
  }
  if (payment) {
    if (!payment->operations.empty()) {
      return "an operation is " + std::string{to_text(payment->operations.front().phase)} + ": " +
             payment->operations.front().key.text();
    }
    const bool pending = std::ranges::any_of(payment->refunds, [](const auto& refund) {
      return refund.state == payment::RefundState::requested ||
             refund.state == payment::RefundState::pending;
    });
    if (pending) return "a refund is under way";
    const bool captured = payment->status == payment::Status::captured;
    if (captured && payment->disputes_at) return "its disputes are to be looked at";
  }
  if (!payment) return std::nullopt;  // Nobody has begun it.
  if (!order::is_open(status) || status == Status::pending) return std::nullopt;
  if (status == Status::refund_failed) return std::nullopt;  // It is tried again, without end.
  return "its status is " + std::string{to_text(status)};
}

}  // namespace paysaga::sim
