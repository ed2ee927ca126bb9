#include <catch2/catch.hpp>

#include "sim/stripe/world.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr const char* manual = "&capture_method=manual";

/// An intent of 42.00 EUR that is authorized.
std::string authorized(World& world, const std::string& order = "o1") {
  const std::string id = at(world.create(order, manual).body, "id");
  REQUIRE(outcome(world.confirm(id)) == "200 requires_capture");
  return id;
}

}  // namespace

TEST_CASE("capture: an authorization waits for its capture and says how long", "[sim][stripe]") {
  World world;
  const std::string id = authorized(world);
  CHECK(world.told() ==
        "payment_intent.created charge.succeeded payment_intent.amount_capturable_updated");
  const std::string intent =
      world.get("/v1/payment_intents/" + id + "?expand[]=latest_charge").body;
  CHECK(at(intent, "amount_capturable") == "4200");
  CHECK(at(intent, "amount_received") == "0");
  CHECK(at(intent, "latest_charge.captured") == "false");
  CHECK(at(intent, "latest_charge.paid") == "true");
  CHECK(at(intent, "latest_charge.amount_captured") == "0");
  CHECK(at(intent, "latest_charge.balance_transaction") == "null");
  CHECK(at(intent, "latest_charge.payment_method_details.card.capture_before") == "1700604800");
  CHECK(world.model.books().totals().empty());
}

TEST_CASE("capture: all of it or a part, once", "[sim][stripe]") {
  struct Row {
    const char* body;
    const char* outcome;
    const char* received;
  };
  const Row row = GENERATE(
      Row{"", "200 succeeded", "4200"}, Row{"amount_to_capture=4200", "200 succeeded", "4200"},
      Row{"amount_to_capture=1000", "200 succeeded", "1000"},
      Row{"amount_to_capture=1000&final_capture=true", "200 succeeded", "1000"},
      Row{"amount_to_capture=4201", "400 amount_too_large", "0"},
      Row{"amount_to_capture=0", "400 parameter_invalid_integer", "0"},
      Row{"amount_to_capture=1.5", "400 parameter_invalid_integer", "0"},
      Row{"amount_to_capture=1000&final_capture=false", "400 parameter_unknown", "0"},
      Row{"amount=1000", "400 parameter_unknown", "0"});
  CAPTURE(row.body);
  World world;
  const std::string id = authorized(world);
  world.told();
  CHECK(outcome(world.capture(id, row.body)) == row.outcome);
  const std::string after = world.retrieve(id).body;
  CHECK(at(after, "amount_received") == row.received);
  CHECK(at(after, "amount") == "4200");
  const bool done = std::string{row.received} != "0";
  CHECK(at(after, "amount_capturable") == (done ? "0" : "4200"));
  CHECK(world.told() == (done ? "charge.captured payment_intent.succeeded" : ""));
}

TEST_CASE("capture: what was not captured is released and cannot be refunded", "[sim][stripe]") {
  World world;
  const std::string id = authorized(world);
  const std::string charge =
      at(world.capture(id, "amount_to_capture=1000&metadata[kitchen]=7").body, "latest_charge");
  CHECK(at(world.retrieve(id).body, "metadata.kitchen") == "7");
  CHECK(world.refund(id, "&amount=1001").status == 400);
  CHECK(outcome(world.refund(id, "&amount=400")) == "200 succeeded");
  CHECK(at(world.get("/v1/charges/" + charge).body, "refunded") == "false");
  CHECK(at(world.refund(id).body, "amount") == "600");
  CHECK(at(world.get("/v1/charges/" + charge).body, "refunded") == "true");
  CHECK(world.model.books().totals().at("EUR").charged_minor == 1000);
}

TEST_CASE("capture: every state answers a capture as Stripe does", "[sim][stripe]") {
  struct Row {
    const char* state;
    const char* violation;
  };
  const Row row = GENERATE(Row{"requires_payment_method", "none"}, Row{"requires_action", "none"},
                           Row{"canceled", "none"}, Row{"succeeded", "capture_twice"});
  CAPTURE(row.state);
  const std::string state = row.state;
  World world;
  const std::string id = at(world.create("o1", manual).body, "id");
  if (state == "requires_action") world.confirm(id, "pm_card_authenticationRequired");
  if (state == "canceled") world.cancel(id);
  if (state == "succeeded") {
    world.confirm(id);
    world.capture(id, "", "k1");
    CHECK(outcome(world.capture(id, "", "k1")) == "200 succeeded");  // A repeat is none.
  }
  const Answer again = world.capture(id);
  CHECK(outcome(again) == "400 payment_intent_unexpected_state");
  CHECK(at(again.body, "error.payment_intent.status") == state);
  CHECK(world.violations(Violation::capture_twice) == (state == "succeeded" ? 1 : 0));
  CHECK(outcome(world.capture("pi_nobody")) == "404 resource_missing");
}

TEST_CASE("capture: more than was authorized stands in the books", "[sim][stripe]") {
  World world;
  CHECK(outcome(world.capture(authorized(world), "amount_to_capture=4300")) ==
        "400 amount_too_large");
  CHECK(world.violations(Violation::capture_over_authorized) == 1);
}

TEST_CASE("capture: a cancel gives the authorization up", "[sim][stripe]") {
  World world;
  const std::string id = authorized(world);
  world.told();
  CHECK(outcome(world.refund(id)) == "400 invalid_request_error");
  CHECK(outcome(world.cancel(id)) == "200 canceled");
  CHECK(at(world.retrieve(id).body, "amount_capturable") == "0");
  CHECK(world.told() == "payment_intent.canceled");
  CHECK(outcome(world.capture(id)) == "400 payment_intent_unexpected_state");
  world.wait(hours{24 * 8});
  CHECK(world.told().empty());
}

TEST_CASE("capture: a hold that nobody captures expires", "[sim][stripe]") {
  World world;
  const std::string id = authorized(world);
  const std::string captured = authorized(world, "o2");
  world.capture(captured);
  world.told();
  world.wait(hours{24 * 7} - seconds{1});
  CHECK(outcome(world.retrieve(id)) == "200 requires_capture");
  world.wait(seconds{1});
  CHECK(outcome(world.retrieve(id)) == "200 canceled");
  CHECK(at(world.retrieve(id).body, "cancellation_reason") == "automatic");
  CHECK(world.told() == "charge.expired payment_intent.canceled");
  CHECK(outcome(world.retrieve(captured)) == "200 succeeded");
  const std::string other = authorized(world, "o3");
  CHECK(outcome(world.play(other, "expire")) == "200 canceled");
}

}  // namespace paysaga::sim::stripe
