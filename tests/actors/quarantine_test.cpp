#include "actors/store_around.hpp"
#include "actors/world.hpp"
#include "paysaga/actors/queued_input.hpp"

namespace paysaga::actors::trial {
namespace {

const answer::KeyMisused misused{"another request had this key"};

/// An order whose first call was answered so that the order had to be stopped.
void stop_order(Member& node, const std::string& order) {
  const std::size_t call = node.world.provider.calls();
  CHECK(text_of(node.say(initiate("c1-" + order, order)).kind) == "accepted");
  node.world.provider.wait_for_calls(call + 1);
  node.world.provider.answer(call, misused);
  eventually("it is stopped", [&] {
    const auto stopped = node.store.quarantine(OrderId::of(order));
    return stopped.has_value() && stopped->has_value();
  });
}

std::vector<std::string> decided_of(const World& world, const std::string& order) {
  std::vector<std::string> decided;
  for (const Counted& record : world.counted()) {
    if (record.decision.order != order || record.decision.action == storage::Action::enqueue) {
      continue;
    }
    if (record.decision.input_id.starts_with("c")) decided.push_back(record.decision.input_id);
  }
  return decided;
}

bool lifted(Member& node, const std::string& order) {
  const auto stopped = node.store.quarantine(OrderId::of(order));
  return stopped.has_value() && !stopped->has_value();
}

std::size_t queued(Member& node, const std::string& order) {
  const auto queue = node.store.queued(OrderId::of(order), 100);
  REQUIRE(queue.has_value());
  return queue->size();
}

/// A store that cannot read one order's state while it is told so.
class BadStore final : public StoreAround {
 public:
  using StoreAround::StoreAround;
  std::atomic<bool> bad = false;

