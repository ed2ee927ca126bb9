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

/// Makes the topics that are missing, with the settings that the protocol needs (PROTOCOL R24).
/// What is there is left as it is. Blocks.
/// Errors: unavailable, forbidden (the broker does not let us).
[[nodiscard]] Result<void> ensure_topics(const Client& client, const KafkaOptions& options);

struct TopicReport {
  std::vector<std::string> faults;    // One line each, with what to do; none: all is well.
  std::size_t message_bytes_max = 0;  // The smallest `max.message.bytes` of all topics.
};
/// Compares the topics with what the protocol needs. Blocks.
/// Errors: unavailable.
[[nodiscard]] Result<TopicReport> check_topics(const Client& client, const KafkaOptions& options);

/// The offsets of the first record and behind the last one that a reader may see. Blocks.
/// Errors: unavailable.
[[nodiscard]] Result<std::pair<storage::Offset, storage::Offset>> offsets_of(
    const Client& client, const std::string& topic, storage::PartitionId partition,
    Duration timeout);

/// Identity of the cluster. Waits for the first broker to answer.
/// Errors: unavailable.
[[nodiscard]] Result<std::string> cluster_of(const Client& client, const KafkaOptions& options);

}  // namespace paysaga::engine::kafka
