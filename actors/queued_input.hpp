#pragma once

#include <string>
#include <string_view>

#include "paysaga/saga/saga.hpp"

namespace paysaga::actors {

/// A command in the queue of a quarantined order. It stands there as the one parked command of an
/// otherwise empty saga, so that one codec writes and reads it. A payment event and a webhook stand
/// there as their topics carried them.
[[nodiscard]] std::string encode_queued(const OrderId& order, const CommandInput& command,
                                        Time now);
/// Errors: corrupt, malformed, version_unsupported.
[[nodiscard]] Result<Input> decode_queued(const OrderId& order, std::string_view bytes);

}  // namespace paysaga::actors
