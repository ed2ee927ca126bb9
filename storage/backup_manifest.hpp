#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/saga/time.hpp"
#include "paysaga/storage/durable_file.hpp"
#include "paysaga/storage/state_store.hpp"

namespace paysaga::storage {

inline constexpr std::string_view manifest_name = "backup.json";

struct BackupFile {
  std::string path;  // "state/000012.sst", "log/CURRENT".
  FileDigest digest;
  friend bool operator==(const BackupFile&, const BackupFile&) = default;
};

/// What a backup says of itself: whose it is, how far it has come, and what belongs to it.
///
///     {"format":1,"program":"0.1.0","made_at":"2026-03-01T10:00:00.000000Z",
///      "journal":{"kind":"local","identity":"..."},"ledger":"...","roles":"payments,orders",
///      "positions":["1 <next> <epoch> <jseq> <chain>", ...],
///      "files":[{"path":"state/CURRENT","bytes":16,"sha256":"..."}, ...]}
struct BackupManifest {
  std::string program;
  Time made_at{};
  StoreIdentity identity;
  std::vector<Position> positions;  // Of the states, by partition.
  std::vector<BackupFile> files;
  friend bool operator==(const BackupManifest&, const BackupManifest&) = default;

  [[nodiscard]] std::uint64_t bytes() const;
};

/// True if the journal of that name stands in the data directory, not in Kafka.
[[nodiscard]] bool is_local(std::string_view log_identity);

[[nodiscard]] std::string encode_manifest(const BackupManifest& manifest);
/// Errors: version_unsupported, corrupt (`where` is in the message).
[[nodiscard]] Result<BackupManifest> decode_manifest(std::string_view text,
                                                     const std::string& where);

/// The journal of one partition, as far as it is kept.
struct JournalRange {
  Offset first = 0;
  Offset end = 0;
};
/// The states may be behind the journal, never ahead of it, and not before its beginning.
/// Errors: corrupt.
[[nodiscard]] Result<void> check_covered(const std::vector<Position>& states,
                                         const std::vector<JournalRange>& journal);

}  // namespace paysaga::storage
