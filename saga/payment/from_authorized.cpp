#include <string>

#include "paysaga/saga/payment/news.hpp"
#include "paysaga/saga/payment/refunds.hpp"
#include "paysaga/saga/payment/states.hpp"
#include "paysaga/saga/payment/steps.hpp"

namespace paysaga::payment {
namespace {

// Nothing here asks for manual capture, but the provider may show an intent that is held: it is
// watched, and can be voided.

void shown(Draft& draft, const IntentObject& intent) {
  show(draft, intent);
  switch (draft.payment.intent->status) {
    case IntentStatus::requires_capture:
    case IntentStatus::requires_payment_method:
    case IntentStatus::requires_confirmation:
    case IntentStatus::requires_action:
    case IntentStatus::processing:
    case IntentStatus::other:
      note(draft, "the money is still held");
      return read_on(draft);
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

void refuse_confirm(Draft& draft, const AskConfirm& ask) {
  refuse(draft, ask.id, to_text(draft.payment.status), "The money is already held.");
}

}  // namespace

void from_authorized(Draft& draft, const Input& input) {
  std::visit(Overload{
                 [&](const AskInitiate& ask) { answer_initiate(draft, ask); },
                 [&](const AskConfirm& ask) { refuse_confirm(draft, ask); },
                 [&](const AskCancel& ask) { cancel_idle(draft, asked_by(ask)); },
                 [&](const AskRefund& ask) { refuse_refund(draft, ask, "nothing_captured"); },
                 [&](const AnswerInput& answer) { answered(draft, hear(draft, answer)); },
                 [&](const WakeInput&) { ignore(draft, "nothing is due"); },
                 [&](const WebhookInput& news) { look_now(draft, news); },
             },
             input);
}

void from_capturing(Draft& draft, const Input& input) {
  std::visit(Overload{
                 [&](const AskInitiate& ask) { answer_initiate(draft, ask); },
                 [&](const AskConfirm& ask) { refuse_confirm(draft, ask); },
                 // Evidence of the capture first: it is voided or refunded by what that shows.
                 [&](const AskCancel& ask) { begin_cancel(draft, asked_by(ask)); },
                 [&](const AskRefund&) { park(draft, "the outcome of the capture is not known"); },
                 [&](const AnswerInput& answer) { answered(draft, hear(draft, answer)); },
                 [&](const WakeInput&) { ignore(draft, "waits for evidence, not for the time"); },
                 [&](const WebhookInput& news) { look_now(draft, news); },
             },
             input);
}

}  // namespace paysaga::payment
