#include "paysaga/sim/check/rest.hpp"

#include <algorithm>

namespace paysaga::sim {

std::optional<std::string> why_restless(const Saga& saga) {
  using order::Status;
  const Status status = saga.order.status;
  if (!saga.parked.empty()) return "a command is parked";
  if (saga.payment) {
    if (!saga.payment->operations.empty()) {
      return "an operation is " + std::string{to_text(saga.payment->operations.front().phase)} +
             ": " + saga.payment->operations.front().key.text();
    }
    const bool pending = std::ranges::any_of(saga.payment->refunds, [](const auto& refund) {
      return refund.state == payment::RefundState::requested ||
             refund.state == payment::RefundState::pending;
    });
    if (pending) return "a refund is under way";
  }
  if (!saga.payment) return std::nullopt;  // Nobody has begun it.
  if (!order::is_open(status) || status == Status::pending || saga.order.held) return std::nullopt;
  if (status == Status::refund_failed) return std::nullopt;  // It is tried again, without end.
  return "its status is " + std::string{to_text(status)};
}

}  // namespace paysaga::sim
