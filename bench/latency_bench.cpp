// Payment events at a steady rate into a node of the role orders: how long until the decision is
// read back from the journal, and until what it publishes is read as committed. Each event counts
// from when it was due. Beside it the floor, bare librdkafka that does the same reading and
// writing. The load with its readers, the node and the floor are processes of their own.
//
//     latency_bench --kafka HOST:PORT [--seconds 10] [--rate 500] [--publish at_least_once]
//
// Without --rate: 500/s and 5,000/s; without --publish: both.

#include <sstream>

#include <fmt/format.h>

#include "bench/child.hpp"
#include "bench/harness.hpp"
#include "bench/load.hpp"
#include "bench/pipe.hpp"
#include "bench/topics.hpp"
#include "paysaga/engine/kafka/topics.hpp"

namespace {

using namespace paysaga;

// Of a decision on a payment event and of an order event, as backlog_bench finds them.
constexpr std::size_t journal_bytes = 1'340;
constexpr std::size_t output_bytes = 770;

struct Figures {
  double durable_ms[2] = {0, 0};    // p50, p99.
  double published_ms[2] = {0, 0};  // p50, p99.
  int overtaken = 0;
  int lost = 0;
};

Figures run_load(const bench::Load::Target& target, int rate, int seconds) {
  bench::Child child{[&](const bench::Child::Side& side) {
    bench::Load load{target, rate, seconds};
    const auto times = load.run();
    side.say(fmt::format(
        "{} {} {} {} {} {}", bench::quantile_of(times.durable_ms, 0.5),
        bench::quantile_of(times.durable_ms, 0.99), bench::quantile_of(times.published_ms, 0.5),
        bench::quantile_of(times.published_ms, 0.99), times.overtaken, times.lost));
  }};
  std::istringstream text{child.line()};
  Figures figures;
  text >> figures.durable_ms[0] >> figures.durable_ms[1] >> figures.published_ms[0] >>
      figures.published_ms[1] >> figures.overtaken >> figures.lost;
  return figures;
}

/// Says that it is ready, works until the end, then says what processor time it took.
void run_node(const config::Settings& settings, const bench::Child::Side& side) {
  bench::Watch watch;
  const auto runtime = bench::start_node(settings, watch);
  while (!runtime->node().ready()) std::this_thread::sleep_for(std::chrono::milliseconds{5});
  const double cpu = bench::cpu_seconds();
  side.say("ready");
  side.wait_end();
  side.say(fmt::format("{}", bench::cpu_seconds() - cpu));
  runtime->stop(std::chrono::seconds{10});
}

void run_pipe(const config::Settings& settings, bool atomic, const bench::Child::Side& side) {
  const auto options = engine::kafka::kafka_options(settings);
  (void)bench::open_topics(settings);
  const bench::Pipe pipe{{.kafka = options,
                          .inputs = bench::payment_topics(settings),
                          .journal = journal_topic(options),
                          .output = bench::topic_of(settings, Topic::order_events),
                          .partitions = settings.kafka.partitions,
                          .journal_bytes = journal_bytes,
                          .output_bytes = output_bytes,
                          .inputs_per_output = 3,
                          .atomic = atomic}};
  side.say("ready");
  side.wait_end();
}

bench::Load::Target target_of(const config::Settings& settings, bool floor) {
  const auto options = engine::kafka::kafka_options(settings);
  return {settings, journal_topic(options), bench::topic_of(settings, Topic::order_events), floor};
}

std::string to_text(const Figures& figures) {
  return fmt::format(
      "in -> durable p50 {:.1f} ms, p99 {:.1f} ms; in -> published p50 {:.1f} ms, "
      "p99 {:.1f} ms",
      figures.durable_ms[0], figures.durable_ms[1], figures.published_ms[0],
      figures.published_ms[1]);
}

bool measure(const std::string& brokers, bool atomic, int rate, int seconds) {
  const bench::Directory directory;
  const auto node = bench::orders_settings(directory.path(), brokers, "node", atomic);
  const auto floor = bench::orders_settings(directory.path(), brokers, "floor", atomic);
  Figures engine;
  double cpu = 0;
  {
    bench::Child child{[&](const bench::Child::Side& side) { run_node(node, side); }};
    (void)child.line();
    engine = run_load(target_of(node, false), rate, seconds);
    child.ask_end();
    cpu = std::stod(child.line());
  }
  Figures bare;
  {
    bench::Child child{[&](const bench::Child::Side& side) { run_pipe(floor, atomic, side); }};
    (void)child.line();
    bare = run_load(target_of(floor, true), rate, seconds);
  }
  bench::drop_topics(node);
  bench::drop_topics(floor);
  fmt::print("  {}/s for {} s, {}: {}; {:.2f} of a core; {} overtaken, {} lost\n", rate, seconds,
             atomic ? "exactly_once" : "at_least_once", to_text(engine), cpu / (seconds + 3),
             engine.overtaken, engine.lost);
  fmt::print("    floor (bare librdkafka): {}; {} lost\n", to_text(bare), bare.lost);
  return engine.lost == 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string brokers = bench::broker_of(argc, argv, "latency");
  const auto seconds = static_cast<int>(bench::option(argc, argv, "seconds", 10));
  const auto only_rate = static_cast<int>(bench::option(argc, argv, "rate", 0));
  const std::string only_publish = bench::word(argc, argv, "publish");
  bench::print_machine("latency on Kafka");
  bool whole = true;
  for (const bool atomic : {true, false}) {
    const bool named = only_publish == (atomic ? "exactly_once" : "at_least_once");
    if (!only_publish.empty() && !named) continue;
    for (const int rate : {500, 5'000}) {
      if (only_rate != 0 && rate != 500) continue;
      whole = measure(brokers, atomic, only_rate != 0 ? only_rate : rate, seconds) && whole;
    }
  }
  return whole ? 0 : 1;
}
