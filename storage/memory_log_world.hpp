#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "paysaga/storage/log_gate.hpp"
#include "paysaga/storage/memory_log.hpp"

namespace paysaga::storage {

struct MemoryLane;

/// A running read of a lane.
struct MemoryReading {
  LogGate gate;
  MemoryLane* lane = nullptr;
  std::string node;
  std::uint64_t line = 0;
  OnBatch on_batch;
  Offset next = 0;
  bool limited = false;
  std::size_t credit = 0;
  bool scheduled = false;  // A callback of it is due.
  bool ended = false;
};

struct MemoryLane {
  std::string topic;
  PartitionId partition{};
  Offset first = 0;
  std::vector<LogEntry> entries;  // From `first` on.
  std::vector<std::shared_ptr<MemoryReading>> readings;
  std::set<Offset> open;    // Records of transactions that have not ended.
  std::set<Offset> hidden;  // Aborted records, and the marks at the ends of transactions.
  Offset shown = 0;         // Readers and `on_append` see what stands before it.
  [[nodiscard]] Offset end() const { return first + static_cast<Offset>(entries.size()); }
  [[nodiscard]] Offset stable() const { return open.empty() ? end() : *open.begin(); }
  [[nodiscard]] std::vector<LogEntry> visible(Offset from, Offset until) const;
};

struct MemoryNode {
  OwnershipListener* listener = nullptr;
  std::shared_ptr<LogGate> gate;  // Of this listener; closed when the node leaves.
  std::uint64_t line = 0;         // Of what this listener is told.
  bool membership_current = true;
};

/// Who hears an answer. A copy of its own, because the log or writer that asked may be gone by
/// then.
struct MemoryAsker {
  std::string node;
  std::shared_ptr<LogGate> gate;  // Closed when the asker is gone.
  std::uint64_t line = 0;         // Of its answers.
};

/// A record on its way into a journal.
struct MemoryAppend {
  MemoryAsker asker;
  PartitionId partition;
  LogRecord record;
  JournalWriter::Done done;
};

/// Outputs or entries of a snapshot, and the positions that move with them, on their way.
struct MemoryPublish {
  MemoryAsker asker;
  Use use = Use::publisher;
  PartitionId partition{};
  std::vector<Output> outputs;
  std::vector<SnapshotEntry> entries;  // Of `partition`.
  std::vector<Commit> positions;
  bool atomic = true;
  Log::Done<std::monostate> done;
};

/// A transaction whose end its node was not told, and who waits for it.
struct MemoryTransaction {
  std::string node;
  Use use;
  bool commits;
  std::vector<std::pair<MemoryLane*, Offset>> records;
  std::vector<Commit> positions;
};

/// Entries of a snapshot behind an open transaction; 0: their own has ended in a commit.
struct MemorySnapshotWrite {
  std::uint64_t transaction;
  std::vector<SnapshotEntry> entries;
};

struct MemorySnapshot {
  std::map<std::string, std::string> newest;
  std::deque<MemorySnapshotWrite> unstable;
  std::vector<std::function<void()>> waiting;  // Readers that noted an end behind it.
};

/// Everything in it is guarded by `mutex`; callbacks run without it, one at a time.
struct MemoryWorld::Impl {
  struct Late {
    PartitionId partition;
    LogRecord record;
  };
  struct Owner {
    std::string node;
    OwnershipToken token = 0;
  };

  explicit Impl(MemoryLogOptions with);
  ~Impl();

  MemoryLogOptions options;
  mutable std::mutex mutex;
  std::map<std::pair<std::string, std::uint32_t>, MemoryLane> lanes;  // But those of `topics_of`.
  std::map<std::string, MemoryNode> nodes;
  std::map<std::uint32_t, Owner> owners;
  std::set<std::uint32_t> owned_once;  // Partitions that somebody owned at some time.
  OwnershipToken token = 0;
  std::uint64_t own_line = 0;
  std::uint64_t& line;  // The last one that was given away, of all worlds with the same topics.
  std::map<std::pair<Use, std::uint32_t>, Commit> commits;
  std::map<std::pair<std::string, std::uint32_t>, Offset> inbound;
  std::map<std::uint32_t, MemorySnapshot> snapshots;
  std::map<std::uint64_t, MemoryTransaction> transactions;  // Open ones.
  std::uint64_t transaction = 0;                            // The last one that was left open.
  std::map<std::uint32_t, std::deque<MemoryFault>> append_faults;
  std::deque<MemoryFault> publish_faults;
  bool snapshots_refused = false;
  std::vector<Late> late;
  Time now{};
  std::deque<std::function<void()>> due;
  std::condition_variable work;
  bool stopping = false;
  std::thread thread;

  /// With the mutex held.
  [[nodiscard]] MemoryLane& lane(std::string_view topic, PartitionId partition);
  [[nodiscard]] MemoryLane& journal(PartitionId partition);
  [[nodiscard]] Result<void> check(const Output& output) const;
  Offset append(MemoryLane& lane, LogRecord record);
  /// Puts an entry behind the lane's end; nobody sees it yet.
  Offset place(MemoryLane& lane, LogRecord record);
  /// Whoever reads the lane sees what has become stable.
  void show(MemoryLane& lane);
  /// What the test, or else the courier, has in store for a step; none: it succeeds.
  [[nodiscard]] std::optional<MemoryFault> next_fault(std::deque<MemoryFault>& scripted,
                                                      MemoryStep::Kind kind,
                                                      const MemoryAsker& asker,
                                                      PartitionId partition);
  /// What the append or publish does once it has arrived.
  void arrive(MemoryAppend append);
  void arrive(MemoryPublish publish);
  void land_later(const MemoryAsker& asker, Late record);
  /// The node owns each partition whose position it moves, or nobody ever owned one.
  [[nodiscard]] bool owns(const MemoryPublish& publish) const;
  void land(MemoryPublish& publish, std::optional<MemoryFault> fault);
  void move(Use use, std::vector<Commit>& positions);
  /// memory_log_transactions.cpp
  void leave_open(MemoryPublish& publish, MemoryFault fault);
  void end_transaction(std::uint64_t number);
  /// A producer that begins again ends what it left open.
  void end_transactions_of(const MemoryAsker& asker, Use use);
  [[nodiscard]] bool is_open(Use use, PartitionId partition) const;
  void settle(MemorySnapshot& snapshot);
  /// Brings about `happen`, with the mutex held: within this call, or as a step of the courier.
  void begin(const MemoryStep& step, std::function<void()> happen);
  /// Calls back later, without the mutex.
  void post(const MemoryStep& step, std::function<void()> callback);
  void answer(const MemoryAsker& asker, PartitionId partition, std::function<void()> callback);
  /// Tells the node, if it has joined, what became of the partition.
  void notify(const std::string& node, PartitionId partition, OwnershipToken of,
              void (OwnershipListener::*what)(PartitionId, OwnershipToken));
  void schedule(const std::shared_ptr<MemoryReading>& reading);
  void give(PartitionId partition, const std::string& node);
  void take(PartitionId partition);

  void run_reading(const std::shared_ptr<MemoryReading>& reading);
  std::size_t deliver();
  void run();
};

}  // namespace paysaga::storage
