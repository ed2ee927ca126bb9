#include "paysaga/saga/payment/news.hpp"
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

/// Of the decline it knows already; anything else may be a payment that its customer made without
/// us.
void hear_news(Draft& draft, const WebhookInput& news) {
  if (news.news == News::decline) return ignore(draft, "the decline is known");
  look_now(draft, news);
}

}  // namespace

void from_declined(Draft& draft, const Input& input) {
  std::visit(Overload{
                 [&](const AskInitiate& ask) { answer_initiate(draft, ask); },
                 [&](const AskConfirm& ask) { confirm(draft, ask); },
                 [&](const AskCapture& ask) { refuse_capture(draft, ask); },
                 [&](const AskCancel& ask) { cancel_idle(draft, asked_by(ask)); },
                 [&](const AskRefund& ask) { refuse_refund(draft, ask, "nothing_captured"); },
                 [&](const AnswerInput& answer) { hear_waiting(draft, answer); },
                 [&](const WakeInput&) { expire_if_due(draft); },
                 [&](const WebhookInput& news) { hear_news(draft, news); },
             },
             input);
}

}  // namespace paysaga::payment
