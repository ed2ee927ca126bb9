#pragma once

#include "paysaga/saga/order/states.hpp"

namespace paysaga::order {

/// Whether the order machine may ask for the money that is left.
enum class Ask { allowed, forbidden };

/// Brings an ended order whose money was taken to the status that its totals say, and asks for what
/// is left unless that is under way. Tells PAYMENT_REFUND_INITIATED and ORDER_REFUNDED.
void settle(Draft& draft, Ask ask);
/// The same after news of the payment: a refund may have failed, or been forbidden.
void settle(Draft& draft, const News& news);

/// What nobody has given back yet, as far as the order knows.
[[nodiscard]] std::int64_t left_minor(const MoneyTotals& money);
/// A refund failed that had been accepted: not one that was forbidden from the start.
[[nodiscard]] bool refund_failed(const Event& event);

}  // namespace paysaga::order
