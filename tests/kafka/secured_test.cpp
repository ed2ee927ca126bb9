#include <chrono>
#include <cstdlib>

#include <catch2/catch.hpp>
#include <librdkafka/rdkafka.h>

#include "kafka/log_under_test.hpp"

namespace paysaga::engine::kafka {
namespace {

/// As the script `tests/kafka/secured` says it; the cases of this file are run by it alone.
std::string secret(const char* name) {
  const char* value = std::getenv(name);
  REQUIRE(value != nullptr);
  return value;
}

KafkaOptions over_tls() {
  KafkaOptions options = fresh_options();
  options.brokers = secret("PAYSAGA_KAFKA_TLS");
  options.properties = {{"security.protocol", "ssl"},
                        {"ssl.ca.location", secret("PAYSAGA_KAFKA_AUTHORITY")}};
  return options;
}

KafkaOptions with_password(const std::string& mechanism) {
  KafkaOptions options = over_tls();
  options.brokers = secret("PAYSAGA_KAFKA_SASL");
  options.properties["security.protocol"] = "sasl_ssl";
  options.properties["sasl.mechanism"] = mechanism;
  options.properties["sasl.username"] = secret("PAYSAGA_KAFKA_USER");
  options.properties["sasl.password"] = secret("PAYSAGA_KAFKA_PASSWORD");
  return options;
}

/// Opens, puts a record and reads it back, through all of the log's own clients.
void check_works(const KafkaOptions& options) {
  auto log = KafkaLog::open(options);
  INFO((log ? "" : log.error().detail));
  REQUIRE(log.has_value());
  const std::string topic = topic_of(options, "events");
  REQUIRE(storage::conformance::put(**log, topic, storage::PartitionId{0}, "secret").has_value());
  storage::conformance::Gathered gathered;
  const auto reading = (*log)->read_input(topic, storage::PartitionId{0}, 0, gathered.callback());
  reading->credit(1);
  const auto entries = gathered.wait(1);
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].record.value == "secret");
}

/// It fails in one line that holds `words`, and no password, within `at_most`.
void check_refused(KafkaOptions options, const std::string& words, Duration at_most,
                   ErrorCode code = ErrorCode::forbidden) {
  options.open_timeout = seconds{6};
  const auto began = std::chrono::steady_clock::now();
  const auto log = KafkaLog::open(options);
  const auto took = std::chrono::steady_clock::now() - began;
  REQUIRE_FALSE(log.has_value());
  INFO(log.error().detail);
  CHECK(log.error().code == code);
  CHECK(log.error().detail.find(words) != std::string::npos);
  CHECK(log.error().detail.find(options.brokers) != std::string::npos);
  CHECK(log.error().detail.find('\n') == std::string::npos);
  for (const char* name : {"PAYSAGA_KAFKA_PASSWORD", "PAYSAGA_WRONG"}) {
    const char* password = std::getenv(name);
    if (password != nullptr) CHECK(log.error().detail.find(password) == std::string::npos);
  }
  CHECK(took < at_most);
}

}  // namespace

TEST_CASE("secured kafka: a log over TLS works", "[.secured]") {
  check_works(over_tls());
}

TEST_CASE("secured kafka: a log with a user and a password works", "[.secured]") {
  check_works(with_password("PLAIN"));
}

TEST_CASE("secured kafka: SCRAM works, or it is said that this librdkafka cannot", "[.secured]") {
  const KafkaOptions options = with_password("SCRAM-SHA-256");
  const bool broker_checks = secret("PAYSAGA_KAFKA_VERSION").front() >= '4';
  if (rd_kafka_version() >= 0x020601ff || !broker_checks) return check_works(options);
  check_refused(options, "cannot log in by SCRAM at a broker of Kafka 4: use librdkafka 2.6.1",
                seconds{5});
}

TEST_CASE("secured kafka: a wrong password or user is said at once", "[.secured]") {
  const std::string mechanism = GENERATE("PLAIN", "SCRAM-SHA-256");
  INFO(mechanism);
  KafkaOptions options = with_password(mechanism);
  options.properties["sasl.password"] = "a wrong one";
  check_refused(options, "refuses the user or the password: check sasl.username", seconds{5});
  options = with_password(mechanism);
  options.properties["sasl.username"] = "nobody";
  check_refused(options, "refuses the user or the password: check sasl.username", seconds{5});
}

TEST_CASE("secured kafka: a mechanism that the broker does not have is said at once",
          "[.secured]") {
  KafkaOptions options = with_password("PLAIN");
  options.properties["sasl.mechanism"] = "SCRAM-SHA-512";
  check_refused(options, "check sasl.mechanism", seconds{5});
}

TEST_CASE("secured kafka: a certificate of a stranger is not trusted", "[.secured]") {
  KafkaOptions options = over_tls();
  options.properties["ssl.ca.location"] = secret("PAYSAGA_KAFKA_STRANGER");
  check_refused(options, "the broker's certificate is not trusted: name the authority", seconds{5});
  options = over_tls();  // The authorities of the system do not know it either.
  options.properties.erase("ssl.ca.location");
  check_refused(options, "the broker's certificate is not trusted: name the authority", seconds{5});
}

TEST_CASE("secured kafka: plain text to a TLS listener, and TLS to a plain one", "[.secured]") {
  KafkaOptions options = over_tls();
  options.properties.clear();
  check_refused(options, "set security.protocol to ssl or sasl_ssl", seconds{9},
                ErrorCode::unavailable);
  options = over_tls();
  options.brokers = fresh_options().brokers;
  check_refused(options, "what answers there does not speak TLS", seconds{9},
                ErrorCode::unavailable);
  options = with_password("PLAIN");  // TLS, but no user: the broker waits for one.
  options.properties["security.protocol"] = "ssl";
  check_refused(options, "set security.protocol to sasl_ssl or sasl_plaintext", seconds{9},
                ErrorCode::unavailable);
}

}  // namespace paysaga::engine::kafka
