#include "paysaga/saga/event.hpp"

#include <map>
#include <set>

#include <catch2/catch.hpp>

namespace paysaga {
namespace {

constexpr int type_count = static_cast<int>(EventType::order_resumed) + 1;

std::string topics_text(EventType type) {
  std::string text;
  for (const Topic topic : topics_of(type)) {
    text += (text.empty() ? "" : " ") + std::string{to_text(topic)};
  }
  return text;
}

}  // namespace

TEST_CASE("event: every type is found by its name within its machine", "[saga][event]") {
  for (int i = 0; i < type_count; ++i) {
    const auto type = static_cast<EventType>(i);
    const Machine machine =
        topics_of(type).front() == Topic::payment_events ? Machine::payment : Machine::order;
    const Machine other = machine == Machine::payment ? Machine::order : Machine::payment;
    CAPTURE(to_text(type));
    CHECK(parse_event_type(to_text(type), machine).value() == type);
    const std::set<std::string_view> of_both = {"COMMAND_REFUSED", "HELD", "RESUMED"};
    if (of_both.contains(to_text(type))) {
      CHECK(parse_event_type(to_text(type), other).value() != type);
    } else {
      CHECK_FALSE(parse_event_type(to_text(type), other).has_value());
    }
  }
  CHECK_FALSE(parse_event_type("PAYMENT_LOST", Machine::payment).has_value());
}

TEST_CASE("event: each goes to its machine's topic and to the copies of its kind",
          "[saga][event]") {
  const std::map<EventType, std::string> table = {
      {EventType::payment_initiated, "payment-events payment-initiated"},
      {EventType::payment_processing, "payment-events payment-processing"},
      {EventType::payment_action_required, "payment-events payment-processing"},
      {EventType::payment_authorized, "payment-events payment-processing"},
      {EventType::payment_completed, "payment-events payment-completed"},
      {EventType::payment_failed, "payment-events payment-failed"},
      {EventType::payment_cancelled, "payment-events payment-cancelled"},
      {EventType::payment_refunded, "payment-events payment-refunded"},
      {EventType::payment_refund_failed, "payment-events payment-refunded"},
      {EventType::late_success, "payment-events payment-processing"},
      {EventType::payment_outcome_unknown, "payment-events"},
      {EventType::payment_outcome_known, "payment-events"},
      {EventType::compensation_stuck, "payment-events"},
      {EventType::dispute_opened, "payment-events payment-refunded"},
      {EventType::dispute_won, "payment-events payment-refunded"},
      {EventType::dispute_lost, "payment-events payment-refunded"},
      {EventType::command_refused, "payment-events"},
      {EventType::held, "payment-events"},
      {EventType::resumed, "payment-events"},
      {EventType::payment_refund_initiated,
       "order-events payment-refund-initiated customer-notifications"},
      {EventType::order_created, "order-events"},
      {EventType::order_cancelled, "order-events customer-notifications"},
      {EventType::order_fulfilled, "order-events"},
      {EventType::order_payment_failed, "order-events customer-notifications"},
      {EventType::order_expired, "order-events customer-notifications"},
      {EventType::order_refunded, "order-events customer-notifications"},
      {EventType::order_command_refused, "order-events"},
      {EventType::order_held, "order-events"},
      {EventType::order_resumed, "order-events"},
  };
  REQUIRE(table.size() == type_count);
  for (const auto& [type, topics] : table) {
    CAPTURE(to_text(type));
    CHECK(topics_text(type) == topics);
  }
}

}  // namespace paysaga
