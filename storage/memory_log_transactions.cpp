#include <algorithm>

#include "paysaga/storage/memory_log_world.hpp"

namespace paysaga::storage {

/// Everything is written but the end. Its node does not know which it will be.
void MemoryWorld::Impl::leave_open(MemoryPublish& publish, MemoryFault fault) {
  const std::uint64_t number = ++transaction;
  MemoryTransaction& left = transactions[number];
  left.node = publish.asker.node;
  left.use = publish.use;
  left.commits = fault == MemoryFault::open_commits;
  if (fault != MemoryFault::open_unmoved) left.positions = std::move(publish.positions);
  for (Output& output : publish.outputs) {
    MemoryLane& to = lane(output.topic, output.partition);
    const Offset offset = place(to, std::move(output.record));
    to.open.insert(offset);
    left.records.emplace_back(&to, offset);
  }
  if (!publish.entries.empty()) {
    snapshots[index_of(publish.partition)].unstable.push_back({number, std::move(publish.entries)});
  }
  if (options.courier == nullptr) return;  // `end_transactions` ends it.
  begin({MemoryStep::Kind::ending, {}, publish.partition, 0},
        [this, number] { end_transaction(number); });
}

void MemoryWorld::Impl::end_transaction(std::uint64_t number) {
  auto found = transactions.extract(number);
  if (found.empty()) return;  // Its own node ended it.
  MemoryTransaction& ended = found.mapped();
  std::vector<MemoryLane*> touched;
  for (const auto& [to, offset] : ended.records) {
    to->open.erase(offset);
    if (!ended.commits) to->hidden.insert(offset);
    if (std::ranges::find(touched, to) == touched.end()) touched.push_back(to);
  }
  if (ended.commits) move(ended.use, ended.positions);
  for (MemoryLane* to : touched) {
    to->hidden.insert(place(*to, {}));  // The mark of its end takes a place, as in a real log.
    show(*to);
  }
  for (auto& [partition, snapshot] : snapshots) {
    for (MemorySnapshotWrite& write : snapshot.unstable) {
      if (write.transaction != number) continue;
      write.transaction = 0;
      if (!ended.commits) write.entries.clear();
    }
    settle(snapshot);
  }
}

void MemoryWorld::Impl::end_transactions_of(const MemoryAsker& asker, Use use) {
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, open] : transactions) {
    if (open.node == asker.node && open.use == use) numbers.push_back(number);
  }
  for (const std::uint64_t number : numbers) end_transaction(number);
}

bool MemoryWorld::Impl::is_open(Use use, PartitionId partition) const {
  return std::ranges::any_of(transactions, [&](const auto& entry) {
    const MemoryTransaction& open = entry.second;
    return open.use == use && std::ranges::any_of(open.positions, [&](const Commit& position) {
             return position.partition == partition;
           });
  });
}

/// What stands before the first open transaction counts; who waited for all of it reads.
void MemoryWorld::Impl::settle(MemorySnapshot& snapshot) {
  while (!snapshot.unstable.empty() && snapshot.unstable.front().transaction == 0) {
    for (SnapshotEntry& entry : snapshot.unstable.front().entries) {
      take_newest(snapshot.newest, std::move(entry));
    }
    snapshot.unstable.pop_front();
  }
  if (!snapshot.unstable.empty()) return;
  for (const auto& read : std::exchange(snapshot.waiting, {})) read();
}

void MemoryWorld::end_transactions() {
  const std::lock_guard lock{impl_->mutex};
  while (!impl_->transactions.empty()) {
    impl_->end_transaction(impl_->transactions.begin()->first);
  }
}

}  // namespace paysaga::storage
