#include <string>

#include "paysaga/saga/payment/news.hpp"
#include "paysaga/saga/payment/operations.hpp"
#include "paysaga/saga/payment/refunds.hpp"
#include "paysaga/saga/payment/states.hpp"
#include "paysaga/saga/payment/steps.hpp"
#include "paysaga/saga/planted.hpp"

namespace paysaga::payment {
namespace {

/// Nothing was taken: the money is held as before.
void hold_again(Draft& draft) {
  draft.payment.status = Status::authorized;
  draft.payment.capture = std::nullopt;
  read_from_start(draft);
}

void shown(Draft& draft, const IntentObject& intent) {
  show(draft, intent);
  switch (draft.payment.intent->status) {
    case IntentStatus::requires_capture:
      hold_again(draft);
      note(draft, "nothing was captured");
      tell(draft, EventType::payment_authorized);
      return;
    case IntentStatus::requires_payment_method:
    case IntentStatus::requires_confirmation:
    case IntentStatus::requires_action:
      return lose_hold(draft);
    case IntentStatus::processing:
    case IntentStatus::other:
      note(draft, "the capture is being made");
      return read_on(draft);
    case IntentStatus::succeeded:
      return succeed(draft);
    case IntentStatus::canceled:
      return cancelled_by_provider(draft);
  }
}

void refused(Draft& draft, const found::Refused& refusal) {
  const EventId command = draft.payment.capture->command;
  hold_again(draft);
  note(draft, "refused " + refusal.code);
  tell(draft, EventType::command_refused, refusal.code, "The provider did not take the money.")
      .command = command;
}

void answered(Draft& draft, const Finding& finding) {
  std::visit(Overload{
                 [](const found::Nothing&) {},
                 [&](const found::Shown& f) { shown(draft, f.intent); },
                 [](const found::Declined&) { ensure(false, "no confirm is under way"); },
                 [&](const found::Refused& f) { refused(draft, f); },
                 [&](const found::Undone&) {
                   next_try(draft, *find_operation(draft.payment, OperationKind::capture));
                 },
             },
             finding);
}

/// Evidence of the capture first: it is voided or refunded by what that shows.
void cancel(Draft& draft, const AskCancel& ask) {
  begin_cancel(draft, asked_by(ask));
  withdraw_capture(draft);
}

/// It is taken once.
void capture_again(Draft& draft, const AskCapture& ask) {
  if (planted(PlantedBug::captured_twice)) {
    Operation* capture = find_operation(draft.payment, OperationKind::capture);
    if (capture != nullptr) return next_try(draft, *capture);
  }
  refuse_held(draft, ask.id);
}

}  // namespace

void from_capturing(Draft& draft, const Input& input) {
  std::visit(Overload{
                 [&](const AskInitiate& ask) { answer_initiate(draft, ask); },
                 [&](const AskConfirm& ask) { refuse_held(draft, ask.id); },
                 [&](const AskCapture& ask) { capture_again(draft, ask); },
                 [&](const AskCancel& ask) { cancel(draft, ask); },
                 [&](const AskRefund&) { park(draft, "the outcome of the capture is not known"); },
                 [&](const AnswerInput& answer) { answered(draft, hear(draft, answer)); },
                 [&](const WakeInput&) { warn_of_end_if_due(draft); },
                 [&](const WebhookInput& news) { seek_now(draft, news); },
             },
             input);
}

}  // namespace paysaga::payment
