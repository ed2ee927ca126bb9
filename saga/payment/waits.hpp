#pragma once

#include <optional>

#include "paysaga/saga/saga.hpp"

namespace paysaga::payment {

/// News and commands often overtake the answer that tells the same: so long it is waited for.
inline constexpr Duration answer_patience = seconds{2};

/// A wait of the evidence table or the read schedule, as long as this mode makes it.
[[nodiscard]] Duration scaled(const Policy& policy, Duration wait);

/// The step-th wait of the read schedule, from 0; beyond its end the last one, for ever.
[[nodiscard]] Duration read_wait(const Policy& policy, int step);

/// How long a failed compensation waits before attempt `attempt + 1`.
[[nodiscard]] Duration compensation_wait(const Policy& policy, int attempt);

/// The wait before the same request is repeated for the count-th time (from 1): full jitter between
/// a fixed lower bound and an upper one that doubles each time, or what the provider asked for if
/// that is longer. Not scaled: it protects the provider.
[[nodiscard]] Duration repeat_wait(const Context& context, int count,
                                   std::optional<Duration> retry_after);

}  // namespace paysaga::payment
