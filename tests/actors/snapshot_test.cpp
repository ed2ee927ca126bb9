#include "paysaga/storage/snapshot.hpp"

#include "actors/by_hand.hpp"
#include "actors/store_around.hpp"

namespace paysaga::actors::trial {
namespace {

using Kind = HandCourier::Kind;

const std::string events = "payment-events";

const answer::KeyMisused misused{"another request had this key"};

/// A world whose nodes write snapshots and restore from them.
struct SnapshotWorld : HandWorld {
  SnapshotWorld() { snapshots = true; }

  [[nodiscard]] storage::Offset written() const {
    const auto commit = log.committed(storage::Use::snapshotter, p0);
    return commit ? commit->next : 0;
  }
  /// Until all that the journal says is in the snapshot.
  void write_all() {
    for (int i = 0; i < 200 && written() < log.journal_end(p0); ++i) tick();
    REQUIRE(written() == log.journal_end(p0));
  }
  /// What is in the snapshot is gone from the journal.
  void trim() {
    write_all();
    log.trim_journal(p0, written());
  }
};

/// What two stores say of all orders, but for their histories.
void check_same(const storage::StateStore& a, const storage::StateStore& b) {
  const auto all = a.list({});
  REQUIRE((all->orders == b.list({})->orders));
  for (const storage::OrderSummary& summary : all->orders) {
    const auto left = *a.load(summary.order);
    const auto right = *b.load(summary.order);
    REQUIRE((left->saga == right->saga));
    CHECK(left->offset == right->offset);
    CHECK((*a.quarantine(summary.order) == *b.quarantine(summary.order)));
    CHECK(*a.queued(summary.order, 99) == *b.queued(summary.order, 99));
  }
  CHECK((*a.counts() == *b.counts()));
  CHECK(
      (*a.timers(p0, Time::min(), Time::max(), 99) == *b.timers(p0, Time::min(), Time::max(), 99)));
  CHECK(*a.input_positions(p0) == *b.input_positions(p0));
  CHECK((*a.dead_letters({"", 99}) == *b.dead_letters({"", 99})));
}

/// Fails what it is told to, as a disk does.
class FailingStore final : public StoreAround {
 public:
  using StoreAround::StoreAround;
  bool fails_to_finish = false;
  Result<void> finish_restore(storage::PartitionId partition, const storage::Position& position,
                              std::span<const storage::InputPosition> inputs) override {
    if (fails_to_finish) return fail(ErrorCode::storage_failed, "the disk broke");
    return StoreAround::finish_restore(partition, position, inputs);
  }
};

}  // namespace

TEST_CASE("snapshot: a node with an empty disk goes on where a trimmed journal begins",
          "[actors][snapshot]") {
  SnapshotWorld world;
  world.provider.obey();
  world.put("payment-commands", p0, "no command");  // A dead letter.
  auto store = world.new_store();
  auto empty = world.new_store();
  {
    HandNode node{world, store};
    node.lead();
    CHECK(node.say(initiate("c1", "o1")) == "accepted");
    CHECK(node.say(initiate("c2", "o2")) == "accepted");
    CHECK(node.say(confirm("c3", "o2")) == "accepted");
    world.trim();
    CHECK(node.say(initiate("c4", "o3")) == "accepted");  // In the tail alone.
    CHECK(node.say(cancel("c5", "o1")) == "accepted");
  }
  HandNode node{world, empty};
  node.lead();
  CHECK(node.seen.told("failed").empty());
  check_same(store, empty);
  CHECK(empty.dead_letters({"", 9})->size() == 1);
  CHECK(empty.history(OrderId::of("o2"), 0, 9)->empty());  // It is in the topics of events.
  CHECK(node.say(initiate("c2", "o2")) == "repeated");
  CHECK(node.say(confirm("c6", "o3")) == "accepted");
  CHECK(node.saga("o3").version > 1);
}

TEST_CASE("snapshot: a disk that lags behind the journal's beginning is filled anew",
          "[actors][snapshot]") {
  SnapshotWorld world;
  world.provider.obey();
  auto store = world.new_store();
  std::optional<HandNode> node{std::in_place, world, store};
  node->lead();
  CHECK(node->say(initiate("c1", "o1")) == "accepted");
  storage::MemoryStore old{store};
  CHECK(node->say(confirm("c2", "o1")) == "accepted");
  CHECK(node->say(initiate("c3", "o2")) == "accepted");
  world.trim();
  node.reset();
  HandNode later{world, old};
  later.lead();
  check_same(store, old);
}

TEST_CASE("snapshot: what a restored order waits for is started again, and it wakes in time",
          "[actors][snapshot]") {
  SnapshotWorld world;
  auto store = world.new_store();
  auto empty = world.new_store();
  {
    HandNode node{world, store};
    node.lead();
    CHECK(node.say(initiate("c1", "o1")) == "accepted");
    REQUIRE(world.provider.calls() == 1);  // Nobody answers it.
    world.trim();
  }
  std::optional<HandNode> node{std::in_place, world, empty};
  node->lead();
  world.tick();
  REQUIRE(world.provider.calls() == 2);
  CHECK((world.provider.at(1).call.request == world.provider.at(0).call.request));
  world.provider.obey();
  world.provider.answer(1, ScriptedProvider::good(world.provider.at(1)));
  world.settle();
  const std::uint64_t version = node->saga("o1").version;
  const auto wake = next_wake_at(node->saga("o1"));
  REQUIRE(wake.has_value());
  world.trim();
  node.reset();
  auto second = world.new_store();
  HandNode later{world, second};
  later.lead();
  CHECK(later.saga("o1").version == version);
  world.pass(*wake - world.clock.now() + seconds{1});
  world.tick();
  CHECK(later.saga("o1").version > version);
}

TEST_CASE("snapshot: a restore that was broken off begins anew", "[actors][snapshot]") {
  SnapshotWorld world;
  world.provider.obey();
  auto store = world.new_store();
  auto empty = world.new_store();
  FailingStore failing{empty};
  {
    HandNode node{world, store};
    node.lead();
    CHECK(node.say(initiate("c1", "o1")) == "accepted");
    world.trim();
  }
  failing.fails_to_finish = true;
  {
    HandNode node{world, failing};
    node.node->start();
    world.settle();
    CHECK_FALSE(node.node->ready());
    REQUIRE(node.seen.told("failed").size() == 1);
    CHECK(node.seen.told("failed")[0].find("the disk broke") != std::string::npos);
  }
  CHECK(*empty.position(p0) == storage::Position{});
  CHECK(empty.list({})->orders.size() == 1);  // It came so far.
  failing.fails_to_finish = false;
  HandNode node{world, failing};
  node.lead();
  check_same(store, empty);
}

TEST_CASE("snapshot: a quarantine and its queue outlive disk, journal and snapshotter",
          "[actors][snapshot]") {
  SnapshotWorld world;
  auto store = world.new_store();
  {
    HandNode node{world, store};
    node.lead();
    CHECK(node.say(initiate("c1", "o1")) == "accepted");
    world.provider.answer(0, misused);
    world.settle();
    CHECK(node.say(confirm("c2", "o1")) == "quarantined");
    world.trim();
  }
  auto second = world.new_store();
  {
    HandNode node{world, second};  // Its snapshotter has to look up what is in quarantine.
    node.lead();
    check_same(store, second);
    CHECK(node.say(confirm("c3", "o1")) == "quarantined");
    world.trim();
  }
  auto third = world.new_store();
  std::optional<HandNode> node{std::in_place, world, third};
  node->lead();
  check_same(second, third);
  CHECK(third.queued(OrderId::of("o1"), 9)->size() == 2);
  world.provider.obey();
  Box<Result<std::monostate>> resumed;
  node->node->resume(OrderId::of("o1"), "it is well", resumed.fill());
  world.settle();
  CHECK(resumed.get().has_value());
  world.tick();
  CHECK_FALSE(third.quarantine(OrderId::of("o1"))->has_value());
  world.trim();
  node.reset();
  auto fourth = world.new_store();
  HandNode last{world, fourth};
  last.lead();
  check_same(third, fourth);
  CHECK(fourth.quarantined(p0)->empty());
}

TEST_CASE("snapshot: a trimmed journal without one is refused", "[actors][snapshot]") {
  SnapshotWorld world;
  world.snapshots = false;
  auto store = world.new_store();
  {
    HandNode node{world, store};
    node.lead();
    CHECK(node.say(initiate("c1", "o1")) == "accepted");
    world.log.trim_journal(p0, world.log.journal_end(p0));
  }
  world.snapshots = true;
  auto empty = world.new_store();
  HandNode node{world, empty};
  node.node->start();
  world.settle();
  CHECK_FALSE(node.node->ready());
  const auto failed = node.seen.told("failed");
  REQUIRE_FALSE(failed.empty());
  CHECK(std::ranges::any_of(failed, [](const std::string& why) {
    return why.find("there is no snapshot") != std::string::npos;
  }));
}

TEST_CASE("snapshot: what a node wrote as an owner is not taken once it is none",
          "[actors][snapshot]") {
  SnapshotWorld world;
  world.provider.obey();
  auto store = world.new_store();
  HandNode node{world, store};
  node.lead();
  world.write_all();
  const storage::Offset before = world.written();
  CHECK(node.say(initiate("c1", "o1")) == "accepted");
  world.courier.hold(Kind::publish);
  for (int i = 0; i < 15; ++i) world.tick();
  REQUIRE(world.courier.waiting(Kind::publish) > 0);
  world.log.move(p0, "b");
  world.courier.let_go(Kind::publish);
  world.settle();
  CHECK(world.written() == before);
}

TEST_CASE("snapshot: since when it lacks something is told, over all writes that fail",
          "[actors][snapshot]") {
  SnapshotWorld world;
  world.provider.obey();
  auto store = world.new_store();
  HandNode node{world, store};
  node.lead();
  world.write_all();
  CHECK_FALSE(node.seen.behind());
  world.log.refuse_snapshots(true);
  CHECK(node.say(initiate("c1", "o1")) == "accepted");
  for (int i = 0; i < 20; ++i) world.tick();
  const std::optional<Time> since = node.seen.behind();
  REQUIRE(since);
  CHECK(node.say(initiate("c2", "o2")) == "accepted");
  for (int i = 0; i < 50; ++i) world.tick();
  CHECK(node.seen.behind() == since);
  CHECK(world.clock.now() - *since > seconds{5});
  world.log.refuse_snapshots(false);
  world.write_all();
  world.tick();
  CHECK_FALSE(node.seen.behind());
}

TEST_CASE("snapshot: its first write alone says that it is complete", "[actors][snapshot]") {
  SnapshotWorld world;
  world.provider.obey();
  auto store = world.new_store();
  std::optional<HandNode> node{std::in_place, world, store};
  node->lead();
  CHECK(node->say(initiate("c1", "o1")) == "accepted");
  world.write_all();
  CHECK(world.log.snapshot_value(p0, "#origin").has_value());
  // A node that goes on where the snapshot was does not claim that for what it writes.
  world.log.forget_snapshot(p0);
  node.reset();
  node.emplace(world, store);
  node->lead();
  CHECK(node->say(initiate("c2", "o2")) == "accepted");
  world.write_all();
  CHECK(world.log.snapshot_value(p0, "#position").has_value());
  CHECK_FALSE(world.log.snapshot_value(p0, "#origin").has_value());

  // An empty disk is filled from the journal while it has everything, and never from that alone.
  auto empty = world.new_store();
  node.reset();
  node.emplace(world, empty);
  node->lead();
  check_same(store, empty);
  world.trim();
  auto late = world.new_store();
  node.reset();
  node.emplace(world, late);
  node->node->start();
  for (int i = 0; i < 20; ++i) world.tick();
  CHECK_FALSE(node->node->ready());
  const auto failed = node->seen.told("failed");
  REQUIRE_FALSE(failed.empty());
  CHECK(failed[0].find("made anew") != std::string::npos);
}

TEST_CASE("snapshot: a publisher whose position is lost does not begin at the start",
          "[actors][snapshot]") {
  SnapshotWorld world;
  world.provider.obey();
  auto outside = world.log.open("outside-2");
  Result<std::monostate> written = fail(ErrorCode::unavailable, "");
  outside->write_snapshot(p0,
                          {storage::snapshot_begin(0), storage::snapshot_published(5),
                           storage::snapshot_position({}, world.partition_count)},
                          {p0, 0, storage::encode(storage::Position{})},
                          [&](const auto& result) { written = result; });
  world.settle();
  REQUIRE(written.has_value());
  auto store = world.new_store();
  HandNode node{world, store};
  node.node->start();
  world.settle();
  const auto failed = node.seen.told("failed");
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].starts_with("the publisher's position is lost: it was 5 or later; "));
  CHECK(failed[0].find("paysaga store position set") != std::string::npos);
}

