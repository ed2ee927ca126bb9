#include "actors/by_hand.hpp"

namespace paysaga::actors::trial {

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
