#include "paysaga/actors/publisher.hpp"

#include <algorithm>

#include "actors/by_hand.hpp"
#include "actors/log_around.hpp"

namespace paysaga::actors::trial {
namespace {

using Kind = HandCourier::Kind;

const std::string events = "payment-events";

/// A log that lets a publication move positions whoever owns them by now, as a broker does within
/// one generation of its group.
class UnfencedLog final : public LogAround {
 public:
  using LogAround::LogAround;
  void publish(std::vector<storage::Output> outputs, std::vector<storage::Commit> positions,
               bool atomic, Done<std::monostate> done) override {
    for (storage::Commit& position : positions) position.token = 0;
    LogAround::publish(std::move(outputs), std::move(positions), atomic, std::move(done));
  }
};

/// Counts how often the journal is read from somewhere, by all readers.
class CountingLog final : public LogAround {
 public:
  using LogAround::LogAround;
  [[nodiscard]] std::unique_ptr<storage::Reading> tail(storage::PartitionId partition,
                                                       storage::Offset from,
                                                       storage::OnBatch on_batch) override {
    begins.push_back(from);
    return LogAround::tail(partition, from, std::move(on_batch));
  }
  std::vector<storage::Offset> begins;
};

}  // namespace

TEST_CASE("publisher: it reads no further ahead than it may, and goes on where it stopped",
          "[actors]") {
  HandWorld world;
  world.publish_ahead_max = 4;
  auto store = world.new_store();
  auto counting = std::make_unique<CountingLog>(world.log.open("a"));
  const CountingLog& log = *counting;
  HandNode node{world, store, {}, std::move(counting)};
  node.lead();
  const std::size_t before = log.begins.size();
  world.courier.hold(Kind::publish);
  for (int i = 1; i <= 12; ++i) {
    CHECK(node.say(initiate("c" + std::to_string(i), "o" + std::to_string(i))) == "accepted");
  }
  REQUIRE(world.courier.waiting(Kind::publish) == 1);
  CHECK(log.begins.size() == before);  // It stands still,
  world.courier.let_go(Kind::publish);
  for (int i = 0; i < 20; ++i) world.tick();
  CHECK(log.begins.size() > before);  // and reads on from where it stood.
  CHECK(std::ranges::all_of(log.begins, [&](storage::Offset from) {
    return std::ranges::count(log.begins, from) == 1 || from < 2;
  }));
  CHECK_FALSE(world.said(events).empty());
  CHECK(world.published(events) == world.said(events));
}

TEST_CASE("publisher: what is on its way while a partition is lost and gained is published once",
          "[actors]") {
  const bool fenced = GENERATE(true, false);
  INFO("fenced=" << fenced);
  HandWorld world;
  auto store = world.new_store();
  std::unique_ptr<storage::Log> log = world.log.open("a");
  if (!fenced) log = std::make_unique<UnfencedLog>(std::move(log));
  HandNode node{world, store, {}, std::move(log)};
  node.lead();
  world.courier.hold(Kind::publish);
  CHECK(node.say(initiate("c1", "o1")) == "accepted");
  REQUIRE(world.courier.waiting(Kind::publish) == 1);
  world.log.move(p0, "a");  // Lost, and gained again.
  world.settle();
  CHECK(node.seen.claims == 2);
  REQUIRE(world.courier.waiting(Kind::publish) == 1);
  world.courier.let_go(Kind::publish);
  world.settle();
  for (int i = 0; i < 20; ++i) world.tick();
  CHECK_FALSE(world.said(events).empty());
  CHECK(world.published(events) == world.said(events));
  CHECK(node.say(initiate("c2", "o2")) == "accepted");
  CHECK(world.published(events) == world.said(events));
}

TEST_CASE("publisher: a successor waits for the transaction that its predecessor left open",
          "[actors]") {
  using storage::MemoryFault;
  const MemoryFault fault =
      GENERATE(MemoryFault::open_commits, MemoryFault::open_aborts, MemoryFault::open_unmoved);
  HandWorld world;
  auto store = world.new_store();
  auto next_store = world.new_store();
  HandNode node{world, store};
  HandNode next{world, next_store, {}, world.log.open("b")};
  node.lead();
  next.node->start();
  world.courier.hold(Kind::ending);
  world.log.fail_publishes(fault);
  CHECK(node.say(initiate("c1", "o1")) == "accepted");
  REQUIRE(world.courier.waiting(Kind::ending) == 1);
  world.log.move(p0, "b");
  world.settle();
  REQUIRE(next.node->ready());
  CHECK(next.say(initiate("c2", "o2")) == "accepted");
  for (int i = 0; i < 20; ++i) world.tick();
  CHECK(world.published(events).empty());
  world.courier.let_go(Kind::ending);
  for (int i = 0; i < 20; ++i) world.tick();
  CHECK_FALSE(world.said(events).empty());
  CHECK(world.published(events) == world.said(events));
  CHECK(next.seen.told("failed").empty());
}

TEST_CASE("publisher: what it had read before a failed publication it reads again", "[actors]") {
  HandWorld world{2};
  auto store = world.new_store();
  HandNode node{world, store};
  node.lead();
  const std::string here = order_on(p0, 2);
  const std::string there = order_on(p1, 2);
  CHECK(node.say(initiate("c1", there)) == "accepted");
  world.courier.hold(Kind::publish);
  world.courier.hold(Kind::answer);
  CHECK(node.say(initiate("c2", here)) == "accepted");
  while (world.courier.happen(Kind::answer)) {  // Of the appends.
  }
  const auto fail_publication = [&](std::size_t answers_before) {
    REQUIRE(world.courier.waiting(Kind::publish) == 1);
    world.log.fail_publishes(storage::MemoryFault::refused);
    REQUIRE(world.courier.happen(Kind::publish));
    REQUIRE(world.courier.happen(Kind::answer, answers_before));
    world.settle();
  };
  const auto wait_for_positions = [&] {
    for (int i = 0; i < 6; ++i) world.tick();
    REQUIRE(world.courier.waiting(Kind::answer) == 2);  // Where p0 and p1 were committed.
  };
  fail_publication(0);
  wait_for_positions();
  REQUIRE(world.courier.happen(Kind::answer));  // p0 is read again and its publication fails again,
  world.settle();
  fail_publication(1);
  REQUIRE(world.courier.happen(Kind::answer));  // before the position of p1 is heard.
  world.settle();
  wait_for_positions();
  world.courier.hold(Kind::read);
  (void)node.ask(initiate("c3", there));
  world.settle();
  // The new positions and, behind them, what the journal holds since.
  REQUIRE(world.courier.happen(Kind::answer));
  REQUIRE(world.courier.happen(Kind::answer));
  while (world.courier.happen(Kind::read)) {
  }
  for (const Kind kind : {Kind::read, Kind::answer, Kind::publish}) world.courier.let_go(kind);
  world.settle();
  for (int i = 0; i < 20; ++i) world.tick();
  CHECK(world.decided("c3", p1) == 1);
  for (const storage::PartitionId partition : {p0, p1}) {
    CHECK_FALSE(world.said(events, partition).empty());
    CHECK(world.published(events, partition) == world.said(events, partition));
  }
}

}  // namespace paysaga::actors::trial
