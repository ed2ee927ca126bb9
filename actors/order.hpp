#pragma once

#include <memory>
#include <set>
#include <string>

#include "paysaga/actors/messages.hpp"

namespace paysaga::actors {

/// What every order actor of a node shares. Const after start.
struct OrderWorld {
  NodeOptions options;
  const RequestEncoder* encoder;  // The provider's; outlives the actors.
  std::uint32_t partition_count;
};

/// The actor of one order: holds its newest state (with decisions in flight) and the committed one,
/// decides inputs one after the other, starts the provider calls that the committed state waits
/// for. It lives while its order has something to do, and only where its partition is led.
[[nodiscard]] OrderActor spawn_order(caf::actor_system& system,
                                     std::shared_ptr<const OrderWorld> world,
                                     PartitionActor partition, storage::PartitionId partition_id,
                                     Life life, PaymentActor payment,
                                     std::shared_ptr<const Saga> committed);

}  // namespace paysaga::actors
