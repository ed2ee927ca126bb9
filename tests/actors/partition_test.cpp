#include "paysaga/actors/partition.hpp"

#include <algorithm>
#include <functional>

#include "actors/by_hand.hpp"
#include "actors/log_around.hpp"
#include "actors/store_around.hpp"
#include "paysaga/storage/codec_saga.hpp"

namespace paysaga::actors::trial {
namespace {

using Kind = HandCourier::Kind;
using storage::MemoryFault;

const std::string commands = "payment-commands";

/// The versions that the decisions of the order made, in the order of the journal.
std::vector<std::uint64_t> versions_of(const HandWorld& world, const std::string& order) {
  std::vector<std::uint64_t> versions;
  for (const Counted& record : counted_in(world.log, p0)) {
    if (record.decision.order != order) continue;
    const auto saga = storage::decode_saga(record.decision.state);
    REQUIRE(saga.has_value());
    versions.push_back(saga->version);
  }
  return versions;
}

/// A store with very many wake-ups at one moment.
class CrowdedStore final : public StoreAround {
 public:
  CrowdedStore(storage::StateStore& under, Time at, std::size_t count)
      : StoreAround{under}, at_{at}, count_{count} {}
  mutable std::vector<Time> asked_from;
  mutable std::size_t told = 0;  // With the last answer.

  [[nodiscard]] Result<std::vector<storage::Timer>> timers(storage::PartitionId, Time from,
                                                           Time until,
                                                           std::size_t limit) const override {
    asked_from.push_back(from);
    told = from <= at_ && at_ < until ? std::min(count_, limit) : 0;
    return std::vector<storage::Timer>(told, storage::Timer{at_, OrderId::of("o1")});
  }

 private:
  Time at_;
  std::size_t count_;
};

/// Does not say what its journal holds while it is silent.
class SilentLog final : public LogAround {
 public:
  SilentLog(std::unique_ptr<storage::Log> under, ErrorCode code)
      : LogAround{std::move(under)}, code_{code} {}
  void journal_range(storage::PartitionId partition,
                     Done<std::pair<storage::Offset, storage::Offset>> done) override {
    ++asked;
    if (silent) return done(fail(code_, "no broker answers"));
    LogAround::journal_range(partition, std::move(done));
  }
  bool silent = true;
  int asked = 0;

