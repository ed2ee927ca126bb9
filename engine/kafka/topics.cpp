#include "paysaga/engine/kafka/topics.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <map>
#include <optional>

#include <librdkafka/rdkafka.h>

namespace paysaga::engine::kafka {
namespace {

constexpr Duration request_timeout = seconds{10};
constexpr Duration attempt_timeout = seconds{1};  // Of a question that may be put to a dead broker.
constexpr int replicas_for_two_in_sync = 3;
constexpr int leader_wait_millis = 20;
/// For one answer of the first broker; then it is looked whether one can come at all.
constexpr Duration answer_wait = seconds{2};

constexpr std::int64_t kept_for_ever = -1;

struct Wanted {
  std::string name;
  Properties settings;              // Exactly these.
  std::int64_t retention_millis{};  // At least; 0: not looked at.
  bool own = false;                 // Of the group alone: nobody else writes to it.
};

std::int64_t millis_of(Duration duration) {
  return std::chrono::duration_cast<milliseconds>(duration).count();
}

std::vector<Wanted> wanted_topics(const KafkaOptions& options) {
  std::vector<Wanted> wanted{
      {membership_topic(options),
       {{"cleanup.policy", "delete"}, {"retention.ms", "-1"}, {"retention.bytes", "-1"}},
       0,
       true},
      {journal_topic(options),
       {{"cleanup.policy", "delete"},
        {"message.timestamp.type", "LogAppendTime"},
        {"retention.bytes", "-1"},
        {"unclean.leader.election.enable", "false"}},
       millis_of(options.journal_retention),
       true},
      {state_topic(options),
       {{"cleanup.policy", "compact"}, {"unclean.leader.election.enable", "false"}},
       0,
       true}};
  for (const std::string& topic : options.topics) {
    const bool kept = std::ranges::find(options.topics_kept, topic) != options.topics_kept.end();
    wanted.push_back({topic,
                      {{"cleanup.policy", "delete"}, {"unclean.leader.election.enable", "false"}},
                      kept ? kept_for_ever : millis_of(options.topic_retention),
                      false});
  }
  return wanted;
}

struct Found {
  int partitions = 0;
  int replicas = 0;  // The fewest that a partition has.
  bool led = true;   // Every partition has a leader.
};
struct Cluster {
  int brokers = 0;
  std::map<std::string, Found, std::less<>> topics;
};

Result<Cluster> read_cluster(const Client& client, Duration timeout) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code = rd_kafka_metadata(client.handle(), 1, nullptr, &metadata, to_millis(timeout));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return tl::unexpected{to_error(code, "the list of topics cannot be read")};
  }
  Cluster cluster;
  cluster.brokers = metadata->broker_cnt;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = metadata->topics[i];
    if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    Found& found = cluster.topics[topic.topic];
    found.partitions = topic.partition_cnt;
    for (int p = 0; p < topic.partition_cnt; ++p) {
      const int replicas = topic.partitions[p].replica_cnt;
      found.replicas = p == 0 ? replicas : std::min(found.replicas, replicas);
      if (topic.partitions[p].leader < 0) found.led = false;
    }
  }
  rd_kafka_metadata_destroy(metadata);
  return cluster;
}

struct ReleaseEvent {
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
  void operator()(rd_kafka_NewTopic_t* topic) const { rd_kafka_NewTopic_destroy(topic); }
  void operator()(rd_kafka_ConfigResource_t* resource) const {
    rd_kafka_ConfigResource_destroy(resource);
  }
  void operator()(rd_kafka_AdminOptions_t* options) const {
    rd_kafka_AdminOptions_destroy(options);
  }
};
template <class T>
using HeldHere = std::unique_ptr<T, ReleaseEvent>;

