#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "paysaga/storage/bytes.hpp"
#include "paysaga/storage/local_courier.hpp"
#include "paysaga/storage/local_meta.hpp"

namespace paysaga::storage {

/// Sums since the start.
struct LocalLogStats {
  std::uint64_t appends = 0;     // To journals.
  std::uint64_t entries = 0;     // To journals and topics.
  std::uint64_t groups = 0;      // Synced writes.
  std::uint64_t bytes = 0;       // Of these writes.
  double write_seconds = 0.0;    // Spent in them.
  std::size_t queued_bytes = 0;  // Now.
};

struct LocalAppend {
  std::shared_ptr<LogGate> gate;
  LocalLane* lane;
  LogRecord record;
  JournalWriter::Done done;
};
/// Entries and meta pairs that are written together or not at all.
struct LocalPut {
  struct Entry {
    LocalLane* lane;
    LogRecord record;
  };
  std::vector<Entry> entries;
  std::vector<MetaPair> meta;
  /// The offset of the last entry, or -1.
  std::function<void(Result<Offset>)> done;
};
/// Removes the entries of each lane before an offset.
struct LocalTrim {
  /// Runs in the committer, between two groups: says which lanes lose what.
  std::function<Result<std::vector<std::pair<LocalLane*, Offset>>>(Time now)> plan;
  std::function<void(Result<std::uint64_t>)> done;  // Entries removed.
};
using LocalWork = std::variant<LocalAppend, LocalPut, LocalTrim>;

/// The one thread that writes: it takes everything that is queued, of all partitions and topics,
/// writes it as one synced batch, and hands the outcome to the courier. While a batch is being
/// synced, the next one gathers.
///
/// Threads:   every call from any thread.
/// Lifetime:  ends before the disk and the courier.
class LocalCommitter {
 public:
  LocalCommitter(LocalDisk& disk, LocalCourier& courier, std::function<Time()> clock,
                 Time newest_append, std::size_t queue_bytes_max);
  ~LocalCommitter();

  /// False if the queue is full or a write failed: then nothing of it was or will be written.
  [[nodiscard]] bool add(LocalWork work, std::size_t work_bytes);
  /// Why nothing can be written any more; none as long as it can.
  [[nodiscard]] std::optional<Error> failure() const;
  [[nodiscard]] LocalLogStats stats() const;
  /// Writes what is queued, then ends the thread.
  void stop();

 private:
  void run();
  void stage(LocalAppend& append);
  void stage(LocalPut& put);
  void stage(LocalTrim& trim);
  Offset stage_entry(LocalLane& lane, LogRecord record);
  void begin_group();
  /// Writes what is staged and tells the courier.
  void write_group();
  void fail_group(Error error);

  LocalDisk& disk_;
  LocalCourier& courier_;
  std::function<Time()> clock_;
  std::size_t queue_bytes_max_;

  mutable std::mutex mutex_;
  std::condition_variable queued_;
  std::vector<LocalWork> queue_;
  std::size_t queue_bytes_ = 0;
  std::optional<Error> failure_;
  LocalLogStats stats_;
  bool stopping_ = false;

  // The thread's own.
  Time now_;
  ByteWriter scratch_{4096};
  std::vector<LocalLane*> touched_;
  std::vector<LocalGroup::Append> appends_;
  std::vector<std::function<void(const Error*)>> others_;
  std::uint64_t group_entries_ = 0;
  std::thread thread_;
};

}  // namespace paysaga::storage
