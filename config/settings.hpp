#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "paysaga/config/address.hpp"
#include "paysaga/config/secret.hpp"
#include "paysaga/saga/policy.hpp"
#include "paysaga/saga/roles.hpp"

namespace paysaga::config {

/// The machines that a node runs.
enum class Role { payments, orders };
/// Both, unless exactly one is named.
[[nodiscard]] Roles roles_of(const std::vector<Role>& roles);
enum class JournalKind { local, kafka };
enum class Publish { exactly_once, at_least_once };
enum class StripeMode { simulator, test, live };
enum class LogLevel { debug, info, warning, error };
/// `automatic` is text on a terminal and JSON elsewhere.
enum class LogFormat { automatic, text, json };

struct ByteSize {
  std::uint64_t bytes = 0;
  friend bool operator==(const ByteSize&, const ByteSize&) = default;
};

struct NodeSettings {
  std::string id = "node-1";
  std::filesystem::path data = "paysaga-data";
  std::vector<Role> roles = {Role::payments, Role::orders};
  int compatibility = 1;  // The record version that is written.
  int threads = 2;        // Of the actors.
};

struct HttpSettings {
  ListenAddress listen{"127.0.0.1", 7480};
  ByteSize body_max{1024 * 1024};  // Of one request; of one line where lines are streamed.
  int connections_max = 1'000;
  Duration timeout = seconds{30};  // For a client that is slow to send or to read.
};

struct JournalSettings {
  JournalKind kind = JournalKind::local;
  Publish publish = Publish::exactly_once;
  Duration retention = hours{7 * 24};
};

/// A value of a property of librdkafka. Those that are secrets, by their name or because they were
/// written as one, are never shown.
struct KafkaProperty {
  Secret value;
  bool shown = true;
  friend bool operator==(const KafkaProperty&, const KafkaProperty&) = default;
};

struct KafkaSettings {
  std::string brokers;
  std::string group = "paysaga";
  std::string topic_prefix;
  int partitions = 0;   // 0: as many as are usual for the kind of journal.
  int replication = 3;  // Of topics that are made; as many as there are brokers at most.
  bool create_topics = true;
  int standby = 0;  // Copies of other nodes' partitions that this node keeps warm.
  Duration session_timeout = seconds{6};
  std::map<std::string, KafkaProperty> properties;  // Verbatim, by librdkafka's names.
};

/// Calls a second to Stripe: none set is as usual for the mode, 0 is no limit.
struct StripeRates {
  std::optional<int> endpoint;
  std::optional<int> total;
  /// One start in so many goes to the lowest lane first; 0: customers may keep the others waiting.
  int lowest_every = 16;
  friend bool operator==(const StripeRates&, const StripeRates&) = default;
};
/// Those that are not set, as usual for the mode: simulator none; test 20 and 22, live 20 and 90.
[[nodiscard]] StripeRates rates_of(StripeRates rates, StripeMode mode);

struct StripeSettings {
  StripeMode mode = StripeMode::simulator;
  /// None: the built-in simulator, started with the node. Always set in the other modes.
  std::optional<Url> base_url;
  std::string api_version = "2026-08-26.dahlia";
  Secret key;
  /// Of the endpoints whose webhooks are taken, by names of their own. None: none are taken.
  std::map<std::string, Secret> webhook_secrets;
  Duration timeout = seconds{30};
  Duration connect_timeout = seconds{5};
  int connections_max = 64;
  int calls_max = 256;  // In flight, those that wait for a connection included.
  StripeRates rates;
  Duration sweep_every = minutes{10};  // 0: never.
  int simulator_speed = 600;
  Duration simulator_latency = milliseconds{0};
};

struct SagaSettings {
  LateSuccess late_success = LateSuccess::refund;
  Duration expires_in = minutes{30};
  int auto_retries = 0;
  Duration command_parked_max = minutes{10};
  int commands_max = 1'000;
  std::vector<Duration> read_schedule = {seconds{30}, minutes{2}, minutes{10},
                                         hours{1},    hours{6},   hours{24}};
  std::vector<Duration> compensation_schedule = {minutes{1}, minutes{10}, hours{1}, hours{6},
                                                 hours{24}};
};

struct LogSettings {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::automatic;
};

struct AuditSettings {
  Secret key;  // Empty: the hash chain is plain SHA-256.
  std::string key_id = "default";
};

/// Every setting, with its default. Names, help and limits of each stand in key_table.cpp.
struct Settings {
  NodeSettings node;
  HttpSettings http;
  JournalSettings journal;
  KafkaSettings kafka;
  StripeSettings stripe;
  SagaSettings saga;
  LogSettings log;
  AuditSettings audit;
};

/// The number of partitions: as set, else 4 on the local log and 24 on Kafka.
[[nodiscard]] int partitions_of(const Settings& settings);

/// How often Stripe's events are swept; in simulator mode divided as the waits are. 0: never.
[[nodiscard]] Duration sweep_every_of(const StripeSettings& settings);

/// What `decide` obeys. In simulator mode its waits are divided by `stripe.simulator_speed`.
[[nodiscard]] Policy policy_of(const Settings& settings);

}  // namespace paysaga::config