  [[nodiscard]] Result<std::optional<storage::StoredOrder>> load(
      const OrderId& order) const override {
    if (bad) return fail(ErrorCode::corrupt, "a bad byte");
    return StoreAround::load(order);
  }
};

}  // namespace

TEST_CASE("quarantine: stops one order, queues its commands, and resume decides them in order",
          "[actors]") {
  World world;
  auto store = world.new_store();
  {
    Member node{world, store};
    node.lead();
    stop_order(node, "o1");
    CHECK(node.seen.told("stopped").size() == 1);
    for (const char* id : {"c2", "c3", "c4"}) {
      CHECK(text_of(node.say(confirm(id, "o1")).kind) == "quarantined");
    }
    CHECK(text_of(node.say(initiate("c5", "o2")).kind) == "accepted");  // Only o1 is stopped.
    CHECK(queued(node, "o1") == 3);
  }
  Member node{world, store};  // The queue outlives the node.
  node.lead();
  CHECK(queued(node, "o1") == 3);
  CHECK(text_of(node.say(confirm("c6", "o1")).kind) == "quarantined");
  CHECK(decided_of(world, "o1") == std::vector<std::string>{"c1-o1"});
  world.provider.obey();
  CHECK(node.resume("o1").get().has_value());
  eventually("it is lifted", [&] { return lifted(node, "o1"); });
  CHECK(queued(node, "o1") == 0);
  CHECK(decided_of(world, "o1") == std::vector<std::string>{"c1-o1", "c2", "c3", "c4", "c6"});
  eventually("it is paid", [&] { return node.status("o1") == "PENDING"; });
  CHECK_FALSE(node.resume("o1").get().has_value());
  world.check_fold(store);
}

TEST_CASE("quarantine: skip moves the first of the queue to the dead letters", "[actors]") {
  World world;
  auto store = world.new_store();
  Member node{world, store};
  node.lead();
  stop_order(node, "o1");
  CHECK(text_of(node.say(cancel("c2", "o1")).kind) == "quarantined");
  CHECK(text_of(node.say(confirm("c3", "o1")).kind) == "quarantined");
  world.provider.obey();
  CHECK(node.skip("o1").get().has_value());
  eventually("it is lifted", [&] { return lifted(node, "o1"); });
  CHECK(decided_of(world, "o1") == std::vector<std::string>{"c1-o1", "c3"});
  const auto letters = store.dead_letters({"", 10});
  REQUIRE(letters.has_value());
  REQUIRE(letters->size() == 1);
  const auto queued = decode_queued(OrderId::of("o1"), letters->front().original.value);
  REQUIRE(queued.has_value());
  CHECK(std::get<CommandInput>(queued->body).id.text() == "c2");
  CHECK(letters->front().cause == "a person said so");
  eventually("it is paid", [&] { return node.status("o1") == "PENDING"; });
}

TEST_CASE("quarantine: a call answered while the queue is decided is not forgotten", "[actors]") {
  World world;
  auto store = world.new_store();
  Member node{world, store};
  node.lead();
  stop_order(node, "o1");
  for (const char* id : {"c2", "c3"}) (void)node.say(confirm(id, "o1"));
  const std::size_t before = world.provider.calls();
  // The second of the queue is not confirmed by the log until its answer has come.
  CHECK(node.resume("o1").get().has_value());
  world.provider.wait_for_calls(before + 1);
  world.provider.answer(before, ScriptedProvider::good(world.provider.at(before)));
  eventually("it is lifted", [&] { return lifted(node, "o1"); });
  world.provider.obey();
  eventually("it is paid", [&] { return node.status("o1") == "PENDING"; });
}

TEST_CASE("quarantine: an order whose state cannot be read keeps its queue when it is resumed",
          "[actors]") {
  World world;
  auto under = world.new_store();
  BadStore store{under};
  world.provider.obey();
  {
    Member node{world, store};
    node.lead();
    CHECK(text_of(node.say(initiate("c1", "o1")).kind) == "accepted");
  }
  store.bad = true;
  Member node{world, store};
  node.lead();
  CHECK(text_of(node.say(confirm("c2", "o1")).kind) == "quarantined");
  CHECK(text_of(node.say(confirm("c3", "o1")).kind) == "quarantined");
  CHECK(queued(node, "o1") == 2);
  CHECK(node.resume("o1").get().has_value());
  CHECK(text_of(node.say(confirm("c4", "o1")).kind) == "quarantined");
  CHECK(queued(node, "o1") == 3);
  CHECK_FALSE(lifted(node, "o1"));
  store.bad = false;
  CHECK(node.resume("o1").get().has_value());
  eventually("it is lifted", [&] { return lifted(node, "o1"); });
  CHECK(decided_of(world, "o1") == std::vector<std::string>{"c1", "c2", "c3", "c4"});
  eventually("it is paid", [&] { return node.status("o1") == "PENDING"; });
}

TEST_CASE("timers: an order at rest has no actor, and its expiry wakes it", "[actors]") {
  World world;
  auto store = world.new_store();
  NodeOptions options = calm_options();
  options.idle_after = milliseconds{50};
  Member node{world, store, options};
  node.lead();
  world.provider.obey();
  CHECK(text_of(node.say(initiate("c1", "o1")).kind) == "accepted");
  eventually("its intent is there", [&] { return world.counted().size() == 2; });
  eventually("it rests", [&] { return node.partition().orders_active == 0; });
  CHECK(text_of(node.say(initiate("c1", "o1")).kind) == "repeated");  // Loaded again.
  eventually("it rests again", [&] { return node.partition().orders_active == 0; });
  CHECK(world.provider.calls() == 1);
  world.clock.advance(minutes{29});
  (void)node.partition();
  CHECK(world.counted().size() == 2);  // Not yet.
  world.clock.advance(minutes{2});     // Far behind the horizon of the first minute.
  eventually("it has expired", [&] { return node.status("o1") == "EXPIRED"; });
  CHECK(world.provider.targets() == std::vector<std::string>{"create o1", "cancel o1"});
  world.check_fold(store);
}

TEST_CASE("credit: what is too much is refused at once, and what was taken is decided",
          "[actors]") {
  World world;
  auto store = world.new_store();
  NodeOptions options = calm_options();
  options.credit_max = 8;
  Member node{world, store, options};
  node.lead();
  world.provider.obey();
  std::vector<Box<Submitted>> answers;
  {
    const Hold hold{world};
    for (int i = 0; i < 20; ++i) {
      answers.push_back(node.ask(initiate("c" + std::to_string(i), "o" + std::to_string(i))));
    }
    for (std::size_t i = 8; i < 20; ++i) CHECK(text_of(answers[i].get().kind) == "overloaded");
    for (std::size_t i = 0; i < 8; ++i) CHECK(answers[i].times() == 0);
  }
  for (std::size_t i = 0; i < 8; ++i) CHECK(text_of(answers[i].get().kind) == "accepted");
  for (int i = 0; i < 20; ++i) CHECK(world.decided("c" + std::to_string(i)) == (i < 8 ? 1 : 0));
  // The provider's answers to the eight are inputs, too: while all of them are in flight nothing is
  // taken.
  eventually("there is credit again",
             [&] { return text_of(node.say(initiate("c9", "o9")).kind) == "accepted"; });
}

}  // namespace paysaga::actors::trial
