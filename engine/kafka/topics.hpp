#pragma once

#include <string>
#include <utility>
#include <vector>

#include "paysaga/engine/kafka/client.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::engine::kafka {

/// Holds nothing but the installation's name; whoever holds a partition of it owns that partition
/// of everything.
[[nodiscard]] std::string membership_topic(const KafkaOptions& options);
[[nodiscard]] std::string journal_topic(const KafkaOptions& options);
/// Compacted: the newest state of each order.
[[nodiscard]] std::string state_topic(const KafkaOptions& options);
/// In which the group's committed offsets are the positions of this use (PROTOCOL R21).
[[nodiscard]] std::string positions_topic(const KafkaOptions& options, storage::Use use);

/// Makes the topics that are missing, with the settings that the protocol needs (PROTOCOL R24).
/// What is there is left as it is. Blocks.
/// Errors: unavailable, forbidden (the broker does not let us).
[[nodiscard]] Result<void> ensure_topics(const Client& client, const KafkaOptions& options);

struct TopicReport {
  std::vector<std::string> faults;    // One line each, with what to do; none: all is well.
  std::vector<std::string> warnings;  // As faults, but a node does its work beside them.
  std::size_t message_bytes_max = 0;  // The smallest `max.message.bytes` of all topics.
};
/// `protocol`: without that no node starts. `all`: also what only those who read need, such as how
/// long records are kept.
enum class Strictness { protocol, all };
/// Compares the topics with what is needed. Blocks.
/// Errors: unavailable.
[[nodiscard]] Result<TopicReport> check_topics(const Client& client, const KafkaOptions& options,
                                               Strictness strictness = Strictness::protocol);

/// A topic of the group or of people, as it is on the brokers.
struct TopicState {
  std::string name;
  bool exists = false;
  int partitions = 0;
  int replicas = 0;
  std::int64_t entries = 0;  // Between first and last offset: of a compacted topic an upper bound.
  std::string cleanup;       // cleanup.policy.
  std::string retention_ms;
};

/// Those that the options name, whether they are there or not; `entries` is left at 0. Blocks.
/// Errors: unavailable.
[[nodiscard]] Result<std::vector<TopicState>> describe_topics(const Client& client,
                                                              const KafkaOptions& options);
/// Of any topic. Blocks. Errors: not_found, unavailable.
[[nodiscard]] Result<std::uint32_t> partitions_of_topic(const Client& client,
                                                        const std::string& topic);

/// The offsets of the first record and behind the last one that a reader may see. Blocks.
/// Errors: unavailable.
[[nodiscard]] Result<std::pair<storage::Offset, storage::Offset>> offsets_of(
    const Client& client, const std::string& topic, storage::PartitionId partition,
    Duration timeout);

/// Identity of the cluster. Waits for the first broker to answer.
/// Errors: unavailable; forbidden (the broker does not let us in, and will not).
[[nodiscard]] Result<std::string> cluster_of(const Client& client, const KafkaOptions& options);

}  // namespace paysaga::engine::kafka
