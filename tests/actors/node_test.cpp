#include "paysaga/actors/node.hpp"

#include <thread>

#include "actors/world.hpp"

namespace paysaga::actors::trial {
namespace {

using storage::MemoryFault;

bool has_intent(const Saga& saga) {
  return saga.payment && saga.payment->intent;
}

}  // namespace

TEST_CASE("node: nothing is answered or called before the decision is read back", "[actors]") {
  World world;
  auto store = world.new_store();
  Member node{world, store};
  node.lead();
  Box<Submitted> answer;
  {
    const Hold hold{world};
    answer = node.ask(initiate("c1", "o1"));
    eventually("it is in the journal", [&] { return world.decided("c1") == 1; });
    CHECK(node.partition().in_flight == 1);
    CHECK(node.status("o1") == "none");
    CHECK(answer.times() == 0);
    CHECK(world.provider.calls() == 0);
  }
  CHECK(text_of(answer.get().kind) == "accepted");
  CHECK(answer.get().saga != nullptr);
  world.provider.wait_for_calls(1);
  CHECK(world.provider.targets() == std::vector<std::string>{"create o1"});
  CHECK(answer.times() == 1);
}

TEST_CASE("node: after a bad append the repeat of a command is decided once", "[actors]") {
  struct Row {
    const char* what;
    MemoryFault fault;
    const char* first;
    const char* repeat;
    int claims;
  };
  const Row rows[] = {
      {"refused", MemoryFault::refused, "outcome_unknown", "accepted", 2},
      {"unknown, in the journal", MemoryFault::unknown_landed, "outcome_unknown", "repeated", 2},
      {"unknown, lost", MemoryFault::unknown_lost, "outcome_unknown", "accepted", 2},
      {"unknown, lands late", MemoryFault::unknown_late, "outcome_unknown", "accepted", 2},
      {"in the journal, never confirmed", MemoryFault::unanswered, "accepted", "repeated", 1},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    World world;
    auto store = world.new_store();
    Member node{world, store};
    node.lead();
    world.log.fail_appends(p0, row.fault);
    const std::string first = text_of(node.say(initiate("c1", "o1")).kind);
    // What landed may have been read back before the log said that it did not know.
    CHECK(
        (first == row.first || (row.fault == MemoryFault::unknown_landed && first == "accepted")));
    node.wait_until_led(row.claims);
    world.log.land_late();
    CHECK(text_of(node.say(initiate("c1", "o1")).kind) == row.repeat);
    CHECK(world.decided("c1") == 1);
    CHECK(world.claims() == row.claims);
    CHECK(node.partition().step_downs == static_cast<std::uint64_t>(row.claims - 1));
    world.provider.wait_for_calls(1);
    world.provider.obey();
    CHECK(text_of(node.say(confirm("c2", "o1")).kind) == "accepted");
    world.check_fold(store);
    world.check_published("payment-events");
  }
}

TEST_CASE("node: records behind a lost one are void, and none of them is lost", "[actors]") {
  World world;
  auto store = world.new_store();
  Member node{world, store};
  node.lead();
  world.log.fail_appends(p0, MemoryFault::unknown_lost);
  std::vector<Box<Submitted>> answers;
  {
    const Hold hold{world};
    for (const char* n : {"1", "2", "3"}) {
      answers.push_back(node.ask(initiate(std::string{"c"} + n, std::string{"o"} + n)));
    }
    eventually("two landed", [&] { return world.log.journal(p0).size() == 3; });
    CHECK(world.counted().empty());
  }
  for (const auto& answer : answers) CHECK(text_of(answer.get().kind) == "outcome_unknown");
  node.wait_until_led(2);
  CHECK(world.provider.calls() == 0);
  for (const char* n : {"1", "2", "3"}) {
    const std::string again = initiate(std::string{"c"} + n, std::string{"o"} + n);
    CHECK(text_of(node.say(again).kind) == "accepted");
    CHECK(world.decided(std::string{"c"} + n) == 1);
  }
  world.check_fold(store);
}

TEST_CASE("node: an own record that does not come back in time ends the lead", "[actors]") {
  World world;
  auto store = world.new_store();
  Member node{world, store};
  node.lead();
  {
    const Hold hold{world};
    const Box<Submitted> answer = node.ask(initiate("c1", "o1"));
    eventually("it is in the journal", [&] { return world.decided("c1") == 1; });
    world.clock.advance(seconds{11});
    CHECK(text_of(answer.get().kind) == "outcome_unknown");
    CHECK_FALSE(node.node->ready());
  }
  node.wait_until_led(2);
  CHECK(text_of(node.say(initiate("c1", "o1")).kind) == "repeated");
  CHECK(world.decided("c1") == 1);
  world.check_fold(store);
}

TEST_CASE("node: what is appended behind a later claim of another node is void", "[actors]") {
  World world;
  auto store = world.new_store();
  Member node{world, store};
  node.lead();
  Box<Submitted> answer;
  {
    const Hold hold{world};
    (void)world.log.append_foreign(p0, foreign_claim(1));
    answer = node.ask(initiate("c1", "o1"));
    eventually("it landed", [&] { return world.log.journal(p0).size() == 3; });
  }
  CHECK(text_of(answer.get().kind) == "outcome_unknown");
  node.wait_until_led(2);
  CHECK(world.decided("c1") == 0);
  CHECK(node.status("o1") == "none");
  CHECK(world.provider.calls() == 0);
  CHECK(text_of(node.say(initiate("c1", "o1")).kind) == "accepted");
  CHECK(world.decided("c1") == 1);
}

TEST_CASE("node: a partition goes to another node and comes back with all that was decided",
          "[actors]") {
  World world;
  auto store_a = world.new_store();
  auto store_b = world.new_store();
  Member a{world, store_a};
  a.lead();
  Member b{world, store_b, calm_options(), "b"};
  b.node->start();
  CHECK(text_of(a.say(initiate("c1", "o1")).kind) == "accepted");
  world.provider.wait_for_calls(1);

  world.log.move(p0, "b");
  b.wait_until_led(1);
  world.provider.wait_for_calls(2);  // The operation is in b's state: b makes the call too.
  CHECK(world.provider.at(0).call.key == world.provider.at(1).call.key);
  CHECK(world.provider.at(0).call.request == world.provider.at(1).call.request);
  eventually("a has stopped", [&] { return a.partition().role == "stopped"; });
  CHECK(text_of(a.say(initiate("c2", "o2")).kind) == "not_leading");
  world.provider.answer(0,
                        ScriptedProvider::good(world.provider.at(0)));  // a's: nobody decides it.
  world.provider.answer(1, ScriptedProvider::good(world.provider.at(1)));
  CHECK(text_of(b.say(confirm("c3", "o1")).kind) == "accepted");
  world.provider.wait_for_calls(3);

  world.log.move(p0, "a");
  a.wait_until_led(2);
  world.check_fold(store_a);
  CHECK(a.status("o1") == b.status("o1"));
  CHECK(text_of(a.say(confirm("c3", "o1")).kind) == "repeated");
  CHECK(world.decided("c1") == 1);
  CHECK(world.decided("c3") == 1);
}

TEST_CASE("node: one that lost its membership without a word applies what the other decides",
          "[actors]") {
  World world;
  auto store_a = world.new_store();
  auto store_b = world.new_store();
  Member a{world, store_a};
  a.lead();
  Member b{world, store_b, calm_options(), "b"};
  b.node->start();
  world.log.set_membership_current("a", false);
  world.log.move_silently(p0, "b");
  b.wait_until_led(1);
  eventually("a has heard the claim", [&] { return !a.node->ready(); });
  CHECK(text_of(a.say(initiate("c1", "o1")).kind) == "not_leading");
  CHECK(text_of(b.say(initiate("c1", "o1")).kind) == "accepted");
  eventually("a has applied it", [&] { return a.status("o1") != "none"; });
  world.check_fold(store_a);
  CHECK(world.claims() == 2);
  CHECK(world.provider.calls() <= 1);
}

TEST_CASE("node: a call that was under way is made again after a restart", "[actors]") {
  World world;
  auto store = world.new_store();
  {
    Member node{world, store};
    node.lead();
    CHECK(text_of(node.say(initiate("c1", "o1")).kind) == "accepted");
    world.provider.wait_for_calls(1);
  }
  Member node{world, store};
  node.lead();
  world.provider.wait_for_calls(2);
  Call again = world.provider.at(1).call;
  const Call before = world.provider.at(0).call;
  // By the clock of the node that sends it; the other, and the journal, may differ a little.
  CHECK(again.send_until - before.send_until < seconds{1});
  CHECK(before.send_until - again.send_until < seconds{1});
  again.send_until = before.send_until;
  CHECK(again == before);
  world.provider.answer(0, answer::Unknown{"from the former life"});  // Nobody is there to hear it.
  world.provider.answer(1, ScriptedProvider::good(world.provider.at(1)));
  Box<std::shared_ptr<const Saga>> waited;
  node.node->wait(OrderId::of("o1"), has_intent, world.clock.now() + minutes{1}, waited.fill());
  REQUIRE(waited.get() != nullptr);
  CHECK(has_intent(*waited.get()));
  CHECK(world.counted().size() == 2);  // The command and one answer.
  CHECK(world.provider.calls() == 2);
}

TEST_CASE("node: a call answered while a decision is in flight is not made again", "[actors]") {
  World world;
  auto store = world.new_store();
  Member node{world, store};
  node.lead();
  CHECK(text_of(node.say(initiate("c1", "o1")).kind) == "accepted");
  world.provider.wait_for_calls(1);
  {
    const Hold hold{world};
    (void)node.ask(cancel("c2", "o1"));
    eventually("the cancel is decided", [&] { return world.decided("c2") == 1; });
    world.provider.answer(0, ScriptedProvider::good(world.provider.at(0)));
    eventually("the answer is decided", [&] { return world.counted().size() == 3; });
  }
  world.provider.wait_for_calls(2);
  world.provider.answer(1, ScriptedProvider::good(world.provider.at(1)));
  eventually("it is over", [&] { return node.status("o1") == "CANCELLED"; });
  CHECK(world.provider.targets() == std::vector<std::string>{"create o1", "cancel o1"});
}

TEST_CASE("node: stop waits for answers under way and keeps all of it", "[actors]") {
  World world;
  auto store = world.new_store();
  Member node{world, store};
  node.lead();
  CHECK(text_of(node.say(initiate("c1", "o1")).kind) == "accepted");
  world.provider.wait_for_calls(1);
  std::thread stopper{[&] { node.node->stop(seconds{30}); }};
  eventually("no new command is taken",
             [&] { return text_of(node.say(initiate("c1", "o1")).kind) == "not_leading"; });
  world.provider.answer(0, ScriptedProvider::good(world.provider.at(0)));
  stopper.join();
  CHECK(world.counted().size() == 2);
  world.check_fold(store);
  CHECK(world.published("payment-events") == world.said("payment-events"));
  CHECK(text_of(node.say(initiate("c3", "o3")).kind) == "not_leading");
}

TEST_CASE("node: it ends at once without a stop, and answers after its end do no harm",
          "[actors]") {
  World world;
  auto store = world.new_store();
  const auto started = std::chrono::steady_clock::now();
  { const Member never_started{world, store, calm_options(), "b"}; }
  {
    Member node{world, store};
    node.lead();
    CHECK(text_of(node.say(initiate("c1", "o1")).kind) == "accepted");
    world.provider.wait_for_calls(1);
  }
  CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds{3});
  world.provider.answer(0, ScriptedProvider::good(world.provider.at(0)));
  CHECK(world.counted().size() == 1);
}

