#include "paysaga/engine/kafka/client.hpp"

#include <algorithm>
#include <array>

#include <librdkafka/rdkafka.h>

namespace paysaga::engine::kafka {
namespace {

// What the protocol relies on, under all of the names that librdkafka knows it by.
constexpr auto owned_names =
    std::to_array<std::string_view>({"bootstrap.servers",
                                     "metadata.broker.list",
                                     "group.id",
                                     "group.instance.id",
                                     "group.protocol",
                                     "partition.assignment.strategy",
                                     "session.timeout.ms",
                                     "heartbeat.interval.ms",
                                     "max.poll.interval.ms",
                                     "transactional.id",
                                     "transaction.timeout.ms",
                                     "enable.idempotence",
                                     "enable.gapless.guarantee",
                                     "acks",
                                     "request.required.acks",
                                     "message.timeout.ms",
                                     "delivery.timeout.ms",
                                     "message.max.bytes",
                                     "max.in.flight",
                                     "max.in.flight.requests.per.connection",
                                     "retries",
                                     "message.send.max.retries",
                                     "isolation.level",
                                     "auto.offset.reset",
                                     "check.crcs",
                                     "enable.auto.commit",
                                     "auto.commit.enable",
                                     "enable.auto.offset.store",
                                     "enable.partition.eof",
                                     "partitioner",
                                     "log.queue",
                                     "enabled_events"});

/// What we would choose, but people may know better.
Properties defaults(Role role) {
  Properties chosen{{"client.id", "paysaga"},
                    {"socket.nagle.disable", "true"},
                    {"socket.keepalive.enable", "true"},
                    {"socket.timeout.ms", "10000"},
                    {"reconnect.backoff.ms", "50"},
                    {"reconnect.backoff.max.ms", "1000"}};
  if (role == Role::producer) {
    chosen["retry.backoff.ms"] = "50";
    chosen["linger.ms"] = "1";
    chosen["queue.buffering.max.messages"] = "1000000";
    chosen["queue.buffering.max.kbytes"] = "262144";
  } else {
    chosen["fetch.wait.max.ms"] = "100";
    chosen["fetch.error.backoff.ms"] = "100";
    // Beyond its limits 2.0.2 stops fetching for a whole second, so that both of them hold more
    // than a partition can use in one; what the engine takes is bounded by its credits.
    chosen["queued.min.messages"] = "1000000";
    chosen["queued.max.messages.kbytes"] = "16384";
  }
  return chosen;
}

Result<void> set(rd_kafka_conf_t& conf, const std::string& name, const std::string& value) {
  std::array<char, 512> why{};
  switch (rd_kafka_conf_set(&conf, name.c_str(), value.c_str(), why.data(), why.size())) {
    case RD_KAFKA_CONF_OK:
      return {};
    case RD_KAFKA_CONF_UNKNOWN:
      return fail(ErrorCode::malformed, "the Kafka property " + name + " is not known");
    case RD_KAFKA_CONF_INVALID:
      // What librdkafka says repeats the value, which may be a password.
      return fail(ErrorCode::malformed, "the Kafka property " + name + " has no such value");
  }
  return fail(ErrorCode::malformed, "the Kafka property " + name + " was not understood");
}

Result<void> set_all(rd_kafka_conf_t& conf, const Properties& properties) {
  for (const auto& [name, value] : properties) {
    if (auto done = set(conf, name, value); !done) return done;
  }
  return {};
}

/// Former ones repeat their nonce, which Kafka 4 refuses (librdkafka's pull request 4895).
constexpr int first_with_scram = 0x020601ff;

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// What a line of librdkafka's about a connection means, by its words: most of its codes say only
/// that the transport failed. None: it says nothing of why.
std::optional<Client::Trouble> trouble_of(std::string_view line) {
  if (holds(line, "SASL authentication error") || holds(line, "Authentication failed")) {
    std::string why =
        "the broker refuses the user or the password: check sasl.username, "
        "sasl.password and sasl.mechanism under [kafka.properties]";
    if (holds(line, "SCRAM") && rd_kafka_version() < first_with_scram) {
      why +=
          std::string{"; librdkafka "} + rd_kafka_version_str() +
          " cannot log in by SCRAM at a broker of Kafka 4: use librdkafka 2.6.1, or PLAIN over TLS";
    }
    return Client::Trouble{std::move(why), true};
  }
  if (holds(line, "certificate verify failed") || holds(line, "could not be verified")) {
    return Client::Trouble{
        "the broker's certificate is not trusted: name the authority that signed "
        "it in ssl.ca.location under [kafka.properties], and the broker by a "
        "name that stands in the certificate",
        true};
  }
  if (holds(line, "connecting to a SSL listener")) {
    return Client::Trouble{
        "the broker hangs up on plain text, as one does that expects TLS: set "
        "security.protocol to ssl or sasl_ssl under [kafka.properties]",
        false};
  }
  if (holds(line, "might require SASL authentication")) {
    return Client::Trouble{
        "the broker hangs up on who does not say who it is: set "
        "security.protocol to sasl_ssl or sasl_plaintext, and sasl.username and "
        "sasl.password, under [kafka.properties]",
        false};
  }
  if (holds(line, "SSL handshake failed") || holds(line, ":SSL routines:")) {
    return Client::Trouble{
        "what answers there does not speak TLS: check the port, and "
        "security.protocol under [kafka.properties]",
        false};
  }
  if (holds(line, "Unsupported SASL mechanism") || holds(line, "mechanism handshake failed")) {
    return Client::Trouble{
        "the broker does not offer that SASL mechanism: check sasl.mechanism "
        "under [kafka.properties]",
        true};
  }
  return std::nullopt;
}

}  // namespace

/// librdkafka's callbacks: each finds its client as the opaque pointer.
struct ClientCalls {
  static Client& of(void* opaque) { return *static_cast<Client*>(opaque); }

