#pragma once

#include <optional>
#include <string>

#include "paysaga/saga/turn.hpp"

namespace paysaga {

/// Keeps an early command until what it needs arrives, or `command_parked_max` is over.
void park(Turn& turn, const CommandInput& input);

/// Tries every parked command again, in the order in which they came, from the first again after
/// each that moved the state. Returns what came of them, for the timeline.
[[nodiscard]] std::string retry_parked(Turn& turn);

/// Refuses every parked command that has waited too long, for what it waited for. Returns what came
/// of them; nothing if none was due.
[[nodiscard]] std::optional<std::string> expire_parked(Turn& turn);

/// The order was held: each has as much time left as it had when that began.
void delay_parked(Saga& saga, Time held_since, Time now);

/// When the first parked command has waited too long.
[[nodiscard]] std::optional<Time> first_parked_until(const Saga& saga);

}  // namespace paysaga
