#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "paysaga/storage/local_committer.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::storage {

struct LocalLogOptions {
  std::string dir;
  std::string group;
  std::uint32_t partition_count = 12;  // Fixed when the directory is made.
  /// False only to measure: a power cut then loses what was acknowledged.
  bool sync = true;
  Duration journal_retention = hours{7 * 24};
  std::optional<Duration> topic_retention = hours{30 * 24};  // None: kept for ever.
  std::size_t record_bytes_max = 1u << 20;
  std::size_t queue_bytes_max = 256u << 20;  // Beyond it, appends are refused.
  std::function<Time()> clock;               // None: the system's.
};

/// The log of a node that has no broker: a database in one directory, one process, which owns every
/// partition. What it acknowledged survives kill -9 and power loss.
///
/// A write that failed may be there or not: from then on every append is refused, every reading
/// ends with `unavailable`, and only a new LocalLog on the directory helps.
class LocalLog final : public Log {
 public:
  /// Errors: conflict (in use, another group or number of partitions), forbidden (may not be
  ///         written), version_unsupported, corrupt, storage_failed. One line says what to do.
  [[nodiscard]] static Result<std::unique_ptr<LocalLog>> open(LocalLogOptions options);
  /// Writes what is queued and delivers it.
  ~LocalLog() override;

  [[nodiscard]] std::string identity() const override;
  [[nodiscard]] std::uint32_t partition_count() const override;
  [[nodiscard]] std::size_t record_bytes_max() const override;
  /// Calls back from within: `gained` for each partition, and `lost` in `leave`.
  void join(OwnershipListener& listener) override;
  void leave() override;
  [[nodiscard]] bool membership_current() const override;

  [[nodiscard]] std::unique_ptr<JournalWriter> journal_writer(PartitionId partition) override;
  [[nodiscard]] std::unique_ptr<Reading> tail(PartitionId partition, Offset from,
                                              OnBatch on_batch) override;
  [[nodiscard]] std::unique_ptr<Reading> read_input(std::string_view topic, PartitionId partition,
                                                    Offset from, OnBatch on_batch) override;
  void journal_range(PartitionId partition, Done<std::pair<Offset, Offset>> done) override;
  void topic_range(std::string_view topic, PartitionId partition,
                   Done<std::pair<Offset, Offset>> done) override;
  void put(Output output, Done<Offset> done) override;
  void publish(std::vector<Output> outputs, std::vector<Commit> positions, bool atomic,
               Done<std::monostate> done) override;
  void committed_position(Use use, PartitionId partition,
                          Done<std::optional<Commit>> done) override;
  void commit_inbound(std::vector<InboundCommit> commits) override;
  void write_snapshot(PartitionId partition, std::vector<SnapshotEntry> entries, Commit position,
                      Done<std::monostate> done) override;
  void read_snapshot(PartitionId partition,
                     std::function<void(Result<std::vector<SnapshotEntry>>)> on_entries) override;

  /// Removes what is older than the retentions: of the journal only what is published, and of a
  /// topic with inbound positions only what lies below them. Done: the number of entries removed.
  /// To be called about once an hour.
  void trim(Done<std::uint64_t> done);
  /// What was written until now, as files in the new directory `into`: a log of its own.
  [[nodiscard]] Result<void> checkpoint(const std::string& into) const;
  /// Why the log stopped; none while it runs.
  [[nodiscard]] std::optional<Error> failure() const;
  [[nodiscard]] LocalLogStats stats() const;

 private:
  struct Impl;
  explicit LocalLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// "<group>-journal": the topic of the journal in the local log.
[[nodiscard]] std::string journal_topic(const std::string& group);

}  // namespace paysaga::storage
