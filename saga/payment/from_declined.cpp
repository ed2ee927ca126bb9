#include "paysaga/saga/payment/operations.hpp"
#include "paysaga/saga/payment/refunds.hpp"
#include "paysaga/saga/payment/states.hpp"
#include "paysaga/saga/payment/steps.hpp"

namespace paysaga::payment {
namespace {

/// The next attempt: on the same intent, or on a new one if the decline left none.
void confirm(Draft& draft, const AskConfirm& ask) {
  Payment& payment = draft.payment;
  if (payment.intent || expired(draft)) return answer_confirm(draft, ask);
  ++payment.intent_number;
  payment.method = ask.ask.method;
  payment.method_waits = true;
  payment.status = Status::creating;
  add_create(draft);
  tell(draft, EventType::payment_processing);
}

}  // namespace

void from_declined(Draft& draft, const Input& input) {
  std::visit(Overload{
                 [&](const AskInitiate& ask) { answer_initiate(draft, ask); },
                 [&](const AskConfirm& ask) { confirm(draft, ask); },
                 [&](const AskCancel& ask) { cancel_idle(draft, asked_by(ask)); },
                 [&](const AskRefund& ask) { refuse_refund(draft, ask, "nothing_captured"); },
                 [&](const AnswerInput&) { ignore(draft, "no call waits for this answer"); },
                 [&](const WakeInput&) { expire_if_due(draft); },
             },
             input);
}

}  // namespace paysaga::payment
