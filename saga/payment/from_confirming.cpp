#include "paysaga/saga/payment/news.hpp"
#include "paysaga/saga/payment/operations.hpp"
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
  if (!is_open(*draft.payment.intent)) return become_as_shown(draft);
  decline_attempt(draft, decline.value_or(unnamed_decline()));
}

/// The provider may have cancelled the intent with the decline: too many confirmations.
void declined(Draft& draft, const Decline& decline) {
  decline_attempt(draft, decline);
  if (draft.payment.intent->status == IntentStatus::canceled) cancelled_by_provider(draft);
}

void refused(Draft& draft, const found::Refused& refusal) {
  if (!is_fault_of_method(refusal)) return fail_for_good(draft, refusal);
  become_declined(draft, Decline{refusal.code, {}, {}, std::nullopt});
}

/// A confirm that was certainly not carried out is not made after the time to pay: nobody waits for
/// it any more. It counts as perhaps sent all the same, so the intent is cancelled behind it.
void nothing(Draft& draft) {
  const Operation* confirm = find_operation(draft.payment, OperationKind::confirm);
  const bool heard = draft.outcome == Outcome::accepted;
  const bool never_lost = confirm != nullptr && confirm->phase == Phase::intended;
  if (heard && never_lost && expired(draft)) expire_if_due(draft);
}

/// Evidence that nothing was charged: another try may be sent, while there is time to pay.
void undone(Draft& draft) {
  if (!expired(draft)) {
    return next_try(draft, *find_operation(draft.payment, OperationKind::confirm));
  }
  settle(draft, OperationKind::confirm, "it was not carried out");
  expire_if_due(draft);
}

/// A look beside the confirm, whose answer may still come. What no other confirm can change any
/// more is its outcome; all else is left to the answer, or to its own look-ups.
void looked(Draft& draft, const IntentObject& intent) {
  draft.payment.next_read_at = std::nullopt;
  switch (intent.status) {
    case IntentStatus::processing:
    case IntentStatus::requires_capture:
    case IntentStatus::succeeded:
    case IntentStatus::canceled:
      settle(draft, OperationKind::confirm, "done");
      return shown(draft, intent);
    case IntentStatus::requires_payment_method:
    case IntentStatus::requires_confirmation:
    case IntentStatus::requires_action:
    case IntentStatus::other:
      return note(draft, "the look shows no outcome yet");
  }
}

void answered(Draft& draft, const Finding& finding) {
  std::visit(Overload{
                 [&](const found::Nothing&) { nothing(draft); },
                 [&](const found::Shown& f) {
                   if (!f.by) return looked(draft, f.intent);
                   shown(draft, f.intent);
                 },
                 [&](const found::Declined& f) { declined(draft, f.decline); },
                 [&](const found::Refused& f) { refused(draft, f); },
                 [&](const found::Undone&) { undone(draft); },
             },
             finding);
}

}  // namespace

void from_confirming(Draft& draft, const Input& input) {
  std::visit(Overload{
                 [&](const AskInitiate& ask) { answer_initiate(draft, ask); },
                 [&](const AskConfirm& ask) {
                   refuse(draft, ask.id, "in_progress", "A payment is already being made.");
                 },
                 // The confirm is never sent again; cancelling tells whether it charged.
                 [&](const AskCapture& ask) { refuse_capture(draft, ask); },
                 [&](const AskCancel& ask) { cancel_idle(draft, asked_by(ask)); },
                 [&](const AskRefund&) { park(draft, "the outcome of the payment is not known"); },
                 [&](const AnswerInput& answer) { answered(draft, hear(draft, answer)); },
                 [&](const WakeInput&) { ignore(draft, "waits for evidence, not for the time"); },
                 [&](const WebhookInput& news) { seek_now(draft, news); },
             },
             input);
}

}  // namespace paysaga::payment
