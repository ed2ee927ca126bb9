#include "bench/pipe.hpp"

#include <map>
#include <memory>
#include <utility>

#include <librdkafka/rdkafka.h>

namespace paysaga::bench {
namespace {

using engine::kafka::Client;
using engine::kafka::Held;
using engine::kafka::Role;

constexpr std::size_t batch_max = 4'096;  // As one publication of a node has at most.
constexpr int wait_millis = 50;
constexpr int timeout_millis = 30'000;

std::unique_ptr<Client> open(const Pipe::Options& options, Role role,
                             const engine::kafka::Properties& properties) {
  auto client = Client::open(options.kafka, role, properties, {});
  ensure(client.has_value(), "the client starts");
  return std::move(*client);
}

/// Reads all partitions of some topics from their beginning.
class Source {
 public:
  Source(const Pipe::Options& options, const std::vector<std::string>& topics)
      : client_{open(options, Role::consumer,
                     {{"group.id", options.kafka.group},
                      {"isolation.level", "read_committed"},
                      {"auto.offset.reset", "error"},
                      // Of all partitions together here; beyond it fetching rests for a second.
                      {"queued.max.messages.kbytes", "1048576"},
                      {"enable.auto.commit", "false"}})},
        found_(batch_max) {
    const Held<rd_kafka_topic_partition_list_t> all{rd_kafka_topic_partition_list_new(1)};
    for (const std::string& topic : topics) {
      for (std::int32_t i = 0; i < options.partitions; ++i) {
        rd_kafka_topic_partition_list_add(all.get(), topic.c_str(), i)->offset = 0;
      }
    }
    ensure(rd_kafka_assign(client_->handle(), all.get()) == RD_KAFKA_RESP_ERR_NO_ERROR,
           "the partitions are assigned");
    queue_.reset(rd_kafka_queue_get_consumer(client_->handle()));
  }

  /// What is there; waits a moment for the first one.
  std::vector<Held<rd_kafka_message_t>> take() {
    ssize_t count = rd_kafka_consume_batch_queue(queue_.get(), wait_millis, found_.data(), 1);
    if (count == 1) {
      const ssize_t more =
          rd_kafka_consume_batch_queue(queue_.get(), 0, found_.data() + 1, batch_max - 1);
      if (more > 0) count += more;
    }
    std::vector<Held<rd_kafka_message_t>> messages;
    for (ssize_t i = 0; i < count; ++i) {
      messages.emplace_back(found_[static_cast<std::size_t>(i)]);
      ensure(messages.back()->err == RD_KAFKA_RESP_ERR_NO_ERROR, "a record can be read");
    }
    return messages;
  }
  [[nodiscard]] rd_kafka_t* handle() const { return client_->handle(); }

 private:
  std::unique_ptr<Client> client_;
  Held<rd_kafka_queue_t> queue_;
  std::vector<rd_kafka_message_t*> found_;
};

void produce(rd_kafka_t* client, rd_kafka_topic_t* topic, const rd_kafka_message_t& from,
             std::string& value) {
  while (rd_kafka_produce(topic, from.partition, RD_KAFKA_MSG_F_COPY, value.data(), value.size(),
                          from.key, from.key_len, nullptr) != 0) {
    ensure(rd_kafka_last_error() == RD_KAFKA_RESP_ERR__QUEUE_FULL, "a record is taken");
    (void)rd_kafka_poll(client, wait_millis);
  }
}

void must(rd_kafka_error_t* error) {
  ensure(error == nullptr, "a transaction of the floor goes through");
}

Held<rd_kafka_topic_partition_list_t> positions_of(
    const std::vector<Held<rd_kafka_message_t>>& messages, const std::string& topic) {
  std::map<std::int32_t, std::int64_t> next;
  for (const auto& message : messages) next[message->partition] = message->offset + 1;
  Held<rd_kafka_topic_partition_list_t> list{rd_kafka_topic_partition_list_new(1)};
  for (const auto& [partition, offset] : next) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
  }
  return list;
}

}  // namespace

Pipe::Pipe(Options options)
    : options_{std::move(options)}, taker_{[this] { take_inputs(); }}, publisher_{[this] {
        publish();
      }} {}

Pipe::~Pipe() {
  stopping_ = true;
  taker_.join();
  publisher_.join();
}

void Pipe::take_inputs() {
  Source source{options_, options_.inputs};
  const auto client =
      open(options_, Role::producer, {{"enable.idempotence", "true"}, {"acks", "all"}});
  const auto topic = client->topic(options_.journal);
  std::string value(options_.journal_bytes, 'j');
  while (!stopping_) {
    const auto messages = source.take();
    for (const auto& message : messages) produce(client->handle(), topic.get(), *message, value);
    (void)rd_kafka_poll(client->handle(), 0);
    taken_ += messages.size();
  }
  (void)rd_kafka_flush(client->handle(), timeout_millis);
}

void Pipe::publish() {
  Source source{options_, {options_.journal}};
  engine::kafka::Properties properties{{"enable.idempotence", "true"}, {"acks", "all"}};
  if (options_.atomic) {
    properties.insert(
        {{"transactional.id", options_.kafka.group + "-pipe"}, {"retry.backoff.ms", "1"}});
  }
  const auto client = open(options_, Role::producer, properties);
  rd_kafka_t* const to = client->handle();
  if (options_.atomic) must(rd_kafka_init_transactions(to, timeout_millis));
  const auto topic = client->topic(options_.output);
  const Held<rd_kafka_consumer_group_metadata_t> group{
      rd_kafka_consumer_group_metadata_new(options_.kafka.group.c_str())};
  std::string value(options_.output_bytes, 'o');
  std::uint64_t seen = 0;
  while (!stopping_) {
    const auto messages = source.take();
    if (messages.empty()) continue;
    if (options_.atomic) must(rd_kafka_begin_transaction(to));
    for (const auto& message : messages) {
      if (++seen % static_cast<std::uint64_t>(options_.inputs_per_output) != 0) continue;
      produce(to, topic.get(), *message, value);
    }
    ensure(rd_kafka_flush(to, timeout_millis) == RD_KAFKA_RESP_ERR_NO_ERROR, "outputs are taken");
    const auto positions = positions_of(messages, options_.journal);
    if (options_.atomic) {
      must(rd_kafka_send_offsets_to_transaction(to, positions.get(), group.get(), timeout_millis));
      must(rd_kafka_commit_transaction(to, timeout_millis));
    } else {
      ensure(rd_kafka_commit(source.handle(), positions.get(), 0) == RD_KAFKA_RESP_ERR_NO_ERROR,
             "positions are committed");
    }
    published_ += messages.size();
  }
}

}  // namespace paysaga::bench
