#pragma once

#include <optional>
#include <string>

#include "paysaga/sim/check/whole.hpp"

namespace paysaga::sim {

/// Why an order of a world that is well again has not come to rest; nothing if it has: it is
/// closed, or waits for what only a person can bring (the delivery, a refund to a card that takes
/// none, a decision that the policy leaves to an operator).
///
/// What it does not check: whether the rest is the right one.
[[nodiscard]] std::optional<std::string> why_restless(const Halves& order);

}  // namespace paysaga::sim
