#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "paysaga/saga/result.hpp"

namespace paysaga::storage {

/// What a file held when it was read.
struct FileDigest {
  std::uint64_t bytes = 0;
  std::string sha256;  // 64 lower-case hex digits.
  friend bool operator==(const FileDigest&, const FileDigest&) = default;
};

// Files that must outlive a power loss. Errors: not_found (what is read), storage_failed; each one
// line that names the file.

[[nodiscard]] Result<FileDigest> digest_of(const std::filesystem::path& file);
/// Into a new file, synced; what was read on the way.
[[nodiscard]] Result<FileDigest> copy_durably(const std::filesystem::path& from,
                                              const std::filesystem::path& to);
[[nodiscard]] Result<void> write_durably(const std::filesystem::path& file, std::string_view text);
/// At most `bytes_max`; more is `storage_failed`.
[[nodiscard]] Result<std::string> read_text(const std::filesystem::path& file,
                                            std::size_t bytes_max);
/// The names in a directory, not what they hold.
[[nodiscard]] Result<void> sync_directory(const std::filesystem::path& directory);
/// The new name outlives a power loss, or the old one stands. Never over a directory with entries.
[[nodiscard]] Result<void> rename_durably(const std::filesystem::path& from,
                                          const std::filesystem::path& to);

}  // namespace paysaga::storage
