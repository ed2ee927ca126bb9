#include <catch2/catch.hpp>

#include "saga/order/stage.hpp"

namespace paysaga::order::trial {
namespace {

/// The order after an input, taken from its tables.
Order after(const Order& order, const std::string& input, std::uint64_t sequence = 11) {
  Input next = input_named(input, order);
  if (auto* event = std::get_if<Event>(&next)) event->sequence = sequence;
  return decide_now(order, next).verdict.next;
}

std::vector<Event> told(const Order& order, const std::string& input) {
  return decide_now(order, input_named(input, order)).verdict.events;
}

std::string message(const Order& order, const std::string& input, std::size_t index = 0) {
  const std::vector<Event> events = told(order, input);
  REQUIRE(events.size() > index);
  REQUIRE(events[index].reason.has_value());
  return events[index].reason->message;
}

}  // namespace

TEST_CASE("order: the newest payment event decides, whatever order they come in", "[saga][order]") {
  Order order = order_named("payment_processing");
  order = after(order, "completed", 15);
  CHECK(order.status == Status::pending);
  for (const std::uint64_t late : {11U, 14U, 15U}) {
    Input event = input_named("failed", order);
    std::get<Event>(event).sequence = late;
    const Answer answer = decide_now(order, event);
    CHECK(answer.verdict.outcome == Outcome::ignored);
    CHECK(answer.verdict.next == order);
  }
}

TEST_CASE("order: ORDER_CREATED is told once, whichever event tells of the money",
          "[saga][order]") {
  const Order authorized = after(order_named("payment_processing"), "authorized", 11);
  CHECK(authorized.created);
  Input completed = input_named("completed", authorized);
  std::get<Event>(completed).sequence = 12;
  CHECK(decide_now(authorized, completed).verdict.events.empty());
  const std::vector<Event> events = told(order_named("payment_failed"), "refunded in part");
  REQUIRE(events.size() == 1);
  CHECK(events[0].type == EventType::order_created);
}

TEST_CASE("order: what the customer is told fits what became of the money", "[saga][order]") {
  CHECK(message(order_named("payment_pending"), "order.cancel") ==
        "Your order was cancelled: wish. You have not been charged.");
  CHECK(message(order_named("payment_processing"), "order.cancel") ==
        "Your order was cancelled: wish. Should you be charged, it is refunded.");
  CHECK(message(order_named("pending"), "order.rejected") ==
        "Your order could not be accepted: closed. Your money is refunded.");
  CHECK(message(order_named("pending"), "order.delivery_failed", 1) ==
        "A refund of 42.00 EUR is on its way.");
  CHECK(message(order_named("payment_processing"), "failed") == "told");
  CHECK(message(order_named("payment_failed"), "cancelled expired") ==
        "Your order was not paid in time. You have not been charged.");
  CHECK(message(order_named("payment_pending"), "late refunded") ==
        "Your payment came after the order had expired; it is refunded.");
  CHECK(message(order_named("refund_pending"), "refunded") == "42.00 EUR was refunded.");
}

TEST_CASE("order: ids of events and refunds are functions of the order", "[saga][order]") {
  const Order pending = order_named("pending");
  const std::vector<Event> first = told(pending, "order.cancel");
  REQUIRE(first.size() == 2);
  CHECK(first == told(pending, "order.cancel"));
  CHECK(first[0].id.text() == "paysaga:order_1:o:1");
  CHECK(first[1].id.text() == "paysaga:order_1:o:2");
  CHECK(first[1].refund == RefundPart{RefundId::of("compensation-1"), std::nullopt, true});
  CHECK(first[1].customer->text() == "cus_1");
  CHECK(first[1].money.captured == 4200);
}

TEST_CASE("order: a repeated refusal of a compensation is not asked again in a loop",
          "[saga][order]") {
  const Order order = order_named("refund_pending");
  Input forbidden = input_named("nothing left", order);
  auto& event = std::get<Event>(forbidden);
  event.money = order.payment.money;  // It says that nothing is left, but the totals do not.
  const Answer answer = decide_now(order, forbidden);
  CHECK(answer.verdict.events.empty());
  CHECK(answer.verdict.next.status == Status::refund_failed);
  CHECK(answer.verdict.next.stuck->reason == "compensation_stuck");
}

TEST_CASE("order: stuck keeps its time until its reason changes", "[saga][order]") {
  Order order = after(order_named("payment_processing"), "outcome unknown", 11);
  REQUIRE(order.stuck.has_value());
  order.stuck->since = now - hours{3};
  order = after(order, "outcome unknown", 12);
  CHECK(order.unknown_outcomes == 2);
  CHECK(order.stuck->since == now - hours{3});
  order = after(order, "outcome known", 13);
  CHECK(order.stuck.has_value());
  order = after(order, "outcome known", 14);
  CHECK_FALSE(order.stuck.has_value());
}

TEST_CASE("order: what no payment can have told breaks nothing", "[saga][order]") {
  for (const auto& [name, order] : all_orders()) {
    CAPTURE(name);
    for (const MoneyTotals money :
         {MoneyTotals{.captured = -1}, MoneyTotals{.captured = 4200, .refunded = -1},
          MoneyTotals{.captured = 0, .refunding = -5}}) {
      Input input = input_named("completed", order);
      std::get<Event>(input).money = money;
      CHECK(decide_now(order, input).verdict.outcome == Outcome::ignored);
    }
  }
}

TEST_CASE("order: statuses have names and are found by them", "[saga][order]") {
  for (int i = 0; i <= static_cast<int>(Status::partially_refunded); ++i) {
    const auto status = static_cast<Status>(i);
    CHECK(parse_status(to_text(status)).value() == status);
  }
  CHECK_FALSE(parse_status("PENDING").has_value());
}

}  // namespace paysaga::order::trial
