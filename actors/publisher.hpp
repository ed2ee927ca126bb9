#pragma once

#include "paysaga/actors/messages.hpp"
#include "paysaga/actors/order.hpp"

namespace paysaga::actors {

/// Tails the journals of all partitions that the node owns and carries what their counted records
/// say to the topics, with its positions, one publication at a time. It starts where it last
/// committed, never where the store is: so nothing is published twice (atomic) or left out. Its
/// positions are told to the snapshotter, if there is one.
[[nodiscard]] PublisherActor spawn_publisher(
    caf::actor_system& system, std::shared_ptr<const OrderWorld> world, storage::Log& log,
    const Clock& clock, Observer& observer,
    std::function<PartitionActor(storage::PartitionId)> route, SnapshotterActor snapshotter);

}  // namespace paysaga::actors
