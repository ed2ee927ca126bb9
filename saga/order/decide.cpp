#include <cstdlib>
#include <utility>

#include "paysaga/saga/order/states.hpp"
#include "paysaga/saga/order/steps.hpp"
#include "paysaga/saga/planted.hpp"

namespace paysaga::order {
namespace {

void from_status(Draft& draft, const Known& input) {
  switch (draft.order.status) {
    case Status::payment_pending:
    case Status::payment_processing:
    case Status::payment_failed:
      return from_unpaid(draft, input);
    case Status::pending:
      return from_pending(draft, input);
    case Status::fulfilled:
      return from_fulfilled(draft, input);
    case Status::cancelled:
    case Status::expired:
      return from_closed(draft, input);
    case Status::refund_pending:
    case Status::refund_failed:
      return from_refunding(draft, input);
    case Status::refunded:
    case Status::partially_refunded:
      return from_refunded(draft, input);
  }
  std::abort();  // Every status is above; here memory is corrupt.
}

/// Why a person should look at the order: a function of its state, so that it cannot be forgotten.
std::string_view stuck_reason(const Order& order) {
  if (order.status == Status::refund_failed) return "compensation_stuck";
  const bool hold_lost =
      order.status == Status::pending && payment_status(order) == payment::Status::cancelled;
  if (hold_lost && !order.ended) return "authorization_lost";
  // Others have given back, or the bank has taken back, beside what we did.
  const MoneyTotals& money = order.payment.money;
  if (money.refunding + money.refunded + money.lost > money.captured) return "money_overdrawn";
  if (order.payment.hold_expires) return "hold_expires";
  if (order.unknown_outcomes > 0) return "outcome_unknown";
  return {};
}

void update_stuck(Draft& draft) {
  Order& order = draft.order;
  const std::string_view reason = stuck_reason(order);
  if (reason.empty()) {
    order.stuck = std::nullopt;
  } else if (!order.stuck || order.stuck->reason != reason) {
    order.stuck = Stuck{std::string{reason}, draft.now()};
  }
}

/// True if no payment that this order knows can have told it. Such an event comes from outside, and
/// following it would break the order.
bool is_impossible(const Order& order, const Event& event) {
  const MoneyTotals& money = event.money;
  if (!status_named(event.status)) return true;
  const bool negative = money.captured < 0 || money.refunding < 0 || money.refunded < 0 ||
                        money.disputed < 0 || money.lost < 0;
  const bool captured = event.status == payment::to_text(payment::Status::captured);
  return negative || captured != (money.captured > 0) ||
         money.captured < order.payment.money.captured;
}

/// From the warning on, as long as the money is neither taken nor released.
bool is_hold_ending(const Order& order, const Event& event) {
  const bool held = event.money.authorized > 0;
  return held &&
         (order.payment.hold_expires || (event.reason && event.reason->code == "hold_expires"));
}

void hear(Draft& draft, const Event& event) {
  Order& order = draft.order;
  // Topics are not ordered among each other: what a newer event has overtaken tells nothing new,
  // for each event shows the whole payment.
  const bool overtaken = event.sequence <= order.payment.sequence;
  if (overtaken && !planted(PlantedBug::overtaken_event_heard)) return ignore(draft, "overtaken");
  if (is_impossible(order, event)) return ignore(draft, "contradicts what is known");
  const MoneyTotals before = order.payment.money;
  const bool hold_expires = is_hold_ending(order, event);
  order.payment = PaymentView{event.sequence, event.status, event.money,
                              event.customer, event.amount, hold_expires};
  if (event.type == EventType::payment_outcome_unknown) ++order.unknown_outcomes;
  if (event.type == EventType::payment_outcome_known && order.unknown_outcomes > 0) {
    --order.unknown_outcomes;
  }
  from_status(draft, News{event, before});
}

/// A command needs an order that a payment has made known.
template <class Ask>
void obey(Draft& draft, const Ask& ask) {
  if (draft.order.payment.sequence == 0) return park(draft, "order_unknown");
  from_status(draft, ask);
}

}  // namespace

Answer decide(const Order& now, const Input& input, const Scope& scope) {
  Draft draft{scope, now};
  std::visit(Overload{
                 [&](const AskCancel& ask) { obey(draft, ask); },
                 [&](const AskRejected& ask) { obey(draft, ask); },
                 [&](const AskDeliveryFailed& ask) { obey(draft, ask); },
                 [&](const AskFulfilled& ask) { obey(draft, ask); },
                 [&](const Event& event) {
                   ensure(event.machine == Machine::payment, "an order hears only its payment");
                   hear(draft, event);
                 },
             },
             input);
  update_stuck(draft);
  Answer answer;
  answer.verdict.outcome = draft.outcome;
  answer.verdict.code = std::move(draft.code);
  answer.verdict.summary = std::move(draft.summary);
  answer.verdict.next = std::move(draft.order);
  answer.verdict.events = std::move(draft.events);
  answer.cancels = std::move(draft.cancels);
  answer.hold = std::move(draft.hold);
  return answer;
}

}  // namespace paysaga::order
