#include "paysaga/actors/partition.hpp"

namespace paysaga::actors {
namespace {

struct State {
  std::unique_ptr<Partition> partition;
  static inline const char* name = "partition";
};

PartitionActor::behavior_type behave(PartitionActor::stateful_pointer<State> self,
                                     storage::PartitionId id,
                                     std::shared_ptr<const OrderWorld> world,
                                     std::shared_ptr<const PartitionPorts> ports,
                                     PaymentActor payment) {
  self->state.partition =
      std::make_unique<Partition>(self, id, std::move(world), *ports, std::move(payment));
  Partition* partition = self->state.partition.get();
  self->send(self, Tick{});
  return {
      [partition](const Gained& gained) { partition->on(gained); },
      [partition](const Lost& lost) { partition->on(lost); },
      [partition](const Ranged& ranged) { partition->on(ranged); },
      [partition](Tailed& tailed) { partition->on(tailed); },
      [partition](SnapshotLot& lot) { partition->on(lot); },
      [partition](const Appended& appended) { partition->on(appended); },
      [partition](Fetched& fetched) { partition->on(fetched); },
      [partition](const Looked& looked) { partition->on(looked); },
      [partition](const InputRanged& ranged) { partition->on(ranged); },
      [partition](Decided& decided) { partition->on(decided); },
      [partition](const Retired& retired) { partition->on(retired); },
      [partition](Answered& answered) { partition->on(answered); },
      [partition](const Deferred& deferred) { partition->on(deferred); },
      [partition](Submit& submit) { partition->on(submit); },
      [partition](WaitFor& wait) { partition->on(wait); },
      [partition](const Tick& tick) { partition->on(tick); },
      [partition](const InspectPartition& inspect) { partition->on(inspect); },
      [partition](const InspectActors& inspect) { partition->on(inspect); },
      [partition](const InspectActor& inspect) { partition->on(inspect); },
      [partition](Lift& lift) { partition->on(lift); },
      [partition](Settle& settle) { partition->on(settle); },
      [partition](const AskIdle& ask) { partition->on(ask); },
      [partition](const PublishedUpTo& published) { partition->on(published); },
      [partition](const Shutdown& shutdown) { partition->on(shutdown); },
  };
}

std::uint64_t seed_of(const NodeOptions& options, storage::PartitionId id) {
  if (options.seed == 0) return std::random_device{}() * 0x1'0000'0001ULL ^ std::random_device{}();
  return options.seed * 0x9e37'79b9'7f4a'7c15ULL + storage::index_of(id);
}

}  // namespace

Partition::Partition(PartitionActor::pointer self, storage::PartitionId id,
                     std::shared_ptr<const OrderWorld> world, PartitionPorts ports,
                     PaymentActor payment)
    : self_{self},
      id_{id},
      world_{std::move(world)},
      log_{ports.log},
      store_{ports.store},
      clock_{ports.clock},
      observer_{ports.observer},
      led_{ports.led},
      payment_{std::move(payment)},
      random_{seed_of(world_->options, id)} {}

PartitionActor spawn_partition(caf::actor_system& system, storage::PartitionId id,
                               std::shared_ptr<const OrderWorld> world, PartitionPorts ports,
                               PaymentActor payment) {
  return system.spawn(behave, id, std::move(world), std::make_shared<const PartitionPorts>(ports),
                      std::move(payment));
}

}  // namespace paysaga::actors
