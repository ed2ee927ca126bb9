#include "paysaga/storage/rocks_db.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/utilities/table_properties_collectors.h>

namespace paysaga::storage {
namespace {

constexpr std::array<const char*, family_count> family_names = {
    "default", "orders", "history", "timers", "index", "partitions", "dead_letters", "quarantine",
};
constexpr std::size_t write_buffer_bytes = 16 << 20;
constexpr std::size_t block_cache_bytes = 64 << 20;

rocksdb::Slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

std::string_view view(const rocksdb::Slice& text) {
  return {text.data(), text.size()};
}

/// Says nothing: RocksDB's own log stops the process when the disk is full. What matters comes back
/// as a status.
class Silent final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

/// Every failure as one line: what, why, what to do next.
Error explain(const rocksdb::Status& status, const std::string& directory) {
  const std::string where = "the store in " + directory;
  const std::string why = " (" + status.ToString() + ")";
  if (status.IsCorruption()) {
    return {ErrorCode::corrupt,
            where +
                " is damaged; move it aside and start again to rebuild it from the journal, or "
                "restore a backup" +
                why};
  }
  if (status.IsNoSpace()) {
    return {ErrorCode::storage_failed,
            where + " cannot be written, the disk is full; free some space and start again" + why};
  }
  if (status.ToString().find("lock") != std::string::npos) {
    return {ErrorCode::conflict,
            where +
                " is in use by another process; stop it, or choose another directory with "
                "--data" +
                why};
  }
  if (status.ToString().find("Permission denied") != std::string::npos ||
      status.ToString().find("Read-only file system") != std::string::npos) {
    return {ErrorCode::storage_failed,
            where +
                " cannot be written; make the directory writable, or choose another with "
                "--data" +
                why};
  }
  return {ErrorCode::storage_failed, where + " failed; see the reason and start again" + why};
}

rocksdb::DBOptions db_options() {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.max_open_files = 512;
  options.max_total_wal_size = 128 << 20;
  options.info_log = std::make_shared<Silent>();
  options.paranoid_checks = true;
  // What a power loss tore off is applied again from the journal, which is ahead of the store.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  return options;
}

rocksdb::ColumnFamilyOptions family_options(Family family,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = write_buffer_bytes;
  options.compression = rocksdb::kLZ4Compression;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  if (family == Family::timers || family == Family::index) {
    // Their keys are moved with every decision: files full of deletions are compacted early.
    options.table_properties_collector_factories.push_back(
        rocksdb::NewCompactOnDeletionCollectorFactory(4'096, 2'048));
  }
  return options;
}

bool is_known(const std::string& name) {
  return std::any_of(family_names.begin(), family_names.end(),
                     [&](const char* known) { return name == known; });
}

}  // namespace

struct RocksDb::Impl {
  std::string directory;
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    for (rocksdb::ColumnFamilyHandle* family : families) db->DestroyColumnFamilyHandle(family);
  }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* of(Family family) const {
    return families[static_cast<std::size_t>(family)];
  }
};

struct RocksBatch::Impl {
  const RocksDb::Impl& db;
  rocksdb::WriteBatch changes;
};

struct RocksScan::Impl {
  std::string lower;
  std::string upper;
  rocksdb::Slice lower_slice;
  rocksdb::Slice upper_slice;
  std::unique_ptr<rocksdb::Iterator> iterator;
  bool backwards = false;
  std::string directory;
};

class RocksMoment {
 public:
  explicit RocksMoment(rocksdb::DB& db) : db_{db}, snapshot_{db.GetSnapshot()} {}
  ~RocksMoment() { db_.ReleaseSnapshot(snapshot_); }
  RocksMoment(const RocksMoment&) = delete;
  RocksMoment& operator=(const RocksMoment&) = delete;
  [[nodiscard]] const rocksdb::Snapshot* snapshot() const { return snapshot_; }

 private:
  rocksdb::DB& db_;
  const rocksdb::Snapshot* snapshot_;  // A store opened for reading has none.
};

RocksBatch::RocksBatch(const RocksDb& db)
    : impl_{std::make_unique<Impl>(Impl{*db.impl_, rocksdb::WriteBatch{}})} {}
RocksBatch::~RocksBatch() = default;

void RocksBatch::put(Family family, std::string_view key, std::string_view value) {
  const auto status = impl_->changes.Put(impl_->db.of(family), slice(key), slice(value));
  ensure(status.ok(), "a batch in memory takes a change");
}

void RocksBatch::erase(Family family, std::string_view key) {
  const auto status = impl_->changes.Delete(impl_->db.of(family), slice(key));
  ensure(status.ok(), "a batch in memory takes a change");
}

