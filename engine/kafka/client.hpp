#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/saga/result.hpp"
#include "paysaga/saga/time.hpp"

// librdkafka's own types, by their tags, so that its header stays in the .cpp files.
struct rd_kafka_s;
struct rd_kafka_conf_s;
struct rd_kafka_message_s;
struct rd_kafka_queue_s;
struct rd_kafka_topic_s;
struct rd_kafka_topic_partition_list_s;
struct rd_kafka_consumer_group_metadata_s;

namespace paysaga::engine::kafka {

struct KafkaOptions {
  std::string brokers;  // host:port, separated by commas.
  std::string group;
  std::string node;                           // One name a node: transactions are fenced by it.
  std::vector<std::string> topics;            // Of people, in full, with prefix.
  std::vector<std::string> topics_kept;       // Those of them that are kept for ever.
  Duration topic_retention = hours{30 * 24};  // Of the others, when they are made.
  std::uint32_t partition_count = 12;
  std::uint16_t replication = 3;  // Of topics that are made; as many as there are brokers at most.
  Duration journal_retention = hours{7 * 24};  // Of a journal that is made.
  bool create_topics = true;                   // False: what is missing is an error.
  Duration session_timeout = seconds{6};
  Duration open_timeout = seconds{15};      // Until the first broker has answered.
  Duration delivery_timeout = seconds{30};  // After which a record's outcome is unknown.
  Duration topics_every = seconds{30};      // A node that runs looks at its topics again so often.
  /// Takes what it finds wrong then, one line each.
  std::function<void(const std::vector<std::string>&)> faulty;
  /// Properties of librdkafka, such as those of TLS and SASL. Those that the protocol relies on are
  /// ours and refused here.
  std::map<std::string, std::string> properties;
  /// Takes what librdkafka has to say, one line each, from its threads; none: nobody.
  std::function<void(std::string_view)> log;
};

/// Ends each of librdkafka's objects in its own way.
struct Release {
  void operator()(rd_kafka_s* client) const;
  void operator()(rd_kafka_conf_s* conf) const;
  void operator()(rd_kafka_queue_s* queue) const;
  void operator()(rd_kafka_topic_s* topic) const;
  void operator()(rd_kafka_topic_partition_list_s* list) const;
  void operator()(rd_kafka_consumer_group_metadata_s* metadata) const;
  void operator()(rd_kafka_message_s* message) const;
};
template <class T>
using Held = std::unique_ptr<T, Release>;

enum class Role { producer, consumer };
using Properties = std::map<std::string, std::string>;

/// What is wrong with properties that a person gave, one line each: names that are not known or are
/// ours, values that cannot be.
[[nodiscard]] std::vector<std::string> property_faults(const Properties& properties);

/// One instance of librdkafka, with its threads.
///
/// Threads:  the hooks are called from whoever polls, but `answered` and `failed` from any.
class Client {
 public:
  struct Hooks {
    std::function<void(const rd_kafka_message_s&)> delivered;
    /// librdkafka's code of what has to be done and the partitions; the hook assigns.
    std::function<void(int, rd_kafka_topic_partition_list_s*)> rebalanced;
    /// A broker answered a request of this kind, which was sent so long ago.
    std::function<void(std::int16_t, Duration)> answered;
    /// No call of this instance can succeed any more.
    std::function<void(std::string)> failed;
  };

  /// People's properties come before `owned`, which nobody overrides.
  /// Errors: malformed (a property that is not known, has no such value, or is ours).
  [[nodiscard]] static Result<std::unique_ptr<Client>> open(const KafkaOptions& options, Role role,
                                                            const Properties& owned, Hooks hooks);
  /// Ends it without leaving a group: that is done before, by whoever joined.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] rd_kafka_s* handle() const { return handle_.get(); }
  /// What librdkafka said last of a connection that it could not make, in words with what to do;
  /// `final` if it will not go away by itself.
  struct Trouble {
    std::string what;
    bool final = false;
  };
  [[nodiscard]] std::optional<Trouble> trouble() const;
  /// The handle of a topic, made once: what is sent first is not delayed by looking for it.
  [[nodiscard]] Held<rd_kafka_topic_s> topic(const std::string& name) const;

 private:
  friend struct ClientCalls;
  Client() = default;

  Hooks hooks_;
  std::function<void(std::string_view)> log_;
  mutable std::mutex trouble_mutex_;
  std::optional<Trouble> trouble_;
  Held<rd_kafka_s> handle_;  // Last: its threads use all of the others until it ends.
};

/// `doing` in words, then what librdkafka says of its code. Errors: as the code is understood.
[[nodiscard]] Error to_error(int code, std::string_view doing);
[[nodiscard]] int to_millis(Duration duration);

}  // namespace paysaga::engine::kafka
