#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "paysaga/saga/saga.hpp"

namespace paysaga {

/// What surrounds the decision of one machine.
struct Scope {
  const Context& context;
  const OrderId& order;
  std::string_view correlation_id;
  std::string_view causation_id;  // The id of the input that is decided.
  const Hold* hold = nullptr;     // Of the order, while it is held.
};

/// What one machine answers to one input.
template <class State>
struct Verdict {
  Outcome outcome = Outcome::accepted;
  std::string code;  // As in Decision.
  std::string summary;
  State next;
  std::vector<Event> events;
};

namespace payment {

struct AskInitiate {
  EventId id;
  command::PaymentInitiate ask;
};
struct AskConfirm {
  EventId id;
  command::PaymentConfirm ask;
};
struct AskCapture {
  EventId id;
  command::PaymentCapture ask;
};
struct AskCancel {
  EventId id;
  command::PaymentCancel ask;
};
struct AskRefund {
  EventId id;
  command::RefundRequest ask;
};
using Input = std::variant<AskInitiate, AskConfirm, AskCapture, AskCancel, AskRefund, AnswerInput,
                           WakeInput, WebhookInput>;

/// The payment machine. `now` is none before the first payment.initiate; then every other command
/// is answered `parked` (early), every answer, webhook and wake-up `ignored`.
///
/// A refusal brings its own COMMAND_REFUSED; a forbidden refund brings PAYMENT_REFUND_FAILED, and
/// COMMAND_REFUSED beside it unless the order machine asked. An intent that waits for a method is
/// told as PAYMENT_ACTION_REQUIRED with the status `ready` and the reason `payment_method` (3DS:
/// status `action_required`, reason `authentication`). An event's `cancel_requested` says that a
/// cancel (not an expiry) was waiting: PAYMENT_COMPLETED with it is to be refunded. LATE_SUCCESS
/// names the policy that was applied in `reason.code`: refund, accept, hold.
[[nodiscard]] Verdict<std::optional<Payment>> decide(const std::optional<Payment>& now,
                                                     const Input& input, const Scope& scope);
[[nodiscard]] std::vector<Call> pending_calls(const Payment& payment, const OrderId& order,
                                              const Context& context, const Hold* hold = nullptr);
/// When the payment itself wants a WakeInput: its expiry, the alarm before held money is lost, a
/// failed compensation's next attempt. Of a held order only that alarm.
[[nodiscard]] std::optional<Time> next_decision_at(const Payment& payment,
                                                   const Hold* hold = nullptr);
/// When the earliest pending call may be made that may not be made at `after` yet; none if there is
/// no such call.
[[nodiscard]] std::optional<Time> next_call_at(const Payment& payment, Time after = Time::min(),
                                               const Hold* hold = nullptr);
/// The order's hold ends: what was decided meanwhile begins its time now, as does what waited.
void resume(Payment& payment, const Hold& hold, Time now);
[[nodiscard]] std::int64_t money_at_risk_minor(const Payment& payment);
[[nodiscard]] std::optional<std::string> check(const Payment& payment);
/// True while an operation, a running refund or an unfinished compensation is left.
[[nodiscard]] bool has_work(const Payment& payment);

}  // namespace payment

namespace order {

struct AskCancel {
  EventId id;
  std::string reason;
};
struct AskRejected {
  EventId id;
  std::string reason;
};
struct AskDeliveryFailed {
  EventId id;
  std::string reason;
};
struct AskFulfilled {
  EventId id;
};
/// Also a payment event, as the payment topics carry it.
using Input = std::variant<AskCancel, AskRejected, AskDeliveryFailed, AskFulfilled, Event>;

struct Answer {
  Verdict<Order> verdict;
  /// What it asks the payment machine for: `payment.cancel {final}`. A refund that it wants is the
  /// event PAYMENT_REFUND_INITIATED.
  std::vector<command::PaymentCancel> cancels;
  /// The order's hold from now on: the machine itself holds what succeeded late by its policy, and
  /// lets it go once nothing of it is kept.
  std::optional<Hold> hold;
};

[[nodiscard]] Answer decide(const Order& now, const Input& input, const Scope& scope);
/// The order's hold has ended: what it did not ask of its payment meanwhile is asked now. Tells
/// RESUMED first. `scope` holds it no more.
[[nodiscard]] Answer resume(const Order& now, const Scope& scope, const Reason& reason,
                            const std::optional<EventId>& command);
[[nodiscard]] std::optional<std::string> check(const Order& order);

}  // namespace order
}  // namespace paysaga
