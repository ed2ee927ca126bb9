#pragma once

#include <memory>
#include <string>

#include "paysaga/engine/kafka/kafka_log.hpp"
#include "storage/conformance.hpp"

namespace paysaga::engine::kafka {

/// Options of a group that nobody else has, on the broker that the environment names. `orders`,
/// `events`, `copies` and `never-written` exist, each behind the group's name and a dot.
[[nodiscard]] KafkaOptions fresh_options();
[[nodiscard]] std::string topic_of(const KafkaOptions& options, const std::string& name);

/// Deletes the records of a journal's partition below an offset, as retention does.
[[nodiscard]] bool delete_journal(const KafkaOptions& options, storage::PartitionId partition,
                                  storage::Offset below);

/// A log on a group of its own, so that tests do not see each other. Topics are named as people
/// name them: the prefix that makes them this log's is put before them here.
class KafkaUnderTest final : public storage::conformance::LogUnderTest {
 public:
  KafkaUnderTest();
  ~KafkaUnderTest() override;
  storage::Log& log() override;
  bool restart() override;
  bool trim_journal(storage::PartitionId partition) override;
  [[nodiscard]] const KafkaOptions& options() const { return options_; }

 private:
  class Prefixed;
  KafkaOptions options_;
  std::unique_ptr<KafkaLog> kafka_;
  std::unique_ptr<Prefixed> prefixed_;
};

}  // namespace paysaga::engine::kafka