TEST_CASE("snapshot: a position that is lost before a snapshot tells of it is missed all the same",
          "[actors][snapshot]") {
  SnapshotWorld world;
  world.provider.obey();
  world.log.refuse_snapshots(true);
  auto store = world.new_store();
  std::optional<HandNode> node{std::in_place, world, store};
  node->lead();
  CHECK(node->say(initiate("c1", "o1")) == "accepted");
  for (int i = 0; i < 20; ++i) world.tick();
  const auto before = world.published(events);
  REQUIRE(before.size() > 1);
  node.reset();
  const auto forgotten = world.log.forget_position(storage::Use::publisher, p0);
  REQUIRE(forgotten.has_value());
  node.emplace(world, store);
  node->lead();
  CHECK(node->say(initiate("c2", "o2")) == "accepted");
  for (int i = 0; i < 200; ++i) world.tick();  // Nor is a position committed for its own sake.
  CHECK(world.published(events) == before);
  CHECK_FALSE(world.log.committed(storage::Use::publisher, p0).has_value());
  const auto failed = node->seen.told("failed");
  REQUIRE(failed.size() == 1);
  CHECK(
      failed[0].starts_with("the publisher's position is lost: what journal record 1 asks for "
                            "stands in payment-events; "));
  node.reset();
  world.log.set_position(storage::Use::publisher, *forgotten);
  node.emplace(world, store);
  node->lead();
  for (int i = 0; i < 20; ++i) world.tick();
  CHECK(node->seen.told("failed").empty());
  CHECK(world.published(events).size() > before.size());
  CHECK(world.published(events) == world.said(events));
}

