#pragma once

#include "paysaga/engine/kafka/producer.hpp"
#include "paysaga/engine/kafka/task_thread.hpp"

namespace paysaga::engine::kafka {

/// Appends to one partition of the journal through a producer of its own, so that a step-down ends
/// that producer and nobody else's (PROTOCOL R8).
class KafkaJournalWriter final : public storage::JournalWriter {
 public:
  /// `closer` ends the producer, which may take a moment. It may be null if no producer could be
  /// made: then everything is refused.
  KafkaJournalWriter(std::string topic, storage::PartitionId partition,
                     std::unique_ptr<Producer> producer, TaskThread& closer);
  ~KafkaJournalWriter() override;

  void append(storage::Headers headers, std::string value, Done done) override;

 private:
  std::string topic_;
  storage::PartitionId partition_;
  std::shared_ptr<Producer> producer_;
  TaskThread& closer_;
};

}  // namespace paysaga::engine::kafka
