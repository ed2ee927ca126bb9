#include <catch2/catch.hpp>

#include "sim/stripe/world.hpp"

namespace paysaga::sim::stripe {

TEST_CASE("key: the same request again gets the first answer, word for word", "[sim][stripe]") {
  World world;
  const Answer created = world.create("o1", "", "k1");
  const std::string id = at(created.body, "id");
  CHECK(created.header("Idempotency-Key") == "k1");
  CHECK(created.header("Original-Request") == created.header("Request-Id"));
  CHECK(created.header("Idempotent-Replayed").empty());
  world.confirm(id);

  // The intent has moved on; the repeat is the old answer all the same.
  const Answer again = world.create("o1", "", "k1");
  CHECK(again.body == created.body);
  CHECK(again.header("Idempotent-Replayed") == "true");
  CHECK(again.header("Original-Request") == created.header("Request-Id"));
  CHECK(again.header("Request-Id") != created.header("Request-Id"));
  CHECK(at(again.body, "status") == "requires_payment_method");
  CHECK(world.model.books().orders().at(0).intents.size() == 1);
}

TEST_CASE("key: expanded parts are repeated as they were", "[sim][stripe]") {
  World world;
  const std::string id = world.intent("o1");
  const std::string path = "/v1/payment_intents/" + id + "/confirm";
  const std::string body = "payment_method=pm_card_visa&expand[]=latest_charge";
  const Answer first = world.post(path, body, "k1");
  world.refund(id, "&amount=100");
  CHECK(world.post(path, body, "k1").body == first.body);
  const Answer refund = world.refund(id, "&amount=1&expand[]=charge", "k2");
  world.refund(id, "&amount=100");
  CHECK(world.refund(id, "&amount=1&expand[]=charge", "k2").body == refund.body);
}

TEST_CASE("key: declines and state errors are kept, a repeat charges nothing", "[sim][stripe]") {
  World world;
  const std::string id = world.intent("o1");
  const Answer declined = world.confirm(id, "pm_card_chargeDeclined", "k1");
  CHECK(outcome(declined) == "402 card_declined");
  world.confirm(id, "pm_card_visa", "k2");
  CHECK(world.confirm(id, "pm_card_chargeDeclined", "k1").body == declined.body);
  const Answer refused = world.cancel(id, "k3");
  CHECK(outcome(refused) == "400 payment_intent_unexpected_state");
  CHECK(world.cancel(id, "k3").header("Idempotent-Replayed") == "true");
  CHECK(world.confirm(id, "pm_card_visa", "k2").header("Idempotent-Replayed") == "true");
  CHECK(world.model.books().violations() == 0);
  CHECK(world.model.books().totals().at("EUR").charges == 1);
}

TEST_CASE("key: with other parameters or at another endpoint it is a fault of the client",
          "[sim][stripe]") {
  World world;
  const std::string id = at(world.create("o1", "", "k1").body, "id");
  CHECK(outcome(world.create("o2", "", "k1")) == "400 idempotency_error");
  CHECK(outcome(world.confirm(id, "pm_card_visa", "k1")) == "400 idempotency_error");
  CHECK(world.violations(Violation::key_reused_other_params) == 2);
  // The order of parameters is not a difference.
  World other;
  const Answer one = other.post("/v1/payment_intents", "amount=4200&currency=eur", "k");
  const Answer two = other.post("/v1/payment_intents", "currency=eur&amount=4200", "k");
  CHECK(one.body == two.body);
}

TEST_CASE("key: in use while the first request runs", "[sim][stripe]") {
  ModelOptions options;
  options.faults.latency = seconds{10};
  World world{options};
  const Request request{
      "POST", "/v1/payment_intents", "amount=4200&currency=eur", "Bearer sk_test_x", "k1", {}, {}};
  const Course first = world.model.arrive(request, world.now);
  CHECK(first.answer_after == seconds{10});
  CHECK(first.effect_after <= first.answer_after);
  const Course second = world.model.arrive(request, world.now);
  const Answer busy = world.finish(second);
  CHECK(outcome(busy) == "409 idempotency_key_in_use");
  CHECK(busy.header("Stripe-Should-Retry") == "true");

  world.now += first.effect_after;
  const Answer done = world.finish(first);
  CHECK(done.status == 200);
  const Answer again = world.finish(world.model.arrive(request, world.now));
  CHECK(again.body == done.body);
  CHECK(again.header("Idempotent-Replayed") == "true");
}

TEST_CASE("key: parameter errors, refusals and limits are not kept", "[sim][stripe]") {
  World world;
  CHECK(world.post("/v1/payment_intents", "amount=1&currency=eur", "k1").status == 400);
  CHECK(world.create("o1", "", "k1").status == 200);

  const std::string id = world.intent("o2");
  CHECK(world.confirm(id, "pm_nobody", "k2").status == 400);
  CHECK(world.confirm(id, "pm_card_visa", "k2").status == 200);
  CHECK(world.confirm("pi_nobody", "pm_card_visa", "k3").status == 404);

  Request request{"POST", "/v1/payment_intents", "amount=4200&currency=eur", "", "k4", {}, {}};
  CHECK(world.serve(request).status == 401);
  for (const Fault fault : {Fault::rate_limit_429, Fault::lock_timeout_429}) {
    world.set_rate(fault, 1);
    CHECK(world.create("o4", "", "k4").status == 429);
    world.set_rate(fault, 0);
  }
  const Answer fresh = world.create("o4", "", "k4");
  CHECK(fresh.status == 200);
  CHECK(fresh.header("Idempotent-Replayed").empty());
}

TEST_CASE("key: forgotten after a day, then the request is new", "[sim][stripe]") {
  World world;
  const std::string id = at(world.create("o1", "", "k1").body, "id");
  world.now += hours{24} - seconds{1};
  CHECK(at(world.create("o1", "", "k1").body, "id") == id);
  world.now += seconds{1};
  const Answer fresh = world.create("o1", "", "k1");
  CHECK(at(fresh.body, "id") != id);
  CHECK(fresh.header("Idempotent-Replayed").empty());
  CHECK(world.model.books().orphans() == 1);
}

TEST_CASE("key: reads have none", "[sim][stripe]") {
  World world;
  const std::string id = world.intent("o1");
  const auto read = [&] { return world.send("GET", "/v1/payment_intents/" + id, {}, "k1"); };
  CHECK(outcome(read()) == "200 requires_payment_method");
  world.confirm(id);
  const Answer after = read();
  CHECK(outcome(after) == "200 succeeded");
  CHECK(after.header("Idempotency-Key").empty());
  CHECK(world.post("/v1/refunds", "payment_intent=" + id, std::string(256, 'k')).status == 400);
}

}  // namespace paysaga::sim::stripe
