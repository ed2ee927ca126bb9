#include "paysaga/saga/order/steps.hpp"

namespace paysaga::order {

void from_closed(Draft& draft, const Known& input) {
  std::visit(Overload{
                 [&](const AskCancel& ask) { refuse_closed(draft, ask.id); },
                 [&](const AskRejected& ask) { refuse_closed(draft, ask.id); },
                 [&](const AskDeliveryFailed& ask) { refuse_closed(draft, ask.id); },
                 [&](const AskFulfilled& ask) { refuse_closed(draft, ask.id); },
                 // Only money that was taken after all opens it again.
                 [&](const News& news) {
                   if (payment_status(draft.order) == payment::Status::captured) {
                     captured(draft, news);
                   }
                 },
             },
             input);
}

}  // namespace paysaga::order
