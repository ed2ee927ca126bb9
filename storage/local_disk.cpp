#include "paysaga/storage/local_disk.hpp"

#include <algorithm>
#include <cstdarg>
#include <filesystem>

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>

namespace paysaga::storage {
namespace {

constexpr std::string_view entries_name = "entries";
constexpr std::size_t cache_bytes = 32u << 20;
constexpr std::size_t write_buffer_bytes = 64u << 20;
constexpr std::size_t wal_bytes_max = 256u << 20;

/// A reader beside a running node must not touch the node's own log file.
class NoLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, std::va_list) override {}
};

rocksdb::Slice slice(std::string_view text) {
  return {text.data(), text.size()};
}
std::string_view view(const rocksdb::Slice& bytes) {
  return {bytes.data(), bytes.size()};
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

tl::unexpected<Error> open_failed(const std::string& dir, const rocksdb::Status& status) {
  const std::string text = status.ToString();
  const std::string place = "the log directory " + dir;
  if (contains(text, "lock hold by current process") ||
      (contains(text, "While lock file") && contains(text, "temporarily unavailable"))) {
    return fail(ErrorCode::conflict,
                place + " is in use by another process; stop it or choose another directory");
  }
  if (contains(text, "Permission denied") || contains(text, "Read-only file system")) {
    return fail(ErrorCode::forbidden,
                place + " may not be written; change its owner or choose another: " + text);
  }
  if (status.IsNoSpace() || contains(text, "No space left")) {
    return fail(ErrorCode::storage_failed, place + ": the disk is full; free some space: " + text);
  }
  if (contains(text, "does not exist") || contains(text, "No such file")) {
    return fail(ErrorCode::not_found, place + " holds no log: " + text);
  }
  if (status.IsCorruption()) {
    return fail(ErrorCode::corrupt, place + " is damaged; restore it from a backup: " + text);
  }
  return fail(ErrorCode::storage_failed, place + " cannot be opened: " + text);
}

tl::unexpected<Error> read_failed(const rocksdb::Status& status) {
  if (status.IsCorruption()) {
    return fail(ErrorCode::corrupt,
                "the log's database is damaged; restore it from a backup: " + status.ToString());
  }
  return fail(ErrorCode::unavailable, "the log's database cannot be read: " + status.ToString());
}

rocksdb::DBOptions database_options() {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.max_background_jobs = 2;
  options.max_total_wal_size = wal_bytes_max;
  // A file that is written over keeps its size, so that a sync has no metadata to write.
  options.recycle_log_file_num = 2;
  options.keep_log_file_num = 4;
  options.info_log_level = rocksdb::WARN_LEVEL;
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> families() {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(cache_bytes);
  rocksdb::ColumnFamilyOptions meta;
  meta.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::ColumnFamilyOptions entries = meta;
  entries.write_buffer_size = write_buffer_bytes;
  // Entries are written once and read in order: rewriting them less matters more than space.
  entries.compaction_style = rocksdb::kCompactionStyleUniversal;
  entries.compression = rocksdb::kLZ4Compression;
  return {{rocksdb::kDefaultColumnFamilyName, meta}, {std::string{entries_name}, entries}};
}

/// A database of a later version may have parts that this one does not know.
Result<void> check_families(const std::string& dir) {
  std::vector<std::string> names;
  const auto status = rocksdb::DB::ListColumnFamilies(database_options(), dir, &names);
  if (!status.ok()) return {};  // Opening says what is wrong, or makes a new database.
  const bool known = std::ranges::all_of(names, [](const std::string& name) {
    return name == rocksdb::kDefaultColumnFamilyName || name == entries_name;
  });
  if (known) return {};
  return fail(ErrorCode::version_unsupported,
              "the log directory " + dir + " was written by a newer version; run that version");
}

std::string behind_prefix(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(prefix.back() + 1);
  return prefix;
}

}  // namespace

struct LocalDisk::Impl {
  std::unique_ptr<rocksdb::DB> database;
  rocksdb::ColumnFamilyHandle* meta = nullptr;
  rocksdb::ColumnFamilyHandle* entries = nullptr;
  rocksdb::WriteBatch batch;
  rocksdb::WriteOptions write_options;

  ~Impl() {
    for (auto* handle : {meta, entries}) {
      if (handle != nullptr) (void)database->DestroyColumnFamilyHandle(handle);
    }
    // Closing cannot make what was acknowledged less durable: nothing to do about its failure.
    if (database) (void)database->Close();
  }

  void take(rocksdb::DB* opened, const std::vector<rocksdb::ColumnFamilyHandle*>& handles) {
    database.reset(opened);
    ensure(handles.size() == 2, "the log's database has two column families");
    meta = handles[0];
    entries = handles[1];
  }

  Result<std::optional<std::string>> get(rocksdb::ColumnFamilyHandle* family,
                                         std::string_view key) const {
    std::string value;
    const auto status = database->Get({}, family, slice(key), &value);
    if (status.IsNotFound()) return std::optional<std::string>{};
    if (!status.ok()) return read_failed(status);
    return value;
  }

  Result<void> scan(rocksdb::ColumnFamilyHandle* family, std::string_view begin,
                    std::string_view end, const OnPair& on_pair) const {
    const rocksdb::Slice bound = slice(end);
    rocksdb::ReadOptions options;
    if (!end.empty()) options.iterate_upper_bound = &bound;
    const std::unique_ptr<rocksdb::Iterator> at{database->NewIterator(options, family)};
    for (at->Seek(slice(begin)); at->Valid(); at->Next()) {
      if (!on_pair(view(at->key()), view(at->value()))) break;
    }
    if (!at->status().ok()) return read_failed(at->status());
    return {};
  }
};

LocalDisk::LocalDisk(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
LocalDisk::~LocalDisk() = default;

Result<std::unique_ptr<LocalDisk>> LocalDisk::open(const std::string& dir, bool sync) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error) return open_failed(dir, rocksdb::Status::IOError(error.message()));
  if (const auto known = check_families(dir); !known) return tl::unexpected{known.error()};
  auto impl = std::make_unique<Impl>();
  impl->write_options.sync = sync;
  rocksdb::DB* opened = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const auto status = rocksdb::DB::Open(database_options(), dir, families(), &handles, &opened);
  if (!status.ok()) return open_failed(dir, status);
  impl->take(opened, handles);
  return std::unique_ptr<LocalDisk>{new LocalDisk{std::move(impl)}};
}

