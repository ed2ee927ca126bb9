#pragma once

#include <string_view>

#include "paysaga/saga/payment/draft.hpp"
#include "paysaga/saga/payment/evidence.hpp"

namespace paysaga::payment {

// The steps that the states share. Each makes the whole change and tells of it; which one is taken
// is decided in from_<state>.cpp.

/// The intent exists and waits for a method or a confirmation.
void become_ready(Draft& draft);
/// Starts the next attempt, on the present intent, once `wait` has passed.
void start_attempt(Draft& draft, const MethodId& method, Duration wait = Duration{0});
/// The customer has to act; read on the schedule.
void become_action_required(Draft& draft);
/// The provider works on it, or says something that we do not know; read on the schedule.
void become_processing(Draft& draft);
void become_authorized(Draft& draft);
/// The status that follows from the intent as it is shown. Not for an intent that waits for a
/// method or a confirmation: what that means differs by who looks.
void become_as_shown(Draft& draft);
/// True if the intent waits for a method or a confirmation.
[[nodiscard]] bool is_open(const IntentObject& intent);
/// The attempt was declined; the intent lives, the next attempt is the customer's act.
void become_declined(Draft& draft, const Decline& decline);
/// The same of a confirm of ours. Off-session nobody is there to act: a decline that may pass is
/// followed by another attempt with the same method, at most `auto_retries` times and only while
/// there is time to pay; it waits as a failed compensation does.
void decline_attempt(Draft& draft, const Decline& decline);
/// The money is taken. Decides by what waits whether that is PAYMENT_COMPLETED or LATE_SUCCESS.
void succeed(Draft& draft);
/// Refused for a fault that another attempt cannot mend: PAYMENT_FAILED {final}, then a cancel.
void fail_for_good(Draft& draft, const found::Refused& refusal);

/// What a cancel asks for, and who waits for it.
struct CancelAsk {
  CancelCause cause;
  std::string_view reason;
  bool final;
  const EventId* command = nullptr;
};
[[nodiscard]] CancelAsk asked_by(const AskCancel& ask);
/// Notes the request and moves to `cancelling`, without an operation: that depends on the state.
void begin_cancel(Draft& draft, const CancelAsk& ask);
/// Begins a cancel of an intent that has no charge: cancels at the provider. Without an intent and
/// an operation nothing was ever asked of the provider, and it is cancelled at once.
void cancel_idle(Draft& draft, const CancelAsk& ask);
/// Nothing is left that could charge: cancelled. Tells PAYMENT_CANCELLED.
void finish_cancel(Draft& draft);
/// The provider cancelled the intent without being asked.
void cancelled_by_provider(Draft& draft);
/// The time of a payment that waits for the customer is over, if it is.
void expire_if_due(Draft& draft);
[[nodiscard]] bool expired(const Draft& draft);

/// payment.initiate while a payment is open.
void answer_initiate(Draft& draft, const AskInitiate& ask);
/// payment.confirm while the intent waits for it.
void answer_confirm(Draft& draft, const AskConfirm& ask);
/// Told once, also while a capture is put off: nobody else says that the hold will be lost.
void warn_of_end_if_due(Draft& draft);
/// The intent lives, but holds nothing any more: it is cancelled, so that nobody can pay it.
void lose_hold(Draft& draft);
/// A command that does not fit held money, or its capture: the status says why.
void refuse_held(Draft& draft, const EventId& command);
/// payment.capture while nothing is held.
void refuse_capture(Draft& draft, const AskCapture& ask);
/// A fault of the payment method is the customer's to mend, like a decline.
[[nodiscard]] bool is_fault_of_method(const found::Refused& refusal);

}  // namespace paysaga::payment
