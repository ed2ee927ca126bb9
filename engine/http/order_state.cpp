#include "paysaga/engine/http/order_state.hpp"

#include <algorithm>

namespace paysaga::engine::http {
namespace {

using order::Status;

bool may_confirm(const Saga& saga) {
  if (!saga.payment || saga.payment->closed || saga.payment->cancel) return false;
  if (saga.order.cancel_requested) return false;
  const payment::Status status = saga.payment->status;
  return status == payment::Status::creating || status == payment::Status::ready ||
         status == payment::Status::declined;
}

bool may_initiate(const Saga& saga) {
  if (!saga.payment) return true;
  return saga.payment->status == payment::Status::cancelled && !saga.payment->closed &&
         !saga.order.cancel_requested;
}

std::int64_t left_minor(const Saga& saga) {
  if (!saga.payment) return 0;
  const MoneyTotals& money = saga.payment->money;
  if (money.disputed > 0) return 0;  // Nothing is refunded beside an open dispute.
  return kept_minor(money) - money.refunding;
}

void add_unpaid(const Saga& saga, std::vector<std::string_view>& actions) {
  if (may_initiate(saga)) actions.push_back("payment.initiate");
  if (may_confirm(saga)) actions.push_back("payment.confirm");
  actions.insert(actions.end(), {"payment.cancel", "order.cancel", "order.rejected"});
}

void add_running(const Saga& saga, std::vector<std::string_view>& actions) {
  const bool captured = saga.payment ? saga.payment->status == payment::Status::captured
                                     : saga.order.payment.money.captured > 0;
  const bool held = saga.payment && saga.payment->status == payment::Status::authorized;
  if (held && !saga.order.cancel_requested) actions.push_back("payment.capture");
  if (!captured) actions.push_back("payment.cancel");
  actions.insert(actions.end(), {"order.cancel", "order.rejected", "order.delivery_failed"});
  if (captured && !saga.order.cancel_requested) actions.push_back("order.fulfilled");
}

/// A node of one role takes the commands of its machine alone.
void drop_other_role(const Saga& saga, std::vector<std::string_view>& actions) {
  const bool hears = saga.order.payment.sequence > 0;
  if (saga.payment.has_value() == hears) return;  // Both, or nothing is known yet.
  std::erase_if(actions,
                [&](std::string_view action) { return action.starts_with("order.") != hears; });
}

}  // namespace

std::vector<std::string_view> allowed_actions(const Saga& saga) {
  std::vector<std::string_view> actions;
  bool refundable = false;
  switch (status_of(saga)) {
    case Status::payment_pending:
    case Status::payment_processing:
    case Status::payment_failed:
      add_unpaid(saga, actions);
      break;
    case Status::pending:
      add_running(saga, actions);
      refundable = true;
      break;
    case Status::fulfilled:
    case Status::refund_pending:
    case Status::refund_failed:
    case Status::partially_refunded:
      refundable = true;
      break;
    case Status::cancelled:
    case Status::expired:
    case Status::refunded:
      break;
  }
  if (refundable && left_minor(saga) > 0) actions.push_back("refund.request");
  drop_other_role(saga, actions);
  if (saga.hold) actions.push_back("order.resume");
  return actions;
}

bool is_settled(const Saga& saga) {
  if (saga.hold) return true;  // The next act is a person's.
  if (saga.payment) {
    const auto asked = [](const payment::Refund& refund) {
      return refund.state == payment::RefundState::requested;
    };
    if (std::any_of(saga.payment->refunds.begin(), saga.payment->refunds.end(), asked))
      return false;
    // The next act is the customer's; no wait of ours brings it about.
    if (saga.payment->status == payment::Status::action_required) return true;
    if (saga.payment->status == payment::Status::capturing) return false;
  }
  const Status status = status_of(saga);
  return status != Status::payment_processing && status != Status::refund_pending;
}

}  // namespace paysaga::engine::http
