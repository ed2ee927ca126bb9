#include <string>

#include "paysaga/saga/payment/operations.hpp"
#include "paysaga/saga/payment/refunds.hpp"
#include "paysaga/saga/payment/states.hpp"
#include "paysaga/saga/payment/steps.hpp"

namespace paysaga::payment {
namespace {

void tell_cancelled(Draft& draft, const EventId* command) {
  const CancelRequest& cancel = *draft.payment.cancel;
  Event& event = tell(draft, EventType::payment_cancelled, cancel.code, cancel.reason);
  event.final = cancel.final;
  if (command != nullptr) event.command = *command;
}

/// The next intent: only now, when the former one is cancelled at the provider.
void initiate(Draft& draft, const AskInitiate& ask) {
  Payment& payment = draft.payment;
  if (payment.closed) {
    return refuse(draft, ask.id, "order_closed", "The order is closed; use a new order id.");
  }
  if (ask.ask.amount != payment.amount) {
    return refuse(draft, ask.id, "amount_differs", "The order was begun with another amount.");
  }
  ++payment.intent_number;
  payment.intent = std::nullopt;
  payment.seen_at = std::nullopt;
  payment.refunds_told = false;
  payment.cancel = std::nullopt;
  payment.reads = 0;
  payment.looks = 0;
  payment.customer = ask.ask.customer;
  payment.method = ask.ask.method;
  payment.method_waits = ask.ask.method.has_value();
  payment.off_session = ask.ask.off_session;
  payment.manual_capture = ask.ask.manual_capture;
  payment.metadata = ask.ask.metadata;
  payment.expires_at = draft.now() + ask.ask.expires_in.value_or(draft.policy().expires_in);
  payment.status = Status::creating;
  add_create(draft);
  tell(draft, EventType::payment_initiated).command = ask.id;
}

void confirm(Draft& draft, const AskConfirm& ask) {
  if (draft.payment.closed) return refuse(draft, ask.id, "order_closed", "The order is closed.");
  refuse(draft, ask.id, "cancelled", "The payment was cancelled; send payment.initiate first.");
}

void cancel(Draft& draft, const AskCancel& ask) {
  Payment& payment = draft.payment;
  if (ask.ask.final && !payment.closed) {
    payment.closed = true;
    payment.cancel->final = true;
    payment.cancel->cause = CancelCause::customer;
    payment.cancel->code = "customer";
    payment.cancel->reason = ask.ask.reason;
  }
  note(draft, "already cancelled");
  tell_cancelled(draft, &ask.id);
}

/// Nobody came back with another payment in time.
void expire(Draft& draft) {
  Payment& payment = draft.payment;
  if (payment.closed || !expired(draft)) return ignore(draft, "nothing is due");
  payment.closed = true;
  payment.cancel->final = true;
  payment.cancel->cause = CancelCause::expired;
  payment.cancel->code = "expired";
  payment.cancel->reason = "It was not paid in time.";
  note(draft, "expired");
  tell_cancelled(draft, nullptr);
}

}  // namespace

void from_cancelled(Draft& draft, const Input& input) {
  std::visit(Overload{
                 [&](const AskInitiate& ask) { initiate(draft, ask); },
                 [&](const AskConfirm& ask) { confirm(draft, ask); },
                 [&](const AskCapture& ask) { refuse_capture(draft, ask); },
                 [&](const AskCancel& ask) { cancel(draft, ask); },
                 [&](const AskRefund& ask) { refuse_refund(draft, ask, "nothing_captured"); },
                 [&](const AnswerInput&) { ignore(draft, "no call waits for this answer"); },
                 [&](const WakeInput&) { expire(draft); },
                 [&](const WebhookInput&) { ignore(draft, "the payment is cancelled"); },
             },
             input);
}

}  // namespace paysaga::payment