TEST_CASE("node: wait ends with the state, at its deadline, and with the node", "[actors]") {
  World world;
  auto store = world.new_store();
  Member node{world, store};
  node.lead();
  const auto wait = [&](const std::string& order, Duration patience) {
    Box<std::shared_ptr<const Saga>> box;
    node.node->wait(OrderId::of(order), has_intent, world.clock.now() + patience, box.fill());
    return box;
  };
  CHECK(wait("unknown", Duration{0}).get() == nullptr);
  CHECK(text_of(node.say(initiate("c1", "o1")).kind) == "accepted");
  const auto late = wait("o1", hours{2});
  const auto soon = wait("o1", minutes{1});
  const auto nobody = wait("unknown", minutes{1});
  CHECK(soon.times() == 0);
  world.clock.advance(minutes{2});
  REQUIRE(soon.get() != nullptr);
  CHECK_FALSE(has_intent(*soon.get()));
  CHECK(nobody.get() == nullptr);
  CHECK(late.times() == 0);
  world.provider.wait_for_calls(1);
  world.provider.answer(0, ScriptedProvider::good(world.provider.at(0)));
  REQUIRE(late.get() != nullptr);
  CHECK(has_intent(*late.get()));
  CHECK(wait("o1", Duration{0}).get() != nullptr);

  CHECK(text_of(node.say(initiate("c2", "o2")).kind) == "accepted");
  const auto for_ever = wait("o2", hours{9'000});
  node.node->stop(Duration{0});
  REQUIRE(for_ever.times() == 1);
  CHECK(for_ever.get() != nullptr);
  CHECK(late.times() == 1);
}

TEST_CASE("node: wait ends with a state that was read back in a later life", "[actors]") {
  World world;
  auto store = world.new_store();
  Member node{world, store};
  node.lead();
  Box<std::shared_ptr<const Saga>> waited;
  node.node->wait(
      OrderId::of("o1"), [](const Saga& saga) { return saga.version > 0; },
      world.clock.now() + hours{1}, waited.fill());
  {
    const Hold hold{world};
    (void)node.ask(initiate("c1", "o1"));
    eventually("it is in the journal", [&] { return world.decided("c1") == 1; });
    world.clock.advance(seconds{11});
    eventually("it has stepped down", [&] { return !node.node->ready(); });
    CHECK(waited.times() == 0);
  }
  node.wait_until_led(2);
  REQUIRE(waited.get() != nullptr);
  CHECK(waited.get()->version == 1);
}

}  // namespace paysaga::actors::trial
