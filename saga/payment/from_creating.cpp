#include "paysaga/saga/payment/news.hpp"
#include "paysaga/saga/payment/operations.hpp"
#include "paysaga/saga/payment/refunds.hpp"
#include "paysaga/saga/payment/states.hpp"
#include "paysaga/saga/payment/steps.hpp"
#include "paysaga/saga/planted.hpp"

namespace paysaga::payment {
namespace {

/// The intent exists and nothing was charged.
void intent_made(Draft& draft) {
  Payment& payment = draft.payment;
  if (expired(draft)) return expire_if_due(draft);
  if (payment.method_waits) return start_attempt(draft, *payment.method);
  become_ready(draft);
}

/// The only way to an intent that is already further on is that another request made it so.
void shown(Draft& draft, const IntentObject& intent) {
  show(draft, intent);
  if (is_open(*draft.payment.intent)) return intent_made(draft);
  draft.payment.method_waits = false;
  become_as_shown(draft);
}

void refused(Draft& draft, const found::Refused& refusal) {
  if (!is_fault_of_method(refusal)) return fail_for_good(draft, refusal);
  become_declined(draft, Decline{refusal.code, {}, {}, std::nullopt});
}

/// Evidence that there is no intent: only now may another try be sent.
void undone(Draft& draft) {
  if (!expired(draft))
    return next_try(draft, *find_operation(draft.payment, OperationKind::create));
  settle(draft, OperationKind::create, "it was not carried out");
  expire_if_due(draft);
}

void answered(Draft& draft, const Finding& finding) {
  std::visit(Overload{
                 [](const found::Nothing&) {},
                 [&](const found::Shown& f) { shown(draft, f.intent); },
                 [&](const found::Declined& f) { become_declined(draft, f.decline); },
                 [&](const found::Refused& f) { refused(draft, f); },
                 [&](const found::Undone&) { undone(draft); },
             },
             finding);
}

void keep_method(Draft& draft, const AskConfirm& ask) {
  if (expired(draft)) return refuse(draft, ask.id, "expired", "The time to pay is over.");
  draft.payment.method = ask.ask.method;
  draft.payment.method_waits = true;
  note(draft, "the method is kept until the intent exists");
}

/// The create may have been sent: its evidence comes first, then the intent is cancelled.
void cancel(Draft& draft, const AskCancel& ask) {
  if (planted(PlantedBug::cancel_withdraws_intended) &&
      draft.payment.operations.front().phase == Phase::intended) {
    return cancel_idle(draft, asked_by(ask));
  }
  begin_cancel(draft, asked_by(ask));
}

}  // namespace

void from_creating(Draft& draft, const Input& input) {
  std::visit(Overload{
                 [&](const AskInitiate& ask) { answer_initiate(draft, ask); },
                 [&](const AskConfirm& ask) { keep_method(draft, ask); },
                 [&](const AskCapture& ask) { refuse_capture(draft, ask); },
                 [&](const AskCancel& ask) { cancel(draft, ask); },
                 [&](const AskRefund& ask) { refuse_refund(draft, ask, "nothing_captured"); },
                 [&](const AnswerInput& answer) { answered(draft, hear(draft, answer)); },
                 [&](const WakeInput&) { ignore(draft, "waits for evidence, not for the time"); },
                 [&](const WebhookInput& news) { seek_now(draft, news); },
             },
             input);
}

}  // namespace paysaga::payment