/// Sends one request of an administrator and waits for its answer.
template <class Send>
Result<HeldHere<rd_kafka_event_t>> ask(const Client& client, rd_kafka_admin_op_t kind,
                                       std::string_view doing, const Send& send) {
  std::array<char, 256> why{};
  const HeldHere<rd_kafka_AdminOptions_t> admin{rd_kafka_AdminOptions_new(client.handle(), kind)};
  (void)rd_kafka_AdminOptions_set_request_timeout(admin.get(), to_millis(request_timeout),
                                                  why.data(), why.size());
  if (kind == RD_KAFKA_ADMIN_OP_CREATETOPICS) {
    (void)rd_kafka_AdminOptions_set_operation_timeout(admin.get(), to_millis(request_timeout),
                                                      why.data(), why.size());
  }
  const Held<rd_kafka_queue_t> queue{rd_kafka_queue_new(client.handle())};
  send(admin.get(), queue.get());
  HeldHere<rd_kafka_event_t> event{
      rd_kafka_queue_poll(queue.get(), to_millis(request_timeout * 2))};
  if (event == nullptr) {
    return fail(ErrorCode::unavailable, std::string{doing} + ": no answer in time");
  }
  if (const auto code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return tl::unexpected{to_error(code, doing)};
  }
  return event;
}

HeldHere<rd_kafka_NewTopic_t> describe_new(const Wanted& wanted, const KafkaOptions& options,
                                           int brokers) {
  const int replicas = std::max(1, std::min<int>(options.replication, brokers));
  std::array<char, 256> why{};
  HeldHere<rd_kafka_NewTopic_t> topic{
      rd_kafka_NewTopic_new(wanted.name.c_str(), static_cast<int>(options.partition_count),
                            replicas, why.data(), why.size())};
  ensure(topic != nullptr, "a topic to be made is described as librdkafka wants it");
  Properties settings = wanted.settings;
  if (wanted.retention_millis != 0) {
    settings["retention.ms"] = std::to_string(wanted.retention_millis);
  }
  if (replicas >= replicas_for_two_in_sync) settings["min.insync.replicas"] = "2";
  for (const auto& [name, value] : settings) {
    (void)rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
  }
  return topic;
}

Result<void> create(const Client& client, const KafkaOptions& options,
                    const std::vector<Wanted>& missing, int brokers) {
  std::vector<HeldHere<rd_kafka_NewTopic_t>> held;
  std::vector<rd_kafka_NewTopic_t*> topics;
  for (const Wanted& wanted : missing) {
    held.push_back(describe_new(wanted, options, brokers));
    topics.push_back(held.back().get());
  }
  const auto event =
      ask(client, RD_KAFKA_ADMIN_OP_CREATETOPICS, "the topics cannot be made",
          [&](const rd_kafka_AdminOptions_t* admin, rd_kafka_queue_t* queue) {
            rd_kafka_CreateTopics(client.handle(), topics.data(), topics.size(), admin, queue);
          });
  if (!event) return tl::unexpected{event.error()};
  std::size_t count = 0;
  const rd_kafka_topic_result_t* const* results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event->get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_topic_result_error(results[i]);
    // Another node that starts now may have been the first.
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
      continue;
    }
    const char* why = rd_kafka_topic_result_error_string(results[i]);
    return fail(code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ? ErrorCode::forbidden
                                                                     : ErrorCode::unavailable,
                std::string{"the topic "} + rd_kafka_topic_result_name(results[i]) +
                    " cannot be made: " + (why != nullptr ? why : rd_kafka_err2str(code)));
  }
  return {};
}

/// The settings of each topic, by its name.
Result<std::map<std::string, Properties>> read_settings(const Client& client,
                                                        const std::vector<std::string>& topics) {
  std::vector<HeldHere<rd_kafka_ConfigResource_t>> held;
  std::vector<rd_kafka_ConfigResource_t*> resources;
  for (const std::string& topic : topics) {
    held.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
    resources.push_back(held.back().get());
  }
  const auto event = ask(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, "topics cannot be looked at",
                         [&](const rd_kafka_AdminOptions_t* admin, rd_kafka_queue_t* queue) {
                           rd_kafka_DescribeConfigs(client.handle(), resources.data(),
                                                    resources.size(), admin, queue);
                         });
  if (!event) return tl::unexpected{event.error()};
  std::map<std::string, Properties> settings;
  std::size_t count = 0;
  const rd_kafka_ConfigResource_t** results = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event->get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string topic = rd_kafka_ConfigResource_name(results[i]);
    if (const auto code = rd_kafka_ConfigResource_error(results[i])) {
      return tl::unexpected{to_error(code, "the topic " + topic + " cannot be looked at")};
    }
    std::size_t entries_count = 0;
    const rd_kafka_ConfigEntry_t** entries =
        rd_kafka_ConfigResource_configs(results[i], &entries_count);
    for (std::size_t e = 0; e < entries_count; ++e) {
      const char* value = rd_kafka_ConfigEntry_value(entries[e]);
      settings[topic][rd_kafka_ConfigEntry_name(entries[e])] = value != nullptr ? value : "";
    }
  }
  return settings;
}

