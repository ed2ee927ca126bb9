#include "paysaga/saga/order/steps.hpp"

namespace paysaga::order {

void from_unpaid(Draft& draft, const Known& input) {
  const auto end_unless_ended = [&](EndCause cause, std::string_view reason) {
    if (draft.order.ended) return already_ended(draft);
    end(draft, cause, reason);
  };
  std::visit(Overload{
                 [&](const AskCancel& ask) { end_unless_ended(EndCause::cancelled, ask.reason); },
                 [&](const AskRejected& ask) { end_unless_ended(EndCause::rejected, ask.reason); },
                 [&](const AskDeliveryFailed& ask) { refuse_by_status(draft, ask.id); },
                 [&](const AskFulfilled& ask) { refuse_by_status(draft, ask.id); },
                 [&](const News& news) { follow_payment(draft, news); },
             },
             input);
}

}  // namespace paysaga::order
