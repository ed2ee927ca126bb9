#pragma once

#include <string_view>

#include "paysaga/saga/saga.hpp"
#include "paysaga/storage/codec_event.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::storage {

/// What a record of an inbound topic asks of an order, on a node of these roles: a command; a
/// payment event, where other nodes run the payments; PAYMENT_REFUND_INITIATED as the refund
/// request that it is, where other nodes run the orders; a webhook of the provider, verified by who
/// put it there. An event must be of the node's own mode:
/// live payments and those of a test never mix.
/// Errors: malformed, with one sentence that names the field and the rule.
[[nodiscard]] Result<Input> parse_input(Topic topic, const LogRecord& record, Roles roles,
                                        bool livemode);

/// A payment event, or a webhook about `order`, in the bytes in which its topic carried it.
/// Errors: malformed, also for what no payment can tell: an unknown status, totals that do not fit;
///         corrupt (it is of another order).
[[nodiscard]] Result<Input> parse_queued(const OrderId& order, std::string_view value);

/// The command payment.cancel that an order asks for, as payment-commands carries it.
[[nodiscard]] LogRecord encode_cancel(const OrderId& order, const CancelForOthers& cancel,
                                      const EventSource& source);

}  // namespace paysaga::storage
