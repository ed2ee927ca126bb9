#include "paysaga/storage/dead_letter.hpp"

#include "actors/world.hpp"

namespace paysaga::actors::trial {
namespace {

using State = storage::DeadLetter::State;

const std::string commands = "payment-commands";
const std::string first = "payment-commands/0/0";

Box<Result<std::monostate>> redrive(Member& node, const std::string& id, bool force = false) {
  Box<Result<std::monostate>> box;
  node.node->redrive(id, "a person said so", force, box.fill());
  return box;
}

Box<Result<std::monostate>> discard(Member& node, const std::string& id) {
  Box<Result<std::monostate>> box;
  node.node->discard(id, "a person gave it up", box.fill());
  return box;
}

storage::DeadLetter letter_of(const storage::StateStore& store, const std::string& id) {
  const auto letter = store.dead_letter(id);
  REQUIRE(letter.has_value());
  REQUIRE(letter->has_value());
  return **letter;
}

bool is_dead(const storage::StateStore& store, const std::string& id) {
  const auto letter = store.dead_letter(id);
  return letter.has_value() && letter->has_value();
}

std::string header(const storage::LogRecord& record, std::string_view name) {
  for (const storage::Header& header : record.headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

}  // namespace

TEST_CASE("dead letter: a redrive puts it again, whole, and both are decided in one record",
          "[actors]") {
  World world;
  auto store = world.new_store();
  world.put(commands, p0, {"a key", {{"theirs", "kept"}}, "{not json"});
  {
    Member node{world, store};
    node.lead();
    eventually("it is dead", [&] { return is_dead(store, first); });
    CHECK(letter_of(store, first).state == State::waiting);
    REQUIRE(redrive(node, first).get().has_value());
    CHECK(letter_of(store, first).state == State::redriven);
    CHECK(letter_of(store, first).settled_why == "a person said so");
    eventually("it died again", [&] { return is_dead(store, commands + "/0/1"); });
  }
  const auto again = letter_of(store, commands + "/0/1").original;
  CHECK(again ==
        storage::LogRecord{
            "a key",
            {{"theirs", "kept"}, {"paysaga-redriven", "1"}, {"paysaga-dead-letter", first}},
            "{not json"});
  // Its state is what the journal says: a store made anew from it has the same.
  auto anew = world.new_store();
  Member node{world, anew};
  node.lead();
  CHECK(letter_of(anew, first) == letter_of(store, first));
  CHECK(letter_of(anew, commands + "/0/1").state == State::waiting);
}

TEST_CASE("dead letter: what died three times more is redriven by force only", "[actors]") {
  World world;
  auto store = world.new_store();
  Member node{world, store};
  node.lead();
  world.put(commands, p0, {"k", {}, "{not json"});
  for (int i = 0; i <= 3; ++i) {
    const std::string id = commands + "/0/" + std::to_string(i);
    eventually("it is dead", [&] { return is_dead(store, id); });
    const auto redriven = redrive(node, id).get();
    CHECK(redriven.has_value() == (i < 3));
    if (i < 3) continue;
    CHECK(redriven.error().code == ErrorCode::forbidden);
    CHECK(redriven.error().detail.starts_with("it was redriven 3 times and died each time"));
    CHECK(letter_of(store, id).state == State::waiting);
    CHECK(redrive(node, id, true).get().has_value());
  }
  eventually("it died again", [&] { return is_dead(store, commands + "/0/4"); });
  CHECK(header(letter_of(store, commands + "/0/4").original, "paysaga-redriven") == "4");
}

TEST_CASE("dead letter: it goes to the partition of its order, and is decided once", "[actors]") {
  World world{2};
  auto store = world.new_store();
  world.provider.obey();
  const std::string order = order_on(p1, 2);
  // It is dead for a reason that has gone since: here, an amount that is repaired by nobody.
  std::string bad = initiate("c1", order);
  bad.replace(bad.find("\"amount\""), 8, "\"amounX\"");
  world.put(commands, p0, {"", {}, bad});
  Member node{world, store};
  node.lead();
  eventually("it is dead", [&] { return is_dead(store, first); });
  REQUIRE(redrive(node, first).get().has_value());
  eventually("it died at its order's home", [&] { return is_dead(store, commands + "/1/0"); });
  CHECK(header(letter_of(store, commands + "/1/0").original, "paysaga-moved").empty());
  CHECK(node.seen.moves == 0);
}

TEST_CASE("dead letter: a settled one is settled again by force only; a discard is kept",
          "[actors]") {
  World world;
  auto store = world.new_store();
  Member node{world, store};
  node.lead();
  world.put(commands, p0, {"k", {}, "{not json"});
  eventually("it is dead", [&] { return is_dead(store, first); });
  REQUIRE(discard(node, first).get().has_value());
  const auto letter = letter_of(store, first);
  CHECK(letter.state == State::discarded);
  CHECK(letter.settled_why == "a person gave it up");
  CHECK(letter.settled_at >= letter.at);
  const auto refused = redrive(node, first).get();
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::forbidden);
  CHECK(refused.error().detail.starts_with("it was discarded at "));
  CHECK_FALSE(discard(node, first).get().has_value());
  CHECK(redrive(node, first, true).get().has_value());
  CHECK(letter_of(store, first).state == State::redriven);
  for (const std::string id : {"payment-commands/0/77", "payment-commands/9/0"}) {
    CHECK(redrive(node, id).get().error().code == ErrorCode::not_found);
  }
  CHECK(redrive(node, "nonsense").get().error().code == ErrorCode::malformed);
}

TEST_CASE("dead letter: one skipped from a queue goes to its order, which knows it by its id",
          "[actors]") {
  World world;
  auto store = world.new_store();
  Member node{world, store};
  node.lead();
  CHECK(text_of(node.say(initiate("c1", "o1")).kind) == "accepted");
  world.provider.wait_for_calls(1);
  world.provider.answer(0, answer::KeyMisused{"another request had this key"});
  eventually("it is stopped", [&] { return store.quarantine(OrderId::of("o1"))->has_value(); });
  CHECK(text_of(node.say(cancel("c2", "o1")).kind) == "quarantined");
  world.provider.obey();
  CHECK(node.skip("o1").get().has_value());
  eventually("it is lifted", [&] { return !store.quarantine(OrderId::of("o1"))->has_value(); });
  CHECK(world.decided("c2") == 1);  // Into the queue.
  const auto letters = store.dead_letters({"", 10});
  REQUIRE(letters->size() == 1);
  const std::string id = letters->front().id;
  REQUIRE(redrive(node, id).get().has_value());
  CHECK(letter_of(store, id).state == State::redriven);
  CHECK(world.decided("c2") == 2);
  REQUIRE(redrive(node, id, true).get().has_value());
  CHECK(world.decided("c2") == 2);
}

}  // namespace paysaga::actors::trial