std::string value_in(const Properties& settings, const std::string& name) {
  const auto at = settings.find(name);
  return at == settings.end() ? std::string{} : at->second;
}

std::int64_t number_in(const Properties& settings, const std::string& name) {
  const std::string text = value_in(settings, name);
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Records that are deleted too early are lost to those who come late.
void check_retention(const Wanted& wanted, const Properties& settings, TopicReport& report) {
  if (wanted.retention_millis == 0) return;
  for (const auto& [name, least] :
       {std::pair{"retention.ms", wanted.retention_millis}, {"retention.bytes", kept_for_ever}}) {
    const std::int64_t is = number_in(settings, name);
    if (is == kept_for_ever || (least != kept_for_ever && is >= least)) continue;
    if (wanted.settings.contains(name)) continue;  // It was looked at with the others.
    report.faults.push_back("topic " + wanted.name + ": " + name + " is " +
                            value_in(settings, name) + "; set it to " + std::to_string(least));
  }
}

std::string counted(int count, const char* what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

/// A topic cannot shrink, so that a node must do with more partitions than it reads: those of the
/// group do without a word, what is put into another one's surplus is never read.
void check_partitions(const Wanted& wanted, const KafkaOptions& options, const Found& found,
                      Strictness strictness, TopicReport& report) {
  const auto count = static_cast<int>(options.partition_count);
  if (found.partitions == count) return;
  if (wanted.own && found.partitions > count && strictness == Strictness::protocol) return;
  std::string fault = "topic " + wanted.name + ": it has " +
                      counted(found.partitions, "partition") + "; the group has " +
                      std::to_string(count);
  if (found.partitions <= count) return report.faults.push_back(std::move(fault));
  fault += ", and nobody reads the others: have producers write to the first " +
           std::to_string(count) + ", and put there what stands in the others";
  (strictness == Strictness::all ? report.faults : report.warnings).push_back(std::move(fault));
}

/// What can be written at all, and survives the loss of a broker.
void check_replicas(const Wanted& wanted, const KafkaOptions& options, const Found& found,
                    const Properties& settings, Strictness strictness, TopicReport& report) {
  const auto in_sync = static_cast<int>(number_in(settings, "min.insync.replicas"));
  const std::string has = "topic " + wanted.name + ": it has " + counted(found.replicas, "replica");
  if (found.replicas < in_sync) {
    report.faults.push_back(has + ", but min.insync.replicas is " + std::to_string(in_sync) +
                            ": nobody can write to it; add replicas, or lower that");
  } else if (found.replicas >= replicas_for_two_in_sync && in_sync < 2) {
    report.faults.push_back("topic " + wanted.name + ": min.insync.replicas is " +
                            value_in(settings, "min.insync.replicas") + "; set it to 2");
  }
  if (strictness == Strictness::all && found.replicas < options.replication) {
    report.faults.push_back(has + "; kafka.replication is " + std::to_string(options.replication) +
                            ": add replicas with kafka-reassign-partitions");
  }
}

void check_one(const Wanted& wanted, const KafkaOptions& options, const Found& found,
               const Properties& settings, Strictness strictness, TopicReport& report) {
  check_partitions(wanted, options, found, strictness, report);
  for (const auto& [name, value] : wanted.settings) {
    if (value_in(settings, name) == value) continue;
    report.faults.push_back("topic " + wanted.name + ": " + name + " is " +
                            value_in(settings, name) + "; set it to " + value);
  }
  check_replicas(wanted, options, found, settings, strictness, report);
  const auto bytes =
      static_cast<std::size_t>(std::max<std::int64_t>(0, number_in(settings, "max.message.bytes")));
  report.message_bytes_max =
      report.message_bytes_max == 0 ? bytes : std::min(report.message_bytes_max, bytes);
}

/// Makes librdkafka look again for who leads the partitions of a topic: of a topic that it neither
/// reads nor writes it keeps the former leader in mind, though that one be gone.
void find_leaders(const Client& client, const std::string& topic) {
  const auto handle = client.topic(topic);
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(client.handle(), 0, handle.get(), &metadata, to_millis(attempt_timeout)) ==
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    rd_kafka_metadata_destroy(metadata);
  }
}

/// The offset of one end of a partition: RD_KAFKA_OFFSET_BEGINNING or _END, which stand in the
/// place of a time. rd_kafka_query_watermark_offsets knows no timeout before 2.3.0: it waits for
/// ever for a broker that is gone.
Result<storage::Offset> offset_at(const Client& client, const std::string& topic,
                                  storage::PartitionId partition, std::int64_t which,
                                  std::chrono::steady_clock::time_point deadline) {
  for (;;) {
    const Held<rd_kafka_topic_partition_list_t> asked{rd_kafka_topic_partition_list_new(1)};
    rd_kafka_topic_partition_t* const entry = rd_kafka_topic_partition_list_add(
        asked.get(), topic.c_str(), static_cast<std::int32_t>(index_of(partition)));
    entry->offset = which;
    auto code =
        rd_kafka_offsets_for_times(client.handle(), asked.get(), to_millis(attempt_timeout));
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) code = entry->err;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return entry->offset;
    // A leader that was named only now does not know it for a moment; librdkafka asks it once.
    const bool passes = code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
                        code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE ||
                        code == RD_KAFKA_RESP_ERR__TIMED_OUT ||
                        code == RD_KAFKA_RESP_ERR__TRANSPORT;
    if (!passes || std::chrono::steady_clock::now() > deadline) {
      return tl::unexpected{to_error(code, "the offsets of " + topic + " partition " +
                                               std::to_string(index_of(partition)) +
                                               " cannot be read")};
    }
    find_leaders(client, topic);
    (void)rd_kafka_poll(client.handle(), leader_wait_millis);
  }
}

}  // namespace

