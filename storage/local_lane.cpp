#include "paysaga/storage/local_lane.hpp"

#include <algorithm>

#include "paysaga/storage/local_entry.hpp"
#include "paysaga/storage/local_meta.hpp"

namespace paysaga::storage {

LocalLane& LocalLanes::of(std::string_view topic, PartitionId partition) {
  std::string prefix = lane_prefix(topic, partition);
  const std::lock_guard lock{mutex_};
  std::unique_ptr<LocalLane>& lane = lanes_[prefix];
  if (!lane) {
    lane = std::make_unique<LocalLane>();
    lane->topic = topic;
    lane->partition = partition;
    lane->prefix = std::move(prefix);
  }
  return *lane;
}

LocalLane* LocalLanes::find(std::string_view topic, PartitionId partition) {
  const std::lock_guard lock{mutex_};
  const auto found = lanes_.find(lane_prefix(topic, partition));
  return found == lanes_.end() ? nullptr : found->second.get();
}

std::vector<LocalLane*> LocalLanes::all() {
  const std::lock_guard lock{mutex_};
  std::vector<LocalLane*> lanes;
  lanes.reserve(lanes_.size());
  for (const auto& [prefix, lane] : lanes_) lanes.push_back(lane.get());
  return lanes;
}

Result<void> LocalLanes::load(const LocalDisk& disk) {
  const auto place = [this](std::string_view prefix, bool first, Offset offset) -> Result<void> {
    const auto name = parse_lane(prefix);
    if (!name) return tl::unexpected{name.error()};
    LocalLane& lane = of(name->topic, name->partition);
    if (first) lane.first = offset;
    lane.end = std::max(lane.end.load(), offset);
    lane.end_next = lane.end_seen = lane.end;
    return {};
  };
  const auto firsts = read_first_offsets(disk);
  if (!firsts) return tl::unexpected{firsts.error()};
  for (const auto& [prefix, first] : *firsts) {
    if (auto placed = place(prefix, true, first); !placed) return placed;
  }
  const auto keys = disk.last_keys();
  if (!keys) return tl::unexpected{keys.error()};
  for (const std::string& key : *keys) {
    const auto name = parse_entry_key(key);
    if (!name) return tl::unexpected{name.error()};
    if (auto placed = place(name->lane, false, name->offset + 1); !placed) return placed;
  }
  return {};
}

Result<LogBatch> read_lane(const LocalDisk& disk, const LocalLane& lane, Offset from, Offset end,
                           const LaneLimit& limit) {
  LogBatch batch{{}, from};
  if (from >= end) return batch;
  std::size_t bytes = 0;
  std::optional<Error> broken;
  const auto scanned = disk.scan_entries(entry_key(lane.prefix, from), entry_key(lane.prefix, end),
                                         [&](std::string_view key, std::string_view value) {
                                           const auto name = parse_entry_key(key);
                                           if (!name || name->offset != batch.next)
                                             return false;  // A gap: see below.
                                           auto entry = decode_entry(name->offset, value);
                                           if (!entry) {
                                             broken = std::move(entry.error());
                                             return false;
                                           }
                                           bytes += value.size();
                                           batch.entries.push_back(std::move(*entry));
                                           ++batch.next;
                                           return batch.entries.size() < limit.entries_max &&
                                                  bytes < limit.bytes_max;
                                         });
  if (!batch.entries.empty()) return batch;  // What is wrong behind them is found by the next read.
  if (!scanned) return tl::unexpected{scanned.error()};
  if (broken) return fail(broken->code, lane.topic + ": " + broken->detail);
  const std::string place = lane.topic + " offset " + std::to_string(from);
  if (from < lane.first) return fail(ErrorCode::out_of_range, place + " was removed by retention");
  return fail(ErrorCode::corrupt, place + " is missing; restore the data directory from a backup");
}

}  // namespace paysaga::storage
