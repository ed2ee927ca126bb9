// 1,000 payments a minute with a Stripe that takes 300 ms: how long from an event in to its events
// published, Stripe's own time left out (each command and each answer counts from when it was
// received). Then whether anything was lost or published twice.
//
//     steady_bench [--kafka HOST:PORT] [--minutes 10] [--check 1]
//
// With --check only losses count, not times.

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "bench/embedded.hpp"
#include "bench/harness.hpp"
#include "paysaga/engine/kafka/settings.hpp"
#include "paysaga/engine/kafka/topic_desk.hpp"
#include "paysaga/storage/codec_event.hpp"
#include "paysaga/storage/local_log_view.hpp"

namespace {

using namespace paysaga;

constexpr int payments_a_minute = 1'000;

class Times final : public actors::Observer {
 public:
  void events_published(std::uint64_t, Duration took) override {
    const std::lock_guard lock{mutex_};
    published_ms_.push_back(static_cast<double>(took.count()) / 1e3);
  }
  void input_durable(Duration took) override {
    const std::lock_guard lock{mutex_};
    durable_ms_.push_back(static_cast<double>(took.count()) / 1e3);
  }
  [[nodiscard]] std::vector<double> published() const {
    const std::lock_guard lock{mutex_};
    return published_ms_;
  }
  [[nodiscard]] std::vector<double> durable() const {
    const std::lock_guard lock{mutex_};
    return durable_ms_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<double> published_ms_;
  std::vector<double> durable_ms_;
};

/// Calls `each` for all entries of a topic of the bench's node, those of its log or of Kafka.
void read_all(const config::Settings& settings, const std::string& topic,
              const std::function<void(const storage::LogEntry&)>& each) {
  if (settings.journal.kind == config::JournalKind::kafka) {
    const auto desk = engine::kafka::TopicDesk::open(engine::kafka::kafka_options(settings));
    ensure(desk.has_value(), "the broker answers");
    const std::string name = settings.kafka.topic_prefix + topic;
    const auto lanes = (*desk)->lanes(name);
    ensure(lanes.has_value(), "the topic is there");
    for (const auto& lane : *lanes) {
      const auto read = (*desk)->read(name, lane.partition, lane.first, lane.end, each);
      ensure(read.has_value(), "the topic can be read");
    }
    return;
  }
  const auto log = storage::LocalLogView::open(settings.node.data / "log");
  ensure(log.has_value(), "the log can be read");
  for (const auto& lane : (*log)->lanes()) {
    if (lane.topic != topic) continue;
    for (storage::Offset from = lane.first; from < lane.end;) {
      const auto batch = (*log)->read_topic(topic, lane.partition, from, 512);
      ensure(batch.has_value(), "the topic can be read");
      for (const storage::LogEntry& entry : batch->entries) each(entry);
      from = batch->next;
    }
  }
}

/// How often PAYMENT_COMPLETED stands in payment-events, by order.
std::map<std::string, int> completed(const config::Settings& settings) {
  std::map<std::string, int> counts;
  read_all(settings, "payment-events", [&](const storage::LogEntry& entry) {
    const auto event = storage::decode_event(entry.record.value);
    ensure(event.has_value(), "a published event can be read");
    if (event->type == EventType::payment_completed) ++counts[event->order.text()];
  });
  return counts;
}

}  // namespace

int main(int argc, char** argv) {
  const double minutes = bench::option(argc, argv, "minutes", 1);
  const bool check_only = bench::option(argc, argv, "check", 0) > 0;
  const std::string brokers = bench::word(argc, argv, "kafka");
  bench::print_machine(brokers.empty() ? "steady" : "steady on Kafka");
  const auto payments = static_cast<int>(payments_a_minute * minutes);
  const bench::Directory directory;
  const config::Settings settings = bench::settings_of(directory.path(), brokers);
  Times times;
  double cpu = 0;
  {
    bench::Embedded embedded{settings, milliseconds{300}, &times};
    const double cpu_before = bench::cpu_seconds();
    std::mutex mutex;
    std::condition_variable changed;
    int paid = 0;
    int over = 0;
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < payments; ++i) {
      std::this_thread::sleep_until(
          begun + std::chrono::microseconds{60'000'000LL * i / payments_a_minute});
      const std::string order = "o" + std::to_string(i);
      embedded.pay(order, [](const actors::Submitted&) {});
      embedded.when_paid(order, [&](bool ok) {
        const std::lock_guard lock{mutex};
        paid += ok ? 1 : 0;
        ++over;
        changed.notify_one();
      });
    }
    std::unique_lock lock{mutex};
    changed.wait_for(lock, std::chrono::minutes{2}, [&] { return over == payments; });
    lock.unlock();
    cpu = bench::cpu_seconds() - cpu_before;
    embedded.runtime->stop(std::chrono::seconds{10});
  }
  const auto counts = completed(settings);
  const int lost = payments - static_cast<int>(counts.size());
  int repeated = 0;
  for (const auto& [order, count] : counts) repeated += count - 1;
  const double p99 = bench::quantile_of(times.published(), 0.99);
  fmt::print(
      "  {} payments in {} min, Stripe 300 ms: event in -> durable p50 {:.1f} ms, p99 {:.1f} ms; "
      "event in -> published p50 {:.1f} ms, p99 {:.1f} ms; {} lost, {} published twice; "
      "{:.1f} ms of processor a payment, simulator included\n",
      payments, minutes, bench::quantile_of(times.durable(), 0.5),
      bench::quantile_of(times.durable(), 0.99), bench::quantile_of(times.published(), 0.5), p99,
      lost, repeated, cpu * 1e3 / payments);
  if (lost != 0 || repeated != 0) return 1;
  return check_only || p99 < 100 ? 0 : 2;
}
