#include "paysaga/saga/order/settle.hpp"
#include "paysaga/saga/order/steps.hpp"

namespace paysaga::order {

void from_refunding(Draft& draft, const Known& input) {
  std::visit(Overload{
                 [&](const AskCancel&) { already_ended(draft); },
                 [&](const AskRejected&) { already_ended(draft); },
                 [&](const AskDeliveryFailed& ask) { refuse_by_status(draft, ask.id); },
                 [&](const AskFulfilled& ask) { refuse_by_status(draft, ask.id); },
                 [&](const News& news) { settle(draft, news); },
             },
             input);
}

}  // namespace paysaga::order
