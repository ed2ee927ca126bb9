#include "actors/world.hpp"

namespace paysaga::actors::trial {
namespace {

const std::string topic = "payment-webhook-received";

storage::LogRecord webhook(const std::string& id, const std::string& order,
                           const std::string& intent) {
  return {order,
          {{"ce_id", id}},
          R"({"id":")" + id +
              R"(","object":"event","type":"payment_intent.succeeded","livemode":false,)"
              R"("data":{"object":{"id":")" +
              intent + R"(","object":"payment_intent"}}})"};
}

/// An order whose intent waits for its customer; its id.
std::string wait_for_customer(Member& node) {
  CHECK(text_of(node.say(initiate("c1", "o1")).kind) == "accepted");
  node.world.provider.wait_for_calls(1);
  const Answer made = ScriptedProvider::good(node.world.provider.at(0));
  node.world.provider.answer(0, made);
  eventually("it waits", [&] { return node.status("o1") == "PAYMENT_PENDING"; });
  return std::get<answer::Intent>(made).intent.id.text();
}

/// What its customer did elsewhere.
Answer paid(const ProviderCall& created) {
  IntentObject intent = std::get<answer::Intent>(ScriptedProvider::good(created)).intent;
  intent.status = IntentStatus::succeeded;
  intent.received_minor = intent.amount.minor;
  return answer::Intent{intent};
}

}  // namespace

TEST_CASE("webhook: makes its order look at once, and its repeat does not", "[actors]") {
  World world;
  auto store = world.new_store();
  Member node{world, store};
  node.lead();
  const std::string intent = wait_for_customer(node);
  world.put(topic, p0, webhook("evt_1", "o1", intent));
  world.provider.wait_for_calls(2);
  CHECK(world.provider.at(1).call.request.target == "read_intent");
  world.provider.answer(1, paid(world.provider.at(0)));
  eventually("it is paid", [&] { return node.status("o1") == "PENDING"; });
  world.put(topic, p0, webhook("evt_1", "o1", intent));
  world.put(topic, p0, webhook("evt_0", "o1", intent));  // An older one that was overtaken.
  world.put(topic, p0, {"o1", {}, "{not json"});
  eventually("all were taken", [&] { return node.seen.told("dead").size() == 1; });
  CHECK(world.decided("evt_1") == 1);
  CHECK(world.decided("evt_0") == 0);
  CHECK(world.provider.calls() == 2);
  world.check_fold(store);
}

TEST_CASE("webhook: a confirm that is not answered is looked at beside it", "[actors]") {
  World world;
  auto store = world.new_store();
  Member node{world, store};
  node.lead();
  const std::string intent = wait_for_customer(node);
  CHECK(text_of(node.say(confirm("c2", "o1")).kind) == "accepted");
  world.provider.wait_for_calls(2);  // The confirm, which nobody answers.
  world.put(topic, p0, webhook("evt_1", "o1", intent));
  eventually("it is decided", [&] { return world.decided("evt_1") == 1; });
  world.clock.advance(seconds{2});
  world.provider.wait_for_calls(3);
  CHECK(world.provider.at(2).call.request.target == "read_intent");
  world.provider.answer(2, paid(world.provider.at(0)));
  eventually("it is paid", [&] { return node.status("o1") == "PENDING"; });
  world.provider.answer(1, answer::Unknown{"timeout", false, std::nullopt});
  world.check_fold(store);
}

TEST_CASE("webhook: of an order that nobody knows leads to nothing", "[actors]") {
  World world;
  auto store = world.new_store();
  Member node{world, store};
  node.lead();
  world.put(topic, p0, webhook("evt_1", "o9", "pi_9"));
  world.put(topic, p0, {"", {}, "{not json"});
  eventually("it was taken", [&] { return node.seen.told("dead").size() == 1; });
  CHECK(node.status("o9") == "none");
  CHECK(world.provider.calls() == 0);
}

TEST_CASE("webhook: a node that starts anew makes the look that was asked for", "[actors]") {
  World world;
  auto store = world.new_store();
  std::string intent;
  {
    Member node{world, store};
    node.lead();
    intent = wait_for_customer(node);
    world.put(topic, p0, webhook("evt_1", "o1", intent));
    world.provider.wait_for_calls(2);  // Never answered.
  }
  Member node{world, store};
  node.lead();
  world.provider.wait_for_calls(3);
  CHECK(world.provider.at(2).call.request.target == "read_intent");
  world.provider.answer(2, paid(world.provider.at(0)));
  eventually("it is paid", [&] { return node.status("o1") == "PENDING"; });
}

TEST_CASE("webhook: waits in the queue of a stopped order", "[actors]") {
  World world;
  auto store = world.new_store();
  Member node{world, store};
  node.lead();
  const std::string intent = wait_for_customer(node);
  CHECK(text_of(node.say(confirm("c2", "o1")).kind) == "accepted");
  world.provider.wait_for_calls(2);
  world.provider.answer(1, answer::KeyMisused{"another request had this key"});
  eventually("it is stopped", [&] { return !node.seen.told("stopped").empty(); });
  world.put(topic, p0, webhook("evt_1", "o1", intent));
  eventually("it is queued", [&] {
    const auto queue = store.queued(OrderId::of("o1"), 10);
    return queue && queue->size() == 1;
  });
  CHECK(node.resume("o1").get().has_value());
  eventually("it is decided", [&] { return world.decided("evt_1") == 1; });
  CHECK(node.seen.told("dead").empty());
}

}  // namespace paysaga::actors::trial
