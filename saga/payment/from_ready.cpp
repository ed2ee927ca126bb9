#include "paysaga/saga/payment/news.hpp"
#include "paysaga/saga/payment/refunds.hpp"
#include "paysaga/saga/payment/states.hpp"
#include "paysaga/saga/payment/steps.hpp"

namespace paysaga::payment {

void from_ready(Draft& draft, const Input& input) {
  std::visit(Overload{
                 [&](const AskInitiate& ask) { answer_initiate(draft, ask); },
                 [&](const AskConfirm& ask) { answer_confirm(draft, ask); },
                 [&](const AskCapture& ask) { refuse_capture(draft, ask); },
                 [&](const AskCancel& ask) { cancel_idle(draft, asked_by(ask)); },
                 [&](const AskRefund& ask) { refuse_refund(draft, ask, "nothing_captured"); },
                 [&](const AnswerInput& answer) { hear_waiting(draft, answer); },
                 [&](const WakeInput&) { expire_if_due(draft); },
                 [&](const WebhookInput& news) { look_now(draft, news); },
             },
             input);
}

}  // namespace paysaga::payment
