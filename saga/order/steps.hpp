#pragma once

#include <string_view>

#include "paysaga/saga/order/states.hpp"
#include "paysaga/saga/payment/payment.hpp"

namespace paysaga::order {

// The steps that the states share. Each makes the whole change and tells of it; which one is taken
// is decided in from_<state>.cpp.

/// order.cancel, order.rejected, order.delivery_failed of an order that has not ended: tells
/// ORDER_CANCELLED, then cancels the payment or gives the money back.
void end(Draft& draft, EndCause cause, std::string_view reason);
/// The order has ended already: the command is granted as it stands.
void already_ended(Draft& draft);
/// The command does not fit the status: refused with the status' name, or `cancel_requested`.
void refuse_by_status(Draft& draft, const EventId& command);
void refuse_closed(Draft& draft, const EventId& command);

/// An order whose money is not settled follows its payment.
void follow_payment(Draft& draft, const News& news);
/// The payment is captured: what that means for an order that did not expect it is decided here.
void captured(Draft& draft, const News& news);

[[nodiscard]] std::optional<payment::Status> status_named(std::string_view text);
/// What the payment machine called its status; none before its first event.
[[nodiscard]] std::optional<payment::Status> payment_status(const Order& order);

}  // namespace paysaga::order
