#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "paysaga/saga/payment/draft.hpp"

namespace paysaga::payment {

/// A request for a refund of captured money: starts it, or says why not.
void ask_refund(Draft& draft, const AskRefund& ask);

/// Forbids a refund: PAYMENT_REFUND_FAILED with the totals, and COMMAND_REFUSED unless the order
/// machine asked.
void refuse_refund(Draft& draft, const AskRefund& ask, std::string_view code);

/// Gives all that is left of a late success back; the payment machine itself asks for it.
void refund_late_success(Draft& draft);

/// Hears an answer to a refund, to the look-up of one, or to a look at a pending one. An answer
/// that no pending call asked for is ignored.
void hear_refund(Draft& draft, const AnswerInput& input);

/// Starts the next attempt of every failed compensation whose time has come.
void retry_compensations(Draft& draft);

/// True while an attempt of it runs: its amount is reserved in `money.refunding`.
[[nodiscard]] bool is_running(const Refund& refund);
/// True for a compensation that failed and will be tried again.
[[nodiscard]] bool is_to_be_retried(const Refund& refund);
/// What may still be asked back: what is kept, less what is reserved or disputed.
[[nodiscard]] std::int64_t left_minor(const MoneyTotals& money);

// Parts of it that adopt.cpp shares.

/// The attempt succeeded. Tells PAYMENT_REFUNDED.
void succeed_refund(Draft& draft, Refund& refund);
/// It failed or was refused, now or after it had succeeded. A compensation is tried again, tells of
/// its failure only once, and once COMPENSATION_STUCK.
void fail_refund(Draft& draft, Refund& refund, RefundState state, std::string_view code);
/// The provider shows a refund: the record follows it. Nothing moves backwards, but a refund that
/// had succeeded can fail.
void show_refund(Draft& draft, Refund& refund, const RefundObject& seen);
/// A failed compensation's next attempt, for what is still owed.
void retry_compensation(Draft& draft, Refund& refund);

/// What the id of a call begins with that lists the refunds of a captured intent because of news.
[[nodiscard]] std::string refund_list_stem(const IntentId& intent);
/// Hears the answer to it.
void hear_refund_list(Draft& draft, const AnswerInput& input);

/// Takes over what the provider lists of the intent's refunds, those that somebody else made
/// included, after it refused the compensation `id`; then decides the compensation again.
///
/// Lifetime: `id` is no part of the draft: adopting moves its records.
void adopt_refunds(Draft& draft, const RefundId& id, const std::vector<RefundObject>& list);
/// What a list shows of refunds that are known already.
void show_known_refunds(Draft& draft, const std::vector<RefundObject>& list);

}  // namespace paysaga::payment
