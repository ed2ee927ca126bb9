#include "paysaga/engine/kafka/settings.hpp"

#include "paysaga/engine/log.hpp"
#include "paysaga/saga/topic.hpp"

namespace paysaga::engine::kafka {

namespace {

/// What happened is kept for ever; copies, commands and notifications for a while.
bool is_kept(Topic topic) {
  return topic == Topic::payment_events || topic == Topic::order_events ||
         topic == Topic::payment_dead_letter;
}

}  // namespace

KafkaOptions kafka_options(const config::Settings& settings) {
  const config::KafkaSettings& from = settings.kafka;
  KafkaOptions options;
  options.brokers = from.brokers;
  options.group = from.topic_prefix + from.group;
  options.node = settings.node.id;
  options.partition_count = static_cast<std::uint32_t>(config::partitions_of(settings));
  options.replication = static_cast<std::uint16_t>(from.replication);
  options.journal_retention = settings.journal.retention;
  options.create_topics = from.create_topics;
  options.session_timeout = from.session_timeout;
  for (int i = 0; i < topic_count; ++i) {
    const auto topic = static_cast<Topic>(i);
    options.topics.push_back(from.topic_prefix + std::string{to_text(topic)});
    if (is_kept(topic)) options.topics_kept.push_back(options.topics.back());
  }
  for (const auto& [name, property] : from.properties) {
    options.properties.emplace(name, property.value.reveal());
  }
  options.faulty = [](const std::vector<std::string>& faults) {
    for (const std::string& fault : faults) {
      log_event(LogLevel::error, "topic_faulty", {{"what", fault}});
    }
  };
  options.log = [](std::string_view line) {
    const bool error = line.find("ERROR") != std::string_view::npos;
    log_event(error ? LogLevel::warning : LogLevel::debug, "kafka_client", {{"says", line}});
  };
  return options;
}

Result<std::unique_ptr<TopicDesk>> open_desk(const config::Settings& settings) {
  KafkaOptions options = kafka_options(settings);
  options.log = {};
  return TopicDesk::open(std::move(options));
}

}  // namespace paysaga::engine::kafka
