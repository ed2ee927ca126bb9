#pragma once

#include "paysaga/saga/order/draft.hpp"

namespace paysaga::order {

/// A payment event that is newer than all before it; the order's view of its payment shows it.
struct News {
  const Event& event;
  MoneyTotals before;  // The totals that the order knew until now.
};

using Known = std::variant<AskCancel, AskRejected, AskDeliveryFailed, AskFulfilled, News>;

// One function a status, or for the statuses that differ in nothing but their name. Each names
// every input, so that a new kind of input does not compile before each status has an answer to it.

/// payment_pending, payment_processing, payment_failed: the money is not there yet.
void from_unpaid(Draft& draft, const Known& input);
void from_pending(Draft& draft, const Known& input);
void from_fulfilled(Draft& draft, const Known& input);
/// cancelled, expired: nothing is kept.
void from_closed(Draft& draft, const Known& input);
/// refund_pending, refund_failed: the order ended, its money is on its way back.
void from_refunding(Draft& draft, const Known& input);
/// refunded, partially_refunded.
void from_refunded(Draft& draft, const Known& input);

}  // namespace paysaga::order
