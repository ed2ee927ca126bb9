#include "paysaga/storage/local_log.hpp"

#include <algorithm>
#include <chrono>

#include "paysaga/storage/local_entry.hpp"
#include "paysaga/storage/local_trim.hpp"

namespace paysaga::storage {
namespace {

Time system_now() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

bool is_topic(std::string_view text) {
  constexpr std::size_t topic_bytes_max = 249;  // Kafka's limit: topics move between adapters.
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= topic_bytes_max && std::ranges::all_of(text, allowed);
}

/// The time of the newest entry: appends never go back behind it, whatever the clock says.
Time newest_append(const LocalDisk& disk, LocalLanes& lanes) {
  Time newest{};
  for (const LocalLane* lane : lanes.all()) {
    if (lane->end == lane->first) continue;
    const auto value = disk.entry(entry_key(lane->prefix, lane->end - 1));
    if (!value || !*value) continue;  // Whoever reads it is told that it is damaged.
    const auto entry = decode_entry(lane->end - 1, **value);
    if (entry) newest = std::max(newest, entry->appended_at);
  }
  return newest;
}

Error queue_refused(const LocalCommitter& committer) {
  if (auto failure = committer.failure()) return *failure;
  return {ErrorCode::unavailable, "the log's queue is full; try again"};
}

class LocalWriter final : public JournalWriter {
 public:
  LocalWriter(LocalCommitter& committer, LocalLane& lane, std::size_t record_bytes_max)
      : committer_{committer}, lane_{lane}, record_bytes_max_{record_bytes_max} {}
  ~LocalWriter() override { gate_->close(); }

  void append(Headers headers, std::string value, Done done) override {
    LogRecord record{{}, std::move(headers), std::move(value)};
    const std::size_t bytes = size_bytes(record);
    if (bytes > record_bytes_max_) {
      return done({AppendStatus::refused, -1,
                   "a record of " + std::to_string(bytes) + " bytes is larger than " +
                       std::to_string(record_bytes_max_)});
    }
    LocalAppend append{gate_, &lane_, std::move(record), done};
    if (committer_.add(std::move(append), bytes)) return;
    done({AppendStatus::refused, -1, queue_refused(committer_).detail});
  }

 private:
  LocalCommitter& committer_;
  LocalLane& lane_;
  std::size_t record_bytes_max_;
  std::shared_ptr<LogGate> gate_ = std::make_shared<LogGate>();
};

}  // namespace

struct LocalLog::Impl {
  LocalLogOptions options;
  std::unique_ptr<LocalDisk> disk;
  LocalIdentity identity;
  LocalLanes lanes;
  std::unique_ptr<LocalCourier> courier;
  std::unique_ptr<LocalCommitter> committer;
  std::mutex join_mutex;
  OwnershipListener* listener = nullptr;
  OwnershipToken token = 0;

  [[nodiscard]] LocalLane& journal(PartitionId partition) {
    ensure(index_of(partition) < identity.partition_count, "a partition of this log");
    return lanes.of(journal_topic(identity.group), partition);
  }

  /// Errors: malformed.
  [[nodiscard]] Result<LocalLane*> topic(std::string_view name, PartitionId partition) {
    if (!is_topic(name)) {
      return fail(ErrorCode::malformed, "not a topic's name: " + std::string{name.substr(0, 80)});
    }
    if (index_of(partition) >= identity.partition_count) {
      return fail(ErrorCode::malformed,
                  std::string{name} + " has no partition " + std::to_string(index_of(partition)));
    }
    return &lanes.of(name, partition);
  }

  [[nodiscard]] Result<void> add_output(LocalPut& put, std::size_t& bytes, Output& output) {
    const auto lane = topic(output.topic, output.partition);
    if (!lane) return tl::unexpected{lane.error()};
    const std::size_t record_bytes = size_bytes(output.record);
    if (record_bytes > options.record_bytes_max) {
      return fail(ErrorCode::malformed,
                  output.topic + ": a record of " + std::to_string(record_bytes) +
                      " bytes is larger than " + std::to_string(options.record_bytes_max));
    }
    bytes += record_bytes;
    put.entries.push_back({*lane, std::move(output.record)});
    return {};
  }