Result<std::unique_ptr<LocalDisk>> LocalDisk::open_read_only(const std::string& dir) {
  if (const auto known = check_families(dir); !known) return tl::unexpected{known.error()};
  auto impl = std::make_unique<Impl>();
  rocksdb::DBOptions options = database_options();
  options.create_if_missing = false;
  options.create_missing_column_families = false;
  options.info_log = std::make_shared<NoLogger>();
  rocksdb::DB* opened = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const auto status = rocksdb::DB::OpenForReadOnly(options, dir, families(), &handles, &opened);
  if (!status.ok()) return open_failed(dir, status);
  impl->take(opened, handles);
  return std::unique_ptr<LocalDisk>{new LocalDisk{std::move(impl)}};
}

void LocalDisk::put_entry(std::string_view key, std::string_view value) {
  (void)impl_->batch.Put(impl_->entries, slice(key), slice(value));
}

void LocalDisk::remove_entries(std::string_view begin, std::string_view end) {
  (void)impl_->batch.DeleteRange(impl_->entries, slice(begin), slice(end));
}

void LocalDisk::put_meta(std::string_view key, std::string_view value) {
  (void)impl_->batch.Put(impl_->meta, slice(key), slice(value));
}

std::size_t LocalDisk::batch_bytes() const {
  return impl_->batch.GetDataSize();
}

Result<void> LocalDisk::write() {
  const auto status = impl_->database->Write(impl_->write_options, &impl_->batch);
  impl_->batch.Clear();
  if (status.ok()) return {};
  const bool full = status.IsNoSpace() || contains(status.ToString(), "No space left");
  return fail(ErrorCode::storage_failed,
              std::string{full ? "the log's disk is full; free some space and restart the node: "
                               : "a write to the log failed; restart the node: "} +
                  status.ToString());
}

Result<void> LocalDisk::checkpoint(const std::string& into) const {
  rocksdb::Checkpoint* made = nullptr;
  auto status = rocksdb::Checkpoint::Create(impl_->database.get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> owned{made};
  if (status.ok()) status = made->CreateCheckpoint(into);
  if (status.ok()) return {};
  return fail(ErrorCode::storage_failed,
              "no checkpoint of the log could be made in " + into + ": " + status.ToString());
}

Result<std::optional<std::string>> LocalDisk::meta(std::string_view key) const {
  return impl_->get(impl_->meta, key);
}

Result<std::optional<std::string>> LocalDisk::entry(std::string_view key) const {
  return impl_->get(impl_->entries, key);
}

Result<void> LocalDisk::scan_meta(std::string_view prefix, const OnPair& on_pair) const {
  return impl_->scan(impl_->meta, prefix, behind_prefix(std::string{prefix}), on_pair);
}

Result<void> LocalDisk::scan_entries(std::string_view begin, std::string_view end,
                                     const OnPair& on_pair) const {
  return impl_->scan(impl_->entries, begin, end, on_pair);
}

Result<std::vector<std::string>> LocalDisk::last_keys() const {
  std::vector<std::string> keys;
  const std::unique_ptr<rocksdb::Iterator> at{
      impl_->database->NewIterator(rocksdb::ReadOptions{}, impl_->entries)};
  at->SeekToFirst();
  while (at->Valid()) {
    if (at->key().size() < 8) return fail(ErrorCode::corrupt, "a key of the log is cut off");
    std::string last = at->key().ToString();
    last.replace(last.size() - 8, 8, 8, '\xff');
    at->SeekForPrev(last);
    if (!at->Valid()) break;  // Only on a read error, reported below.
    keys.push_back(at->key().ToString());
    at->Next();
  }
  if (!at->status().ok()) return read_failed(at->status());
  return keys;
}

}  // namespace paysaga::storage
