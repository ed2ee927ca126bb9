#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/storage/log.hpp"

namespace paysaga::storage {

/// What becomes of one append or publish.
enum class MemoryFault {
  refused,         // Not written, and said so. A publish: `unavailable`.
  unknown_landed,  // Written, but the answer was lost. A publish: `storage_failed`.
  unknown_lost,    // Not written, and the answer was lost.
  unknown_late,    // Appends only: the answer was lost; written by `land_late` or a later step.
  unanswered,      // Appends only: written, and never answered.
  partial,         // Publishes that are not atomic: half of the outputs, no position, and
                   // `storage_failed`. Anything else has no half: as `unknown_lost`.
  // Atomic publishes and snapshots: the transaction stays open, and the answer is `storage_failed`.
  // No reader gets behind its first record, nobody is told a position that it moves; it ends by
  // `end_transactions`, a later step, or the next publish of its node. Else: as `unknown_lost`.
  open_commits,  // It ends in a commit.
  open_aborts,   // It is aborted.
  open_unmoved,  // It is aborted, and has moved no position yet: those can be read.
};

/// One step of the log's work on its way: what, of which node, and in which line.
struct MemoryStep {
  enum class Kind {
    append,      // A record on its way into a journal.
    publish,     // Outputs, entries of a snapshot and positions on their way, or what is put.
    answer,      // What came of an append, publish, put or question, on its way back.
    read,        // A batch on its way to a reading.
    membership,  // Gained or lost, on its way to a node.
    ending,      // The end of a transaction that was left open. Of no node.
  };
  Kind kind;
  std::string_view node;  // Who asked or is told; valid only during the call.
  PartitionId partition;
  std::uint64_t line;  // Steps of one line must happen in the order in which they are carried.
                       // 0: no order.
};

/// Brings about the steps of a log, each at most once and never from within `carry`: so that a
/// simulator decides when each of them happens, and what goes wrong.
///
/// Threads:   called with the world's mutex held, so it must not call the log. Steps happen without
///            that mutex, one at a time.
/// Lifetime:  outlives the world; no step happens once the world is gone.
class MemoryCourier {
 public:
  virtual ~MemoryCourier() = default;
  virtual void carry(const MemoryStep& step, std::function<void()> happen) = 0;
  /// What becomes of an append that reaches the journal, or of a publish; none: it succeeds.
  [[nodiscard]] virtual std::optional<MemoryFault> fault(MemoryStep::Kind kind,
                                                         std::string_view node,
                                                         PartitionId partition) = 0;
};

class MemoryWorld;

struct MemoryLogOptions {
  std::string group = "memory";
  /// Another group's world, whose topics these nodes read and write, too; journals, positions and
  /// owners are each group's own. Only without a thread. Outlives this world.
  MemoryWorld* topics_of = nullptr;
  std::uint32_t partition_count = 4;
  std::size_t record_bytes_max = 1u << 20;
  std::function<Time()> clock;  // None: a clock that moves one microsecond an append.
  /// True: a thread calls back. False: only `MemoryWorld::deliver` does, one callback after another
  /// in the order of their causes, so that a test is the same in every run.
  bool threaded = true;
  /// Only without a thread. None: an append or publish is done within its call.
  MemoryCourier* courier = nullptr;
  /// True: a node that joins gains every partition without an owner. False: nothing but what was
  /// moved to it, because somebody outside of the log coordinates.
  bool first_takes_all = true;
  /// Sees every entry that lands, in a journal ("<group>-journal") or a topic, so that an oracle
  /// need not read them again. Called with the mutex held: it must not call the log.
  std::function<void(std::string_view topic, PartitionId, const LogEntry&)> on_append;
};

class LogGate;
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

  /// One node's end of the log. The first node that joins gains every partition, unless the
  /// options say otherwise.
  [[nodiscard]] std::unique_ptr<MemoryLog> open(std::string node);
  /// Takes the partition from its owner, if it has one, and gives it to `node` once it has joined.
  void move(PartitionId partition, const std::string& node);
  /// Takes the partition without telling its owner, who goes on as a zombie.
  void move_silently(PartitionId partition, const std::string& node);
  /// Takes the partition from its owner, if it has one, and gives it to nobody.
  void take(PartitionId partition);
  /// The node that the log takes for the owner; a zombie may think otherwise.
  [[nodiscard]] std::optional<std::string> owner(PartitionId partition) const;
  void set_membership_current(const std::string& node, bool current);

  /// The next `count` appends to the journal of the partition end so; several are done in turn.
  void fail_appends(PartitionId partition, MemoryFault fault, std::size_t count = 1);
  void fail_publishes(MemoryFault fault, std::size_t count = 1);
  /// From now on snapshots are refused, as `unavailable`; or written again.
  void refuse_snapshots(bool refused);
  /// What was appended `unknown_late` lands now, in its order. With a courier, it does that.
  void land_late();
  /// What was published `open_...` ends now. With a courier, a step of it does that.
  void end_transactions();
  /// Forgets what a use has committed, as a log does after its retention. Yields it.
  std::optional<Commit> forget_position(Use use, PartitionId partition);
  /// Commits as an operator does, of no node.
  void set_position(Use use, Commit commit);
  /// Appends to a journal as somebody else would: any bytes, no node. Yields its offset.
  Offset append_foreign(PartitionId partition, LogRecord record);
  /// Removes the journal's entries before `first`.
  void trim_journal(PartitionId partition, Offset first);
  /// Changes an entry of the journal in place.
  void damage_journal(PartitionId partition, Offset offset,
                      const std::function<void(LogRecord&)>& damage);
  /// The offset of the first entry kept in the journal, and the one behind the last: without a
  /// copy.
  [[nodiscard]] Offset journal_first(PartitionId partition) const;
  [[nodiscard]] Offset journal_end(PartitionId partition) const;
  /// What a use has committed, without asking through a node.
  [[nodiscard]] std::optional<Commit> committed(Use use, PartitionId partition) const;
  /// The snapshot's topic is made anew: it is empty, and who writes it does not know.
  void forget_snapshot(PartitionId partition);
  /// A value of the snapshot, by its key; what an open transaction wrote is not in it yet.
  [[nodiscard]] std::optional<std::string> snapshot_value(PartitionId partition,
                                                          const std::string& key) const;
  [[nodiscard]] std::vector<LogEntry> journal(PartitionId partition) const;
  [[nodiscard]] std::vector<LogEntry> topic(std::string_view topic, PartitionId partition) const;

  /// Without a thread and a courier: runs every callback that is due, and those that they cause.
  /// Yields how many.
  std::size_t deliver();

  struct Impl;  // In memory_log_world.hpp.

 private:
  std::unique_ptr<Impl> impl_;
};

/// A node's end of a MemoryWorld. Destroying it is the death of the node: what it asked for and is
/// on its way still happens, but no answer is heard.
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
  std::shared_ptr<LogGate> gate_;  // Of its answers.
  std::uint64_t line_;             // Of what it publishes and puts.
  std::uint64_t snapshot_line_;    // Of the snapshots that it writes.
};

}  // namespace paysaga::storage
