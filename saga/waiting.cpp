#include <algorithm>
#include <cstdlib>

#include "paysaga/saga/parking.hpp"
#include "paysaga/saga/payment/dispute.hpp"
#include "paysaga/saga/verdict.hpp"

namespace paysaga {
namespace {

std::optional<Time> earlier(std::optional<Time> a, std::optional<Time> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

std::string operation_text(const Operation& operation) {
  std::string text{to_text(operation.kind)};
  if (operation.refund) text.append(" ").append(operation.refund->text());
  text.append(" (attempt ").append(std::to_string(operation.attempt));
  if (operation.try_number > 1) text.append(", try ").append(std::to_string(operation.try_number));
  return text.append(")");
}

Waiting for_operation(const Operation& operation) {
  const std::string what = operation_text(operation);
  if (operation.phase == Phase::intended) {
    std::string text = "the provider's answer to its " + what;
    if (!operation.last_error.empty()) text.append(", put off: ").append(operation.last_error);
    return Waiting{"provider_answer", std::move(text), operation.decided_at, std::nullopt};
  }
  return Waiting{"evidence",
                 "evidence of what became of its " + what + ", unknown: " + operation.last_error,
                 operation.answered_at.value_or(operation.decided_at), std::nullopt};
}

std::optional<Waiting> for_refund(const payment::Payment& payment) {
  for (const payment::Refund& refund : payment.refunds) {
    if (refund.state == payment::RefundState::pending) {
      return Waiting{"refund", "the provider to finish the refund " + refund.id.text(),
                     refund.requested_at, std::nullopt};
    }
    if (refund.state == payment::RefundState::failed && refund.compensation) {
      return Waiting{"refund",
                     "the next attempt of the refund " + refund.id.text() +
                         ", which failed: " + refund.last_error,
                     refund.requested_at, std::nullopt};
    }
  }
  return std::nullopt;
}

std::optional<Waiting> for_dispute(const payment::Payment& payment) {
  for (const payment::Dispute& dispute : payment.disputes) {
    if (!payment::is_open(dispute)) continue;
    return Waiting{"dispute",
                   "the customer's bank to decide the dispute " + dispute.id.text() + " (" +
                       std::string{to_text(dispute.state)} + ")",
                   dispute.opened_at, std::nullopt};
  }
  return std::nullopt;
}

std::pair<const char*, const char*> for_status(payment::Status status) {
  switch (status) {
    case payment::Status::ready:
      return {"customer_method", "the customer to choose a payment method"};
    case payment::Status::declined:
      return {"customer_method", "the customer to try another payment method"};
    case payment::Status::action_required:
      return {"customer_action", "the customer to confirm the payment with the bank"};
    case payment::Status::cancelled:
      return {"customer_method", "another payment.initiate after the cancel"};
    case payment::Status::creating:
    case payment::Status::confirming:
    case payment::Status::processing:
    case payment::Status::capturing:
    case payment::Status::cancelling:
      return {"provider", "the provider to finish the payment"};
    case payment::Status::authorized:
      return {"capture", "the held money to be captured, or the order to be cancelled"};
    case payment::Status::captured:
      return {"delivery", "the order to be fulfilled, rejected or cancelled"};
  }
  std::abort();  // Every status is above; here memory is corrupt.
}

Waiting for_operator(const Hold& hold) {
  if (!hold.command) {
    return Waiting{"operator", "a person's decision on a payment that came too late", hold.since,
                   std::nullopt};
  }
  std::string text = "an operator to resume it: " + hold.reason;
  if (!hold.ticket.empty()) text.append(" (ticket ").append(hold.ticket).append(")");
  return Waiting{"operator", std::move(text), hold.since, std::nullopt};
}

Waiting for_payment(const Saga& saga) {
  const payment::Payment& payment = *saga.payment;
  if (!payment.operations.empty()) return for_operation(payment.operations.front());
  if (auto refund = for_refund(payment)) return *refund;
  if (auto dispute = for_dispute(payment)) return *dispute;
  const auto [on, text] = for_status(payment.status);
  return Waiting{on, text, saga.updated_at, std::nullopt};
}

/// What an order waits for whose payment is made by other nodes.
Waiting for_order(const Saga& saga) {
  if (saga.order.status == order::Status::pending && !saga.order.ended) {
    return Waiting{"delivery", "the order to be fulfilled, rejected or cancelled", saga.updated_at,
                   std::nullopt};
  }
  return Waiting{"payment", "the payment nodes to tell what became of the payment", saga.updated_at,
                 std::nullopt};
}

/// Only the payment machine runs here: the order is told of elsewhere.
bool is_payment_alone(const Saga& saga) {
  return saga.payment && saga.order.payment.sequence == 0 &&
         saga.order.status == order::Status::payment_pending;
}

bool is_open(const payment::Payment& payment) {
  const bool settled = payment.status == payment::Status::captured ||
                       (payment.status == payment::Status::cancelled && payment.closed);
  return !settled || payment::has_work(payment);
}

order::Status status_of_captured(const payment::Payment& payment) {
  const MoneyTotals& money = payment.money;
  if (money.refunded >= money.captured) return order::Status::refunded;
  if (money.refunded + money.lost >= money.captured) return order::Status::partially_refunded;
  for (const payment::Refund& refund : payment.refunds) {
    if (!refund.compensation) continue;
    if (refund.state == payment::RefundState::failed) return order::Status::refund_failed;
    if (refund.state == payment::RefundState::requested ||
        refund.state == payment::RefundState::pending) {
      return order::Status::refund_pending;
    }
  }
  return order::Status::pending;
}

order::Status status_of(const payment::Payment& payment) {
  switch (payment.status) {
    case payment::Status::creating:
    case payment::Status::confirming:
    case payment::Status::action_required:
    case payment::Status::processing:
    case payment::Status::cancelling:
      return order::Status::payment_processing;
    case payment::Status::ready:
      return order::Status::payment_pending;
    case payment::Status::declined:
      return order::Status::payment_failed;
    case payment::Status::authorized:
    case payment::Status::capturing:
      return order::Status::pending;
    case payment::Status::captured:
      return status_of_captured(payment);
    case payment::Status::cancelled: {
      if (!payment.closed) return order::Status::payment_pending;
      const bool expired = payment.cancel && payment.cancel->code == "expired";
      return expired ? order::Status::expired : order::Status::cancelled;
    }
  }
  std::abort();  // Every status is above; here memory is corrupt.
}

bool is_ending(const order::Order& order) {
  return order.ended || order.status == order::Status::refund_pending ||
         order.status == order::Status::refund_failed;
}

}  // namespace

std::vector<Call> pending_calls(const Saga& saga, const Context& context) {
  if (!saga.payment) return {};
  return payment::pending_calls(*saga.payment, saga.id, context, hold_of(saga));
}

std::optional<Time> next_decision_at(const Saga& saga) {
  const std::optional<Time> parked = saga.hold ? std::nullopt : first_parked_until(saga);
  if (!saga.payment) return parked;
  return earlier(parked, payment::next_decision_at(*saga.payment, hold_of(saga)));
}

std::optional<Time> next_wake_at(const Saga& saga, Time after) {
  std::optional<Time> decision = next_decision_at(saga);
  if (decision && *decision <= after) decision = std::nullopt;
  if (!saga.payment) return decision;
  return earlier(decision, payment::next_call_at(*saga.payment, after, hold_of(saga)));
}

order::Status status_of(const Saga& saga) {
  return is_payment_alone(saga) ? status_of(*saga.payment) : saga.order.status;
}

bool is_open(const Saga& saga) {
  if (!saga.parked.empty() || saga.hold) return true;
  if (is_payment_alone(saga)) return is_open(*saga.payment);
  const bool known = saga.order.payment.sequence > 0;
  return known &&
         (order::is_open(saga.order.status) || (saga.payment && payment::has_work(*saga.payment)));
}

std::optional<Waiting> waiting_for(const Saga& saga) {
  if (!is_open(saga)) return std::nullopt;
  const bool known = saga.payment || saga.order.payment.sequence > 0;
  Waiting waiting = saga.hold      ? for_operator(*saga.hold)
                    : saga.payment ? for_payment(saga)
                    : known        ? for_order(saga)
                                   : Waiting{"command", "its payment.initiate, which has not come",
                                      saga.parked.front().since, std::nullopt};
  waiting.next_at = next_wake_at(saga);
  return waiting;
}

std::int64_t money_at_risk_minor(const Saga& saga) {
  const std::int64_t risk = saga.payment ? payment::money_at_risk_minor(*saga.payment) : 0;
  // What an ended order still has of the customer's money covers its lost and failed refunds.
  const MoneyTotals& money = saga.payment ? saga.payment->money : saga.order.payment.money;
  const bool settled = saga.order.status == order::Status::partially_refunded;
  if (!is_ending(saga.order) || settled) return risk;
  return std::max(risk, kept_minor(money));
}

}  // namespace paysaga
