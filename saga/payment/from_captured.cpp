#include "paysaga/saga/payment/news.hpp"
#include "paysaga/saga/payment/refunds.hpp"
#include "paysaga/saga/payment/states.hpp"
#include "paysaga/saga/payment/steps.hpp"

namespace paysaga::payment {

void from_captured(Draft& draft, const Input& input) {
  std::visit(
      Overload{
          [&](const AskInitiate& ask) { answer_initiate(draft, ask); },
          [&](const AskConfirm& ask) { refuse(draft, ask.id, "captured", "It is already paid."); },
          [&](const AskCapture& ask) { refuse_capture(draft, ask); },
          [&](const AskCancel& ask) {
            refuse(draft, ask.id, "captured", "It is already paid; ask for a refund.");
          },
          [&](const AskRefund& ask) { ask_refund(draft, ask); },
          [&](const AnswerInput& answer) { hear_refund(draft, answer); },
          [&](const WakeInput&) { retry_compensations(draft); },
          [&](const WebhookInput& news) { list_refunds_now(draft, news); },
      },
      input);
}

}  // namespace paysaga::payment
