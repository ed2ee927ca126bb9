#include "paysaga/saga/order/hold.hpp"

#include <utility>

#include "paysaga/saga/order/settle.hpp"
#include "paysaga/saga/order/steps.hpp"

namespace paysaga::order {

void hold_late_success(Draft& draft) {
  if (draft.hold) return;
  constexpr const char* text = "It was paid after its end; a person decides.";
  draft.hold = Hold{.reason = text, .ticket = {}, .since = draft.now()};
  note(draft, "held");
  tell(draft, EventType::order_held, "late_success", text);
}

void let_go(Draft& draft) {
  if (!draft.hold || draft.hold->command) return;
  draft.hold = std::nullopt;
  note(draft, "held no more");
  tell(draft, EventType::order_resumed, "settled", "Nothing of the money is left to decide about.");
}

void wait_to_ask(Draft& draft) {
  draft.order.asks_waiting = true;
  note(draft, "held: what it asks of its payment waits");
}

void ask_to_cancel(Draft& draft) {
  const bool elsewhere = !runs_payments(draft.scope.context.roles);
  if (draft.hold && elsewhere) return wait_to_ask(draft);
  draft.cancels.push_back(command::PaymentCancel{draft.order.end_reason, true});
}

Answer resume(const Order& now, const Scope& scope, const Reason& reason,
              const std::optional<EventId>& command) {
  ensure(scope.hold == nullptr, "who resumes an order holds it no more");
  Draft draft{scope, now};
  tell(draft, EventType::order_resumed, reason.code, reason.message).command = command;
  note(draft, "resumed");
  const bool waited = std::exchange(draft.order.asks_waiting, false);
  if (waited && is_open(draft.order.status)) {
    if (draft.order.payment.money.captured > 0) {
      settle(draft, Ask::allowed);
    } else {
      ask_to_cancel(draft);
    }
  }
  Answer answer;
  answer.verdict.summary = std::move(draft.summary);
  answer.verdict.next = std::move(draft.order);
  answer.verdict.events = std::move(draft.events);
  answer.cancels = std::move(draft.cancels);
  return answer;
}

}  // namespace paysaga::order
