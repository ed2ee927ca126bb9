#include "paysaga/saga/event.hpp"

#include <array>
#include <cstdlib>

namespace paysaga {
namespace {

/// The machine that publishes a type of event.
Machine machine_of(EventType type) {
  return type < EventType::payment_refund_initiated ? Machine::payment : Machine::order;
}

constexpr std::array only_payment_events{Topic::payment_events};
constexpr std::array initiated{Topic::payment_events, Topic::payment_initiated};
constexpr std::array processing{Topic::payment_events, Topic::payment_processing};
constexpr std::array completed{Topic::payment_events, Topic::payment_completed};
constexpr std::array failed{Topic::payment_events, Topic::payment_failed};
constexpr std::array cancelled{Topic::payment_events, Topic::payment_cancelled};
constexpr std::array refunded{Topic::payment_events, Topic::payment_refunded};
constexpr std::array only_order_events{Topic::order_events};
constexpr std::array told{Topic::order_events, Topic::customer_notifications};
constexpr std::array refund_initiated{Topic::order_events, Topic::payment_refund_initiated,
                                      Topic::customer_notifications};

}  // namespace

std::int64_t kept_minor(const MoneyTotals& money) {
  return money.captured - money.refunded - money.lost;
}

std::string_view to_text(EventType type) {
  switch (type) {
    case EventType::payment_initiated:
      return "PAYMENT_INITIATED";
    case EventType::payment_processing:
      return "PAYMENT_PROCESSING";
    case EventType::payment_action_required:
      return "PAYMENT_ACTION_REQUIRED";
    case EventType::payment_authorized:
      return "PAYMENT_AUTHORIZED";
    case EventType::payment_completed:
      return "PAYMENT_COMPLETED";
    case EventType::payment_failed:
      return "PAYMENT_FAILED";
    case EventType::payment_cancelled:
      return "PAYMENT_CANCELLED";
    case EventType::payment_refunded:
      return "PAYMENT_REFUNDED";
    case EventType::payment_refund_failed:
      return "PAYMENT_REFUND_FAILED";
    case EventType::late_success:
      return "LATE_SUCCESS";
    case EventType::payment_outcome_unknown:
      return "PAYMENT_OUTCOME_UNKNOWN";
    case EventType::payment_outcome_known:
      return "PAYMENT_OUTCOME_KNOWN";
    case EventType::compensation_stuck:
      return "COMPENSATION_STUCK";
    case EventType::dispute_opened:
      return "DISPUTE_OPENED";
    case EventType::dispute_won:
      return "DISPUTE_WON";
    case EventType::dispute_lost:
      return "DISPUTE_LOST";
    case EventType::payment_refund_initiated:
      return "PAYMENT_REFUND_INITIATED";
    case EventType::order_created:
      return "ORDER_CREATED";
    case EventType::order_cancelled:
      return "ORDER_CANCELLED";
    case EventType::order_fulfilled:
      return "ORDER_FULFILLED";
    case EventType::order_payment_failed:
      return "ORDER_PAYMENT_FAILED";
    case EventType::order_expired:
      return "ORDER_EXPIRED";
    case EventType::order_refunded:
      return "ORDER_REFUNDED";
    case EventType::command_refused:
    case EventType::order_command_refused:
      return "COMMAND_REFUSED";
    case EventType::held:
    case EventType::order_held:
      return "HELD";
    case EventType::resumed:
    case EventType::order_resumed:
      return "RESUMED";
  }
  std::abort();
}

Result<EventType> parse_event_type(std::string_view text, Machine machine) {
  for (int i = 0; i <= static_cast<int>(EventType::order_resumed); ++i) {
    const auto type = static_cast<EventType>(i);
    if (machine_of(type) == machine && to_text(type) == text) return type;
  }
  return fail(ErrorCode::malformed, "the " + std::string{to_text(machine)} +
                                        " machine has no event '" +
                                        std::string{text.substr(0, 40)} + "'");
}

std::string_view to_text(Machine machine) {
  return machine == Machine::payment ? "payment" : "order";
}

std::span<const Topic> topics_of(EventType type) {
  switch (type) {
    case EventType::payment_initiated:
      return initiated;
    case EventType::payment_processing:
    case EventType::payment_action_required:
    case EventType::payment_authorized:
    case EventType::late_success:
      return processing;
    case EventType::payment_completed:
      return completed;
    case EventType::payment_failed:
      return failed;
    case EventType::payment_cancelled:
      return cancelled;
    case EventType::payment_refunded:
    case EventType::payment_refund_failed:
    case EventType::dispute_opened:
    case EventType::dispute_won:
    case EventType::dispute_lost:
      return refunded;
    case EventType::payment_outcome_unknown:
    case EventType::payment_outcome_known:
    case EventType::compensation_stuck:
    case EventType::command_refused:
    case EventType::held:
    case EventType::resumed:
      return only_payment_events;
    case EventType::payment_refund_initiated:
      return refund_initiated;
    case EventType::order_cancelled:
    case EventType::order_payment_failed:
    case EventType::order_expired:
    case EventType::order_refunded:
      return told;
    case EventType::order_created:
    case EventType::order_fulfilled:
    case EventType::order_command_refused:
    case EventType::order_held:
    case EventType::order_resumed:
      return only_order_events;
  }
  std::abort();
}

}  // namespace paysaga
