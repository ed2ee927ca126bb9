#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "paysaga/engine/kafka/fence.hpp"
#include "paysaga/engine/kafka/producer.hpp"
#include "paysaga/engine/kafka/task_thread.hpp"
#include "paysaga/engine/kafka/transactions.hpp"

namespace paysaga::engine::kafka {

/// Writes outputs and moves the positions of one use: the publisher's in the journal, or the
/// snapshotter's in the state topic. What was committed is committed again about once an hour,
/// because the broker forgets positions in topics that the group is not subscribed to (R22).
///
/// Threads:  any; one of its own, which writes one publication after the other and calls back.
class Publisher {
 public:
  using Done = std::function<void(Result<std::monostate>)>;
  struct Ports {
    Fence& fence;
    std::function<std::shared_ptr<Producer>()> producer;  // None: it cannot be made now.
    std::function<Result<void>(std::span<const storage::Commit>)> commit;
  };

  /// `use` names its transactions, `topic` is that of its positions.
  Publisher(KafkaOptions options, std::string use, std::string topic, std::size_t message_bytes_max,
            Ports ports);
  ~Publisher() { stop(); }

  void publish(std::vector<storage::Output> outputs, std::vector<storage::Commit> positions,
               bool atomic, Done done);
  /// Starts its transactional producer ahead of the first publication.
  void warm_up();
  /// A position that was read under the present ownership.
  void remember(const storage::Commit& read);
  /// What waits is answered with `unavailable`.
  void stop();

 private:
  struct Remembered {
    storage::Commit commit;
    std::chrono::steady_clock::time_point at;
  };
  [[nodiscard]] Result<void> write(const std::vector<storage::Output>& outputs,
                                   const std::vector<storage::Commit>& positions, bool atomic);
  [[nodiscard]] Result<void> write_loosely(const std::vector<storage::Output>& outputs,
                                           const std::vector<storage::Commit>& positions,
                                           const Permit& permit);
  void remember_written(const std::vector<storage::Commit>& positions, const Permit& permit);
  void commit_again();

  std::string topic_;
  Duration wait_max_;  // For outputs that are not atomic.
  Ports ports_;
  Transactions transactions_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::map<storage::PartitionId, Remembered> remembered_;
  TaskThread thread_;  // Last: it uses all of the others.
};

}  // namespace paysaga::engine::kafka
