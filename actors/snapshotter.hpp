#pragma once

#include "paysaga/actors/messages.hpp"
#include "paysaga/actors/order.hpp"

namespace paysaga::actors {

/// Tails the journals of all partitions that the node owns and writes what their counted records
/// say into the log's snapshots, each from where it was last committed. A node without a disk is
/// filled from them, and from the journal behind them.
[[nodiscard]] SnapshotterActor spawn_snapshotter(caf::actor_system& system,
                                                 std::shared_ptr<const OrderWorld> world,
                                                 storage::Log& log, const Clock& clock,
                                                 Observer& observer);

}  // namespace paysaga::actors
