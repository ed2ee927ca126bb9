#include <catch2/catch.hpp>

#include "paysaga/sim/world/world.hpp"

namespace paysaga::sim {
namespace {

/// How often a fault struck in a few days that have nothing else.
std::uint64_t times_struck(Fault fault, const FaultRange& range) {
  std::uint64_t times = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    PlanOptions options;
    options.seed = seed;
    options.orders = 15;
    options.scenario.faults[index_of(fault)] = range;
    World world{make_plan(options)};
    const RunResult result = world.run();
    INFO("seed=" << seed);
    for (const Finding& finding : result.findings) {
      FAIL_CHECK(finding.check << ": " << finding.what << " " << finding.order);
    }
    times += result.faults[index_of(fault)];
  }
  return times;
}

}  // namespace

TEST_CASE("faults: of what Kafka brings everything strikes, and nothing is wrong then", "[sim]") {
  CHECK(times_struck(Fault::rebalance_whole, {1, 4, 4}) >= 10);
  CHECK(times_struck(Fault::transaction_open, {1, 0.2, 0.2}) >= 10);
  CHECK(times_struck(Fault::snapshot_stalled, {1, 2, 2}) >= 4);
  CHECK(times_struck(Fault::positions_forgotten, {1, 2, 2}) >= 4);
}

TEST_CASE("faults: without snapshots none of them can stall, and no position is forgotten",
          "[sim]") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    PlanOptions options;
    options.seed = seed;
    for (const Fault fault : {Fault::snapshot_stalled, Fault::positions_forgotten}) {
      options.scenario.faults[index_of(fault)] = {1, 2, 2};
    }
    const Plan plan = make_plan(options);
    CHECK(plan.has(Fault::snapshot_stalled) == plan.snapshots);
    CHECK(plan.has(Fault::positions_forgotten) == plan.snapshots);
  }
}

}  // namespace paysaga::sim
