#pragma once

#include <optional>
#include <string_view>

#include "paysaga/saga/payment/draft.hpp"

namespace paysaga::payment {

/// What an operation waits for next.
enum class Step {
  send,  // The stored bytes, under the stored key.
  look,  // A look-up: sending it (again) is not allowed now, or would tell less.
  none,  // Nothing: a cancel behind it finds out. An answer still under way is heard.
};
[[nodiscard]] Step next_step(const Payment& payment, const Operation& operation);

[[nodiscard]] Operation* find_operation(Payment& payment, OperationKind kind);
[[nodiscard]] const Operation* find_operation(const Payment& payment, OperationKind kind);

/// New operations, each with its own key and the exact bytes to send.
void add_create(Draft& draft);
/// Starts the next attempt: `payment.attempt` rises. Not sent before `wait` has passed.
void add_confirm(Draft& draft, const MethodId& method, Duration wait = Duration{0});
/// Of what `payment.capture` asks for.
void add_capture(Draft& draft);
/// Not before `wait` has passed.
void add_cancel(Draft& draft, Duration wait = Duration{0});
void add_refund(Draft& draft, const Refund& refund);

/// The operation is over: tells PAYMENT_OUTCOME_KNOWN if it was unknown, and forgets it.
void settle(Draft& draft, OperationKind kind, std::string_view outcome);
void settle_refund(Draft& draft, const RefundId& refund, std::string_view outcome);
/// Settles everything that concerns the intent; refunds stay.
void settle_all(Draft& draft, std::string_view outcome);

/// The former try is known to have done nothing: the same bytes under a new key.
void next_try(Draft& draft, Operation& operation);
/// A cancel waits for the capture's outcome: it is not sent again. An answer that is under way is
/// heard for a while; then the intent is looked at.
void withdraw_capture(Draft& draft);

// What an answer to a send makes of an operation when it brought no outcome.

/// Certainly not carried out, or still running: repeated later, the phase stays.
void put_off(Draft& draft, Operation& operation, const answer::NotSent& answer);
void put_off(Draft& draft, Operation& operation, const answer::Unauthorized& answer);
/// It may have been carried out. Tells PAYMENT_OUTCOME_UNKNOWN the first time.
void lose(Draft& draft, Operation& operation, const answer::Unknown& answer);
/// The key is too old: from now on only look-ups.
void outdate(Draft& draft, Operation& operation);
/// Refused, but what became of its object must be read before anything else is decided.
void look_after_refusal(Draft& draft, Operation& operation, const answer::Refused& answer);

// What an answer to a look-up makes of it.

/// The look-up itself failed: it is repeated.
void look_failed(Draft& draft, Operation& operation, std::string_view why,
                 std::optional<Duration> retry_after);
/// The look-up found nothing, or nothing new. True if that is evidence that the try did nothing;
/// otherwise the next step has its time.
///
/// Source: the evidence table. create: twice and `create_absent_after` after the last send, or once
/// after a replayed error (so that no intent is left behind). confirm, capture, cancel:
/// `unchanged_after` after the last send, or a replayed error. refund: twice, `refund_absent_after`
/// apart and after the last send.
[[nodiscard]] bool found_nothing(Draft& draft, Operation& operation);

/// True if `id` is `<stem><mark><number>`: how call ids are made.
[[nodiscard]] bool is_call(std::string_view id, std::string_view stem, char mark, int number);

}  // namespace paysaga::payment