std::string membership_topic(const KafkaOptions& options) {
  return options.group + "-membership";
}
std::string journal_topic(const KafkaOptions& options) {
  return options.group + "-journal";
}
std::string state_topic(const KafkaOptions& options) {
  return options.group + "-state";
}
std::string positions_topic(const KafkaOptions& options, storage::Use use) {
  return use == storage::Use::publisher ? journal_topic(options) : state_topic(options);
}

Result<void> ensure_topics(const Client& client, const KafkaOptions& options) {
  const auto end = std::chrono::steady_clock::now() + options.open_timeout;
  bool made = false;
  for (;;) {
    const auto cluster = read_cluster(client, request_timeout);
    if (!cluster) return tl::unexpected{cluster.error()};
    std::vector<Wanted> missing = wanted_topics(options);
    std::erase_if(missing, [&](const Wanted& wanted) {
      const auto found = cluster->topics.find(wanted.name);
      return found != cluster->topics.end() && found->second.led;
    });
    if (missing.empty()) return {};
    if (std::chrono::steady_clock::now() > end) {
      return fail(ErrorCode::unavailable,
                  "the topic " + missing.front().name + " has no leader on each partition");
    }
    if (!made) {
      if (auto created = create(client, options, missing, cluster->brokers); !created) {
        return created;
      }
      made = true;
    }
    (void)rd_kafka_poll(client.handle(),
                        leader_wait_millis);  // The other brokers have yet to hear of it.
  }
}

