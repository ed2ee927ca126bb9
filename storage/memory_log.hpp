#pragma once

#include <functional>
#include <memory>
#include <string>

#include "paysaga/storage/log.hpp"

namespace paysaga::storage {

struct MemoryLogOptions {
  std::string group = "memory";
  std::uint32_t partition_count = 4;
  std::size_t record_bytes_max = 1u << 20;
  std::function<Time()> clock;  // None: a clock that moves one microsecond an append.
  /// True: a thread calls back. False: only `MemoryWorld::deliver` does, one callback after another
  /// in the order of their causes, so that a test is the same in every run.
  bool threaded = true;
};

/// What becomes of one append or publish.
enum class MemoryFault {
  refused,         // Not written, and said so. A publish: `unavailable`.
  unknown_landed,  // Written, but the answer was lost. A publish: `storage_failed`.
  unknown_lost,    // Not written, and the answer was lost.
  unknown_late,    // Appends only: the answer was lost; written by `land_late`.
  unanswered,      // Appends only: written, and never answered.
};

class MemoryLog;

/// One log in memory, and the nodes that share it: the oracle that the other adapters are compared
/// with. It does on request what a real log does at the worst moment.
///
/// Threads:   every call from any thread.
/// Lifetime:  outlives the logs made from it.
class MemoryWorld {
 public:
  explicit MemoryWorld(MemoryLogOptions options = {});
  ~MemoryWorld();
  MemoryWorld(const MemoryWorld&) = delete;
  MemoryWorld& operator=(const MemoryWorld&) = delete;

  /// One node's end of the log. The first node that joins gains every partition.
  [[nodiscard]] std::unique_ptr<MemoryLog> open(std::string node);
  /// Takes the partition from its owner, if it has one, and gives it to `node` once it has joined.
  void move(PartitionId partition, const std::string& node);
  /// Takes the partition without telling its owner, who goes on as a zombie.
  void move_silently(PartitionId partition, const std::string& node);
  void set_membership_current(const std::string& node, bool current);

  /// The next `count` appends to the journal of the partition end so; several are done in turn.
  void fail_appends(PartitionId partition, MemoryFault fault, std::size_t count = 1);
  void fail_publishes(MemoryFault fault, std::size_t count = 1);
  /// What was appended `unknown_late` lands now, in its order.
  void land_late();
  /// Appends to a journal as somebody else would: any bytes, no node. Yields its offset.
  Offset append_foreign(PartitionId partition, LogRecord record);
  /// Removes the journal's entries before `first`.
  void trim_journal(PartitionId partition, Offset first);
  /// Changes an entry of the journal in place.
  void damage_journal(PartitionId partition, Offset offset,
                      const std::function<void(LogRecord&)>& damage);
  [[nodiscard]] std::vector<LogEntry> journal(PartitionId partition) const;
  [[nodiscard]] std::vector<LogEntry> topic(std::string_view topic, PartitionId partition) const;

  /// Without a thread: runs every callback that is due, and those that they cause. Yields how many.
  std::size_t deliver();

  struct Impl;  // In memory_log_world.hpp.

 private:
  std::unique_ptr<Impl> impl_;
};

/// A node's end of a MemoryWorld.
class MemoryLog final : public Log {
 public:
  ~MemoryLog() override;

  [[nodiscard]] std::string identity() const override;
  [[nodiscard]] std::uint32_t partition_count() const override;
  [[nodiscard]] std::size_t record_bytes_max() const override;
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

 private:
  friend class MemoryWorld;
  MemoryLog(MemoryWorld::Impl& world, std::string node);
  MemoryWorld::Impl& world_;
  std::string node_;
};

}  // namespace paysaga::storage
