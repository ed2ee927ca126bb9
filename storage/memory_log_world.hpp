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
  OnBatch on_batch;
  Offset next = 0;
  bool limited = false;
  std::size_t credit = 0;
  bool scheduled = false;  // A callback of it is due.
  bool ended = false;
};

struct MemoryLane {
  std::string topic;
  Offset first = 0;
  std::vector<LogEntry> entries;  // From `first` on.
  std::vector<std::shared_ptr<MemoryReading>> readings;
  [[nodiscard]] Offset end() const { return first + static_cast<Offset>(entries.size()); }
};

struct MemoryNode {
  OwnershipListener* listener = nullptr;
  std::shared_ptr<LogGate> gate;  // Of this listener; closed when the node leaves.
  bool membership_current = true;
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
  std::map<std::pair<std::string, std::uint32_t>, MemoryLane> lanes;
  std::map<std::string, MemoryNode> nodes;
  std::map<std::uint32_t, Owner> owners;
  OwnershipToken token = 0;
  std::map<std::pair<Use, std::uint32_t>, Commit> commits;
  std::map<std::pair<std::string, std::uint32_t>, Offset> inbound;
  std::map<std::uint32_t, std::map<std::string, std::string>> snapshots;
  std::map<std::uint32_t, std::deque<MemoryFault>> append_faults;
  std::deque<MemoryFault> publish_faults;
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
  void post(std::function<void()> callback);
  void schedule(const std::shared_ptr<MemoryReading>& reading);
  void give(PartitionId partition, const std::string& node);
  void take(PartitionId partition);

  void run_reading(const std::shared_ptr<MemoryReading>& reading);
  std::size_t deliver();
  void run();
};

}  // namespace paysaga::storage
