#include <algorithm>

#include "actors/by_hand.hpp"

namespace paysaga::actors::trial {
namespace {

using Kind = HandCourier::Kind;

const Duration expires_in = Policy{}.expires_in;

std::size_t sends_of_create(const HandWorld& world) {
  const auto targets = world.provider.targets();
  return static_cast<std::size_t>(std::ranges::count(targets, "create o1"));
}

}  // namespace

TEST_CASE("journal time: a node whose clock is wrong decides and wakes by the log's clock",
          "[actors]") {
  const Duration ahead = GENERATE(Duration{hours{44}}, Duration{-hours{44}});
  INFO("ahead=" << ahead.count());
  HandWorld world;
  auto store = world.new_store();
  world.provider.obey();
  HandNode node{world, store, ahead};
  node.lead();
  const Time at = world.clock.now();
  CHECK(node.say(initiate("c1", "o1")) == "accepted");
  CHECK(counted_in(world.log, p0).at(0).decision.decided_at - at < seconds{1});
  const Saga saga = node.saga("o1");
  REQUIRE(saga.payment.has_value());
  CHECK(saga.payment->initiated_at - at < seconds{1});
  CHECK(saga.payment->initiated_at >= at);
  CHECK(saga.payment->expires_at == saga.payment->initiated_at + expires_in);
  world.pass(expires_in - minutes{1});
  world.tick();
  CHECK(status_text(node.saga("o1")) == "PAYMENT_PENDING");
  world.pass(minutes{2});
  world.tick();
  CHECK(status_text(node.saga("o1")) == "EXPIRED");
}

TEST_CASE("journal time: a key is as old as the log says, whatever clock it was made by",
          "[actors]") {
  const Duration ahead = GENERATE(Duration{hours{44}}, Duration{-hours{44}});
  INFO("ahead=" << ahead.count());
  HandWorld world;
  auto store = world.new_store();
  {
    HandNode node{world, store, ahead};
    node.lead();
    CHECK(node.say(initiate("c1", "o1")) == "accepted");
    CHECK(sends_of_create(world) == 1);  // It dies before the answer comes.
  }
  SECTION("within 20 hours it is sent again") {
    world.sleep(hours{19});
    HandNode node{world, store};
    node.lead();
    world.tick();
    CHECK(sends_of_create(world) == 2);
  }
  SECTION("then the intent is looked for, and the key is not sent") {
    world.sleep(hours{21});
    HandNode node{world, store};
    node.lead();
    for (int i = 0; i < 20; ++i) world.tick();
    CHECK(sends_of_create(world) == 1);
    CHECK(world.provider.targets().back() == "list_intents o1");
  }
}

TEST_CASE("journal time: a node that slept sends no key that grew old meanwhile", "[actors]") {
  const bool before_order = GENERATE(true, false);
  INFO((before_order ? "before its order ran" : "before its payment actor ran"));
  HandWorld world;
  auto store = world.new_store();
  HandNode node{world, store, GENERATE(Duration{0}, Duration{hours{44}})};
  node.lead();
  world.courier.hold(Kind::append);
  world.courier.hold(Kind::publish);
  const Box<Submitted> answer = node.ask(initiate("c1", "o1"));
  world.settle();
  REQUIRE(world.courier.happen(Kind::append));
  while (world.courier.happen(Kind::read)) {
  }
  node.run_round();  // The partition tells the order that its decision is read back.
  CHECK(answer.times() == 1);
  if (before_order) world.sleep(hours{21});
  node.run_only();  // The order starts the call.
  if (!before_order) world.sleep(hours{21});
  CHECK(world.provider.calls() == 0);
  node.run_only();  // The call is made: the provider refuses to send it so late.
  REQUIRE(world.provider.calls() == 1);
  CHECK(world.provider.at(0).call.key.has_value());
  CHECK(world.provider.at(0).call.send_until < node.clock.now());
  CHECK(world.provider.at(0).call.send_until > node.clock.now() - hours{2});
  world.courier.let_go(Kind::append);
  world.provider.answer(0, answer::KeyExpired{});
  for (int i = 0; i < 20; ++i) world.tick();
  CHECK(sends_of_create(world) == 1);
  CHECK(world.provider.targets().back() == "list_intents o1");
}

}  // namespace paysaga::actors::trial
