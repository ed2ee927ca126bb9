#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/storage/local_disk.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::storage {

struct LocalReading;

/// One partition of one topic in the local log: where it begins and ends, and who reads it.
struct LocalLane {
  std::string topic;
  PartitionId partition{};
  std::string prefix;  // Of its keys.

  std::atomic<Offset> first{0};
  std::atomic<Offset> end{0};  // Behind the last durable entry.
  std::atomic<int> reading_total{0};

  // The committer's: what the group that is being gathered adds.
  Offset end_next = 0;
  std::vector<LogEntry> fresh;
  bool touched = false;

  // The courier's.
  Offset end_seen = 0;  // Behind the last entry that it was told of.
  std::vector<std::shared_ptr<LocalReading>> readings;
};

/// The lanes of one log.
///
/// Threads:   any.
/// Lifetime:  a lane stays where it is for the life of the table.
class LocalLanes {
 public:
  /// Finds the lanes that have entries. Errors: those of reading.
  [[nodiscard]] Result<void> load(const LocalDisk& disk);
  /// The lane; made, empty, if there is none.
  [[nodiscard]] LocalLane& of(std::string_view topic, PartitionId partition);
  /// None if nothing was ever put there.
  [[nodiscard]] LocalLane* find(std::string_view topic, PartitionId partition);
  /// In the order of topic and partition.
  [[nodiscard]] std::vector<LocalLane*> all();

 private:
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<LocalLane>, std::less<>> lanes_;
};

struct LaneLimit {
  std::size_t entries_max = 512;
  std::size_t bytes_max = 1u << 20;
};

/// The entries of a lane from `from` to before `end`, as many as the limit allows, at least one.
/// Errors: out_of_range (no longer there), corrupt, unavailable.
[[nodiscard]] Result<LogBatch> read_lane(const LocalDisk& disk, const LocalLane& lane, Offset from,
                                         Offset end, const LaneLimit& limit);

}  // namespace paysaga::storage
