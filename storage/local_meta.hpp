#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "paysaga/storage/local_disk.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::storage {

// What the local log keeps beside its entries. Values are text, but for those of snapshots.
//
//   format                                version of this layout, "1"
//   identity                              32 hex digits, made at random with the directory
//   group                                 of whom the journal is
//   partition_count                       fixed when the directory is made
//   first/<lane>                          first offset kept; none: 0
//   commit/<use>/<partition>              "<next> <metadata>"
//   inbound/<lane>                        "<next>"
//   snapshot/<partition>/<key>            newest value by key; empty: removed
//
// <lane> is the prefix of the keys of its entries (local_entry.hpp).

inline constexpr int local_format = 1;

struct LocalIdentity {
  std::string identity;
  std::string group;
  std::uint32_t partition_count = 0;
};

/// Errors: version_unsupported, not_found (no log here), corrupt, unavailable.
[[nodiscard]] Result<LocalIdentity> read_identity(const LocalDisk& disk);
/// The same, or makes it in a new directory; then checks group and number of partitions.
/// Errors: also conflict (another group or number of partitions), storage_failed.
[[nodiscard]] Result<LocalIdentity> make_identity(LocalDisk& disk, const std::string& group,
                                                  std::uint32_t partition_count);

using MetaPair = std::pair<std::string, std::string>;
[[nodiscard]] MetaPair first_pair(std::string_view lane, Offset first);
[[nodiscard]] MetaPair commit_pair(Use use, const Commit& commit);
[[nodiscard]] MetaPair inbound_pair(const InboundCommit& commit);
[[nodiscard]] MetaPair snapshot_pair(PartitionId partition, SnapshotEntry entry);

// Errors of all of these: corrupt, unavailable.
[[nodiscard]] Result<std::vector<std::pair<std::string, Offset>>> read_first_offsets(
    const LocalDisk& disk);
[[nodiscard]] Result<std::optional<Commit>> read_commit(const LocalDisk& disk, Use use,
                                                        PartitionId partition);
[[nodiscard]] Result<std::optional<Offset>> read_inbound(const LocalDisk& disk,
                                                         std::string_view lane);
/// Calls back with the entries in lots.
[[nodiscard]] Result<void> read_snapshot(
    const LocalDisk& disk, PartitionId partition,
    const std::function<void(std::vector<SnapshotEntry>)>& on_entries);

}  // namespace paysaga::storage
