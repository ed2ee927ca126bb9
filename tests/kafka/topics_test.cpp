#include "paysaga/engine/kafka/topics.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>

#include <catch2/catch.hpp>

#include "kafka/log_under_test.hpp"

namespace paysaga::engine::kafka {
namespace {

/// The broker of the tests, standing still for as long as this lives: it is connected and silent.
class SilentBroker {
 public:
  SilentBroker() {
    const char* const data = std::getenv("PAYSAGA_KAFKA_DATA");
    if (data == nullptr) return;
    std::ifstream{std::string{data} + "/broker.pid"} >> pid_;
    if (pid_ > 0) REQUIRE(kill(pid_, SIGSTOP) == 0);
  }
  ~SilentBroker() {
    if (pid_ > 0) (void)kill(pid_, SIGCONT);
  }
  SilentBroker(const SilentBroker&) = delete;
  SilentBroker& operator=(const SilentBroker&) = delete;
  [[nodiscard]] explicit operator bool() const { return pid_ > 0; }

 private:
  pid_t pid_ = 0;
};

}  // namespace

TEST_CASE("topics: a question to a broker that is silent ends in its time", "[kafka]") {
  const KafkaUnderTest under_test;
  const KafkaOptions& options = under_test.options();
  const auto client = Client::open(options, Role::consumer, {}, {});
  REQUIRE(client.has_value());
  REQUIRE(cluster_of(**client, options).has_value());
  const auto offsets = [&] {
    return offsets_of(**client, journal_topic(options), storage::PartitionId{0}, seconds{2});
  };
  REQUIRE(offsets().has_value());
  const SilentBroker silent;
  if (!silent) {
    WARN("not run: PAYSAGA_KAFKA_DATA does not name the broker's data");
    return;
  }
  const auto begun = std::chrono::steady_clock::now();
  const auto unanswered = offsets();
  REQUIRE_FALSE(unanswered.has_value());
  CHECK(unanswered.error().code == ErrorCode::unavailable);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds{20});
}

}  // namespace paysaga::engine::kafka
