#include "paysaga/storage/snapshot.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <catch2/catch.hpp>

#include "paysaga/storage/codec_saga.hpp"
#include "paysaga/storage/memory_store.hpp"
#include "paysaga/storage/rocks_store.hpp"
#include "storage/store_world.hpp"

namespace paysaga::storage {
namespace {

const PartitionId p0{0};
const OrderId first_order = OrderId::of("ord_1");
const OrderId other_order = OrderId::of("ord_2");
const Position reached{9, 2, 6, 77};
const DeadLetter letter{.id = "t/0/3",
                        .topic = "t",
                        .partition = p0,
                        .offset = 3,
                        .cause = "no JSON",
                        .at = time_from_micros(5),
                        .original = {"k", {}, "x"}};

std::vector<SnapshotEntry> whole_snapshot() {
  const auto saga = make_saga("ord_1", {.version = 3, .intent = "pi_1"});
  return {snapshot_begin(9),
          snapshot_origin(),
          snapshot_state("ord_1", 7, encode_saga(*saga)),
          snapshot_quarantine({other_order, "broken", time_from_micros(4), 2}),
          snapshot_queued("ord_2", 5, "five"),
          snapshot_queued("ord_2", 12, "twelve"),
          snapshot_dead_letter(letter),
          snapshot_input({"payment-commands", 41, Landmark{40, 4}}),
          snapshot_published(8),
          snapshot_position(reached, identity_of_tests().partition_count)};
}

void drop(std::vector<SnapshotEntry>& entries, const std::string& key) {
  REQUIRE(std::erase_if(entries, [&](const auto& entry) { return entry.key == key; }) == 1);
}

using End = SnapshotRestore::End;

/// Empty stores of both kinds.
class EachStore {
 public:
  EachStore()
      : rocks_{RocksStore::open(directory_.at("state"), {.identity = identity_of_tests()})} {
    REQUIRE(rocks_.has_value());
  }
  [[nodiscard]] std::array<StateStore*, 2> all() const { return {memory_.get(), rocks_->get()}; }

 private:
  ScratchDirectory directory_;
  std::unique_ptr<MemoryStore> memory_ = std::make_unique<MemoryStore>(identity_of_tests());
  Result<std::unique_ptr<RocksStore>> rocks_;
};

TEST_CASE("snapshot: what it holds is restored, with all that is found through it",
          "[storage][snapshot]") {
  const EachStore stores;
  for (StateStore* store : stores.all()) {
    SnapshotRestore restore{*store, p0};
    REQUIRE(restore.begin().has_value());
    auto entries = whole_snapshot();
    std::ranges::reverse(entries);
    REQUIRE(restore.take(entries).has_value());
    CHECK(*store->position(p0) == Position{});
    CHECK(restore.finish(9) == End::restored);
    CHECK(*store->position(p0) == reached);
    CHECK((*store->load(first_order))->offset == 7);
    CHECK((*store->load(first_order))->saga.version == 3);
    CHECK((*store->find_by_provider_id("pi_1"))->text() == "ord_1");
    CHECK(store->list({})->orders.size() == 1);
    CHECK(store->counts()->size() == 1);
    CHECK(store->timers(p0, Time::min(), Time::max(), 9)->size() == 1);
    CHECK(*store->queued(other_order, 9) == std::vector<std::string>{"five", "twelve"});
    CHECK((*store->quarantine(other_order))->reason == "broken");
    CHECK(*store->dead_letter("t/0/3") == letter);
    CHECK(*store->input_positions(p0) ==
          std::vector<InputPosition>{{"payment-commands", 41, Landmark{40, 4}}});
  }
}

TEST_CASE("snapshot: a reading that met a write half-way is read again", "[storage][snapshot]") {
  MemoryStore store{identity_of_tests()};
  auto entries = whole_snapshot();
  SECTION("the position was written anew behind the end that was noted") {
    drop(entries, "#position");
  }
  SECTION("a write has begun") {
    entries.front() = snapshot_begin(15);
  }
  SECTION("a queued input is missing") {
    drop(entries, "#queued/ord_2/12");
  }
  SECTION("a queue has lost its quarantine") {
    drop(entries, "#quarantine/ord_2");
  }
  SnapshotRestore restore{store, p0};
  REQUIRE(restore.begin().has_value());
  REQUIRE(restore.take(entries).has_value());
  CHECK(restore.finish(0) == End::again);
  CHECK(*store.position(p0) == Position{});
}

TEST_CASE("snapshot: one whose topic was made anew under a running node is not taken for whole",
          "[storage][snapshot]") {
  const EachStore stores;
  for (StateStore* store : stores.all()) {
    SnapshotRestore restore{*store, p0};
    REQUIRE(restore.begin().has_value());
    auto entries = whole_snapshot();
    drop(entries, "#origin");
    REQUIRE(restore.take(entries).has_value());
    const auto refused = restore.finish(5);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::out_of_range);
    CHECK(refused.error().detail.find("made anew") != std::string::npos);
    // A journal that still begins at 0 has everything: nothing of the snapshot is kept.
    CHECK(restore.finish(0) == End::nothing);
    CHECK(*store->position(p0) == Position{});
    CHECK_FALSE(store->load(first_order)->has_value());
    CHECK(store->input_positions(p0)->empty());
  }
}

TEST_CASE("snapshot: what does not reach, fit or decode is refused", "[storage][snapshot]") {
  MemoryStore store{identity_of_tests()};
  SnapshotRestore restore{store, p0};
  REQUIRE(restore.begin().has_value());
  auto entries = whole_snapshot();
  SECTION("the journal begins behind it") {
    REQUIRE(restore.take(entries).has_value());
    CHECK(restore.finish(10).error().detail ==
          "the snapshot ends at 9, the journal begins at 10: records between them are gone");
  }
  SECTION("it was written for another number of partitions") {
    entries.back() = snapshot_position(reached, 3);
    REQUIRE(restore.take(entries).has_value());
    CHECK(restore.finish(0).error().code == ErrorCode::conflict);
  }
  SECTION("an entry is damaged") {
    auto& damaged = entries[GENERATE(range(0, 10))];
    damaged.value.back() = static_cast<char>(damaged.value.back() ^ 1);
    const auto taken = restore.take(entries);
    REQUIRE_FALSE(taken.has_value());
    CHECK(taken.error().code == ErrorCode::corrupt);
    CHECK(taken.error().detail.find(damaged.key) != std::string::npos);
  }
  SECTION("a key is not known") {
    entries[0].key = "#later";
    CHECK(restore.take(entries).error().code == ErrorCode::version_unsupported);
  }
  SECTION("a state stands under another order's key") {
    entries[2].key = "ord_7";
    CHECK(restore.take(entries).error().code == ErrorCode::corrupt);
  }
  CHECK(*store.position(p0) == Position{});
}

}  // namespace
}  // namespace paysaga::storage
