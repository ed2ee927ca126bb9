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

}  // namespace paysaga::engine::http