  template <class T>
  void add(LocalPut put, std::size_t bytes, Done<T> done) {
    put.done = [done](Result<Offset> written) {
      if (!written) return done(tl::unexpected{std::move(written.error())});
      if constexpr (std::is_same_v<T, Offset>) {
        done(*written);
      } else {
        done(T{});
      }
    };
    if (!committer->add(std::move(put), bytes)) done(tl::unexpected{queue_refused(*committer)});
  }
};

std::string journal_topic(const std::string& group) {
  return group + "-journal";
}

LocalLog::LocalLog(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}

LocalLog::~LocalLog() {
  impl_->committer->stop();
  impl_->courier->stop();
}

Result<std::unique_ptr<LocalLog>> LocalLog::open(LocalLogOptions options) {
  if (!is_topic(journal_topic(options.group)) || options.group.empty()) {
    return fail(ErrorCode::malformed, "a group's name has letters, digits and . _ - only");
  }
  if (options.partition_count == 0) return fail(ErrorCode::malformed, "a log has partitions");
  if (!options.clock) options.clock = system_now;
  auto disk = LocalDisk::open(options.dir, options.sync);
  if (!disk) return tl::unexpected{std::move(disk.error())};
  auto identity = make_identity(**disk, options.group, options.partition_count);
  if (!identity) {
    return fail(identity.error().code, options.dir + ": " + identity.error().detail);
  }
  auto impl = std::make_unique<Impl>();
  impl->disk = std::move(*disk);
  impl->identity = std::move(*identity);
  impl->options = std::move(options);
  if (auto loaded = impl->lanes.load(*impl->disk); !loaded) {
    return tl::unexpected{std::move(loaded.error())};
  }
  impl->courier = std::make_unique<LocalCourier>(*impl->disk);
  impl->committer = std::make_unique<LocalCommitter>(
      *impl->disk, *impl->courier, impl->options.clock, newest_append(*impl->disk, impl->lanes),
      impl->options.queue_bytes_max);
  return std::unique_ptr<LocalLog>{new LocalLog{std::move(impl)}};
}

std::string LocalLog::identity() const {
  return impl_->identity.identity;
}
std::uint32_t LocalLog::partition_count() const {
  return impl_->identity.partition_count;
}
std::size_t LocalLog::record_bytes_max() const {
  return impl_->options.record_bytes_max;
}

void LocalLog::join(OwnershipListener& listener) {
  OwnershipToken token = 0;
  {
    const std::lock_guard lock{impl_->join_mutex};
    ensure(impl_->listener == nullptr, "a log is joined once at a time");
    impl_->listener = &listener;
    token = ++impl_->token;
  }
  for (std::uint32_t i = 0; i < partition_count(); ++i) listener.gained(PartitionId{i}, token);
}

void LocalLog::leave() {
  OwnershipListener* listener = nullptr;
  OwnershipToken token = 0;
  {
    const std::lock_guard lock{impl_->join_mutex};
    listener = std::exchange(impl_->listener, nullptr);
    token = impl_->token;
  }
  if (listener == nullptr) return;
  for (std::uint32_t i = 0; i < partition_count(); ++i) listener->lost(PartitionId{i}, token);
}

bool LocalLog::membership_current() const {
  const std::lock_guard lock{impl_->join_mutex};
  return impl_->listener != nullptr && !impl_->committer->failure();
}

std::unique_ptr<JournalWriter> LocalLog::journal_writer(PartitionId partition) {
  return std::make_unique<LocalWriter>(*impl_->committer, impl_->journal(partition),
                                       impl_->options.record_bytes_max);
}

std::unique_ptr<Reading> LocalLog::tail(PartitionId partition, Offset from, OnBatch on_batch) {
  return impl_->courier->read(impl_->journal(partition), from, std::move(on_batch), false);
}

std::unique_ptr<Reading> LocalLog::read_input(std::string_view topic, PartitionId partition,
                                              Offset from, OnBatch on_batch) {
  const auto lane = impl_->topic(topic, partition);
  ensure(lane.has_value(), "inputs are read from a topic and partition of this log");
  return impl_->courier->read(**lane, from, std::move(on_batch), true);
}

void LocalLog::journal_range(PartitionId partition, Done<std::pair<Offset, Offset>> done) {
  const LocalLane& lane = impl_->journal(partition);
  done(std::pair{lane.first.load(), lane.end.load()});
}

void LocalLog::topic_range(std::string_view topic, PartitionId partition,
                           Done<std::pair<Offset, Offset>> done) {
  const auto lane = impl_->topic(topic, partition);
  if (!lane) return done(tl::unexpected{lane.error()});
  done(std::pair{(*lane)->first.load(), (*lane)->end.load()});
}

void LocalLog::put(Output output, Done<Offset> done) {
  LocalPut put;
  std::size_t bytes = 0;
  if (auto added = impl_->add_output(put, bytes, output); !added) {
    return done(tl::unexpected{std::move(added.error())});
  }
  impl_->add(std::move(put), bytes, std::move(done));
}

void LocalLog::publish(std::vector<Output> outputs, std::vector<Commit> positions, bool,
                       Done<std::monostate> done) {
  // One batch is atomic by nature, so `atomic` costs nothing and is always given.
  LocalPut put;
  std::size_t bytes = 0;
  put.entries.reserve(outputs.size());
  for (Output& output : outputs) {
    if (auto added = impl_->add_output(put, bytes, output); !added) {
      return done(tl::unexpected{std::move(added.error())});
    }
  }
  for (const Commit& position : positions) {
    put.meta.push_back(commit_pair(Use::publisher, position));
  }
  impl_->add(std::move(put), bytes, std::move(done));
}

void LocalLog::committed_position(Use use, PartitionId partition,
                                  Done<std::optional<Commit>> done) {
  done(read_commit(*impl_->disk, use, partition));
}

void LocalLog::commit_inbound(std::vector<InboundCommit> commits) {
  LocalPut put;
  for (const InboundCommit& commit : commits) put.meta.push_back(inbound_pair(commit));
  // A position that is not taken is only late: the next call brings it again.
  (void)impl_->committer->add(std::move(put), 0);
}

void LocalLog::write_snapshot(PartitionId partition, std::vector<SnapshotEntry> entries,
                              Commit position, Done<std::monostate> done) {
  LocalPut put;
  std::size_t bytes = 0;
  put.meta.reserve(entries.size() + 1);
  for (SnapshotEntry& entry : entries) {
    bytes += entry.key.size() + entry.value.size();
    put.meta.push_back(snapshot_pair(partition, std::move(entry)));
  }
  put.meta.push_back(commit_pair(Use::snapshotter, position));
  impl_->add(std::move(put), bytes, std::move(done));
}

void LocalLog::read_snapshot(PartitionId partition,
                             std::function<void(Result<std::vector<SnapshotEntry>>)> on_entries) {
  impl_->courier->post([disk = impl_->disk.get(), partition, on_entries = std::move(on_entries)] {
    const auto read = storage::read_snapshot(
        *disk, partition,
        [&](std::vector<SnapshotEntry> entries) { on_entries(std::move(entries)); });
    if (!read) return on_entries(tl::unexpected{read.error()});
    on_entries(std::vector<SnapshotEntry>{});
  });
}

void LocalLog::trim(Done<std::uint64_t> done) {
  LocalTrim trim;
  trim.done = done;
  trim.plan = [impl = impl_.get()](Time now) {
    const LocalLogOptions& options = impl->options;
    return plan_trim(
        *impl->disk, impl->lanes,
        {journal_topic(options.group), options.journal_retention, options.topic_retention}, now);
  };
  if (!impl_->committer->add(std::move(trim), 0)) {
    done(tl::unexpected{queue_refused(*impl_->committer)});
  }
}

Result<void> LocalLog::checkpoint(const std::string& into) const {
  return impl_->disk->checkpoint(into);
}
std::optional<Error> LocalLog::failure() const {
  return impl_->committer->failure();
}
LocalLogStats LocalLog::stats() const {
  return impl_->committer->stats();
}

}  // namespace paysaga::storage
