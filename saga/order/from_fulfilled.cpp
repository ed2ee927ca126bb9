#include "paysaga/saga/order/steps.hpp"

namespace paysaga::order {

void from_fulfilled(Draft& draft, const Known& input) {
  std::visit(Overload{
                 [&](const AskCancel& ask) { refuse_closed(draft, ask.id); },
                 [&](const AskRejected& ask) { refuse_closed(draft, ask.id); },
                 [&](const AskDeliveryFailed& ask) { refuse_closed(draft, ask.id); },
                 [&](const AskFulfilled& ask) { refuse_closed(draft, ask.id); },
                 // A goodwill refund changes only its money, and that the view already shows.
                 [](const News&) {},
             },
             input);
}

}  // namespace paysaga::order
