// How soon a group of orders works again: after a restart in place, with an empty disk (from the
// snapshots and the journal), and where a standby takes over from a node that died. Before, as many
// orders are brought to PENDING by their payment events.
//
//     takeover_bench --kafka HOST:PORT [--orders 200000]
//
// Seconds count from when the node has its log open, so that the start of a process is left out, to
// when it leads every partition; the broker's own time to form the group is in them.

#include <algorithm>
#include <future>

#include <fmt/format.h>

#include "bench/child.hpp"
#include "bench/harness.hpp"
#include "bench/measured_node.hpp"
#include "bench/topics.hpp"

namespace {

using namespace paysaga;

constexpr std::chrono::seconds run_max{900};

bool leads_all(engine::Runtime& runtime, std::uint32_t partitions) {
  for (std::uint32_t i = 0; i < partitions; ++i) {
    if (!runtime.node().leads(storage::PartitionId{i})) return false;
  }
  return true;
}

/// Starts, says how long it took to lead all partitions; works until the end.
void run_node(const config::Settings& settings, int orders, const bench::Child::Side& side) {
  bench::Watch watch;
  const auto runtime = bench::start_node(settings, watch);
  const bench::Stopwatch opened;
  const auto partitions = static_cast<std::uint32_t>(settings.kafka.partitions);
  while (!leads_all(*runtime, partitions)) std::this_thread::sleep_for(milliseconds{2});
  side.say(fmt::format("{}", opened.seconds()));
  if (orders > 0) {
    ensure(watch.wait_published(static_cast<std::uint64_t>(orders), run_max), "all is published");
    side.say("published");
  }
  side.wait_end();
  runtime->stop(std::chrono::seconds{10});
}

/// True once it leads some partitions and has applied the journals of all others to their ends.
bool follows_rest(engine::Runtime& runtime) {
  std::promise<std::vector<actors::PartitionInfo>> told;
  runtime.node().partitions([&](auto infos) { told.set_value(std::move(infos)); });
  const auto infos = told.get_future().get();
  const auto leads = [](const auto& info) { return info.role == "leading"; };
  return std::ranges::any_of(infos, leads) && std::ranges::all_of(infos, [&](const auto& info) {
           return leads(info) || (info.role == "following" && info.applied_next >= info.end);
         });
}

/// Says when it is ready to take over, then when it leads all partitions.
void run_standby(const config::Settings& settings, const bench::Child::Side& side) {
  bench::Watch watch;
  const auto runtime = bench::start_node(settings, watch);
  while (!follows_rest(*runtime)) std::this_thread::sleep_for(milliseconds{20});
  side.say("follows");
  const auto partitions = static_cast<std::uint32_t>(settings.kafka.partitions);
  while (!leads_all(*runtime, partitions)) std::this_thread::sleep_for(milliseconds{2});
  side.say("leads");
  side.wait_end();
}

/// Seconds from the death of a node, which led half of the partitions, to when its standby leads
/// them all.
double take_over(const config::Settings& settings, const config::Settings& standby) {
  bench::Child leader{[&](const bench::Child::Side& side) { run_node(settings, 0, side); }};
  (void)leader.line();
  bench::Child second{[&](const bench::Child::Side& side) { run_standby(standby, side); }};
  (void)second.line();
  const bench::Stopwatch died;
  leader.kill();
  (void)second.line();
  return died.seconds();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string brokers = bench::broker_of(argc, argv, "takeover");
  const auto orders = static_cast<int>(bench::option(argc, argv, "orders", 200'000));
  bench::print_machine("takeover on Kafka");
  const bench::Directory directory;
  auto settings = bench::orders_settings(directory.path(), brokers, "node", true);
  {
    bench::Child loader{[&](const bench::Child::Side& side) {
      bench::preload(settings, orders);
      side.say("loaded");
    }};
    (void)loader.line();
  }
  {
    bench::Child child{[&](const bench::Child::Side& side) { run_node(settings, orders, side); }};
    (void)child.line();
    (void)child.line();
  }
  const auto restart = [&](const config::Settings& with) {
    bench::Child child{[&](const bench::Child::Side& side) { run_node(with, 0, side); }};
    return std::stod(child.line());
  };
  const double in_place = restart(settings);
  auto empty = settings;
  empty.node.data = directory.path() + "/empty";
  const double cold = restart(empty);
  fmt::print(
      "  {} orders, {} partitions: restart in place {:.2f} s; with an empty disk {:.1f} s, "
      "{:.0f} orders/s\n",
      orders, settings.kafka.partitions, in_place, cold, orders / cold);
  auto second = settings;
  second.node.id = "node-2";
  second.node.data = directory.path() + "/second";
  second.kafka.standby = 1;
  fmt::print(
      "  a node dies, its standby leads all partitions after {:.1f} s, of which the session "
      "timeout is {:.0f} s\n",
      take_over(settings, second),
      std::chrono::duration<double>(settings.kafka.session_timeout).count());
  bench::drop_topics(settings);
  return 0;
}
