#include "paysaga/saga/payment/draft.hpp"

#include <utility>

namespace paysaga::payment {
namespace {

/// `<group>:<order>:p:<sequence>`.
EventId event_id(const Draft& draft) {
  const std::string_view group = draft.scope.context.group;
  const std::string& order = draft.scope.order.text();
  std::string text;
  text.reserve(group.size() + order.size() + 16);
  text.append(group).append(":").append(order).append(":p:");
  text.append(std::to_string(draft.payment.sequence));
  return EventId::of(std::move(text));
}

bool may_expire(const Payment& payment) {
  return payment.status != Status::captured && !payment.closed;
}

}  // namespace

Event& tell(Draft& draft, EventType type) {
  Payment& payment = draft.payment;
  ++payment.sequence;
  if (draft.events.empty()) draft.events.reserve(3);
  draft.events.push_back(Event{
      .id = event_id(draft),
      .type = type,
      .machine = Machine::payment,
      .sequence = payment.sequence,
      .occurred_at = draft.now(),
      .correlation_id = std::string{draft.scope.correlation_id},
      .causation_id = std::string{draft.scope.causation_id},
      .order = draft.scope.order,
      .customer = payment.customer,
      .amount = payment.amount,
      .money = payment.money,
      .status = std::string{to_text(payment.status)},
      .attempt = payment.attempt,
      .intent = payment.intent ? std::optional{payment.intent->id} : std::nullopt,
      .refund = std::nullopt,
      .reason = std::nullopt,
      .decline_class = {},
      .final = false,
      .cancel_requested = payment.cancel && payment.cancel->cause == CancelCause::customer,
      .expires_at = may_expire(payment) ? std::optional{payment.expires_at} : std::nullopt,
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
  tell(draft, EventType::command_refused, code, message).command = command;
}

}  // namespace paysaga::payment
