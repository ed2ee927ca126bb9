#include <catch2/catch.hpp>

#include "paysaga/storage/keys.hpp"
#include "paysaga/storage/rocks_db.hpp"
#include "paysaga/storage/rocks_store.hpp"
#include "storage/store_world.hpp"

namespace paysaga::storage {
namespace {

const PartitionId p0{0};
const Time updated_at = time_from_micros(1'000'000);

TEST_CASE("store: a check of all rows names each that does not fit the others",
          "[storage][store]") {
  ScratchDirectory directory;
  const std::string place = directory.at("state");
  {
    const auto store = RocksStore::open(place, {.identity = identity_of_tests()});
    REQUIRE(store.has_value());
    Journal journal;
    journal.decide("ord_1", make_saga("ord_1", {.intent = "pi_1", .stuck = "unknown"}));
    journal.decide("ord_2", nullptr, Action::quarantine, "queued");
    journal.dead_letter({.id = "t/0/1", .topic = "t", .offset = 1, .cause = "c"});
    REQUIRE(journal.apply_to(**store).has_value());
    CHECK((*store)->verify()->findings.empty());
    CHECK((*store)->verify()->orders == 1);
  }
  struct Damage {
    Family family;
    std::string key;
    std::optional<std::string> value;  // None: erased.
    std::string finding;
  };
  const std::string timer = keys::timer(p0, time_from_micros(7), "ord_1");
  const Damage damage = GENERATE_COPY(values<Damage>({
      {Family::index, keys::provider("pi_1"), std::nullopt,
       "the index of pi_1 to order ord_1 is missing"},
      {Family::index, keys::stuck(updated_at, "ord_1"), std::nullopt,
       "a place of order ord_1 in the index is missing"},
      {Family::index, keys::stuck(time_from_micros(5), "ord_1"), "",
       "order ord_1 stands in an index where it is no more"},
      {Family::index, keys::provider("pi_9"), "ord_9",
       "the index of the provider's ids names order ord_9, which is not there"},
      {Family::timers, timer, "", "order ord_1 has a timer that its state does not know"},
      {Family::orders, "ord_1", "broken", "the row of order ord_1 is cut off"},
      {Family::partitions, keys::of_partition('N', p0), std::nullopt,
       "the counts of partition 0 are not those of its orders"},
      {Family::partitions, keys::of_partition('R', p0), "1",
       "partition 0 is being restored, or a restore was broken off"},
      {Family::quarantine, keys::queued("ord_2", 9), "more",
       "the queue of order ord_2 has 2 inputs, its quarantine says 1"},
      {Family::dead_letters, keys::dead_letter(Time{}, "t/0/1"), std::nullopt,
       "the dead letter t/0/1 is missing"},
  }));
  INFO(damage.finding);
  {
    const auto db = RocksDb::open(place, {});
    REQUIRE(db.has_value());
    RocksBatch batch{**db};
    if (damage.value) {
      batch.put(damage.family, damage.key, *damage.value);
    } else {
      batch.erase(damage.family, damage.key);
    }
    REQUIRE((*db)->write(batch).has_value());
  }
  RocksStore::Options options;
  options.read_only = true;
  const auto store = RocksStore::open(place, options);
  REQUIRE(store.has_value());
  const auto report = (*store)->verify();
  REQUIRE(report.has_value());
  CHECK_THAT(report->findings, Catch::VectorContains(damage.finding));
}

}  // namespace
}  // namespace paysaga::storage