RocksScan::RocksScan(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
RocksScan::RocksScan(RocksScan&&) noexcept = default;
RocksScan::~RocksScan() = default;

bool RocksScan::done() const {
  return !impl_->iterator->Valid();
}

void RocksScan::next() {
  if (impl_->backwards) {
    impl_->iterator->Prev();
  } else {
    impl_->iterator->Next();
  }
}

std::string_view RocksScan::key() const {
  return view(impl_->iterator->key());
}

std::string_view RocksScan::value() const {
  return view(impl_->iterator->value());
}

Result<void> RocksScan::status() const {
  const rocksdb::Status status = impl_->iterator->status();
  if (status.ok()) return {};
  return tl::unexpected<Error>{explain(status, impl_->directory)};
}

RocksDb::RocksDb(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
RocksDb::~RocksDb() = default;

Result<std::unique_ptr<RocksDb>> RocksDb::open(const std::string& directory, Options options) {
  std::error_code error;
  const bool there = std::filesystem::exists(directory + "/CURRENT", error);
  if (options.read_only && !there) {
    return fail(ErrorCode::not_found, "there is no store in " + directory +
                                          "; name the data directory of a node with --data");
  }
  if (!options.read_only) {
    std::filesystem::create_directories(directory, error);
    if (error) {
      return fail(ErrorCode::storage_failed, "cannot make the directory " + directory + " (" +
                                                 error.message() +
                                                 "); choose another one with --data");
    }
  }
  if (there) {
    std::vector<std::string> names;
    const auto listed = rocksdb::DB::ListColumnFamilies(db_options(), directory, &names);
    if (!listed.ok()) return tl::unexpected<Error>{explain(listed, directory)};
    if (!std::all_of(names.begin(), names.end(), is_known)) {
      return fail(ErrorCode::version_unsupported,
                  "the store in " + directory +
                      " was written by a newer version of paysaga; use that version");
    }
  }
  const auto cache = rocksdb::NewLRUCache(block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (std::size_t i = 0; i < family_count; ++i) {
    descriptors.emplace_back(family_names[i], family_options(static_cast<Family>(i), cache));
  }
  auto impl = std::make_unique<Impl>();
  impl->directory = directory;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      options.read_only
          ? rocksdb::DB::OpenForReadOnly(db_options(), directory, descriptors, &impl->families, &db)
          : rocksdb::DB::Open(db_options(), directory, descriptors, &impl->families, &db);
  if (!status.ok()) return tl::unexpected<Error>{explain(status, directory)};
  impl->db.reset(db);
  return std::unique_ptr<RocksDb>{new RocksDb{std::move(impl)}};
}

Result<std::optional<std::string>> RocksDb::get(Family family, std::string_view key,
                                                const RocksMoment* moment) const {
  rocksdb::ReadOptions options;
  if (moment != nullptr) options.snapshot = moment->snapshot();
  std::string value;
  const auto status = impl_->db->Get(options, impl_->of(family), slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return tl::unexpected<Error>{explain(status, impl_->directory)};
  return value;
}

Result<void> RocksDb::write(RocksBatch& batch) {
  // RocksDB's counters of each thread cost a tenth of a write, and nobody reads them.
  thread_local const bool counting = (rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable), false);
  static_cast<void>(counting);
  const auto status = impl_->db->Write(rocksdb::WriteOptions{}, &batch.impl_->changes);
  if (!status.ok()) return tl::unexpected<Error>{explain(status, impl_->directory)};
  return {};
}

Result<void> RocksDb::flush() {
  // The log holds everything that is not in a file yet.
  const auto status = impl_->db->FlushWAL(true);
  if (!status.ok()) return tl::unexpected<Error>{explain(status, impl_->directory)};
  return {};
}

Result<void> RocksDb::checkpoint(const std::string& into) const {
  rocksdb::Checkpoint* made = nullptr;
  auto status = rocksdb::Checkpoint::Create(impl_->db.get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> owned{made};
  if (status.ok()) status = made->CreateCheckpoint(into);
  if (!status.ok()) return tl::unexpected<Error>{explain(status, impl_->directory)};
  return {};
}

RocksScan RocksDb::scan(Family family, std::string_view lower, std::string_view upper,
                        bool backwards, const RocksMoment* moment) const {
  auto impl = std::make_unique<RocksScan::Impl>();
  impl->lower = lower;
  impl->upper = upper;
  impl->lower_slice = impl->lower;
  impl->upper_slice = impl->upper;
  impl->backwards = backwards;
  impl->directory = impl_->directory;
  rocksdb::ReadOptions options;
  options.iterate_lower_bound = &impl->lower_slice;
  if (!upper.empty()) options.iterate_upper_bound = &impl->upper_slice;
  if (moment != nullptr) options.snapshot = moment->snapshot();
  impl->iterator.reset(impl_->db->NewIterator(options, impl_->of(family)));
  if (backwards) {
    impl->iterator->SeekToLast();
  } else {
    impl->iterator->SeekToFirst();
  }
  return RocksScan{std::move(impl)};
}

std::shared_ptr<const RocksMoment> RocksDb::moment() const {
  return std::make_shared<const RocksMoment>(*impl_->db);
}

const std::string& RocksDb::directory() const {
  return impl_->directory;
}

}  // namespace paysaga::storage
