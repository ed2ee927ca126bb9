#include <catch2/catch.hpp>

#include "paysaga/sim/check/commands.hpp"
#include "paysaga/sim/check/pair.hpp"
#include "paysaga/sim/world/world.hpp"

namespace paysaga::sim {
namespace {

PlanOptions apart(std::uint64_t seed) {
  PlanOptions options;
  options.seed = seed;
  options.orders = 15;
  options.scenario.faults[index_of(Fault::roles_apart)] = {1, 1, 2};
  return options;
}

Event told_by_payment(std::uint64_t sequence, const std::string& status, std::int64_t captured) {
  return {.id = EventId::of("g:o1:p:" + std::to_string(sequence)),
          .type = EventType::payment_completed,
          .machine = paysaga::Machine::payment,
          .sequence = sequence,
          .occurred_at = {},
          .correlation_id = {},
          .causation_id = {},
          .order = OrderId::of("o1"),
          .customer = {},
          .amount = {},
          .money = {.captured = captured},
          .status = status};
}

/// The orders decide something about o1 that leaves it knowing so much of its payment.
struct Orders {
  std::string hear(std::uint64_t sequence, const std::string& status, std::int64_t captured) {
    const Saga before = saga;
    saga.order.payment.sequence = sequence;
    saga.order.payment.status = status;
    saga.order.payment.money.captured = captured;
    storage::DecisionView decision;
    decision.order = "o1";
    pair.counted({Roles::orders, storage::PartitionId{0}, entry, decision, &before, &saga});
    const std::string found = findings.empty() ? "" : findings.kept().back().what;
    findings = {};
    return found;
  }

  Findings findings;
  Fold payments{Roles::payments, 1, findings};
  Fold orders{Roles::orders, 1, findings};
  Wholes wholes{payments, orders};
  PairCheck pair{orders, wholes, findings};
  storage::LogEntry entry;
  Saga saga = new_saga(OrderId::of("o1"));
};

}  // namespace

TEST_CASE("roles: whole groups go away and come back, and nothing is wrong", "[sim]") {
  std::uint64_t away = 0;
  std::map<std::string, std::uint64_t> statuses;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    PlanOptions options = apart(seed);
    options.scenario.faults[index_of(Fault::group_away)] = {1, 3, 3};
    World world{make_plan(options)};
    const RunResult result = world.run();
    INFO("seed=" << seed);
    for (const Finding& finding : result.findings) {
      FAIL_CHECK(finding.check << ": " << finding.what << " " << finding.order);
    }
    CHECK(result.faults[index_of(Fault::roles_apart)] == 1);
    away += result.faults[index_of(Fault::group_away)];
    for (const auto& [status, count] : result.statuses) statuses[status] += count;
  }
  CHECK(away >= 12);
  // The orders hear of what only the payments do, and the payments of what only orders ask for.
  for (const char* status : {"PENDING", "FULFILLED", "CANCELLED", "REFUNDED"}) {
    INFO(status);
    CHECK(statuses[status] > 0);
  }
}

TEST_CASE("roles: a seed is the same day again", "[sim]") {
  const auto hash = [] {
    World world{make_plan(apart(7))};
    return world.run().hash;
  };
  CHECK(hash() == hash());
}

TEST_CASE("roles: a plan without two groups has none that can be away", "[sim]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    PlanOptions options = apart(seed);
    options.scenario.faults[index_of(Fault::group_away)] = {1, 2, 2};
    CHECK(make_plan(options).has(Fault::group_away));
    options.nodes = 1;
    CHECK(make_plan(options).orders_nodes == 1);
    options.without = {Fault::roles_apart};
    CHECK_FALSE(make_plan(options).apart());
    CHECK_FALSE(make_plan(options).has(Fault::group_away));
  }
}

TEST_CASE("roles: an order knows of its payment what a topic has told, and the newest", "[sim]") {
  Orders orders;
  CHECK(orders.hear(2, "captured", 500) == "knows event 2 of its payment, which no topic has told");
  for (std::uint64_t sequence = 1; sequence <= 4; ++sequence) {
    orders.pair.told(told_by_payment(sequence, "captured", 500));
  }
  CHECK(orders.hear(3, "captured", 500).empty());
  CHECK(orders.hear(3, "captured", 500).empty());  // What it decides besides changes nothing.
  CHECK(orders.hear(1, "captured", 500) == "went by event 1 of its payment after event 3");
  CHECK(orders.hear(4, "captured", 499) == "knows event 4 of its payment as another one");
  CHECK_FALSE(orders.pair.complete());
  orders.pair.at_end({});
  CHECK(orders.findings.kept().back().what == "has heard 0 of 4 events of its payment");
}

TEST_CASE("roles: what is decided twice is decided by one group or by both", "[sim]") {
  Findings findings;
  CommandCheck commands{findings};
  const storage::LogEntry entry{};
  storage::DecisionView decision;
  decision.order = "o1";
  const auto decide = [&](Roles roles, std::string_view id) {
    decision.input_id = id;
    commands.counted({roles, storage::PartitionId{0}, entry, decision, nullptr, nullptr});
    return findings.count();
  };
  CHECK(decide(Roles::payments, "wake:2") == 0);
  CHECK(decide(Roles::orders, "wake:2") == 0);  // Each has timers of its own.
  CHECK(decide(Roles::orders, "wake:2") == 1);
  commands.asked("o1", "c1");
  CHECK(decide(Roles::payments, "c1") == 1);
  CHECK(commands.complete());
  CHECK(decide(Roles::orders, "c1") == 2);
  CHECK(findings.kept().back().what == "c1 was decided by both groups");
}

}  // namespace paysaga::sim
