#include <catch2/catch.hpp>

#include "paysaga/engine/http/runtime_engine.hpp"
#include "paysaga/storage/memory_store.hpp"
#include "storage/store_world.hpp"

namespace paysaga::engine::http {
namespace {

using order::Status;
using storage::PartitionId;

std::uint64_t open_in(const Gauges& gauges) {
  std::uint64_t sum = 0;
  for (const std::uint64_t open : gauges.open_by_status) sum += open;
  return sum;
}

}  // namespace

TEST_CASE("store gauges: only what is in the partitions that are led counts", "[engine][http]") {
  const auto at = [](int second) { return time_from_micros(second * 1'000'000); };
  storage::MemoryStore store{storage::identity_of_tests()};
  storage::Journal ours{PartitionId{0}};
  storage::Journal theirs{PartitionId{1}};
  ours.decide("a", storage::make_saga("a", {.updated_at = at(50)}));
  ours.decide("b", storage::make_saga("b", {.updated_at = at(60)}));
  theirs.decide("c", storage::make_saga("c", {.status = Status::refund_failed,
                                              .captured = 4'200,
                                              .stuck = "compensation_stuck",
                                              .updated_at = at(10)}));
  theirs.decide("d", storage::make_saga("d", {.updated_at = at(20)}));
  theirs.decide("e", storage::make_saga("e", {.updated_at = at(30)}));
  REQUIRE(ours.apply_to(store).has_value());
  REQUIRE(theirs.apply_to(store).has_value());

  const Gauges led = store_gauges(store, {PartitionId{0}}, at(100));
  CHECK(open_in(led) == 2);
  CHECK(led.open_oldest == seconds{50});
  CHECK(led.stuck.empty());
  CHECK(led.at_risk_oldest == Duration{0});

  const Gauges theirs_too = store_gauges(store, {PartitionId{0}, PartitionId{1}}, at(100));
  CHECK(open_in(theirs_too) == 4);  // A failed refund closes its order, and is still at risk.
  CHECK(theirs_too.open_oldest == seconds{80});
  CHECK(theirs_too.stuck.size() == 1);
  CHECK(theirs_too.at_risk_oldest > Duration{0});

  const Gauges none = store_gauges(store, {}, at(100));
  CHECK(open_in(none) == 0);
  CHECK(none.open_oldest == Duration{0});
}

TEST_CASE("store gauges: what waits for a person is told by its age", "[engine][http]") {
  const auto at = [](int second) { return time_from_micros(second * 1'000'000); };
  storage::MemoryStore store{storage::identity_of_tests()};
  storage::Journal journal{PartitionId{0}};
  journal.decide("a", storage::make_saga("a", {.status = Status::refund_failed,
                                               .captured = 4'200,
                                               .stuck = "compensation_stuck",
                                               .updated_at = at(40)}));
  journal.decide("b", storage::make_saga("b", {.status = Status::refund_failed,
                                               .captured = 4'200,
                                               .stuck = "compensation_stuck",
                                               .updated_at = at(70)}));
  const auto letter = [&](const std::string& id, int second) {
    journal.dead_letter({.id = id,
                         .topic = "payment-commands",
                         .offset = second,
                         .cause = "it is no JSON",
                         .at = at(second)});
  };
  letter("payment-commands/0/20", 20);
  letter("payment-commands/0/30", 30);
  letter("payment-commands/0/60", 60);
  REQUIRE(journal.apply_to(store).has_value());
  const auto gauges = [&] { return store_gauges(store, {PartitionId{0}}, at(100)); };
  REQUIRE(gauges().stuck.size() == 1);
  CHECK(gauges().stuck.front().reason == "compensation_stuck");
  CHECK(gauges().stuck.front().orders == 2);
  CHECK(gauges().stuck.front().oldest == gauges().at_risk_oldest);
  CHECK(gauges().stuck.front().oldest > Duration{0});

  CHECK(gauges().dead_letters_oldest == seconds{80});
  journal.settle_dead_letter("payment-commands/0/20", storage::Action::discard);
  REQUIRE(journal.apply_to(store).has_value());
  CHECK(gauges().dead_letters_oldest == seconds{70});
  journal.settle_dead_letter("payment-commands/0/30", storage::Action::discard);
  journal.settle_dead_letter("payment-commands/0/60", storage::Action::discard);
  REQUIRE(journal.apply_to(store).has_value());
  CHECK(gauges().dead_letters_oldest == Duration{0});
  CHECK(store_gauges(store, {PartitionId{1}}, at(100)).dead_letters_oldest == Duration{0});
}

}  // namespace paysaga::engine::http