  static void log(const rd_kafka_t* handle, int, const char* facility, const char* text) {
    Client& client = of(rd_kafka_opaque(handle));
    if (auto trouble = trouble_of(text)) {
      const std::lock_guard lock{client.trouble_mutex_};
      client.trouble_ = std::move(trouble);
    }
    if (client.log_) client.log_(std::string{facility} + ": " + text);
  }
  static void delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    const Client& client = of(opaque);
    if (client.hooks_.delivered) client.hooks_.delivered(*message);
  }
  static void rebalanced(rd_kafka_t*, rd_kafka_resp_err_t code,
                         rd_kafka_topic_partition_list_t* partitions, void* opaque) {
    of(opaque).hooks_.rebalanced(code, partitions);
  }
  static void error(rd_kafka_t* handle, int code, const char* text, void* opaque) {
    const Client& client = of(opaque);
    if (client.log_) client.log_(std::string{"ERROR: "} + text);
    if (code != RD_KAFKA_RESP_ERR__FATAL || !client.hooks_.failed) return;
    std::array<char, 512> why{};
    rd_kafka_fatal_error(handle, why.data(), why.size());
    client.hooks_.failed(why.data());
  }
  static rd_kafka_resp_err_t answered(rd_kafka_t*, int, const char*, std::int32_t, std::int16_t api,
                                      std::int16_t, std::int32_t, std::size_t,
                                      std::int64_t round_trip, rd_kafka_resp_err_t code,
                                      void* opaque) {
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && round_trip >= 0) {
      of(opaque).hooks_.answered(api, Duration{round_trip});
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
  }
  static rd_kafka_resp_err_t made(rd_kafka_t* handle, const rd_kafka_conf_t*, void* opaque, char*,
                                  std::size_t) {
    return rd_kafka_interceptor_add_on_response_received(handle, "paysaga", &answered, opaque);
  }
  static void install(rd_kafka_conf_t& conf, Client& client, Role role) {
    rd_kafka_conf_set_opaque(&conf, &client);
    rd_kafka_conf_set_log_cb(&conf, &log);
    rd_kafka_conf_set_error_cb(&conf, &error);
    if (role == Role::producer) rd_kafka_conf_set_dr_msg_cb(&conf, &delivered);
    if (client.hooks_.rebalanced) rd_kafka_conf_set_rebalance_cb(&conf, &rebalanced);
    if (client.hooks_.answered) {
      rd_kafka_conf_interceptor_add_on_new(&conf, "paysaga", &made, &client);
    }
  }
};

