#include "actors/by_hand.hpp"
#include "actors/store_around.hpp"

namespace paysaga::actors::trial {
namespace {

/// A disk that is full from some moment on.
class FullStore final : public StoreAround {
 public:
  using StoreAround::StoreAround;
  [[nodiscard]] Result<void> apply(storage::PartitionId partition,
                                   std::span<const storage::AppliedRecord> records,
                                   const storage::Position& next) override {
    ++writes;
    if (full) return fail(ErrorCode::storage_failed, "the disk is full");
    return StoreAround::apply(partition, records, next);
  }
  bool full = false;
  int writes = 0;
};

}  // namespace

TEST_CASE("standby: one whose disk fails says so, once, and does not try for ever",
          "[actors][standby]") {
  HandWorld world;
  world.provider.obey();
  auto store = world.new_store();
  auto disk = world.new_store();
  FullStore spare{disk};
  HandNode leader{world, store};
  leader.lead();
  world.standby = true;
  HandNode follower{world, spare, {}, world.log.open("b")};
  follower.node->start();
  world.tick();
  spare.full = true;
  CHECK(leader.say(initiate("c1", "o1")) == "accepted");
  const int writes = spare.writes;
  world.pass(seconds{30});
  world.tick();
  CHECK(spare.writes == writes);
  const auto failed = follower.seen.told("failed");
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].find("the node must be started again") != std::string::npos);
  CHECK(leader.seen.told("failed").empty());
}

TEST_CASE("standby: a leader whose disk failed is told to lead no more, and says nothing more",
          "[actors][standby]") {
  HandWorld world;
  world.provider.obey();
  auto disk = world.new_store();
  FullStore store{disk};
  HandNode leader{world, store};
  leader.lead();
  auto others = world.new_store();
  HandNode other{world, others, {}, world.log.open("b")};
  other.node->start();
  world.tick();
  store.full = true;
  CHECK(leader.say(initiate("c1", "o1")) == "outcome_unknown");
  world.tick();
  REQUIRE(leader.seen.told("failed").size() == 1);
  world.log.move(p0, "b");
  world.tick();
  CHECK(other.saga("o1").id.text() == "o1");
  CHECK(leader.seen.told("failed").size() == 1);
}

TEST_CASE("standby: a node follows what another decides, without effects, and goes on from there",
          "[actors][standby]") {
  HandWorld world;
  world.provider.obey();
  auto store = world.new_store();
  auto spare = world.new_store();
  HandNode leader{world, store};
  leader.lead();
  world.standby = true;
  HandNode follower{world, spare, {}, world.log.open("b")};
  follower.node->start();
  world.tick();
  CHECK(leader.say(initiate("c1", "o1")) == "accepted");
  CHECK(leader.say(confirm("c2", "o1")) == "accepted");
  world.tick();
  CHECK((follower.saga("o1") == leader.saga("o1")));
  CHECK(*spare.position(p0) == *store.position(p0));
  CHECK(follower.partition().role == "following");
  CHECK(follower.seen.claims == 0);
  const std::size_t calls = world.provider.calls();
  const auto published = world.published("payment-events");
  world.pass(seconds{2});
  CHECK(world.provider.calls() == calls);
  CHECK(world.published("payment-events") == published);

  world.log.move(p0, "b");
  world.settle();
  CHECK(follower.node->ready());
  CHECK(follower.say(cancel("c3", "o1")) == "accepted");
  CHECK(world.published("payment-events") == world.said("payment-events"));

  // The former leader is no standby; the follower, once it has lost the partition, is one again.
  world.log.move(p0, "a");
  world.settle();
  CHECK(leader.say(initiate("c4", "o2")) == "accepted");
  world.pass(seconds{2});
  world.tick();
  CHECK((follower.saga("o2") == leader.saga("o2")));
  CHECK(follower.seen.told("failed").empty());
}

}  // namespace paysaga::actors::trial
