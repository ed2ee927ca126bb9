#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "paysaga/engine/kafka/client.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::engine::kafka {

/// Positions in a topic as librdkafka takes them, with their metadata.
[[nodiscard]] Held<rd_kafka_topic_partition_list_s> list_of(
    const std::string& topic, std::span<const storage::Commit> positions);

/// `committed`: an open transaction holds back the answers, which are positions of the group.
/// `written`: it does not, so that the end of a partition lies behind what it has written.
enum class Asking { committed, written };
/// A consumer of the group that never joins it: for what is asked of the broker.
/// Errors: malformed.
[[nodiscard]] Result<std::unique_ptr<Client>> open_asking_client(const KafkaOptions& options,
                                                                 Asking asking);

/// The group's position in a partition, once no transaction that moves it is open. Blocks.
/// Errors: unavailable (also while it is not stable).
[[nodiscard]] Result<std::optional<storage::Commit>> read_position(const Client& client,
                                                                   const std::string& topic,
                                                                   storage::PartitionId partition,
                                                                   Duration timeout);

/// Moves positions without a transaction. Blocks.
/// Errors: conflict (the group has members, and this is none); storage_failed (it may be done).
[[nodiscard]] Result<void> commit_positions(const Client& client, const std::string& topic,
                                            std::span<const storage::Commit> positions);
/// The same of inbound topics, without waiting and without knowing.
void commit_loosely(const Client& client, std::span<const storage::InboundCommit> commits);

}  // namespace paysaga::engine::kafka
