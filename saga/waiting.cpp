#include <algorithm>
#include <cstdlib>

#include "paysaga/saga/parking.hpp"
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
    case payment::Status::captured:
      return {"delivery", "the order to be fulfilled, rejected or cancelled"};
  }
  std::abort();  // Every status is above; here memory is corrupt.
}

Waiting for_payment(const Saga& saga) {
  const payment::Payment& payment = *saga.payment;
  if (saga.order.held) {
    return Waiting{"operator", "a person's decision on a payment that came too late",
                   saga.updated_at, std::nullopt};
  }
  if (!payment.operations.empty()) return for_operation(payment.operations.front());
  if (auto refund = for_refund(payment)) return *refund;
  const auto [on, text] = for_status(payment.status);
  return Waiting{on, text, saga.updated_at, std::nullopt};
}

bool is_ending(const order::Order& order) {
  return order.ended || order.status == order::Status::refund_pending ||
         order.status == order::Status::refund_failed;
}

}  // namespace

std::vector<Call> pending_calls(const Saga& saga, const Context& context) {
  if (!saga.payment) return {};
  return payment::pending_calls(*saga.payment, saga.id, context);
}

std::optional<Time> next_decision_at(const Saga& saga) {
  const std::optional<Time> parked = first_parked_until(saga);
  return saga.payment ? earlier(parked, payment::next_decision_at(*saga.payment)) : parked;
}

std::optional<Time> next_wake_at(const Saga& saga) {
  const std::optional<Time> decision = next_decision_at(saga);
  return saga.payment ? earlier(decision, payment::next_call_at(*saga.payment)) : decision;
}

bool is_open(const Saga& saga) {
  if (!saga.parked.empty()) return true;
  return saga.payment && (order::is_open(saga.order.status) || payment::has_work(*saga.payment));
}

std::optional<Waiting> waiting_for(const Saga& saga) {
  if (!is_open(saga)) return std::nullopt;
  Waiting waiting = saga.payment ? for_payment(saga)
                                 : Waiting{"command", "its payment.initiate, which has not come",
                                           saga.parked.front().since, std::nullopt};
  waiting.next_at = next_wake_at(saga);
  return waiting;
}

std::int64_t money_at_risk_minor(const Saga& saga) {
  if (!saga.payment) return 0;
  const std::int64_t risk = payment::money_at_risk_minor(*saga.payment);
  // What an ended order still has of the customer's money covers its lost and failed refunds.
  const MoneyTotals& money = saga.payment->money;
  const bool settled = saga.order.status == order::Status::partially_refunded;
  if (!is_ending(saga.order) || settled) return risk;
  return std::max(risk, money.captured - money.refunded);
}

}  // namespace paysaga
