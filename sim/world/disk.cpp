#include "paysaga/sim/world/disk.hpp"

namespace paysaga::sim {
namespace {

constexpr double sync_chance = 0.02;  // The operating system writes back when it likes.

}  // namespace

Disk::Disk(storage::StoreIdentity identity, Prng prng, bool keeps_synced)
    : written_{std::make_unique<storage::MemoryStore>(identity)}, prng_{prng} {
  if (keeps_synced) synced_ = std::make_unique<storage::MemoryStore>(identity);
}

Result<void> Disk::apply(storage::PartitionId partition,
                         std::span<const storage::AppliedRecord> records,
                         const storage::Position& next) {
  return write([&] { return written_->apply(partition, records, next); });
}

Result<void> Disk::begin_restore(storage::PartitionId partition) {
  return write([&] { return written_->begin_restore(partition); });
}

Result<void> Disk::restore(storage::PartitionId partition,
                           std::span<const storage::RestoredRow> rows) {
  return write([&] { return written_->restore(partition, rows); });
}

Result<void> Disk::finish_restore(storage::PartitionId partition, const storage::Position& position,
                                  std::span<const storage::InputPosition> inputs) {
  return write([&] { return written_->finish_restore(partition, position, inputs); });
}

Result<void> Disk::write(const std::function<Result<void>()>& happen) {
  if (frozen_) return fail(ErrorCode::storage_failed, "the node is dead");
  if (full_ || failed_) return fail(ErrorCode::storage_failed, "the simulated disk is full");
  if (breaks_) {
    failed_ = true;
    if (prng_.chance(0.5)) (void)happen();
    return fail(ErrorCode::storage_failed, "the simulated disk broke");
  }
  auto written = happen();
  if (synced_ && prng_.chance(sync_chance)) (void)flush();
  return written;
}

Result<void> Disk::flush() {
  if (synced_) synced_ = std::make_unique<storage::MemoryStore>(*written_);
  return {};
}

void Disk::set_readable(const OrderId& order, bool readable) {
  if (readable) {
    unreadable_.erase(order);
  } else {
    unreadable_.insert(order);
  }
}

Result<std::optional<storage::StoredOrder>> Disk::load(const OrderId& order) const {
  if (unreadable_.contains(order)) return fail(ErrorCode::corrupt, "the simulated disk is damaged");
  return written_->load(order);
}

void Disk::lose_power() {
  if (synced_) written_ = std::make_unique<storage::MemoryStore>(*synced_);
  reopen();
}

void Disk::replace(const Disk* backup) {
  written_ = backup == nullptr ? std::make_unique<storage::MemoryStore>(identity())
                               : std::make_unique<storage::MemoryStore>(*backup->written_);
  (void)flush();
  reopen();
}

storage::Offset Disk::synced_next(storage::PartitionId id) const {
  const auto position = (synced_ ? *synced_ : *written_).position(id);
  return position ? position->next : 0;
}

std::optional<Time> Disk::next_timer(storage::PartitionId partition, Time from) const {
  const auto timers = written_->timers(partition, from, Time::max(), 1);
  if (!timers || timers->empty()) return std::nullopt;
  return timers->front().at;
}

}  // namespace paysaga::sim
