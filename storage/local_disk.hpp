#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/saga/result.hpp"

namespace paysaga::storage {

/// The database under the local log: two ordered maps of bytes, `entries` and `meta`, and one batch
/// that is written as a whole. It knows keys and bytes, not topics.
///
/// Threads:  the batch belongs to one thread; reading is free for all.
/// Errors:   of opening: conflict (in use), forbidden (may not be written), version_unsupported,
///           corrupt, not_found (read-only), storage_failed. Each is one line that says what to do.
class LocalDisk {
 public:
  /// Yields false to end a scan.
  using OnPair = std::function<bool(std::string_view key, std::string_view value)>;

  /// Opens or makes the database in `dir`. Without `sync` a power cut loses what was acknowledged.
  [[nodiscard]] static Result<std::unique_ptr<LocalDisk>> open(const std::string& dir, bool sync);
  /// Opens what is there at this moment, beside a node that may be running on it.
  [[nodiscard]] static Result<std::unique_ptr<LocalDisk>> open_read_only(const std::string& dir);
  ~LocalDisk();
  LocalDisk(const LocalDisk&) = delete;
  LocalDisk& operator=(const LocalDisk&) = delete;

  void put_entry(std::string_view key, std::string_view value);
  /// Removes the entries from `begin` to before `end`.
  void remove_entries(std::string_view begin, std::string_view end);
  void put_meta(std::string_view key, std::string_view value);
  [[nodiscard]] std::size_t batch_bytes() const;
  /// Writes the batch and waits until it is on the disk. The batch is empty afterwards.
  /// Errors: storage_failed (it may be there or not: nothing may be written before a reopening).
  [[nodiscard]] Result<void> write();

  /// The database of one moment, as files in the new directory `into`; of one open for writing.
  [[nodiscard]] Result<void> checkpoint(const std::string& into) const;

  // Errors of reading: corrupt, unavailable.
  [[nodiscard]] Result<std::optional<std::string>> meta(std::string_view key) const;
  [[nodiscard]] Result<std::optional<std::string>> entry(std::string_view key) const;
  /// Every pair whose key begins with `prefix`, in key order.
  [[nodiscard]] Result<void> scan_meta(std::string_view prefix, const OnPair& on_pair) const;
  /// The entries from `begin` to before `end`, in key order.
  [[nodiscard]] Result<void> scan_entries(std::string_view begin, std::string_view end,
                                          const OnPair& on_pair) const;
  /// The last key of each group of keys that differ only in their last 8 bytes.
  [[nodiscard]] Result<std::vector<std::string>> last_keys() const;

 private:
  struct Impl;
  explicit LocalDisk(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace paysaga::storage
