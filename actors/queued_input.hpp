#pragma once

#include <string>
#include <string_view>

#include "paysaga/saga/saga.hpp"

namespace paysaga::actors {

/// A command in the queue of a quarantined order. It stands there as the one parked command of an
/// otherwise empty saga, so that one codec writes and reads it.
[[nodiscard]] std::string encode_queued(const OrderId& order, const CommandInput& command,
                                        Time now);
/// Errors: corrupt, version_unsupported.
[[nodiscard]] Result<CommandInput> decode_queued(std::string_view bytes);

}  // namespace paysaga::actors
