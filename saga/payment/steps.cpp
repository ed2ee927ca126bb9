#include "paysaga/saga/payment/steps.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "paysaga/saga/payment/decline.hpp"
#include "paysaga/saga/payment/operations.hpp"
#include "paysaga/saga/payment/refunds.hpp"
#include "paysaga/saga/payment/waits.hpp"
#include "paysaga/saga/planted.hpp"

namespace paysaga::payment {
namespace {

/// How a success after the end is to be treated. `accept` is only for expired orders: what was
/// refused or closed otherwise stays closed.
LateSuccess policy_for(const Draft& draft) {
  const Payment& payment = draft.payment;
  const LateSuccess policy = draft.policy().late_success;
  const bool only_expired =
      !payment.closed && payment.cancel && payment.cancel->cause == CancelCause::expired;
  if (policy == LateSuccess::accept && !only_expired) return LateSuccess::refund;
  return policy;
}

void succeed_late(Draft& draft) {
  Payment& payment = draft.payment;
  payment.late = true;
  switch (policy_for(draft)) {
    case LateSuccess::accept:
      payment.cancel = std::nullopt;
      tell(draft, EventType::late_success, "accept", "It was paid after its time and is accepted.");
      return;
    case LateSuccess::hold:
      payment.closed = true;
      tell(draft, EventType::late_success, "hold", "It was paid after its end; a person decides.");
      return;
    case LateSuccess::refund:
      payment.closed = true;
      tell(draft, EventType::late_success, "refund", "It was paid after its end and is refunded.");
      refund_late_success(draft);
      return;
  }
}

std::string_view published_code(const Payment& payment) {
  const bool held = payment.money.authorized > 0;
  switch (payment.cancel->cause) {
    case CancelCause::customer:
      return held ? "voided" : "customer";
    case CancelCause::expired:
      return "expired";
    case CancelCause::refused:
      return "refused";
    case CancelCause::provider:
      return held ? "hold_expired" : "provider";
  }
  std::abort();  // Every cause has its code; here memory is corrupt.
}

/// The money is taken or released.
void forget_hold(Payment& payment) {
  payment.capture = std::nullopt;
  payment.hold_alarm_at = std::nullopt;
}

}  // namespace

void become_ready(Draft& draft) {
  draft.payment.status = Status::ready;
  note(draft, "ready: waits for a payment method");
  tell(draft, EventType::payment_action_required, "payment_method", "Choose a payment method.");
}

void start_attempt(Draft& draft, const MethodId& method, Duration wait) {
  Payment& payment = draft.payment;
  payment.method = method;
  payment.method_waits = false;
  payment.status = Status::confirming;
  add_confirm(draft, *payment.method, wait);
  tell(draft, EventType::payment_processing);
}

void become_action_required(Draft& draft) {
  draft.payment.status = Status::action_required;
  read_from_start(draft);
  note(draft, "the customer has to act");
  tell(draft, EventType::payment_action_required, "authentication",
       "Your bank asks you to confirm this payment.");
}

void become_processing(Draft& draft) {
  draft.payment.status = Status::processing;
  read_from_start(draft);
  note(draft, "the provider is processing it");
  tell(draft, EventType::payment_processing);
}

void become_authorized(Draft& draft) {
  Payment& payment = draft.payment;
  payment.status = Status::authorized;
  payment.money.authorized = payment.amount.minor;
  read_from_start(draft);
  note(draft, "authorized");
  tell(draft, EventType::payment_authorized);
}

bool is_open(const IntentObject& intent) {
  return intent.status == IntentStatus::requires_payment_method ||
         intent.status == IntentStatus::requires_confirmation;
}

void become_as_shown(Draft& draft) {
  switch (draft.payment.intent->status) {
    case IntentStatus::requires_payment_method:
    case IntentStatus::requires_confirmation:
      break;
    case IntentStatus::requires_action:
      return become_action_required(draft);
    case IntentStatus::processing:
    case IntentStatus::other:
      return become_processing(draft);
    case IntentStatus::requires_capture:
      return become_authorized(draft);
    case IntentStatus::succeeded:
      return succeed(draft);
    case IntentStatus::canceled:
      return cancelled_by_provider(draft);
  }
  ensure(false, "an intent that waits for a method is decided by who looks");
}

void become_declined(Draft& draft, const Decline& decline) {
  Payment& payment = draft.payment;
  if (!payment.cancel) {
    payment.status = Status::declined;
    payment.next_read_at = std::nullopt;
  }
  payment.method_waits = false;
  note(draft, "declined " + decline_code(decline));
  Event& event =
      tell(draft, EventType::payment_failed, decline_code(decline), customer_text(decline));
  event.decline_class = to_text(classify(decline));
}

void decline_attempt(Draft& draft, const Decline& decline) {
  become_declined(draft, decline);
  const Payment& payment = draft.payment;
  const bool may_pass = classify(decline) == DeclineClass::retry_later;
  const bool left = payment.attempt <= draft.policy().auto_retries;
  if (!payment.off_session || !may_pass || !left || !payment.method) return;
  if (payment.status != Status::declined || !payment.intent || !is_open(*payment.intent)) return;
  // Its key must still be young when it is sent.
  const Duration wait =
      std::min(compensation_wait(draft.policy(), payment.attempt), draft.policy().key_age_max / 2);
  if (draft.now() + wait >= payment.expires_at) return;
  start_attempt(draft, MethodId{*payment.method}, wait);
  note(draft, "tried again in " + paysaga::to_text(wait));
}

void succeed(Draft& draft) {
  Payment& payment = draft.payment;
  ensure(payment.intent.has_value(), "a success has its intent");
  settle_all(draft, "the payment succeeded");
  const std::int64_t received = payment.intent->received_minor;
  payment.money.captured = received > 0 ? received : payment.amount.minor;
  payment.money.authorized = 0;
  payment.status = Status::captured;
  payment.next_read_at = std::nullopt;
  if (std::exchange(payment.refunds_told, false)) payment.next_read_at = draft.now();
  forget_hold(payment);
  payment.method_waits = false;
  note(draft, "captured");
  const bool by_wish = payment.cancel && payment.cancel->cause == CancelCause::customer;
  const bool late = payment.closed || (payment.cancel && !by_wish);
  if (late) return succeed_late(draft);
  tell(draft, EventType::payment_completed);
}

void fail_for_good(Draft& draft, const found::Refused& refusal) {
  Payment& payment = draft.payment;
  payment.status = Status::declined;
  payment.closed = true;
  note(draft, "refused " + refusal.code);
  Event& event = tell(draft, EventType::payment_failed, refusal.code,
                      "The payment could not be made. You have not been charged.");
  event.final = true;
  cancel_idle(draft, CancelAsk{CancelCause::refused, refusal.code, true});
}

CancelAsk asked_by(const AskCancel& ask) {
  return CancelAsk{CancelCause::customer, ask.ask.reason, ask.ask.final, &ask.id};
}

void begin_cancel(Draft& draft, const CancelAsk& ask) {
  Payment& payment = draft.payment;
  payment.cancel = CancelRequest{.cause = ask.cause,
                                 .reason = std::string{ask.reason},
                                 .code = {},
                                 .final = ask.final,
                                 .requested_at = draft.now(),
                                 .commands = {}};
  if (ask.command != nullptr) payment.cancel->commands.push_back(*ask.command);
  payment.status = Status::cancelling;
  payment.method_waits = false;
  note(draft, std::string{"cancel: "}.append(to_text(ask.cause)));
}

void cancel_idle(Draft& draft, const CancelAsk& ask) {
  begin_cancel(draft, ask);
  draft.payment.next_read_at = std::nullopt;
  if (planted(PlantedBug::cancel_withdraws_intended) && !draft.payment.operations.empty() &&
      draft.payment.operations.front().phase == Phase::intended) {
    return finish_cancel(draft);
  }
  if (draft.payment.intent) return add_cancel(draft);
  finish_cancel(draft);
}

void finish_cancel(Draft& draft) {
  Payment& payment = draft.payment;
  settle_all(draft, "the payment is cancelled");
  payment.cancel->code = published_code(payment);
  const bool hold_expired = payment.cancel->code == "hold_expired";
  payment.status = Status::cancelled;
  payment.money.authorized = 0;
  payment.next_read_at = std::nullopt;
  forget_hold(payment);
  // After a lost hold the goods may be on their way: nothing more follows by itself.
  if (payment.cancel->final || hold_expired) payment.closed = true;
  note(draft, "cancelled");
  Event& event =
      tell(draft, EventType::payment_cancelled, payment.cancel->code, payment.cancel->reason);
  event.final = payment.cancel->final;
  if (!payment.cancel->commands.empty()) event.command = payment.cancel->commands.front();
}

void cancelled_by_provider(Draft& draft) {
  begin_cancel(draft, CancelAsk{CancelCause::provider, "The provider cancelled it.", false});
  finish_cancel(draft);
}

bool expired(const Draft& draft) {
  return draft.now() >= draft.payment.expires_at;
}

void expire_if_due(Draft& draft) {
  if (!expired(draft)) return ignore(draft, "nothing is due");
  cancel_idle(draft, CancelAsk{CancelCause::expired, "It was not paid in time.", true});
}

void answer_initiate(Draft& draft, const AskInitiate& ask) {
  if (ask.ask.amount == draft.payment.amount) return ignore(draft, "the payment is already open");
  refuse(draft, ask.id, "amount_differs", "The payment is open with another amount.");
}

void answer_confirm(Draft& draft, const AskConfirm& ask) {
  if (expired(draft)) {
    return refuse(draft, ask.id, "expired", "The time to pay is over.");
  }
  start_attempt(draft, ask.ask.method);
}

void warn_of_end_if_due(Draft& draft) {
  Payment& payment = draft.payment;
  if (!payment.hold_alarm_at || draft.now() < *payment.hold_alarm_at) {
    return ignore(draft, "nothing is due");
  }
  payment.hold_alarm_at = std::nullopt;
  note(draft, "the hold runs out soon");
  tell(draft, EventType::payment_authorized, "hold_expires",
       "The money is held only for a short time more.");
}

void lose_hold(Draft& draft) {
  note(draft, "nothing is held any more");
  settle_all(draft, "the hold is lost");
  cancel_idle(draft, CancelAsk{CancelCause::provider, "The held money was lost.", false});
}

void refuse_held(Draft& draft, const EventId& command) {
  const Status status = draft.payment.status;
  refuse(draft, command, to_text(status),
         status == Status::capturing ? "The held money is being taken."
                                     : "The money is already held.");
}

void refuse_capture(Draft& draft, const AskCapture& ask) {
  refuse(draft, ask.id, to_text(draft.payment.status), "No money is held for this payment.");
}

bool is_fault_of_method(const found::Refused& refusal) {
  return refusal.code == "resource_missing" && refusal.param.starts_with("payment_method");
}

}  // namespace paysaga::payment
