#include "bench/topics.hpp"

#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "bench/child.hpp"
#include "paysaga/engine/kafka/client.hpp"
#include "paysaga/engine/kafka/settings.hpp"

namespace paysaga::bench {
namespace {

using engine::kafka::Client;
using engine::kafka::Held;

constexpr int timeout_ms = 30'000;

std::vector<rd_kafka_DeleteTopic_t*> topics_of(rd_kafka_t* client, const std::string& prefix) {
  const rd_kafka_metadata_t* metadata = nullptr;
  ensure(rd_kafka_metadata(client, 1, nullptr, &metadata, timeout_ms) == RD_KAFKA_RESP_ERR_NO_ERROR,
         "the broker tells its topics");
  std::vector<rd_kafka_DeleteTopic_t*> topics;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const std::string name = metadata->topics[i].topic;
    if (name.starts_with(prefix)) topics.push_back(rd_kafka_DeleteTopic_new(name.c_str()));
  }
  rd_kafka_metadata_destroy(metadata);
  return topics;
}

void drop(const config::Settings& settings) {
  const auto client =
      Client::open(engine::kafka::kafka_options(settings), engine::kafka::Role::producer, {}, {});
  ensure(client.has_value(), "a client is made");
  rd_kafka_t* handle = (*client)->handle();
  std::vector<rd_kafka_DeleteTopic_t*> topics = topics_of(handle, settings.kafka.topic_prefix);
  if (topics.empty()) return;
  const Held<rd_kafka_queue_t> queue{rd_kafka_queue_new(handle)};
  rd_kafka_DeleteTopics(handle, topics.data(), topics.size(), nullptr, queue.get());
  if (rd_kafka_event_t* done = rd_kafka_queue_poll(queue.get(), timeout_ms)) {
    rd_kafka_event_destroy(done);
  }
  rd_kafka_DeleteTopic_destroy_array(topics.data(), topics.size());
}

}  // namespace

void drop_topics(const config::Settings& settings) {
  ensure(!settings.kafka.topic_prefix.empty(), "topics of a run have a prefix of their own");
  Child child{[&](const Child::Side& side) {
    drop(settings);
    side.say("dropped");
  }};
  (void)child.line();
}

}  // namespace paysaga::bench
