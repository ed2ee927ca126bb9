#include <string>

#include "paysaga/saga/payment/news.hpp"
#include "paysaga/saga/payment/operations.hpp"
#include "paysaga/saga/payment/refunds.hpp"
#include "paysaga/saga/payment/states.hpp"
#include "paysaga/saga/payment/steps.hpp"

namespace paysaga::payment {
namespace {

void shown(Draft& draft, const IntentObject& intent) {
  show(draft, intent);
  switch (draft.payment.intent->status) {
    case IntentStatus::requires_capture:
    case IntentStatus::processing:
    case IntentStatus::other:
      note(draft, "the money is still held");
      return read_on(draft);
    case IntentStatus::requires_payment_method:
    case IntentStatus::requires_confirmation:
    case IntentStatus::requires_action:
      return lose_hold(draft);
    case IntentStatus::succeeded:
      return succeed(draft);
    case IntentStatus::canceled:
      return cancelled_by_provider(draft);
  }
}

/// Only looks of the read schedule are under way here, and those bring no other finding.
void answered(Draft& draft, const Finding& finding) {
  std::visit(Overload{
                 [](const found::Nothing&) {},
                 [&](const found::Shown& f) { shown(draft, f.intent); },
                 [](const found::Declined&) { ensure(false, "no confirm is under way"); },
                 [](const found::Refused&) { ensure(false, "no operation is under way"); },
                 [](const found::Undone&) { ensure(false, "no operation is under way"); },
             },
             finding);
}

/// The code of a refusal; empty: it can be captured.
std::string_view fault_of(const Payment& payment, const AskCapture& ask, std::int64_t minor) {
  const Currency currency = payment.amount.currency;
  if (ask.ask.currency && *ask.ask.currency != currency) return "currency_mismatch";
  if (minor > payment.money.authorized) return "amount_too_large";
  return make_refund(minor, currency) ? std::string_view{} : "amount_malformed";
}

std::string_view text_of(std::string_view fault) {
  if (fault == "currency_mismatch") return "The payment is in another currency.";
  if (fault == "amount_too_large") return "So much is not held for this payment.";
  return "The amount cannot be taken in this currency.";
}

void begin_capture(Draft& draft, const AskCapture& ask) {
  Payment& payment = draft.payment;
  const std::int64_t minor = ask.ask.amount_minor.value_or(payment.money.authorized);
  const std::string_view fault = fault_of(payment, ask, minor);
  if (!fault.empty()) return refuse(draft, ask.id, fault, text_of(fault));
  payment.status = Status::capturing;
  payment.next_read_at = std::nullopt;
  payment.capture = CaptureRequest{ask.id, minor};
  add_capture(draft);
  tell(draft, EventType::payment_processing);
}

}  // namespace

void from_authorized(Draft& draft, const Input& input) {
  std::visit(Overload{
                 [&](const AskInitiate& ask) { answer_initiate(draft, ask); },
                 [&](const AskConfirm& ask) { refuse_held(draft, ask.id); },
                 [&](const AskCapture& ask) { begin_capture(draft, ask); },
                 [&](const AskCancel& ask) { cancel_idle(draft, asked_by(ask)); },
                 [&](const AskRefund& ask) { refuse_refund(draft, ask, "nothing_captured"); },
                 [&](const AnswerInput& answer) { answered(draft, hear(draft, answer)); },
                 [&](const WakeInput&) { warn_of_end_if_due(draft); },
                 [&](const WebhookInput& news) { look_now(draft, news); },
             },
             input);
}

}  // namespace paysaga::payment