 private:
  ErrorCode code_;
};

}  // namespace

TEST_CASE("strays: one behind an input that is not decided yet is decided once", "[actors]") {
  const bool moved = GENERATE(true, false);
  const bool takeover = GENERATE(true, false);
  INFO("moved=" << moved << " takeover=" << takeover);
  HandWorld world{2};
  auto store = world.new_store();
  const std::string here = order_on(p0, 2);
  std::optional<HandNode> node{std::in_place, world, store};
  node->lead();
  // Both are read in one go: the first waits for its order, the second needs none.
  world.put(commands, p0, initiate("c1", here));
  world.put(commands, p0, moved ? initiate("c2", order_on(p1, 2)) : "{not json");
  world.courier.append_faults = {std::nullopt, MemoryFault::refused};
  if (takeover) {
    world.courier.hold(Kind::append);
    world.settle();
    REQUIRE(world.courier.happen(Kind::append));  // The node dies with the second on its way.
    node.reset();
    world.courier.let_go(Kind::append);
    world.settle();
    auto other_store = world.new_store();
    node.emplace(world, other_store);
    node->lead();
    CHECK(world.decided(commands + "/0/1") == 1);
    CHECK(world.decided("c1") == 1);
    node.reset();
    return;
  }
  world.settle();
  for (int i = 0; i < 20; ++i) world.tick();
  CHECK(node->seen.told("down").size() == 1);
  CHECK(world.decided(commands + "/0/1") == 1);
  CHECK(world.decided("c1") == 1);
  if (moved) CHECK(world.log.topic(commands, p1).size() == 1);
}

TEST_CASE("retirement: the answer to an old question does not end the next actor of the order",
          "[actors]") {
  HandWorld world;
  auto store = world.new_store();
  world.provider.obey();
  {
    HandNode node{world, store};
    node.lead();
    CHECK(node.say(initiate("c1", "o1")) == "accepted");
  }
  HandNode node{world, store};
  node.lead();
  world.tick();
  CHECK(node.say(initiate("c1", "o1")) == "repeated");  // Its actor rests from here on.
  world.courier.hold(Kind::append);
  const auto rest = [&] {
    world.sleep(2 * idle_after);
    node.node->advance(calm_options().tick);
  };
  rest();
  node.run_only();  // The partition asks the order to retire, which does not run yet.
  rest();
  REQUIRE(node.node->runnable() == 2);
  node.node->run_one(1);  // The partition asks a second time.
  node.run_only();        // The order answers the first question.
  const Box<Submitted> second = node.ask(confirm("c2", "o1"));
  world.settle();
  const Box<Submitted> third = node.ask(cancel("c3", "o1"));
  world.settle();
  world.courier.let_go(Kind::append);
  world.settle();
  CHECK(second.times() == 1);
  CHECK(third.times() == 1);
  const auto versions = versions_of(world, "o1");
  CHECK(std::ranges::adjacent_find(versions, std::greater_equal{}) == versions.end());
}

TEST_CASE("trimmed: an empty store does not begin in the middle of a journal", "[actors]") {
  HandWorld world;
  auto store = world.new_store();
  {
    HandNode node{world, store};
    node.lead();
    CHECK(node.say(initiate("c1", "o1")) == "accepted");
    CHECK(node.say(initiate("c2", "o2")) == "accepted");
  }
  world.log.trim_journal(p0, 2);
  const storage::Offset end = world.log.journal_end(p0);
  auto empty = world.new_store();
  HandNode node{world, empty};
  node.node->start();
  world.settle();
  for (int i = 0; i < 20; ++i) world.tick();
  const auto why = node.seen.told("failed");
  REQUIRE(why.size() == 1);
  CHECK(why[0].starts_with("the journal begins at 2, behind this store's 0"));
  CHECK(node.seen.claims == 0);
  CHECK_FALSE(node.node->ready());
  CHECK(node.partition().role == "stopped");
  CHECK(world.log.journal_end(p0) == end);
}

TEST_CASE("silent: a partition begins again once its journal answers, not if it is damaged",
          "[actors]") {
  const auto code = GENERATE(ErrorCode::unavailable, ErrorCode::corrupt);
  HandWorld world;
  world.provider.obey();
  auto store = world.new_store();
  auto silent = std::make_unique<SilentLog>(world.log.open("a"), code);
  SilentLog& log = *silent;
  HandNode node{world, store, {}, std::move(silent)};
  node.node->start();
  world.log.move(p0, "a");
  world.settle();
  CHECK(node.partition().role == "stopped");
  const int asked_before = log.asked;
  world.pass(seconds{2});
  CHECK(node.partition().role == "stopped");
  CHECK(log.asked == asked_before + (code == ErrorCode::unavailable ? 1 : 0));
  log.silent = false;
  world.pass(seconds{2});
  world.tick();
  CHECK(node.node->ready() == (code == ErrorCode::unavailable));
}

TEST_CASE("taken back: what was true under the former lead is not taken for what is true",
          "[actors]") {
  HandWorld world;
  world.provider.obey();
  auto store = world.new_store();
  auto other = world.new_store();
  HandNode first{world, store};
  first.lead();
  CHECK(first.say(initiate("c1", "o1")) == "accepted");
  CHECK(first.node->leads(p0));
  const Saga before = first.saga("o1");
  HandNode second{world, other, {}, world.log.open("b")};
  second.node->start();
  world.log.move(p0, "b");
  world.settle();
  CHECK_FALSE(first.node->leads(p0));
  CHECK(second.node->leads(p0));
  CHECK(second.say(cancel("c2", "o1")) == "accepted");

  world.courier.hold(HandCourier::Kind::read);
  world.log.move(p0, "a");
  world.settle();
  CHECK(first.node->owns(p0));
  CHECK_FALSE(first.node->leads(p0));
  CHECK((first.saga("o1") == before));
  const Box<std::shared_ptr<const Saga>> waited;
  const auto as_before = [&](const Saga& saga) { return saga.version == before.version; };
  first.node->wait(OrderId::of("o1"), as_before, world.clock.now() + minutes{1}, waited.fill());
  world.settle();
  CHECK(waited.times() == 0);  // It is so in this node's store, and nowhere else.
  world.courier.let_go(HandCourier::Kind::read);
  world.settle();
  CHECK(first.node->leads(p0));
  CHECK(waited.times() == 0);
  CHECK(first.saga("o1").version > before.version);

  world.log.set_membership_current("a", false);
  CHECK_FALSE(first.node->leads(p0));
}

TEST_CASE("claims: a foreign one before the own one is past, one behind it ends the lead",
          "[actors]") {
  struct Row {
    const char* what;
    bool foreign_first;
    bool one_batch;
    std::size_t step_downs;
  };
  for (const Row& row :
       {Row{"before, read with it", true, true, 0}, Row{"before, read on its own", true, false, 0},
        Row{"behind, read with it", false, true, 1},
        Row{"behind, read on its own", false, false, 1}}) {
    INFO(row.what);
    HandWorld world;
    auto store = world.new_store();
    HandNode node{world, store};
    world.courier.hold(Kind::append);
    node.node->start();
    world.settle();
    REQUIRE(world.courier.waiting(Kind::append) == 1);  // Its claim is on its way.
    const auto land = [&](bool foreign) {
      if (foreign) {
        (void)world.log.append_foreign(p0, foreign_claim());
      } else {
        REQUIRE(world.courier.happen(Kind::append));
      }
      if (!row.one_batch) world.settle();
    };
    land(row.foreign_first);
    land(!row.foreign_first);
    world.settle();
    CHECK(node.node->ready() == (row.step_downs == 0));
    CHECK(node.seen.told("down").size() == row.step_downs);
    world.courier.let_go(Kind::append);
    for (int i = 0; i < 20; ++i) world.tick();
    CHECK(node.node->ready());
    CHECK(node.seen.told("down").size() == row.step_downs);
    CHECK(node.say(initiate("c1", "o1")) == "accepted");
  }
}

TEST_CASE("timers: more of them at one moment than a page holds are all taken, and time goes on",
          "[actors]") {
  HandWorld world;
  auto under = world.new_store();
  const Time crowded = world.clock.now() + seconds{20};
  const std::size_t count = GENERATE(100'000u, 100'001u);
  CrowdedStore store{under, crowded, count};
  HandNode node{world, store};
  node.lead();
  world.tick();
  CHECK(store.told == count);
  CHECK(store.asked_from.back() == crowded);
  world.tick();
  const std::size_t asked = store.asked_from.size();
  for (int i = 0; i < 5; ++i) world.tick();
  CHECK(store.asked_from.size() == asked);  // Everything of the next half minute is known.
  world.pass(seconds{40});
  CHECK(store.asked_from.back() > crowded);
}

}  // namespace paysaga::actors::trial