void Release::operator()(rd_kafka_s* client) const {
  rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}
void Release::operator()(rd_kafka_conf_s* conf) const {
  rd_kafka_conf_destroy(conf);
}
void Release::operator()(rd_kafka_queue_s* queue) const {
  rd_kafka_queue_destroy(queue);
}
void Release::operator()(rd_kafka_topic_s* topic) const {
  rd_kafka_topic_destroy(topic);
}
void Release::operator()(rd_kafka_topic_partition_list_s* list) const {
  rd_kafka_topic_partition_list_destroy(list);
}
void Release::operator()(rd_kafka_consumer_group_metadata_s* metadata) const {
  rd_kafka_consumer_group_metadata_destroy(metadata);
}
void Release::operator()(rd_kafka_message_s* message) const {
  rd_kafka_message_destroy(message);
}

std::vector<std::string> property_faults(const Properties& properties) {
  std::vector<std::string> faults;
  const Held<rd_kafka_conf_t> conf{rd_kafka_conf_new()};
  for (const auto& [name, value] : properties) {
    if (std::ranges::find(owned_names, name) != owned_names.end()) {
      faults.push_back("the Kafka property " + name +
                       " is set by paysaga itself and cannot be given");
    } else if (const auto done = set(*conf, name, value); !done) {
      faults.push_back(done.error().detail);
    }
  }
  return faults;
}

Result<std::unique_ptr<Client>> Client::open(const KafkaOptions& options, Role role,
                                             const Properties& owned, Hooks hooks) {
  if (auto faults = property_faults(options.properties); !faults.empty()) {
    return fail(ErrorCode::malformed, std::move(faults.front()));
  }
  auto client = std::unique_ptr<Client>{new Client};
  client->hooks_ = std::move(hooks);
  client->log_ = options.log;
  Held<rd_kafka_conf_t> conf{rd_kafka_conf_new()};
  for (const Properties& properties : {defaults(role), options.properties, owned}) {
    if (auto done = set_all(*conf, properties); !done) return tl::unexpected{done.error()};
  }
  if (auto done = set(*conf, "bootstrap.servers", options.brokers); !done) {
    return tl::unexpected{done.error()};
  }
  ClientCalls::install(*conf, *client, role);
  std::array<char, 512> why{};
  const auto type = role == Role::producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
  rd_kafka_t* handle = rd_kafka_new(type, conf.get(), why.data(), why.size());
  if (handle == nullptr) {
    return fail(ErrorCode::malformed, std::string{"the Kafka client cannot start: "} + why.data());
  }
  (void)conf.release();  // The client has taken it.
  client->handle_.reset(handle);
  return client;
}

Client::~Client() = default;

std::optional<Client::Trouble> Client::trouble() const {
  const std::lock_guard lock{trouble_mutex_};
  return trouble_;
}

Held<rd_kafka_topic_s> Client::topic(const std::string& name) const {
  Held<rd_kafka_topic_s> made{rd_kafka_topic_new(handle(), name.c_str(), nullptr)};
  ensure(made != nullptr, "a topic's name has been checked");
  return made;
}

Error to_error(int code, std::string_view doing) {
  const auto known = static_cast<rd_kafka_resp_err_t>(code);
  ErrorCode means = ErrorCode::unavailable;
  if (known == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
      known == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
    means = ErrorCode::out_of_range;
  } else if (known == RD_KAFKA_RESP_ERR__BAD_MSG || known == RD_KAFKA_RESP_ERR__BAD_COMPRESSION) {
    means = ErrorCode::corrupt;
  } else if (known == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
    means = ErrorCode::malformed;
  }
  return {means, std::string{doing} + ": " + rd_kafka_err2str(known)};
}

int to_millis(Duration duration) {
  return static_cast<int>(
      std::max<std::int64_t>(1, std::chrono::duration_cast<milliseconds>(duration).count()));
}

}  // namespace paysaga::engine::kafka
