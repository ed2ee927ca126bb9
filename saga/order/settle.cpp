#include "paysaga/saga/order/settle.hpp"

#include <algorithm>
#include <array>

#include "paysaga/saga/order/hold.hpp"

namespace paysaga::order {
namespace {

/// Why the payment machine forbids a refund that it never began.
constexpr std::array<std::string_view, 7> forbidden_codes = {
    "nothing_left",      "nothing_captured", "amount_too_large", "disputed",
    "currency_mismatch", "id_reused",        "amount_malformed"};

bool refund_forbidden(const Event& event) {
  return event.type == EventType::payment_refund_failed && event.reason &&
         std::ranges::find(forbidden_codes, event.reason->code) != forbidden_codes.end();
}

/// Follows the refund of all that is left, whoever asked for it, from event to event.
void track_compensation(Order& order, const Event& event) {
  if (!event.refund) return;
  const RefundPart& refund = *event.refund;
  const bool over = event.type == EventType::payment_refunded || refund_forbidden(event);
  if (over && order.compensation == refund.refund) order.compensation = std::nullopt;
  // It is the payment machine that tries a failed compensation again.
  if (refund_failed(event) && refund.compensation) order.compensation = refund.refund;
}

std::string money_text(const Order& order, std::int64_t minor) {
  if (!order.payment.amount) return std::to_string(minor);
  return to_text(Money{minor, order.payment.amount->currency});
}

/// Asks the payment machine for all that is left: no amount, so that it cannot be too much.
void ask_for_refund(Draft& draft) {
  Order& order = draft.order;
  ++order.compensations;
  order.compensation = RefundId::of("compensation-" + std::to_string(order.compensations));
  const std::string left = money_text(order, left_minor(order.payment.money));
  const std::string_view code = order.ended ? to_text(*order.ended) : "late_success";
  note(draft, "refund of what is left");
  tell(draft, EventType::payment_refund_initiated, code, "A refund of " + left + " is on its way.")
      .refund = RefundPart{*order.compensation, std::nullopt, true};
}

void close(Draft& draft) {
  Order& order = draft.order;
  const MoneyTotals& money = order.payment.money;
  const bool whole = money.refunded >= money.captured;
  const Status closed = whole ? Status::refunded : Status::partially_refunded;
  order.asks_waiting = false;
  order.compensation = std::nullopt;
  let_go(draft);
  if (order.status == closed) return;
  move_to(draft, closed);
  tell(draft, EventType::order_refunded, to_text(closed),
       money_text(order, money.refunded) + (whole ? " was refunded." : " of it was refunded.") +
           (money.lost > 0 ? " Your bank has given you " + money_text(order, money.lost) + "."
                           : ""));
}

void settle_as(Draft& draft, Ask ask, bool failed) {
  Order& order = draft.order;
  const MoneyTotals& money = order.payment.money;
  if (money.refunded + money.lost >= money.captured) return close(draft);
  move_to(draft, failed || order.status == Status::refund_failed ? Status::refund_failed
                                                                 : Status::refund_pending);
  // While a dispute is open the customer's bank decides: won, what is left is asked for.
  const bool waits = order.compensation || money.disputed > 0;
  const bool may_ask = ask == Ask::allowed && !waits;
  if (!may_ask || left_minor(money) <= 0) return;
  if (draft.hold) return wait_to_ask(draft);
  ask_for_refund(draft);
}

}  // namespace

void settle(Draft& draft, Ask ask) {
  settle_as(draft, ask, false);
}

void settle(Draft& draft, const News& news) {
  const Event& event = news.event;
  track_compensation(draft.order, event);
  // Asked again at once, a forbidden refund would be forbidden again: a person should look.
  const bool refused = refund_forbidden(event) && event.refund && event.refund->compensation;
  const MoneyTotals& money = draft.order.payment.money;
  const bool stranded = refused && money.disputed == 0 && left_minor(money) > 0;
  // What the payment machine itself gives back is not asked for as well.
  const bool late =
      event.type == EventType::late_success && event.reason && event.reason->code == "refund";
  const bool fell = draft.order.payment.money.refunded < news.before.refunded;
  settle_as(draft, late || refused ? Ask::forbidden : Ask::allowed,
            refund_failed(event) || fell || stranded);
}

std::int64_t left_minor(const MoneyTotals& money) {
  return kept_minor(money) - money.refunding - money.disputed;
}

bool refund_failed(const Event& event) {
  if (event.type == EventType::compensation_stuck) return true;
  return event.type == EventType::payment_refund_failed && !refund_forbidden(event);
}

}  // namespace paysaga::order
