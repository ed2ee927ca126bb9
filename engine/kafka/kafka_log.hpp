#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "paysaga/engine/kafka/client.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::engine::kafka {

/// The log of nodes that share a Kafka cluster. The journal, the snapshots and the membership are
/// topics of the group; ownership is Kafka's consumer group on the membership topic.
class KafkaLog final : public storage::Log {
 public:
  /// Waits for a broker, makes the topics that are missing and checks those that are there.
  /// Errors: unavailable (no broker, or it does not answer), malformed (an option), forbidden,
  ///         conflict (a topic is not as the protocol needs it; all faults in one line).
  [[nodiscard]] static Result<std::unique_ptr<KafkaLog>> open(KafkaOptions options);
  /// Leaves, and waits a moment for what was put.
  ~KafkaLog() override;

  [[nodiscard]] std::string identity() const override;
  [[nodiscard]] std::uint32_t partition_count() const override;
  [[nodiscard]] std::size_t record_bytes_max() const override;
  void join(storage::OwnershipListener& listener) override;
  /// Returns within a few seconds, whatever the broker does.
  void leave() override;
  [[nodiscard]] bool membership_current() const override;

  [[nodiscard]] std::unique_ptr<storage::JournalWriter> journal_writer(
      storage::PartitionId partition) override;
  [[nodiscard]] std::unique_ptr<storage::Reading> tail(storage::PartitionId partition,
                                                       storage::Offset from,
                                                       storage::OnBatch on_batch) override;
  [[nodiscard]] std::unique_ptr<storage::Reading> read_input(std::string_view topic,
                                                             storage::PartitionId partition,
                                                             storage::Offset from,
                                                             storage::OnBatch on_batch) override;
  void journal_range(storage::PartitionId partition,
                     Done<std::pair<storage::Offset, storage::Offset>> done) override;
  /// The end lies behind the marks of transactions, too.
  void topic_range(std::string_view topic, storage::PartitionId partition,
                   Done<std::pair<storage::Offset, storage::Offset>> done) override;
  void put(storage::Output output, Done<storage::Offset> done) override;
  void publish(std::vector<storage::Output> outputs, std::vector<storage::Commit> positions,
               bool atomic, Done<std::monostate> done) override;
  void committed_position(storage::Use use, storage::PartitionId partition,
                          Done<std::optional<storage::Commit>> done) override;
  void commit_inbound(std::vector<storage::InboundCommit> commits) override;
  void write_snapshot(storage::PartitionId partition, std::vector<storage::SnapshotEntry> entries,
                      storage::Commit position, Done<std::monostate> done) override;
  void read_snapshot(
      storage::PartitionId partition,
      std::function<void(Result<std::vector<storage::SnapshotEntry>>)> on_entries) override;

 private:
  struct Impl;
  explicit KafkaLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace paysaga::engine::kafka