Result<TopicReport> check_topics(const Client& client, const KafkaOptions& options,
                                 Strictness strictness) {
  const auto cluster = read_cluster(client, request_timeout);
  if (!cluster) return tl::unexpected{cluster.error()};
  TopicReport report;
  std::vector<std::string> names;
  for (const Wanted& wanted : wanted_topics(options)) {
    if (cluster->topics.contains(wanted.name)) {
      names.push_back(wanted.name);
    } else {
      report.faults.push_back("topic " + wanted.name + ": it does not exist; make it with " +
                              std::to_string(options.partition_count) + " partitions");
    }
  }
  if (names.empty()) return report;
  const auto settings = read_settings(client, names);
  if (!settings) return tl::unexpected{settings.error()};
  for (const Wanted& wanted : wanted_topics(options)) {
    const auto found = cluster->topics.find(wanted.name);
    const auto read = settings->find(wanted.name);
    if (found == cluster->topics.end() || read == settings->end()) continue;
    check_one(wanted, options, found->second, read->second, strictness, report);
    if (strictness == Strictness::all) check_retention(wanted, read->second, report);
  }
  return report;
}

Result<std::vector<TopicState>> describe_topics(const Client& client, const KafkaOptions& options) {
  const auto cluster = read_cluster(client, request_timeout);
  if (!cluster) return tl::unexpected{cluster.error()};
  std::vector<TopicState> topics;
  std::vector<std::string> names;
  for (const Wanted& wanted : wanted_topics(options)) {
    TopicState& topic = topics.emplace_back();
    topic.name = wanted.name;
    const auto found = cluster->topics.find(wanted.name);
    if (found == cluster->topics.end()) continue;
    topic.exists = true;
    topic.partitions = found->second.partitions;
    topic.replicas = found->second.replicas;
    names.push_back(wanted.name);
  }
  if (names.empty()) return topics;
  const auto settings = read_settings(client, names);
  if (!settings) return tl::unexpected{settings.error()};
  for (TopicState& topic : topics) {
    const auto read = settings->find(topic.name);
    if (read == settings->end()) continue;
    topic.cleanup = value_in(read->second, "cleanup.policy");
    topic.retention_ms = value_in(read->second, "retention.ms");
  }
  return topics;
}

Result<std::uint32_t> partitions_of_topic(const Client& client, const std::string& topic) {
  const auto cluster = read_cluster(client, request_timeout);
  if (!cluster) return tl::unexpected{cluster.error()};
  const auto found = cluster->topics.find(topic);
  if (found == cluster->topics.end()) {
    return fail(ErrorCode::not_found, "there is no topic " + topic +
                                          " on Kafka; `paysaga topic list` says which there are");
  }
  return static_cast<std::uint32_t>(found->second.partitions);
}

Result<std::pair<storage::Offset, storage::Offset>> offsets_of(const Client& client,
                                                               const std::string& topic,
                                                               storage::PartitionId partition,
                                                               Duration timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const auto first = offset_at(client, topic, partition, RD_KAFKA_OFFSET_BEGINNING, deadline);
  if (!first) return tl::unexpected{first.error()};
  const auto end = offset_at(client, topic, partition, RD_KAFKA_OFFSET_END, deadline);
  if (!end) return tl::unexpected{end.error()};
  return std::pair{*first, *end};
}

Result<std::string> cluster_of(const Client& client, const KafkaOptions& options) {
  const auto end = std::chrono::steady_clock::now() + options.open_timeout;
  char* id = nullptr;
  for (;;) {
    // Left to itself, librdkafka asks a broker who it is only after a second.
    const rd_kafka_metadata_t* metadata = nullptr;
    const auto code = rd_kafka_metadata(client.handle(), 0, nullptr, &metadata,
                                        to_millis(std::min(answer_wait, options.open_timeout)));
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      rd_kafka_metadata_destroy(metadata);
      id = rd_kafka_clusterid(client.handle(), 0);
      break;
    }
    const auto trouble = client.trouble();
    if ((trouble && trouble->final) || std::chrono::steady_clock::now() >= end) break;
  }
  if (id == nullptr) {
    // What does not pass by itself is not waited for.
    const auto trouble = client.trouble();
    std::string what = "no Kafka broker answered at " + options.brokers + " within " +
                       to_text(options.open_timeout);
    if (trouble) what = "no Kafka broker lets us in at " + options.brokers + ": " + trouble->what;
    const bool final = trouble && trouble->final;
    return fail(final ? ErrorCode::forbidden : ErrorCode::unavailable, std::move(what));
  }
  std::string cluster{id};
  rd_kafka_mem_free(client.handle(), id);
  return cluster;
}

}  // namespace paysaga::engine::kafka
