#include "paysaga/engine/kafka/positions.hpp"

#include <cstring>

#include <librdkafka/rdkafka.h>

namespace paysaga::engine::kafka {

Held<rd_kafka_topic_partition_list_s> list_of(const std::string& topic,
                                              std::span<const storage::Commit> positions) {
  Held<rd_kafka_topic_partition_list_t> list{
      rd_kafka_topic_partition_list_new(static_cast<int>(positions.size()))};
  for (const storage::Commit& position : positions) {
    rd_kafka_topic_partition_t* item = rd_kafka_topic_partition_list_add(
        list.get(), topic.c_str(), static_cast<std::int32_t>(index_of(position.partition)));
    item->offset = position.next;
    if (position.metadata.empty()) continue;
    // librdkafka frees it with the list, and sends it as a text that ends at a zero.
    item->metadata = strdup(position.metadata.c_str());
    item->metadata_size = std::strlen(position.metadata.c_str());
  }
  return list;
}

Result<std::unique_ptr<Client>> open_asking_client(const KafkaOptions& options, Asking asking) {
  const bool committed = asking == Asking::committed;
  return Client::open(options, Role::consumer,
                      {{"group.id", options.group},
                       {"isolation.level", committed ? "read_committed" : "read_uncommitted"},
                       {"auto.offset.reset", "error"},
                       {"enable.auto.commit", "false"},
                       {"enable.auto.offset.store", "false"}},
                      {});
}

Result<std::optional<storage::Commit>> read_position(const Client& client, const std::string& topic,
                                                     storage::PartitionId partition,
                                                     Duration timeout) {
  const auto list = list_of(topic, std::vector<storage::Commit>{{partition, 0, {}}});
  const std::string doing =
      "the position in " + topic + " partition " + std::to_string(index_of(partition));
  auto code = rd_kafka_committed(client.handle(), list.get(), to_millis(timeout));
  const rd_kafka_topic_partition_t& read = list->elems[0];
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) code = read.err;
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return fail(ErrorCode::unavailable, to_error(code, doing + " cannot be read").detail);
  }
  if (read.offset < 0) return std::nullopt;  // None was ever committed.
  storage::Commit commit{partition, read.offset, {}};
  if (read.metadata != nullptr) {
    commit.metadata.assign(static_cast<const char*>(read.metadata), read.metadata_size);
  }
  return commit;
}

Result<void> commit_positions(const Client& client, const std::string& topic,
                              std::span<const storage::Commit> positions) {
  const auto list = list_of(topic, positions);
  const auto code = rd_kafka_commit(client.handle(), list.get(), 0);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  // To whoever is no member a group with members says no.
  const bool others = code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID ||
                      code == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ||
                      code == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS;
  return fail(others ? ErrorCode::conflict : ErrorCode::storage_failed,
              to_error(code, "positions were not committed").detail);
}

void commit_loosely(const Client& client, std::span<const storage::InboundCommit> commits) {
  const Held<rd_kafka_topic_partition_list_t> list{
      rd_kafka_topic_partition_list_new(static_cast<int>(commits.size()))};
  for (const storage::InboundCommit& commit : commits) {
    rd_kafka_topic_partition_list_add(list.get(), commit.topic.c_str(),
                                      static_cast<std::int32_t>(index_of(commit.partition)))
        ->offset = commit.next;
  }
  (void)rd_kafka_commit(client.handle(), list.get(), 1);
}

}  // namespace paysaga::engine::kafka
