#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "paysaga/storage/local_lane.hpp"
#include "paysaga/storage/log_gate.hpp"

namespace paysaga::storage {

/// One running read of a lane.
struct LocalReading {
  LogGate gate;
  LocalLane* lane = nullptr;
  OnBatch on_batch;
  bool limited = false;                // By credit.
  std::atomic<std::size_t> credit{0};  // Entries.
  // The courier's.
  Offset next = 0;
  bool behind = false;  // It is read from the disk until it has caught up.
};

/// What one written group means to those who wait for it.
struct LocalGroup {
  struct Part {
    LocalLane* lane;
    Offset end;
    std::vector<LogEntry> entries;  // Kept only if somebody reads the lane.
  };
  struct Append {
    std::shared_ptr<LogGate> gate;
    JournalWriter::Done done;
    AppendOutcome outcome;
  };
  std::vector<Part> parts;
  std::vector<Append> appends;
  std::vector<std::function<void()>> others;
  std::optional<Error> failure;  // The write failed: every reading ends.
};

/// The one thread that calls back: outcomes of writes, then the entries to those who read them,
/// from memory where a reading is at the end and from the disk where it is behind.
///
/// Threads:   every call from any thread.
/// Lifetime:  outlives the committer.
class LocalCourier {
 public:
  explicit LocalCourier(const LocalDisk& disk);
  ~LocalCourier();

  void post(LocalGroup group);
  void post(std::function<void()> task);
  [[nodiscard]] std::unique_ptr<Reading> read(LocalLane& lane, Offset from, OnBatch on_batch,
                                              bool limited);
  /// Delivers what was posted, then ends the thread.
  void stop();

 private:
  class Handle;
  using Item = std::variant<LocalGroup, std::function<void()>>;

  void run();
  void push(Item item);
  void deliver(LocalGroup& group);
  void deliver(LocalGroup::Part& part);
  void hand_over(LocalReading& reading, LogBatch batch);
  void end(LocalReading& reading, Error error);
  void begin(const std::shared_ptr<LocalReading>& reading);
  void forget(const std::shared_ptr<LocalReading>& reading);
  void catch_up(const std::shared_ptr<LocalReading>& reading);
  /// Reads one lot for each reading that is behind.
  void read_behind();

  const LocalDisk& disk_;
  std::mutex mutex_;
  std::condition_variable posted_;
  std::vector<Item> items_;
  bool stopping_ = false;
  // The thread's own.
  std::vector<std::shared_ptr<LocalReading>> behind_;
  std::vector<std::shared_ptr<LocalReading>> all_;
  std::optional<Error> failure_;
  std::thread thread_;
};

}  // namespace paysaga::storage
