#include "paysaga/engine/kafka/snapshots.hpp"

#include <unordered_map>

namespace paysaga::engine::kafka {
namespace {

constexpr std::size_t lot_entries_max = 1'000;

}  // namespace

struct Snapshots::Restore {
  OnEntries on_entries;
  storage::Offset end;
  std::unordered_map<std::string, std::string> newest;
  std::recursive_mutex mutex;  // The first batch may come before `reading` is set, or within that.
  bool done = false;
  std::unique_ptr<storage::Reading> reading;

  void take(Result<storage::LogBatch> batch) {
    if (done) return;
    if (!batch) {
      done = true;
      return on_entries(tl::unexpected{std::move(batch.error())});
    }
    for (storage::LogEntry& entry : batch->entries) {
      if (entry.offset >= end) break;
      storage::take_newest(newest, {std::move(entry.record.key), std::move(entry.record.value)});
    }
    if (batch->next >= end) finish();
  }

  void finish() {
    done = true;
    std::vector<storage::SnapshotEntry> lot;
    while (!newest.empty()) {
      auto node = newest.extract(newest.begin());
      lot.push_back({std::move(node.key()), std::move(node.mapped())});
      if (lot.size() == lot_entries_max) on_entries(std::exchange(lot, {}));
    }
    if (!lot.empty()) on_entries(std::move(lot));
    on_entries(std::vector<storage::SnapshotEntry>{});
  }
};

Snapshots::~Snapshots() {
  const std::lock_guard lock{mutex_};
  for (const auto& restore : running_) {
    {
      const std::lock_guard inner{restore->mutex};
      restore->done = true;
    }
    restore->reading.reset();  // It waits for a callback, which may wait for that mutex.
  }
}

void Snapshots::read(storage::PartitionId partition,
                     std::pair<storage::Offset, storage::Offset> range, OnEntries on_entries) {
  auto restore = std::make_shared<Restore>();
  restore->on_entries = std::move(on_entries);
  restore->end = range.second;
  if (range.first >= range.second) return restore->finish();
  const std::lock_guard lock{mutex_};
  // A reading that is over is dropped here, not in its own callback; what it waits for may need
  // the mutex that tells whether it is over.
  std::erase_if(running_, [](const auto& candidate) {
    {
      const std::lock_guard inner{candidate->mutex};
      if (!candidate->done) return false;
    }
    candidate->reading.reset();
    return true;
  });
  running_.push_back(restore);
  const std::lock_guard inner{restore->mutex};
  restore->reading = reader_.read(
      topic_, partition, range.first,
      [restore = restore.get()](Result<storage::LogBatch> batch) {
        const std::lock_guard held{restore->mutex};
        restore->take(std::move(batch));
      },
      false);
}

}  // namespace paysaga::engine::kafka
