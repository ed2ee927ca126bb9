#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "paysaga/engine/kafka/client.hpp"
#include "paysaga/engine/kafka/topics.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::engine::kafka {

/// What a person does with topics, beside the nodes that use them. All of it blocks.
class TopicDesk {
 public:
  /// Waits for the first broker. Errors: those of Client::open and cluster_of.
  [[nodiscard]] static Result<std::unique_ptr<TopicDesk>> open(KafkaOptions options);
  ~TopicDesk();

  /// All topics that the options name, whether they are there or not. Errors: unavailable.
  [[nodiscard]] Result<std::vector<TopicState>> list() const;
  /// Every fault. Errors: unavailable.
  [[nodiscard]] Result<std::vector<std::string>> check() const;
  /// Makes what is missing. Errors: those of ensure_topics.
  [[nodiscard]] Result<void> create() const;

  struct Lane {
    storage::PartitionId partition;
    storage::Offset first;
    storage::Offset end;
  };
  /// The partitions of any topic of the cluster. Errors: not_found, unavailable.
  [[nodiscard]] Result<std::vector<Lane>> lanes(const std::string& topic) const;
  /// One of them, up to what was written last: reading to its end waits for open transactions.
  /// Errors: unavailable.
  [[nodiscard]] Result<Lane> lane(const std::string& topic, storage::PartitionId partition) const;
  /// Calls `each` for the records in [from, end). Errors: those of Reader; unavailable.
  [[nodiscard]] Result<void> read(const std::string& topic, storage::PartitionId partition,
                                  storage::Offset from, storage::Offset end,
                                  const std::function<void(const storage::LogEntry&)>& each) const;

  /// What the group has committed, once no transaction that moves it is open. Errors: unavailable.
  [[nodiscard]] Result<std::optional<storage::Commit>> position(
      storage::Use use, storage::PartitionId partition) const;
  /// Commits the publisher's position as the group. Errors: conflict (nodes of the group run);
  /// storage_failed (it may have been done).
  [[nodiscard]] Result<void> commit(const storage::Commit& position) const;

 private:
  class Impl;
  explicit TopicDesk(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace paysaga::engine::kafka
