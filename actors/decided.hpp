#pragma once

#include "paysaga/actors/messages.hpp"
#include "paysaga/actors/order.hpp"

namespace paysaga::actors {

/// Turns a decision into what the partition journals: the next state and the published events in
/// their final bytes. A decision that breaks a rule of `check` is not journalled: `misused`.
[[nodiscard]] Decided to_decided(const OrderWorld& world, Life life, Ticket ticket,
                                 const Input& input, Decision decision, Time now);

/// "payment.initiate", "answer", "wake", "payment.event", "webhook": the kind in journal and
/// timeline.
[[nodiscard]] std::string_view kind_of(const Input& input);
/// "accepted": the outcome in journal, timeline and metrics.
[[nodiscard]] std::string_view outcome_text(Outcome outcome);

}  // namespace paysaga::actors
