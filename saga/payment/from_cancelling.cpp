#include "paysaga/saga/payment/news.hpp"
#include "paysaga/saga/payment/operations.hpp"
#include "paysaga/saga/payment/refunds.hpp"
#include "paysaga/saga/payment/states.hpp"
#include "paysaga/saga/payment/steps.hpp"
#include "paysaga/saga/payment/waits.hpp"

namespace paysaga::payment {
namespace {

/// Cancels at the provider if no cancel is under way. The first follows at once; one that was
/// refused is repeated on the read schedule, each time under a new try.
void cancel_intent(Draft& draft) {
  Payment& payment = draft.payment;
  payment.next_read_at = std::nullopt;
  if (find_operation(payment, OperationKind::cancel) != nullptr) return;
  const int tries = payment.cancel->tries;
  add_cancel(draft, tries == 0 ? Duration{0} : read_wait(draft.policy(), tries - 1));
}

/// It cannot be cancelled while it is processed: the looks go on, and the row that fits then.
void wait_for_outcome(Draft& draft) {
  const bool waits_already = draft.payment.operations.empty();
  settle_all(draft, "the payment is being processed");
  note(draft, "processing: the cancel waits");
  if (waits_already) return read_on(draft);
  read_from_start(draft);
}

void shown(Draft& draft, const found::Shown& finding) {
  const std::optional<Decline> decline = newer_decline(draft.payment.intent, finding.intent);
  const bool made = finding.by == OperationKind::create;
  show(draft, finding.intent);
  switch (draft.payment.intent->status) {
    case IntentStatus::requires_payment_method:
    case IntentStatus::requires_confirmation:
      if (decline && !made) {
        settle(draft, OperationKind::confirm, "declined");
        become_declined(draft, *decline);
      }
      return cancel_intent(draft);
    case IntentStatus::requires_action:
      return cancel_intent(draft);
    case IntentStatus::requires_capture:
      draft.payment.money.authorized = draft.payment.amount.minor;
      return cancel_intent(draft);
    case IntentStatus::processing:
    case IntentStatus::other:
      return wait_for_outcome(draft);
    case IntentStatus::succeeded:
      return succeed(draft);
    case IntentStatus::canceled:
      return finish_cancel(draft);
  }
}

void declined(Draft& draft, const Decline& decline) {
  become_declined(draft, decline);
  const std::optional<IntentObject>& intent = draft.payment.intent;
  if (!intent || intent->status == IntentStatus::canceled) return finish_cancel(draft);
  cancel_intent(draft);
}

void refused(Draft& draft, OperationKind by) {
  switch (by) {
    case OperationKind::create:
      return finish_cancel(draft);  // There is nothing to cancel.
    case OperationKind::confirm:
    case OperationKind::capture:
    case OperationKind::cancel:
      return cancel_intent(draft);
    case OperationKind::refund:
      return;  // No refund runs before the money is captured.
  }
}

void undone(Draft& draft, OperationKind by) {
  switch (by) {
    case OperationKind::create:
      return finish_cancel(draft);  // No intent that could charge.
    case OperationKind::cancel:
      return next_try(draft, *find_operation(draft.payment, OperationKind::cancel));
    case OperationKind::capture:
      settle(draft, OperationKind::capture, "it was not carried out");
      return cancel_intent(draft);
    // A request may still be under way; the cancel behind it finds out. Refunds run only later.
    case OperationKind::confirm:
    case OperationKind::refund:
      return;
  }
}

void answered(Draft& draft, const Finding& finding) {
  std::visit(Overload{
                 [](const found::Nothing&) {},
                 [&](const found::Shown& f) { shown(draft, f); },
                 [&](const found::Declined& f) { declined(draft, f.decline); },
                 [&](const found::Refused& f) { refused(draft, f.by); },
                 [&](const found::Undone& f) { undone(draft, f.by); },
             },
             finding);
}

void refuse_ending(Draft& draft, const EventId& command) {
  const bool by_wish = draft.payment.cancel->cause == CancelCause::customer;
  refuse(draft, command, by_wish ? "cancel_requested" : "cancelling",
         "The payment is being ended.");
}

/// After a cancel that is not final another payment may follow, but only once that is done.
void initiate(Draft& draft, const AskInitiate& ask) {
  const CancelRequest& cancel = *draft.payment.cancel;
  if (!cancel.final && ask.ask.amount == draft.payment.amount) {
    return park(draft, "the cancel must be done first");
  }
  if (!cancel.final) return answer_initiate(draft, ask);
  refuse_ending(draft, ask.id);
}

/// A person's wish outweighs the expiry: a success is then completed and refunded, not late.
void join(Draft& draft, const AskCancel& ask) {
  CancelRequest& cancel = *draft.payment.cancel;
  if (cancel.cause == CancelCause::expired) {
    cancel.cause = CancelCause::customer;
    cancel.reason = ask.ask.reason;
  }
  cancel.final = cancel.final || ask.ask.final;
  cancel.commands.push_back(ask.id);
  note(draft, "joins the cancel that is under way");
}

}  // namespace

void from_cancelling(Draft& draft, const Input& input) {
  std::visit(Overload{
                 [&](const AskInitiate& ask) { initiate(draft, ask); },
                 [&](const AskConfirm& ask) { refuse_ending(draft, ask.id); },
                 [&](const AskCapture& ask) { refuse_ending(draft, ask.id); },
                 [&](const AskCancel& ask) { join(draft, ask); },
                 [&](const AskRefund&) { park(draft, "the outcome of the payment is not known"); },
                 [&](const AnswerInput& answer) { answered(draft, hear(draft, answer)); },
                 [&](const WakeInput&) { ignore(draft, "waits for evidence, not for the time"); },
                 [&](const WebhookInput& news) { seek_now(draft, news); },
             },
             input);
}

}  // namespace paysaga::payment
