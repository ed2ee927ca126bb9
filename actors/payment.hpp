#pragma once

#include "paysaga/actors/messages.hpp"
#include "paysaga/actors/rates.hpp"

namespace paysaga::actors {

struct PaymentPorts {
  PaymentProvider& provider;
  const Clock& clock;
  Observer& observer;
  std::function<PartitionActor(storage::PartitionId)> route;
};

struct PaymentOptions {
  std::size_t calls_in_flight_max = 256;
  RateLimits rates;
  int lowest_every = 16;  // One start in so many looks from the lowest lane up; 0: none does.
  std::vector<NodeHold> holds = {};
};

/// Carries calls to the provider: at most `calls_in_flight_max` at a time and within the rates,
/// customers before refunds before reconciliation, behind circuit breakers and holds. Every
/// StartCall is answered exactly once: to the partition actor that `route` names for it, or to its
/// `done`.
[[nodiscard]] PaymentActor spawn_payment(caf::actor_system& system, PaymentPorts ports,
                                         const PaymentOptions& options);

}  // namespace paysaga::actors
