#include "paysaga/saga/order/steps.hpp"

namespace paysaga::order {
namespace {

void fulfil(Draft& draft, const AskFulfilled& ask) {
  if (draft.order.cancel_requested) return refuse_by_status(draft, ask.id);
  if (payment_status(draft.order) != payment::Status::captured) {
    return refuse(draft, ask.id, "not_captured", "The money is not taken yet.");
  }
  move_to(draft, Status::fulfilled);
  tell(draft, EventType::order_fulfilled);
}

}  // namespace

void from_pending(Draft& draft, const Known& input) {
  const auto end_unless_ended = [&](EndCause cause, std::string_view reason) {
    if (draft.order.ended) return already_ended(draft);
    end(draft, cause, reason);
  };
  std::visit(Overload{
                 [&](const AskCancel& ask) { end_unless_ended(EndCause::cancelled, ask.reason); },
                 [&](const AskRejected& ask) { end_unless_ended(EndCause::rejected, ask.reason); },
                 [&](const AskDeliveryFailed& ask) {
                   if (draft.order.cancel_requested) return refuse_by_status(draft, ask.id);
                   end(draft, EndCause::delivery_failed, ask.reason);
                 },
                 [&](const AskFulfilled& ask) { fulfil(draft, ask); },
                 [&](const News& news) { follow_payment(draft, news); },
             },
             input);
}

}  // namespace paysaga::order
