#include "paysaga/storage/local_trim.hpp"

#include <algorithm>

#include "paysaga/storage/local_entry.hpp"
#include "paysaga/storage/local_meta.hpp"

namespace paysaga::storage {
namespace {

/// What somebody still needs begins here, however old it is.
Result<Offset> needed_from(const LocalDisk& disk, const LocalLane& lane, bool journal) {
  if (!journal) {
    const auto inbound = read_inbound(disk, lane.prefix);
    if (!inbound) return tl::unexpected{inbound.error()};
    return inbound->value_or(lane.end.load());
  }
  const auto published = read_commit(disk, Use::publisher, lane.partition);
  if (!published) return tl::unexpected{published.error()};
  const auto snapshot = read_commit(disk, Use::snapshotter, lane.partition);
  if (!snapshot) return tl::unexpected{snapshot.error()};
  if (!*published) return lane.first.load();  // Nothing was ever published: all of it still is to.
  const Offset next = (*published)->next;
  return *snapshot ? std::min(next, (*snapshot)->next) : next;
}

/// The first offset in [first, end) whose entry is not older than `cutoff`, or `end`.
Result<Offset> first_since(const LocalDisk& disk, const LocalLane& lane, Offset end, Time cutoff) {
  Offset low = lane.first;
  Offset high = end;
  while (low < high) {
    const Offset middle = low + (high - low) / 2;
    const auto value = disk.entry(entry_key(lane.prefix, middle));
    if (!value) return tl::unexpected{value.error()};
    if (!*value) {
      return fail(ErrorCode::corrupt,
                  lane.topic + " offset " + std::to_string(middle) + " is missing");
    }
    const auto entry = decode_entry(middle, **value);
    if (!entry) return tl::unexpected{entry.error()};
    if (entry->appended_at < cutoff) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

Result<TrimPlan> plan_trim(const LocalDisk& disk, LocalLanes& lanes,
                           const LocalRetention& retention, Time now) {
  TrimPlan plan;
  for (LocalLane* lane : lanes.all()) {
    const bool journal = lane->topic == retention.journal;
    const auto keep =
        journal ? std::optional{retention.journal_retention} : retention.topic_retention;
    if (!keep) continue;
    const auto needed = needed_from(disk, *lane, journal);
    if (!needed) return tl::unexpected{needed.error()};
    const Offset end = std::min(*needed, lane->end.load());
    const auto first = first_since(disk, *lane, end, now - *keep);
    if (!first) return tl::unexpected{first.error()};
    if (*first > lane->first) plan.emplace_back(lane, *first);
  }
  return plan;
}

}  // namespace paysaga::storage
