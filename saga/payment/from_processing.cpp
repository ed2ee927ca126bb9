#include "paysaga/saga/payment/news.hpp"
#include "paysaga/saga/payment/refunds.hpp"
#include "paysaga/saga/payment/states.hpp"
#include "paysaga/saga/payment/steps.hpp"

namespace paysaga::payment {
namespace {

Decline unnamed_decline() {
  return Decline{"card_declined", {}, {}, std::nullopt};
}

void shown(Draft& draft, const IntentObject& intent) {
  const std::optional<Decline> decline = newer_decline(draft.payment.intent, intent);
  show(draft, intent);
  const IntentObject& seen = *draft.payment.intent;
  if (seen.status == IntentStatus::processing || seen.status == IntentStatus::other) {
    note(draft, "the provider is still processing it");
    return read_on(draft);
  }
  if (!is_open(seen)) return become_as_shown(draft);
  become_declined(draft, decline.value_or(unnamed_decline()));
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

}  // namespace

void from_processing(Draft& draft, const Input& input) {
  std::visit(Overload{
                 [&](const AskInitiate& ask) { answer_initiate(draft, ask); },
                 [&](const AskConfirm& ask) {
                   refuse(draft, ask.id, "in_progress", "A payment is already being made.");
                 },
                 // Nothing can be cancelled now: the looks go on and decide it.
                 [&](const AskCapture& ask) { refuse_capture(draft, ask); },
                 [&](const AskCancel& ask) { begin_cancel(draft, asked_by(ask)); },
                 [&](const AskRefund&) { park(draft, "the outcome of the payment is not known"); },
                 [&](const AnswerInput& answer) { answered(draft, hear(draft, answer)); },
                 [&](const WakeInput&) { ignore(draft, "waits for evidence, not for the time"); },
                 [&](const WebhookInput& news) { look_now(draft, news); },
             },
             input);
}

}  // namespace paysaga::payment
