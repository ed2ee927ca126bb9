#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "paysaga/engine/kafka/task_thread.hpp"
#include "paysaga/storage/log.hpp"
#include "paysaga/storage/record.hpp"

namespace paysaga::engine {

/// Which node leads a partition that this one does not: the latest claim in the partition's journal
/// says so, with the node's address. What was found is remembered for some seconds.
///
/// Threads:   any; `done` comes from a thread of its own, or from within the call.
/// Lifetime:  the log outlives it; what is still asked at its end is answered then.
class Owners {
 public:
  /// The latest claim. Errors: unavailable; not_found (nobody ever led it).
  using Done = std::function<void(Result<storage::Claim>)>;

  explicit Owners(storage::Log& log);
  ~Owners() { stop(); }

  void find(storage::PartitionId partition, Done done);
  /// What was found did not hold: the next one who asks looks anew.
  void forget(storage::PartitionId partition);
  /// From now on nobody is looked for: who asks hears that the node stops.
  void stop();

 private:
  struct Found {
    storage::Claim claim;
    std::chrono::steady_clock::time_point at;
  };

  [[nodiscard]] std::optional<storage::Claim> remembered(storage::PartitionId partition);
  [[nodiscard]] Result<storage::Claim> look(storage::PartitionId partition);
  [[nodiscard]] Result<std::optional<storage::Claim>> last_claim(storage::PartitionId partition,
                                                                 storage::Offset from,
                                                                 storage::Offset until);

  storage::Log& log_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::map<storage::PartitionId, Found> found_;
  kafka::TaskThread looking_;  // Last: it uses all of the others.
};

}  // namespace paysaga::engine
