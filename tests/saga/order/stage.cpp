#include "saga/order/stage.hpp"

#include <catch2/catch.hpp>

#include "saga/payment/encoder.hpp"

namespace paysaga::order::trial {
namespace {

Order order_of(Status status, const std::string& payment_status, MoneyTotals money) {
  Order order;
  order.status = status;
  order.payment.sequence = 10;
  order.payment.status = payment_status;
  order.payment.money = money;
  order.payment.customer = CustomerId::of("cus_1");
  order.payment.amount = Money{4200, *Currency::parse("EUR")};
  return order;
}

const MoneyTotals nothing{};
const MoneyTotals held_money{.authorized = 4200};
const MoneyTotals taken{.captured = 4200};
const MoneyTotals partly_back{.captured = 4200, .refunded = 1000};
const MoneyTotals all_back{.captured = 4200, .refunded = 4200};

Order ended(Order order) {
  order.ended = EndCause::cancelled;
  order.cancel_requested = true;
  order.end_reason = "wish";
  return order;
}

Order created(Order order) {
  order.created = true;
  return order;
}

/// Ended after it was paid, with the refund that it asked for.
Order compensated(Order order, bool under_way) {
  order = created(ended(std::move(order)));
  order.compensations = 1;
  if (under_way) order.compensation = RefundId::of("compensation-1");
  return order;
}

Event event_of(EventType type, const std::string& status, MoneyTotals money,
               const std::string& code = {}) {
  return Event{.id = EventId::of("paysaga:order_1:p:11"),
               .type = type,
               .machine = Machine::payment,
               .sequence = 11,
               .occurred_at = now,
               .correlation_id = "c1",
               .causation_id = "c1",
               .order = OrderId::of("order_1"),
               .customer = CustomerId::of("cus_1"),
               .amount = Money{4200, *Currency::parse("EUR")},
               .money = money,
               .status = status,
               .intent = std::nullopt,
               .refund = std::nullopt,
               .reason = code.empty() ? std::nullopt : std::optional{Reason{code, "told"}},
               .decline_class = {},
               .expires_at = now + minutes{30},
               .command = std::nullopt};
}

Event with_refund(Event event, const std::string& id, bool compensation) {
  event.refund = RefundPart{RefundId::of(id), std::nullopt, compensation};
  return event;
}

/// No payment may follow.
Event without_time(Event event) {
  event.expires_at = std::nullopt;
  return event;
}

Event final_event(Event event) {
  event.final = true;
  return without_time(std::move(event));
}

Event while_cancelling(Event event) {
  event.cancel_requested = true;
  return event;
}

/// An event of a payment that did not move: it shows what the order knows already.
Event unmoved(EventType type, const Order& order, const std::string& code = {}) {
  const bool known = order.payment.sequence > 0;
  Event event =
      event_of(type, known ? order.payment.status : "creating", order.payment.money, code);
  const bool closed = order.status == Status::cancelled || order.status == Status::expired;
  if (closed) event.expires_at = std::nullopt;
  return event;
}

}  // namespace

Answer decide_now(const Order& order, const Input& input) {
  static const payment::trial::PlainEncoder encoder;
  static const Policy policy;
  static const Context context{now, policy, encoder, "paysaga", "ledger0001", 0, false};
  static const OrderId id = OrderId::of("order_1");
  return decide(order, input, Scope{context, id, "c1", "cause"});
}

std::string outcome_of(const Order& order, const Input& input) {
  const Answer answer = decide_now(order, input);
  const auto& verdict = answer.verdict;
  REQUIRE(check(verdict.next).value_or("") == "");
  std::string text;
  if (verdict.outcome == Outcome::parked) text = "parked " + verdict.code;
  if (verdict.outcome == Outcome::ignored) {
    REQUIRE(verdict.next == order);
    return "ignored: " + verdict.code;
  }
  if (verdict.outcome == Outcome::refused) {
    REQUIRE(verdict.events.size() == 1);
    REQUIRE(verdict.events[0].type == EventType::order_command_refused);
    REQUIRE(verdict.events[0].reason->code == verdict.code);
    REQUIRE(verdict.next.status == order.status);
    return "refused " + verdict.code;
  }
  if (verdict.outcome == Outcome::accepted) text = to_text(verdict.next.status);
  for (const Event& event : verdict.events) {
    REQUIRE(event.machine == Machine::order);
    text.append(", ").append(to_text(event.type));
  }
  for (const command::PaymentCancel& cancel : answer.cancels) {
    text.append(", payment.cancel").append(cancel.final ? " final" : "");
  }
  if (verdict.next.stuck) text.append("; stuck ").append(verdict.next.stuck->reason);
  if (answer.hold) text.append("; held");
  return text;
}

std::vector<std::pair<std::string, Order>> all_orders() {
  Order refund_failed = compensated(order_of(Status::refund_failed, "captured", taken), true);
  refund_failed.stuck = Stuck{"compensation_stuck", now};
  return {
      {"unknown", Order{}},
      {"payment_pending", order_of(Status::payment_pending, "ready", nothing)},
      {"payment_processing", order_of(Status::payment_processing, "confirming", nothing)},
      {"payment_failed", order_of(Status::payment_failed, "declined", nothing)},
      {"cancel waits", ended(order_of(Status::payment_processing, "cancelling", nothing))},
      {"pending, authorized", created(order_of(Status::pending, "authorized", held_money))},
      {"pending", created(order_of(Status::pending, "captured", taken))},
      {"fulfilled", created(order_of(Status::fulfilled, "captured", taken))},
      {"cancelled", ended(order_of(Status::cancelled, "cancelled", nothing))},
      {"expired", order_of(Status::expired, "cancelled", nothing)},
      {"refund_pending", compensated(order_of(Status::refund_pending, "captured", taken), true)},
      {"refund_pending, paid late", order_of(Status::refund_pending, "captured", taken)},
      {"refund_failed", refund_failed},
      {"refunded", compensated(order_of(Status::refunded, "captured", all_back), false)},
      {"partially_refunded",
       compensated(order_of(Status::partially_refunded, "captured", partly_back), false)},
  };
}

std::vector<std::pair<std::string, Input>> all_inputs(const Order& order) {
  using enum EventType;
  const EventId id = EventId::of("c9");
  const MoneyTotals known = order.payment.money;
  const MoneyTotals money = known.captured > 0 ? known : taken;
  Event overtaken = event_of(payment_processing, "confirming", nothing);
  overtaken.sequence = order.payment.sequence;
  return {
      {"order.cancel", AskCancel{id, "wish"}},
      {"order.rejected", AskRejected{id, "closed"}},
      {"order.delivery_failed", AskDeliveryFailed{id, "nobody home"}},
      {"order.fulfilled", AskFulfilled{id}},
      {"initiated", event_of(payment_initiated, "creating", nothing)},
      {"confirming", event_of(payment_processing, "confirming", nothing)},
      {"processing", event_of(payment_processing, "processing", nothing)},
      {"ready", event_of(payment_action_required, "ready", nothing)},
      {"action required", event_of(payment_action_required, "action_required", nothing)},
      {"authorized", event_of(payment_authorized, "authorized", held_money)},
      {"completed", event_of(payment_completed, "captured", taken)},
      {"completed while a cancel waits",
       while_cancelling(event_of(payment_completed, "captured", taken))},
      {"failed", event_of(payment_failed, "declined", nothing, "insufficient_funds")},
      {"failed for good",
       final_event(event_of(payment_failed, "declined", nothing, "parameter_invalid"))},
      {"cancelled", event_of(payment_cancelled, "cancelled", nothing, "customer")},
      {"cancelled for good",
       final_event(event_of(payment_cancelled, "cancelled", nothing, "customer"))},
      {"cancelled expired",
       final_event(event_of(payment_cancelled, "cancelled", nothing, "expired"))},
      {"cancelled hold expired",
       without_time(event_of(payment_cancelled, "cancelled", nothing, "hold_expired"))},
      {"refunded in part",
       with_refund(event_of(payment_refunded, "captured", partly_back), "r1", false)},
      {"refunded",
       with_refund(event_of(payment_refunded, "captured", all_back), "compensation-1", true)},
      {"goodwill failed",
       with_refund(event_of(payment_refund_failed, "captured", money, "expired_card"), "r1",
                   false)},
      {"goodwill forbidden",
       with_refund(event_of(payment_refund_failed, "captured", money, "amount_too_large"), "r1",
                   false)},
      {"compensation failed",
       with_refund(event_of(payment_refund_failed, "captured", taken, "expired_card"),
                   "compensation-1", true)},
      {"compensation stuck",
       with_refund(event_of(compensation_stuck, "captured", taken, "declined"), "compensation-1",
                   true)},
      {"nothing left",
       with_refund(event_of(payment_refund_failed, "captured", all_back, "nothing_left"),
                   "compensation-1", true)},
      {"late refunded", event_of(late_success, "captured", taken, "refund")},
      {"late accepted", event_of(late_success, "captured", taken, "accept")},
      {"late held", event_of(late_success, "captured", taken, "hold")},
      {"outcome unknown", unmoved(payment_outcome_unknown, order)},
      {"outcome known", unmoved(payment_outcome_known, order)},
      {"command refused", unmoved(command_refused, order, "in_progress")},
      {"overtaken", overtaken},
      {"of a newer version", event_of(payment_processing, "teleporting", nothing)},
  };
}

namespace {

template <class T>
T named(std::vector<std::pair<std::string, T>> all, const std::string& name) {
  for (auto& [its_name, value] : all) {
    if (its_name == name) return std::move(value);
  }
  FAIL("nothing is named " << name);
  std::abort();
}

}  // namespace

Order order_named(const std::string& name) {
  return named(all_orders(), name);
}

Input input_named(const std::string& name, const Order& order) {
  return named(all_inputs(order), name);
}

}  // namespace paysaga::order::trial
