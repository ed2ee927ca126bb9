#include "paysaga/saga/order/settle.hpp"
#include "paysaga/saga/order/steps.hpp"

namespace paysaga::order {
namespace {

/// A refund that failed later opens it again; what else is given back only adds to its money.
void hear(Draft& draft, const News& news) {
  const MoneyTotals& money = draft.order.payment.money;
  const bool fell = money.refunded < news.before.refunded;
  const bool whole = money.refunded >= money.captured;
  if (fell || whole) settle(draft, news);
}

}  // namespace

void from_refunded(Draft& draft, const Known& input) {
  std::visit(Overload{
                 [&](const AskCancel& ask) { refuse_closed(draft, ask.id); },
                 [&](const AskRejected& ask) { refuse_closed(draft, ask.id); },
                 [&](const AskDeliveryFailed& ask) { refuse_closed(draft, ask.id); },
                 [&](const AskFulfilled& ask) { refuse_closed(draft, ask.id); },
                 [&](const News& news) { hear(draft, news); },
             },
             input);
}

}  // namespace paysaga::order
