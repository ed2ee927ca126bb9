// A node of the role orders that catches up: payment events are there before it starts, and it is
// over when the last order event is published. Beside it the floor, bare librdkafka that does the
// same reading and writing. Each of them is a process of its own.
//
//     backlog_bench --kafka HOST:PORT [--events 400000] [--runs 1] [--publish at_least_once]

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "bench/child.hpp"
#include "bench/harness.hpp"
#include "bench/measured_node.hpp"
#include "bench/pipe.hpp"
#include "bench/topics.hpp"
#include "paysaga/engine/kafka/topic_desk.hpp"
#include "paysaga/engine/kafka/topics.hpp"

namespace {

using namespace paysaga;

constexpr std::chrono::seconds run_max{600};
constexpr int events_an_order = 3;

struct Figures {
  double seconds = 0;        // From the first input that was decided.
  double whole_seconds = 0;  // From the start of the process.
  double cpu_micros = 0;     // An event.
  double resident_mib = 0;
  double ignored = 0;
  double durable_ms[2] = {0, 0};    // p50, p99.
  double published_ms[2] = {0, 0};  // p50, p99.
};

void run_node(const config::Settings& settings, int orders, const bench::Child::Side& side) {
  bench::Watch watch;
  const bench::Stopwatch whole;
  const double cpu = bench::cpu_seconds();
  const auto runtime = bench::start_node(settings, watch);
  ensure(watch.wait_published(static_cast<std::uint64_t>(orders), run_max), "all is published");
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - watch.first_at();
  const double used = bench::cpu_seconds() - cpu;
  side.say(fmt::format(
      "{} {} {} {} {} {} {} {} {}", took.count(), whole.seconds(),
      used * 1e6 / orders / events_an_order, bench::resident_mib_max(), watch.ignored(),
      bench::quantile_of(watch.durable(), 0.5), bench::quantile_of(watch.durable(), 0.99),
      bench::quantile_of(watch.published(), 0.5), bench::quantile_of(watch.published(), 0.99)));
  side.wait_end();
  runtime->stop(std::chrono::seconds{10});
}

Figures figures_of(const std::string& line) {
  std::istringstream text{line};
  Figures figures;
  text >> figures.seconds >> figures.whole_seconds >> figures.cpu_micros >> figures.resident_mib >>
      figures.ignored >> figures.durable_ms[0] >> figures.durable_ms[1] >>
      figures.published_ms[0] >> figures.published_ms[1];
  return figures;
}

/// What the node has written: for the floor, and to see that nothing is lost or there twice.
struct Written {
  std::size_t journal_bytes = 0;  // The mean of a record, headers included.
  std::size_t output_bytes = 0;
  std::size_t journal_records = 0;
  int lost = 0;
  int repeated = 0;
};

std::size_t bytes_of(const storage::LogRecord& record) {
  std::size_t bytes = record.value.size();
  for (const storage::Header& header : record.headers) {
    bytes += header.name.size() + header.value.size();
  }
  return bytes;
}

Written look(const config::Settings& settings, int orders) {
  const auto options = engine::kafka::kafka_options(settings);
  const auto desk = engine::kafka::TopicDesk::open(options);
  ensure(desk.has_value(), "the broker answers");
  const auto read = [&](const std::string& topic, const auto& each) {
    const auto lanes = (*desk)->lanes(topic);
    ensure(lanes.has_value(), "the topic is there");
    std::pair<std::size_t, std::size_t> seen{0, 0};
    for (const auto& lane : *lanes) {
      const auto done = (*desk)->read(topic, lane.partition, lane.first, lane.end,
                                      [&](const storage::LogEntry& entry) {
                                        seen.first += bytes_of(entry.record);
                                        ++seen.second;
                                        each(entry);
                                      });
      ensure(done.has_value(), "the topic can be read");
    }
    return std::pair{seen.first / std::max<std::size_t>(seen.second, 1), seen.second};
  };
  Written written;
  std::map<std::string, int> created;
  std::tie(written.journal_bytes, written.journal_records) =
      read(journal_topic(options), [](const storage::LogEntry&) {});
  written.output_bytes =
      read(bench::topic_of(settings, Topic::order_events), [&](const storage::LogEntry& entry) {
        ++created[entry.record.key];
      }).first;
  written.lost = orders - static_cast<int>(created.size());
  for (const auto& [order, count] : created) written.repeated += count - 1;
  return written;
}

void run_floor(const config::Settings& node, const config::Settings& floor, const Written& like,
               int orders, bool atomic, const bench::Child::Side& side) {
  const auto options = engine::kafka::kafka_options(floor);
  (void)bench::open_topics(floor);
  const double cpu = bench::cpu_seconds();
  const bench::Stopwatch whole;
  const bench::Pipe pipe{{.kafka = options,
                          .inputs = bench::payment_topics(node),
                          .journal = journal_topic(options),
                          .output = bench::topic_of(floor, Topic::order_events),
                          .partitions = floor.kafka.partitions,
                          .journal_bytes = like.journal_bytes,
                          .output_bytes = like.output_bytes,
                          .inputs_per_output = events_an_order,
                          .atomic = atomic}};
  while (pipe.taken() == 0) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  const bench::Stopwatch watch;
  const auto events = static_cast<std::uint64_t>(orders) * events_an_order;
  while (pipe.published() < events) {
    ensure(watch.seconds() < std::chrono::duration<double>(run_max).count(), "the floor ends");
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  side.say(fmt::format("{} {} {} {} 0 0 0 0 0", watch.seconds(), whole.seconds(),
                       (bench::cpu_seconds() - cpu) * 1e6 / static_cast<double>(events),
                       bench::resident_mib_max()));
}

Written written_of(const std::string& line) {
  std::istringstream text{line};
  Written written;
  text >> written.journal_bytes >> written.output_bytes >> written.journal_records >>
      written.lost >> written.repeated;
  return written;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string brokers = bench::broker_of(argc, argv, "backlog");
  const auto events = static_cast<int>(bench::option(argc, argv, "events", 400'000));
  const auto runs = static_cast<int>(bench::option(argc, argv, "runs", 1));
  const bool atomic = bench::word(argc, argv, "publish") != "at_least_once";
  const int orders = std::max(1, events / events_an_order);
  bench::print_machine("backlog on Kafka");
  for (int run = 0; run < runs; ++run) {
    const bench::Directory directory;
    const auto node = bench::orders_settings(directory.path(), brokers, "node", atomic);
    const auto floor = bench::orders_settings(directory.path(), brokers, "floor", atomic);
    {
      bench::Child loader{[&](const bench::Child::Side& side) {
        bench::preload(node, orders);
        side.say("loaded");
      }};
      (void)loader.line();
    }
    Figures engine;
    {
      bench::Child child{[&](const bench::Child::Side& side) { run_node(node, orders, side); }};
      engine = figures_of(child.line());
    }
    bench::Child looker{[&](const bench::Child::Side& side) {
      const Written seen = look(node, orders);
      side.say(fmt::format("{} {} {} {} {}", seen.journal_bytes, seen.output_bytes,
                           seen.journal_records, seen.lost, seen.repeated));
    }};
    const Written written = written_of(looker.line());
    Figures bare;
    {
      bench::Child piper{[&](const bench::Child::Side& side) {
        run_floor(node, floor, written, orders, atomic, side);
      }};
      bare = figures_of(piper.line());
    }
    bench::drop_topics(node);
    bench::drop_topics(floor);
    const double count = orders * events_an_order;
    fmt::print(
        "  {} payment events, {} partitions, {}: {:.0f} events/s ({:.1f} s, {:.1f} s with the "
        "start), {:.1f} us of processor an event, {:.0f} MiB; taken -> durable p50 {:.0f} ms, "
        "p99 {:.0f} ms; taken -> published p50 {:.0f} ms, p99 {:.0f} ms; {} overtaken, {} journal "
        "records of {} bytes, order events of {}; {} lost, {} published twice\n",
        orders * events_an_order, node.kafka.partitions, atomic ? "exactly_once" : "at_least_once",
        count / engine.seconds, engine.seconds, engine.whole_seconds, engine.cpu_micros,
        engine.resident_mib, engine.durable_ms[0], engine.durable_ms[1], engine.published_ms[0],
        engine.published_ms[1], engine.ignored, written.journal_records, written.journal_bytes,
        written.output_bytes, written.lost, written.repeated);
    fmt::print(
        "  floor (bare librdkafka): {:.0f} events/s, {:.1f} us of processor an event, {:.0f} MiB; "
        "the node makes {:.2f} of it\n",
        count / bare.seconds, bare.cpu_micros, bare.resident_mib, bare.seconds / engine.seconds);
    if (written.lost != 0 || (atomic && written.repeated != 0)) return 1;
  }
}
