#include "bench/topics.hpp"

#include <memory>
#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "bench/child.hpp"
#include "paysaga/saga/result.hpp"

namespace paysaga::bench {
namespace {

constexpr int timeout_ms = 30'000;

template <auto Destroy>
struct Destroyer {
  template <class T>
  void operator()(T* thing) const {
    Destroy(thing);
  }
};
template <class T, auto Destroy>
using Owned = std::unique_ptr<T, Destroyer<Destroy>>;

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
  char words[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", settings.kafka.brokers.c_str(), words, sizeof words);
  const Owned<rd_kafka_t, rd_kafka_destroy> client{
      rd_kafka_new(RD_KAFKA_PRODUCER, conf, words, sizeof words)};
  ensure(client != nullptr, "a client is made");
  std::vector<rd_kafka_DeleteTopic_t*> topics =
      topics_of(client.get(), settings.kafka.topic_prefix);
  if (topics.empty()) return;
  const Owned<rd_kafka_queue_t, rd_kafka_queue_destroy> queue{rd_kafka_queue_new(client.get())};
  rd_kafka_DeleteTopics(client.get(), topics.data(), topics.size(), nullptr, queue.get());
  const Owned<rd_kafka_event_t, rd_kafka_event_destroy> done{
      rd_kafka_queue_poll(queue.get(), timeout_ms)};
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
