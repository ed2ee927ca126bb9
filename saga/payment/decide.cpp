#include <cstdlib>
#include <utility>

#include "paysaga/saga/payment/dispute.hpp"
#include "paysaga/saga/payment/operations.hpp"
#include "paysaga/saga/payment/states.hpp"

namespace paysaga::payment {
namespace {

using Answered = Verdict<std::optional<Payment>>;

Answered finish(Draft&& draft) {
  Answered answered;
  answered.outcome = draft.outcome;
  answered.code = std::move(draft.code);
  answered.summary = std::move(draft.summary);
  answered.next = std::move(draft.payment);
  answered.events = std::move(draft.events);
  return answered;
}

Answered nothing(Outcome outcome, std::string_view why) {
  Answered answered;
  answered.outcome = outcome;
  answered.code = why;
  answered.summary = why;
  return answered;
}

/// The first payment.initiate. PAYMENT_INITIATED is told before the provider is asked, so that the
/// payment exists while the provider is down.
Answered initiate(const AskInitiate& ask, const Scope& scope) {
  const Time now = scope.context.now;
  const command::PaymentInitiate& wish = ask.ask;
  ensure(wish.amount.minor > 0, "an amount to charge was checked when it was read");
  Draft draft{scope,
              Payment{.status = Status::creating,
                      .amount = wish.amount,
                      .customer = wish.customer,
                      .method = wish.method,
                      .method_waits = wish.method.has_value(),
                      .off_session = wish.off_session,
                      .metadata = wish.metadata,
                      .initiated_at = now,
                      .expires_at = now + wish.expires_in.value_or(scope.context.policy.expires_in),
                      .intent = std::nullopt,
                      .cancel = std::nullopt,
                      .operations = {},
                      .refunds = {},
                      .money = {},
                      .next_read_at = std::nullopt,
                      .manual_capture = wish.manual_capture}};
  add_create(draft);
  tell(draft, EventType::payment_initiated).command = ask.id;
  return finish(std::move(draft));
}

Answered from_nothing(const Input& input, const Scope& scope) {
  constexpr std::string_view early = "there is no payment yet";
  return std::visit(Overload{
                        [&](const AskInitiate& ask) { return initiate(ask, scope); },
                        [&](const AskConfirm&) { return nothing(Outcome::parked, early); },
                        [&](const AskCapture&) { return nothing(Outcome::parked, early); },
                        [&](const AskCancel&) { return nothing(Outcome::parked, early); },
                        [&](const AskRefund&) { return nothing(Outcome::parked, early); },
                        [&](const AnswerInput&) { return nothing(Outcome::ignored, early); },
                        [&](const WakeInput&) { return nothing(Outcome::ignored, early); },
                        [&](const WebhookInput&) { return nothing(Outcome::ignored, early); },
                    },
                    input);
}

/// While the order is held no timer acts. That held money is lost soon is said all the same.
bool is_timer_held(const Payment& payment, const Input& input, const Scope& scope) {
  const bool warns = payment.status == Status::authorized || payment.status == Status::capturing;
  return scope.hold != nullptr && std::holds_alternative<WakeInput>(input) && !warns;
}

void from_status(Draft& draft, const Input& input) {
  switch (draft.payment.status) {
    case Status::creating:
      return from_creating(draft, input);
    case Status::ready:
      return from_ready(draft, input);
    case Status::confirming:
      return from_confirming(draft, input);
    case Status::action_required:
      return from_action_required(draft, input);
    case Status::processing:
      return from_processing(draft, input);
    case Status::declined:
      return from_declined(draft, input);
    case Status::authorized:
      return from_authorized(draft, input);
    case Status::capturing:
      return from_capturing(draft, input);
    case Status::captured:
      return from_captured(draft, input);
    case Status::cancelling:
      return from_cancelling(draft, input);
    case Status::cancelled:
      return from_cancelled(draft, input);
  }
  std::abort();  // Every status is above; here memory is corrupt.
}

}  // namespace

Answered decide(const std::optional<Payment>& now, const Input& input, const Scope& scope) {
  if (!now) return from_nothing(input, scope);
  if (is_timer_held(*now, input, scope)) return nothing(Outcome::ignored, "held");
  Draft draft{scope, *now};
  const auto* news = std::get_if<WebhookInput>(&input);
  const bool disputed = news != nullptr && hear_of_dispute(draft, *news);
  from_status(draft, input);
  if (disputed) keep_dispute_look(draft);
  return finish(std::move(draft));
}

}  // namespace paysaga::payment
