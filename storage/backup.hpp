#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "paysaga/storage/backup_manifest.hpp"
#include "paysaga/storage/store_report.hpp"

namespace paysaga::storage {

/// A directory that holds a data directory as it was, and proves that it does.
///
///     backup = backup.json state/ [ log/ ]
///
/// It is made under another name, synced, and renamed at the end: a directory of the right name
/// with a manifest is whole, and nothing else is ever taken for one.

/// Told now and then how many bytes are done, and of how many.
using OnBytes = std::function<void(std::uint64_t done, std::uint64_t of)>;

/// Copies `source`, which nobody writes to, into the new directory `target`.
/// Errors: conflict (`target` is there), corrupt (the journal does not reach the states),
///         storage_failed, those of the store and the log.
[[nodiscard]] Result<BackupManifest> make_backup(const std::filesystem::path& source,
                                                 const std::filesystem::path& target,
                                                 const std::string& program, Time made_at,
                                                 const OnBytes& on_bytes);

/// True if it is a backup, so no directory for a node to run on.
[[nodiscard]] bool is_backup(const std::filesystem::path& directory);
/// Errors: not_found (no finished backup), version_unsupported, corrupt.
[[nodiscard]] Result<BackupManifest> read_backup(const std::filesystem::path& backup);
/// Reads every file; what is missing or not as it was, or not what the manifest tells, goes into
/// the report. Errors: storage_failed.
[[nodiscard]] Result<void> check_backup(const std::filesystem::path& backup,
                                        const BackupManifest& manifest, StoreReport& report);

/// Copies the backup, every byte of it checked, and puts it in place as `target` at the end.
/// Errors: conflict (`target` holds something), corrupt, not_found (a file of it is missing),
///         storage_failed. `target` is as before then.
[[nodiscard]] Result<void> restore_backup(const std::filesystem::path& backup,
                                          const BackupManifest& manifest,
                                          const std::filesystem::path& target,
                                          const OnBytes& on_bytes);

}  // namespace paysaga::storage
