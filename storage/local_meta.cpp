#include "paysaga/storage/local_meta.hpp"

#include <charconv>
#include <cstdlib>
#include <random>

#include "paysaga/storage/local_entry.hpp"

namespace paysaga::storage {
namespace {

constexpr std::size_t snapshot_lot = 256;
constexpr std::string_view first_begin = "first/";

std::string_view to_text(Use use) {
  switch (use) {
    case Use::publisher:
      return "publisher";
    case Use::snapshotter:
      return "snapshotter";
  }
  std::abort();
}

std::string commit_key(Use use, PartitionId partition) {
  return "commit/" + std::string{to_text(use)} + '/' + std::to_string(index_of(partition));
}

std::string snapshot_prefix(PartitionId partition) {
  return "snapshot/" + std::to_string(index_of(partition)) + '/';
}

/// The number that `text` is, or begins with when `rest` is given.
template <class N>
std::optional<N> number_of(std::string_view text, std::string_view* rest = nullptr) {
  N number{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || (rest == nullptr && stop != end)) return std::nullopt;
  if (rest != nullptr) *rest = {stop, static_cast<std::size_t>(end - stop)};
  return number;
}

tl::unexpected<Error> unreadable(std::string_view key) {
  return fail(ErrorCode::corrupt, "the log's entry " + std::string{key} +
                                      " cannot be read; restore the data directory from a backup");
}

std::string random_identity() {
  std::random_device random;
  std::string identity;
  for (int i = 0; i < 4; ++i) {
    char digits[9];
    std::snprintf(digits, sizeof digits, "%08x", random());
    identity += digits;
  }
  return identity;
}

Result<std::string> needed(const LocalDisk& disk, std::string_view key) {
  auto value = disk.meta(key);
  if (!value) return tl::unexpected{std::move(value.error())};
  if (!*value) return unreadable(key);
  return std::move(**value);
}

}  // namespace

Result<LocalIdentity> read_identity(const LocalDisk& disk) {
  const auto format = disk.meta("format");
  if (!format) return tl::unexpected{format.error()};
  if (!*format) return fail(ErrorCode::not_found, "the directory holds no log of ours");
  const auto version = number_of<int>(**format);
  if (!version || *version < 1) return unreadable("format");
  if (*version > local_format) {
    return fail(ErrorCode::version_unsupported, "the log directory has format " + **format +
                                                    " of a newer version, this one reads " +
                                                    std::to_string(local_format) +
                                                    "; run the newer version");
  }
  auto identity = needed(disk, "identity");
  auto group = needed(disk, "group");
  const auto count = needed(disk, "partition_count");
  if (!identity) return tl::unexpected{identity.error()};
  if (!group) return tl::unexpected{group.error()};
  if (!count) return tl::unexpected{count.error()};
  const auto partitions = number_of<std::uint32_t>(*count);
  if (!partitions || *partitions == 0) return unreadable("partition_count");
  return LocalIdentity{std::move(*identity), std::move(*group), *partitions};
}

Result<LocalIdentity> make_identity(LocalDisk& disk, const std::string& group,
                                    std::uint32_t partition_count) {
  auto found = read_identity(disk);
  if (!found && found.error().code == ErrorCode::not_found) {
    disk.put_meta("format", std::to_string(local_format));
    disk.put_meta("identity", random_identity());
    disk.put_meta("group", group);
    disk.put_meta("partition_count", std::to_string(partition_count));
    if (auto written = disk.write(); !written) return tl::unexpected{written.error()};
    found = read_identity(disk);
  }
  if (!found) return found;
  if (found->group != group) {
    return fail(ErrorCode::conflict, "the log directory belongs to group " + found->group +
                                         ", not " + group +
                                         "; set that group or another directory");
  }
  if (found->partition_count != partition_count) {
    return fail(ErrorCode::conflict,
                "the log directory was made with " + std::to_string(found->partition_count) +
                    " partitions, the settings say " + std::to_string(partition_count) +
                    "; set the former number: it cannot change");
  }
  return found;
}

MetaPair first_pair(std::string_view lane, Offset first) {
  return {std::string{first_begin} + std::string{lane}, std::to_string(first)};
}

MetaPair commit_pair(Use use, const Commit& commit) {
  return {commit_key(use, commit.partition), std::to_string(commit.next) + ' ' + commit.metadata};
}

MetaPair inbound_pair(const InboundCommit& commit) {
  return {"inbound/" + lane_prefix(commit.topic, commit.partition), std::to_string(commit.next)};
}

MetaPair snapshot_pair(PartitionId partition, SnapshotEntry entry) {
  return {snapshot_prefix(partition) + entry.key, std::move(entry.value)};
}

Result<std::vector<std::pair<std::string, Offset>>> read_first_offsets(const LocalDisk& disk) {
  std::vector<std::pair<std::string, Offset>> firsts;
  bool readable = true;
  const auto scanned =
      disk.scan_meta(first_begin, [&](std::string_view key, std::string_view value) {
        const auto first = number_of<Offset>(value);
        readable = first.has_value();
        if (first) firsts.emplace_back(key.substr(first_begin.size()), *first);
        return readable;
      });
  if (!scanned) return tl::unexpected{scanned.error()};
  if (!readable) return unreadable(first_begin);
  return firsts;
}

Result<std::optional<Commit>> read_commit(const LocalDisk& disk, Use use, PartitionId partition) {
  const std::string key = commit_key(use, partition);
  const auto value = disk.meta(key);
  if (!value) return tl::unexpected{value.error()};
  if (!*value) return std::optional<Commit>{};
  std::string_view rest;
  const auto next = number_of<Offset>(**value, &rest);
  if (!next || !rest.starts_with(' ')) return unreadable(key);
  return Commit{partition, *next, std::string{rest.substr(1)}};
}

Result<std::optional<Offset>> read_inbound(const LocalDisk& disk, std::string_view lane) {
  const std::string key = "inbound/" + std::string{lane};
  const auto value = disk.meta(key);
  if (!value) return tl::unexpected{value.error()};
  if (!*value) return std::optional<Offset>{};
  const auto next = number_of<Offset>(**value);
  if (!next) return unreadable("inbound position");
  return next;
}

Result<void> read_snapshot(const LocalDisk& disk, PartitionId partition,
                           const std::function<void(std::vector<SnapshotEntry>)>& on_entries) {
  const std::string prefix = snapshot_prefix(partition);
  std::vector<SnapshotEntry> lot;
  const auto scanned = disk.scan_meta(prefix, [&](std::string_view key, std::string_view value) {
    if (value.empty()) return true;  // Removed.
    lot.push_back({std::string{key.substr(prefix.size())}, std::string{value}});
    if (lot.size() == snapshot_lot) on_entries(std::exchange(lot, {}));
    return true;
  });
  if (!lot.empty()) on_entries(std::move(lot));
  return scanned;
}

}  // namespace paysaga::storage
