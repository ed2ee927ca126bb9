#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "bench/payment_events.hpp"
#include "paysaga/engine/runtime.hpp"

namespace paysaga::bench {

/// Settings of a group of orders on Kafka, with its data in `directory` and topics of its own.
inline config::Settings orders_settings(const std::string& directory, const std::string& brokers,
                                        const std::string& name, bool atomic) {
  config::Settings settings;
  settings.node.data = directory + '/' + name;
  settings.node.roles = {config::Role::orders};
  settings.journal.kind = config::JournalKind::kafka;
  settings.journal.publish =
      atomic ? config::Publish::exactly_once : config::Publish::at_least_once;
  settings.kafka.brokers = brokers;
  settings.kafka.topic_prefix = directory.substr(directory.rfind('/') + 1) + '-' + name + '-';
  settings.kafka.group = "group";
  settings.kafka.partitions = 12;
  return settings;
}

inline std::string topic_of(const config::Settings& settings, Topic topic) {
  return settings.kafka.topic_prefix + std::string{to_text(topic)};
}

/// The topics of payment events that go well, as a group of orders reads them.
inline std::vector<std::string> payment_topics(const config::Settings& settings) {
  return {topic_of(settings, Topic::payment_initiated),
          topic_of(settings, Topic::payment_processing),
          topic_of(settings, Topic::payment_completed)};
}

/// What a node tells of its work.
class Watch final : public actors::Observer {
 public:
  void input_decided(std::string_view, Outcome outcome) override {
    if (decided_++ == 0) first_at_ = std::chrono::steady_clock::now();
    if (outcome == Outcome::ignored) ++ignored_;
  }
  void input_durable(Duration took) override {
    const std::lock_guard lock{mutex_};
    durable_ms_.push_back(static_cast<float>(took.count()) / 1e3F);
  }
  void events_published(std::uint64_t events, Duration took) override {
    const std::lock_guard lock{mutex_};
    published_ms_.push_back(static_cast<float>(took.count()) / 1e3F);
    published_ += events;
    changed_.notify_all();
  }
  void claimed(storage::PartitionId) override {
    const std::lock_guard lock{mutex_};
    if (claims_++ == 0) first_claim_at_ = std::chrono::steady_clock::now();
  }
  void say(std::string_view level, std::string_view event, std::string_view detail) override {
    if (level == "error") {
      fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(event.size()), event.data(),
              static_cast<int>(detail.size()), detail.data());
    }
  }
  void partition_failed(storage::PartitionId, const Error& error) override {
    fprintf(stderr, "a partition failed: %s\n", error.detail.c_str());
  }

  /// False if they are not there in time.
  bool wait_published(std::uint64_t events, std::chrono::seconds timeout) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, timeout, [&] { return published_ >= events; });
  }
  [[nodiscard]] std::chrono::steady_clock::time_point first_at() const { return first_at_; }
  [[nodiscard]] std::uint64_t decided() const { return decided_; }
  [[nodiscard]] std::uint64_t ignored() const { return ignored_; }
  [[nodiscard]] std::vector<double> durable() const { return copy(durable_ms_); }
  [[nodiscard]] std::vector<double> published() const { return copy(published_ms_); }

 private:
  [[nodiscard]] std::vector<double> copy(const std::vector<float>& from) const {
    const std::lock_guard lock{mutex_};
    return {from.begin(), from.end()};
  }

  std::atomic<std::uint64_t> decided_{0};
  std::atomic<std::uint64_t> ignored_{0};
  std::chrono::steady_clock::time_point first_at_;  // Written once, read when all is over.
  std::chrono::steady_clock::time_point first_claim_at_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int claims_ = 0;
  std::uint64_t published_ = 0;
  std::vector<float> durable_ms_;
  std::vector<float> published_ms_;
};

inline std::unique_ptr<engine::Runtime> start_node(const config::Settings& settings, Watch& watch) {
  auto opened = engine::Runtime::start(settings, {nullptr, &watch});
  if (!opened) fprintf(stderr, "%s\n", opened.error().detail.c_str());
  ensure(opened.has_value(), "the node starts");
  return std::move(*opened);
}

/// Makes the topics of a group that are missing.
inline std::unique_ptr<engine::kafka::KafkaLog> open_topics(config::Settings settings) {
  settings.node.id = "bench";  // Two logs of one name would fence each other's transactions.
  auto log = engine::kafka::KafkaLog::open(engine::kafka::kafka_options(settings));
  if (!log) fprintf(stderr, "%s\n", log.error().detail.c_str());
  ensure(log.has_value(), "the broker takes the topics");
  return std::move(*log);
}

/// Publishes the payment events of `orders` orders, all there are of each.
inline void preload(const config::Settings& settings, int orders) {
  constexpr int waiting_max = 20'000;
  const auto log = open_topics(settings);
  const PaymentEvents events{settings};
  std::mutex mutex;
  std::condition_variable changed;
  int waiting = 0;
  // Again, if it is not known whether it is there: a repeat is overtaken, what lacks would be lost.
  std::function<void(const storage::Output&)> put = [&](const storage::Output& output) {
    log->put(output, [&, output](const Result<storage::Offset>& done) {
      if (!done) return put(output);
      const std::lock_guard lock{mutex};
      --waiting;
      changed.notify_one();
    });
  };
  for (int i = 0; i < orders; ++i) {
    for (const storage::Output& output : events.of(i)) {
      {
        std::unique_lock lock{mutex};
        changed.wait(lock, [&] { return waiting < waiting_max; });
        ++waiting;
      }
      put(output);
    }
  }
  std::unique_lock lock{mutex};
  changed.wait(lock, [&] { return waiting == 0; });
}

}  // namespace paysaga::bench
