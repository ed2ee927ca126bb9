#pragma once

#include "paysaga/actors/messages.hpp"

namespace paysaga::actors {

/// Carries calls to the provider: at most `calls_in_flight_max` at a time, customers before refunds
/// before reconciliation, behind a circuit breaker. Every StartCall is answered exactly once, to
/// the partition actor that `route` names for it.
[[nodiscard]] PaymentActor spawn_payment(caf::actor_system& system, PaymentProvider& provider,
                                         const Clock& clock, Observer& observer,
                                         std::size_t calls_in_flight_max,
                                         std::function<PartitionActor(storage::PartitionId)> route);

}  // namespace paysaga::actors
