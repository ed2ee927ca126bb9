#include "paysaga/saga/order/draft.hpp"

#include <utility>

namespace paysaga::order {
namespace {

/// `<group>:<order>:o:<sequence>`.
EventId event_id(const Draft& draft) {
  const std::string_view group = draft.scope.context.group;
  const std::string& order = draft.scope.order.text();
  std::string text;
  text.reserve(group.size() + order.size() + 16);
  text.append(group).append(":").append(order).append(":o:");
  text.append(std::to_string(draft.order.sequence));
  return EventId::of(std::move(text));
}

}  // namespace

Event& tell(Draft& draft, EventType type) {
  Order& order = draft.order;
  ++order.sequence;
  if (draft.events.empty()) draft.events.reserve(2);
  draft.events.push_back(Event{
      .id = event_id(draft),
      .type = type,
      .machine = Machine::order,
      .sequence = order.sequence,
      .occurred_at = draft.now(),
      .correlation_id = std::string{draft.scope.correlation_id},
      .causation_id = std::string{draft.scope.causation_id},
      .order = draft.scope.order,
      .customer = order.payment.customer,
      .amount = order.payment.amount,
      .money = order.payment.money,
      .status = std::string{to_text(order.status)},
      .intent = std::nullopt,
      .refund = std::nullopt,
      .reason = std::nullopt,
      .decline_class = {},
      .cancel_requested = order.cancel_requested,
      .expires_at = std::nullopt,
      .command = std::nullopt,
      .livemode = draft.scope.context.livemode,
  });
  return draft.events.back();
}

Event& tell(Draft& draft, EventType type, std::string_view code, std::string_view message) {
  Event& event = tell(draft, type);
  event.reason = Reason{std::string{code}, std::string{message}};
  return event;
}

void note(Draft& draft, std::string_view text) {
  if (!draft.summary.empty()) draft.summary += "; ";
  draft.summary += text;
}

void move_to(Draft& draft, Status status) {
  if (draft.order.status == status) return;
  draft.order.status = status;
  note(draft, std::string{"order "}.append(to_text(status)));
}

void ignore(Draft& draft, std::string_view why) {
  draft.outcome = Outcome::ignored;
  draft.code = why;
  draft.summary = why;
}

void park(Draft& draft, std::string_view why) {
  draft.outcome = Outcome::parked;
  draft.code = why;
  draft.summary = why;
}

void refuse(Draft& draft, const EventId& command, std::string_view code, std::string_view message) {
  draft.outcome = Outcome::refused;
  draft.code = code;
  note(draft, std::string{"refused "}.append(code));
  tell(draft, EventType::order_command_refused, code, message).command = command;
}

}  // namespace paysaga::order
