#include <catch2/catch.hpp>

#include "sim/stripe/world.hpp"

namespace paysaga::sim::stripe {
namespace {

World limited_world(const std::string& limits) {
  ModelOptions options;
  REQUIRE(options.limits.change(*Form::parse(limits)));
  return World{options};
}

Request confirm_of(const std::string& id) {
  return {"POST",
          "/v1/payment_intents/" + id + "/confirm",
          "payment_method=pm_card_visa",
          "Bearer sk_test_x",
          {},
          {},
          {}};
}

}  // namespace

TEST_CASE("limit: too many requests a second are refused, with the reason", "[sim][stripe]") {
  struct Row {
    const char* limits;
    int creates;
    int lists;
    const char* reason;
  };
  const Row row =
      GENERATE(Row{"global_rate=10", 5, 6, "global-rate"},
               Row{"endpoint_rate=10", 11, 0, "endpoint-rate"}, Row{"endpoint_rate=10", 10, 10, ""},
               Row{"global_rate=10&endpoint_rate=4", 2, 5, "endpoint-rate"},
               Row{"global_rate=0", 50, 50, ""});
  CAPTURE(row.limits);
  World world = limited_world(row.limits);
  Answer last;
  for (int i = 0; i < row.creates; ++i) last = world.create("o");
  for (int i = 0; i < row.lists; ++i) last = world.get("/v1/payment_intents");
  const bool refused = *row.reason != '\0';
  CHECK(last.status == (refused ? 429 : 200));
  CHECK(last.header("Stripe-Rate-Limited-Reason") == row.reason);
  CHECK(last.header("Stripe-Should-Retry").empty());
  CHECK(world.get("/_sim/books").status == 200);
  world.now += milliseconds{300};
  CHECK(world.get("/v1/payment_intents").status == 200);
}

TEST_CASE("limit: a refused request keeps no key and takes none away", "[sim][stripe]") {
  World world = limited_world("endpoint_rate=1");
  CHECK(world.create("o1", "", "k1").status == 200);
  CHECK(world.create("o2", "", "k2").status == 429);
  CHECK(world.create("o1", "", "k1").status == 429);
  world.now += seconds{1};
  CHECK(world.create("o2", "", "k2").header("Idempotent-Replayed").empty());
  world.now += seconds{1};
  CHECK(world.create("o1", "", "k1").header("Idempotent-Replayed") == "true");
}

TEST_CASE("limit: one change of an object at a time", "[sim][stripe]") {
  World world = limited_world("locks=1");
  const std::string id = world.intent("o1");
  const std::string other = world.intent("o2");
  const Course first = world.model.arrive(confirm_of(id), world.now);
  const Course second = world.model.arrive(confirm_of(id), world.now);
  const Course elsewhere = world.model.arrive(confirm_of(other), world.now);
  CHECK(world.retrieve(id).status == 200);
  const Answer locked = world.finish(second);
  CHECK(outcome(locked) == "429 lock_timeout");
  CHECK(locked.header("Stripe-Should-Retry") == "true");
  CHECK(outcome(world.finish(first)) == "200 succeeded");
  CHECK(outcome(world.finish(elsewhere)) == "200 succeeded");
  CHECK(outcome(world.confirm(id)) == "400 payment_intent_unexpected_state");
}

TEST_CASE("limit: so many are under way at once", "[sim][stripe]") {
  const bool global = GENERATE(true, false);
  World world = limited_world(global ? "global_concurrency=2" : "endpoint_concurrency=2");
  std::vector<Course> courses;
  for (int i = 0; i < 3; ++i) {
    courses.push_back(world.model.arrive(confirm_of("pi_" + std::to_string(i)), world.now));
  }
  CHECK(world.get("/v1/payment_intents").status == (global ? 429 : 200));
  CHECK(world.finish(courses[2]).header("Stripe-Rate-Limited-Reason") ==
        (global ? "global-concurrency" : "endpoint-concurrency"));
  CHECK(world.finish(courses[0]).status == 404);
  world.model.abandon(courses[1]);
  CHECK(world.get("/v1/payment_intents").status == 200);
}

TEST_CASE("limit: an intent is changed so often an hour", "[sim][stripe]") {
  World world = limited_world("updates_an_hour=3");
  const std::string id = world.intent("o1");
  const auto update = [&] { return world.post("/v1/payment_intents/" + id, "description=x"); };
  for (int i = 0; i < 3; ++i) CHECK(update().status == 200);
  CHECK(update().header("Stripe-Rate-Limited-Reason") == "resource-specific");
  CHECK(world.retrieve(id).status == 200);
  world.now += hours{1};
  CHECK(update().status == 200);
}

TEST_CASE("limit: they have names and are changed while it runs", "[sim][stripe]") {
  CHECK(Limits::named("sandbox")->global_rate == 25);
  CHECK(Limits::named("live")->global_rate == 100);
  CHECK(Limits::named("none")->endpoint_rate == 0);
  CHECK_FALSE(Limits::named("some"));
  World world;
  CHECK(at(world.post("/_sim/limits", "global_rate=1").body, "global_rate") == "1");
  CHECK(world.post("/_sim/limits", "global_rate=-1").status == 400);
  CHECK(world.post("/_sim/limits", "patience=1").status == 400);
  CHECK(at(world.get("/_sim/limits").body, "global_rate") == "1");
}

}  // namespace paysaga::sim::stripe