TEST_CASE("snapshot: what was decided and not published is published, though no position is there",
          "[actors][snapshot]") {
  using storage::MemoryFault;
  SnapshotWorld world;
  world.publish_atomic = GENERATE(true, false);
  const MemoryFault fault = world.publish_atomic ? MemoryFault::open_unmoved : MemoryFault::partial;
  INFO("atomic=" << world.publish_atomic);
  world.provider.obey();
  world.log.refuse_snapshots(true);
  auto store = world.new_store();
  std::optional<HandNode> node{std::in_place, world, store};
  node->lead();
  world.courier.hold(Kind::publish);
  CHECK(node->say(initiate("c1", "o1")) == "accepted");
  if (!world.publish_atomic) {  // The first position, then the outputs.
    REQUIRE(world.courier.happen(Kind::publish));
    world.settle();
    REQUIRE(world.published(events).empty());
  }
  world.courier.hold(Kind::ending);
  world.log.fail_publishes(fault);
  while (world.courier.waiting(Kind::publish) > 0) REQUIRE(world.courier.happen(Kind::publish));
  node.reset();
  world.courier.let_go(Kind::publish);
  world.courier.let_go(Kind::ending);
  world.settle();
  node.emplace(world, store);
  node->lead();
  for (int i = 0; i < 20; ++i) world.tick();
  CHECK(node->seen.told("failed").empty());
  const auto said = world.said(events);
  const auto published = world.published(events);
  REQUIRE(said.size() > 1);
  if (world.publish_atomic) CHECK(published == said);
  CHECK(std::set(published.begin(), published.end()) == std::set(said.begin(), said.end()));
}

TEST_CASE("snapshot: a partition where nothing was decided commits its position without a doubt",
          "[actors][snapshot]") {
  SnapshotWorld world;
  auto store = world.new_store();
  std::optional<HandNode> node{std::in_place, world, store};
  node->lead();
  node.reset();  // Claims are all that stands in the journal.
  node.emplace(world, store);
  node->lead();
  for (int i = 0; i < 200; ++i) world.tick();
  CHECK(node->seen.told("failed").empty());
  const auto position = world.log.committed(storage::Use::publisher, p0);
  REQUIRE(position.has_value());
  CHECK(position->next == world.log.journal_end(p0));
}

}  // namespace paysaga::actors::trial
