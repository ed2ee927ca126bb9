#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "paysaga/saga/result.hpp"

namespace paysaga::storage {

/// The column families of the state store. What stands in each: keys.hpp.
enum class Family : std::uint8_t {
  meta,
  orders,
  history,
  timers,
  index,
  partitions,
  dead_letters,
  quarantine,
};
inline constexpr std::size_t family_count = 8;

class RocksDb;

/// Walks the keys of [lower, upper) of one family as they were when it was made.
///
/// Lifetime:  below its database's; `key` and `value` until the next call.
class RocksScan {
 public:
  ~RocksScan();
  RocksScan(RocksScan&&) noexcept;
  [[nodiscard]] bool done() const;
  void next();
  [[nodiscard]] std::string_view key() const;
  [[nodiscard]] std::string_view value() const;
  /// To be asked when it is done: a damaged file ends a scan early.
  [[nodiscard]] Result<void> status() const;

 private:
  friend class RocksDb;
  struct Impl;
  explicit RocksScan(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Changes that are written together or not at all.
///
/// Lifetime:  below its database's.
class RocksBatch {
 public:
  explicit RocksBatch(const RocksDb& db);
  ~RocksBatch();
  RocksBatch(const RocksBatch&) = delete;
  RocksBatch& operator=(const RocksBatch&) = delete;

  void put(Family family, std::string_view key, std::string_view value);
  void erase(Family family, std::string_view key);

 private:
  friend class RocksDb;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A moment of the whole database, to read from.
class RocksMoment;

/// RocksDB, behind the few calls that the state store needs.
///
/// Threads:   any.
/// Errors:    storage_failed, corrupt; each one line that says what to do.
class RocksDb {
 public:
  struct Options {
    bool read_only = false;  // Also beside a living writer: as it is at this moment.
  };
  /// Makes the directory if it is not there, unless it is to be read only.
  /// Errors: conflict (in use), not_found, version_unsupported, storage_failed, corrupt.
  [[nodiscard]] static Result<std::unique_ptr<RocksDb>> open(const std::string& directory,
                                                             Options options);
  ~RocksDb();
  RocksDb(const RocksDb&) = delete;
  RocksDb& operator=(const RocksDb&) = delete;

  [[nodiscard]] Result<std::optional<std::string>> get(Family family, std::string_view key,
                                                       const RocksMoment* moment = nullptr) const;
  /// Into the write-ahead log, not yet to the disk: it outlives this process, not a power loss.
  [[nodiscard]] Result<void> write(RocksBatch& batch);
  [[nodiscard]] Result<void> flush();
  /// The database of one moment, as files in the new directory `into`; of one open for writing.
  [[nodiscard]] Result<void> checkpoint(const std::string& into) const;
  [[nodiscard]] RocksScan scan(Family family, std::string_view lower, std::string_view upper,
                               bool backwards = false, const RocksMoment* moment = nullptr) const;
  [[nodiscard]] std::shared_ptr<const RocksMoment> moment() const;
  [[nodiscard]] const std::string& directory() const;

 private:
  friend class RocksBatch;
  struct Impl;
  explicit RocksDb(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace paysaga::storage
