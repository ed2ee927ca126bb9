#include <map>

#include "actors/world.hpp"
#include "paysaga/storage/dead_letter.hpp"

namespace paysaga::actors::trial {
namespace {

using storage::MemoryFault;

const std::string commands = "payment-commands";
const std::string dead_letters = "payment-dead-letter";

storage::LogRecord command(const std::string& order, const std::string& json) {
  return {order, {{"ce_id", "x"}}, json};
}

const std::string* moved_from(const storage::LogRecord& record) {
  for (const storage::Header& header : record.headers) {
    if (header.name == "paysaga-moved") return &header.value;
  }
  return nullptr;
}

storage::Offset position_of(const storage::StateStore& store, const std::string& topic) {
  const auto positions = store.input_positions(p0);
  REQUIRE(positions.has_value());
  for (const auto& position : *positions) {
    if (position.topic == topic) return position.next;
  }
  return 0;
}

}  // namespace

TEST_CASE("inputs: a good one is decided, a bad one is kept whole with its cause", "[actors]") {
  World world;
  auto store = world.new_store();
  world.provider.obey();
  world.put(commands, p0, command("o1", initiate("c1", "o1")));
  world.put(commands, p0, {"a key", {{"theirs", "kept"}}, "{not json"});
  world.put(commands, p0, command("o2", initiate("c2", "o2")));
  {
    Member node{world, store};
    node.lead();
    eventually("all are decided", [&] { return position_of(store, commands) == 3; });
    CHECK(world.decided("c1") == 1);
    CHECK(world.decided("c2") == 1);
    CHECK(world.decided("payment-commands/0/1") == 1);
    CHECK(node.seen.told("dead").size() == 1);
    world.check_published(dead_letters);
  }
  const auto letter = storage::dead_letter_of(world.published(dead_letters).at(0));
  REQUIRE(letter.has_value());
  CHECK(letter->original == storage::LogRecord{"a key", {{"theirs", "kept"}}, "{not json"});
  CHECK(letter->offset == 1);
  CHECK_FALSE(letter->cause.empty());
  CHECK(store.dead_letter("payment-commands/0/1")->has_value());

  // The positions ride in the records: a restart decides nothing again.
  const std::size_t before = world.counted().size();
  Member node{world, store};
  node.lead();
  world.put(commands, p0, command("o3", initiate("c3", "o3")));
  eventually("the new one is decided", [&] { return position_of(store, commands) == 4; });
  CHECK(world.decided("c1") == 1);
  CHECK(world.decided("payment-commands/0/1") == 1);
  CHECK(world.counted().size() > before);
  CHECK(node.seen.told("dead").empty());
}

TEST_CASE("inputs: one that is as large as its topic takes stops nobody", "[actors]") {
  constexpr std::size_t limit = 1u << 20;
  struct Row {
    storage::LogRecord record;
    std::string cause;
  };
  const std::string there = order_on(p1, 2);
  const std::string big(limit - 300, 'x');
  const std::string lost = "no JSON: the syntax is wrong (cut from ";
  for (const Row& row : std::vector<Row>{
           {{"k", {}, big}, " (cut from "},
           {{"k", {{"theirs", big}}, "{nope"}, lost},
           {{"k", {{"a", big.substr(limit / 2)}, {"b", big.substr(limit / 2)}}, "{nope"}, lost},
           {{big, {}, "{nope"}, lost},
           {{"k", {{"theirs", big}}, initiate("c1", there)}, "too large to be moved"}}) {
    World world{2};
    auto store = world.new_store();
    world.provider.obey();
    world.put(commands, p0, row.record);
    Member node{world, store};
    node.lead();
    eventually("it is dead", [&] { return node.seen.told("dead").size() == 1; });
    const std::string here = order_on(p0, 2);
    world.put(commands, p0, command(here, initiate("c2", here)));
    eventually("what comes behind it is decided", [&] { return world.decided("c2") == 1; });
    CHECK(node.seen.told("down").empty());
    world.check_published(dead_letters);
    const auto letter = storage::dead_letter_of(world.published(dead_letters).at(0));
    REQUIRE(letter.has_value());
    INFO(letter->cause);
    CHECK(letter->cause.find(row.cause) != std::string::npos);
    CHECK_FALSE(storage::to_redrive(*letter, true).has_value());
  }
}

TEST_CASE("inputs: a producer's trace and correlation go on into what is published", "[actors]") {
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  World world;
  auto store = world.new_store();
  storage::LogRecord traced = command("o1", initiate("c1", "o1"));
  traced.headers = {{"traceparent", trace}, {"correlation-id", "basket-7"}};
  storage::LogRecord odd = command("o2", initiate("c2", "o2"));
  odd.headers = {{"traceparent", "no trace"}, {"correlation-id", ""}};
  world.put(commands, p0, traced);
  world.put(commands, p0, odd);
  Member node{world, store};
  node.lead();
  eventually("both are decided", [&] { return position_of(store, commands) == 2; });
  const std::string events = "payment-events";
  eventually("both are published", [&] { return world.published(events).size() == 2; });
  const auto published = [&](const std::string& order, std::string_view name) {
    for (const storage::LogRecord& record : world.published(events)) {
      if (record.key != order) continue;
      for (const storage::Header& header : record.headers) {
        if (header.name == name) return header.value;
      }
    }
    return std::string{"none"};
  };
  CHECK(published("o1", "traceparent") == trace);
  CHECK(published("o1", "correlation-id") == "basket-7");
  CHECK(published("o1", "causation-id") == "c1");
  CHECK(published("o2", "traceparent") == "none");
  CHECK(published("o2", "correlation-id") == "c2");
}

TEST_CASE("inputs: one on the wrong partition is moved home and decided there once", "[actors]") {
  World world{2};
  auto store = world.new_store();
  const std::string order = order_on(p1, 2);
  world.put(commands, p0, command(order, initiate("c1", order)));
  Member node{world, store};
  node.lead();
  eventually("it is decided at home", [&] { return world.decided("c1", p1) == 1; });
  CHECK(world.decided("c1", p0) == 0);
  CHECK(world.decided("payment-commands/0/0", p0) == 1);
  CHECK(node.seen.moves == 1);
  const auto home = world.log.topic(commands, p1);
  REQUIRE(home.size() == 1);
  CHECK(home[0].record.value == initiate("c1", order));
  CHECK(home[0].record.key == order);
  REQUIRE(moved_from(home[0].record) != nullptr);
  CHECK(*moved_from(home[0].record) == "payment-commands/0/0");
}

TEST_CASE("inputs: a run of repeats is not read for ever: a mark says that they are done",
          "[actors]") {
  World world;
  auto store = world.new_store();
  Member node{world, store};
  node.lead();
  CHECK(text_of(node.say(initiate("c1", "o1")).kind) == "accepted");
  for (int i = 0; i < 20; ++i) world.put(commands, p0, command("o1", initiate("c1", "o1")));
  eventually("a mark is applied", [&] {
    if (position_of(store, commands) == 20) return true;
    world.clock.advance(milliseconds{10});
    return false;
  });
  CHECK(world.decided("c1") == 1);
  const Counted last = world.counted().back();
  CHECK(last.decision.order.empty());
  REQUIRE(last.decision.inputs.size() == 1);
  CHECK(last.decision.inputs[0].next == 20);
  REQUIRE(last.decision.inputs[0].last.has_value());
  CHECK(last.decision.inputs[0].last->offset < 20);
}

TEST_CASE("inputs: a position is told once; whoever reads the whole journal has all of them",
          "[actors]") {
  World world;
  auto store = world.new_store();
  world.provider.obey();
  world.put(commands, p0, command("o1", initiate("c1", "o1")));
  {
    Member node{world, store};
    node.lead();
    eventually("it is decided", [&] { return position_of(store, commands) == 1; });
    world.put("order-commands", p0, command("o1", "{not json"));
    eventually("it is decided", [&] { return position_of(store, "order-commands") == 1; });
    world.put(commands, p0, command("o2", initiate("c2", "o2")));
    eventually("it is decided", [&] { return position_of(store, commands) == 2; });
  }
  std::map<std::string, storage::Offset> merged;
  for (const Counted& counted : world.counted()) {
    for (const storage::InputPosition& input : counted.decision.inputs) {
      const auto [at, first] = merged.try_emplace(input.topic, input.next);
      CHECK((first || at->second < input.next));
      at->second = input.next;
    }
  }
  auto other = world.new_store();
  Member node{world, other};
  node.lead();
  for (const auto& [topic, next] : merged) {
    CHECK(position_of(other, topic) == next);
    CHECK(position_of(store, topic) == next);
  }
  CHECK(merged.size() == 4);
  CHECK(world.decided("c1") + world.decided("c2") == 2);
}

TEST_CASE("publisher: a failed publication is tried again without loss or repeat", "[actors]") {
  struct Row {
    const char* what;
    MemoryFault fault;
    std::size_t count;
  };
  for (const Row& row : {Row{"refused", MemoryFault::refused, 2},
                         Row{"lost, unanswered", MemoryFault::unknown_lost, 1},
                         Row{"carried out, unanswered", MemoryFault::unknown_landed, 1}}) {
    INFO(row.what);
    World world;
    auto store = world.new_store();
    world.provider.obey();
    {
      Member node{world, store};
      node.lead();
      CHECK(text_of(node.say(initiate("c1", "o1")).kind) == "accepted");
      world.check_published("payment-events");
      world.log.fail_publishes(row.fault, row.count);
      CHECK(text_of(node.say(initiate("c2", "o2")).kind) == "accepted");
      CHECK(text_of(node.say(confirm("c3", "o1")).kind) == "accepted");
      world.check_published("payment-events");
      world.check_published("order-events");
    }
    Member node{world, store};  // It goes on at the committed position.
    node.lead();
    CHECK(text_of(node.say(initiate("c4", "o3")).kind) == "accepted");
    world.check_published("payment-events");
    world.check_published("order-events");
  }
}

TEST_CASE("publisher: what was read before a failed publication does not go in front of it",
          "[actors]") {
  World world;
  auto store = world.new_store();
  NodeOptions options = calm_options();
  options.threads = 1;
  Member node{world, store, options};
  node.lead();
  CHECK(text_of(node.say(initiate("c1", "o1")).kind) == "accepted");
  world.check_published("payment-events");
  world.log.fail_publishes(MemoryFault::refused);

  // The publication of c2 fails, and before that is heard a claim and a decision are read.
  std::optional<Hold> before{std::in_place, world};
  (void)node.ask(initiate("c2", "o2"));
  eventually("c2 is in the journal", [&] { return world.decided("c2") == 1; });
  std::optional<Hold> failed{std::in_place, world, Hold::From::behind_what_is_due};
  before.reset();
  failed->wait_until_it_holds();
  eventually("c2 is read back", [&] { return node.partition().in_flight == 0; });
  for (int i = 0; i < 20; ++i) (void)node.partition();  // The publisher has its turn.
  std::promise<void> go;
  std::promise<void> blocked;
  Box<std::shared_ptr<const Saga>> waited;
  const auto block = [&](const Saga&) {
    blocked.set_value();
    go.get_future().wait();
    return true;
  };
  node.node->wait(OrderId::of("o1"), block, world.clock.now() + hours{1}, waited.fill());
  blocked.get_future().wait();  // The only worker waits here.
  append_as_another_node(world.log);
  std::optional<Hold> all{std::in_place, world, Hold::From::behind_what_is_due};
  failed.reset();
  all->wait_until_it_holds();
  all.reset();
  go.set_value();
  CHECK(waited.get() != nullptr);

  node.wait_until_led(2);
  CHECK(text_of(node.say(initiate("c3", "o3")).kind) == "accepted");
  world.check_published("payment-events");
}

}  // namespace paysaga::actors::trial
