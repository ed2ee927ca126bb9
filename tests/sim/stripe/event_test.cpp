#include <catch2/catch.hpp>

#include "sim/stripe/world.hpp"

namespace paysaga::sim::stripe {
namespace {

/// The types of a list of events: "a b", then "+" if there are more.
std::string types(const Answer& list) {
  if (list.status != 200) return outcome(list);
  std::string text;
  for (int i = 0;; ++i) {
    const std::string type = at(list.body, "data." + std::to_string(i) + ".type");
    if (type == "absent") break;
    text += (text.empty() ? "" : " ") + type;
  }
  return text + (at(list.body, "has_more") == "true" ? " +" : "");
}

}  // namespace

TEST_CASE("event: it tells what the object was, and who asked for it", "[sim][stripe]") {
  World world;
  const std::string id = at(world.create("o1", "", "k1").body, "id");
  const Answer paid = world.confirm(id, "pm_card_visa", "k2");
  const Answer list = world.get("/v1/events?type=payment_intent.succeeded");
  CHECK(at(list.body, "data.0.object") == "event");
  CHECK(at(list.body, "data.0.api_version") == "2026-08-26.dahlia");
  CHECK(at(list.body, "data.0.livemode") == "false");
  CHECK(at(list.body, "data.0.created") == "1700000000");
  CHECK(at(list.body, "data.0.data.object") == paid.body);
  CHECK(at(list.body, "data.0.request.id") == paid.header("Request-Id"));
  CHECK(at(list.body, "data.0.request.idempotency_key") == "k2");
  // A snapshot: what comes later does not change it.
  world.refund(id);
  const std::string created =
      at(world.get("/v1/events?type=payment_intent.created").body, "data.0.id");
  CHECK(at(world.get("/v1/events/" + created).body, "data.object.status") ==
        "requires_payment_method");
  CHECK(outcome(world.get("/v1/events/evt_nobody")) == "404 resource_missing");
}

TEST_CASE("event: what happens by itself was asked for by nobody", "[sim][stripe]") {
  World world;
  world.refund(world.intent("o1", "pm_card_pendingRefund"));
  world.wait(minutes{30});
  const std::string event = world.get("/v1/events?type=refund.updated").body;
  CHECK(at(event, "data.0.created") == "1700001800");
  CHECK(at(event, "data.0.request.id") == "null");
  CHECK(at(event, "data.0.data.previous_attributes.status") == "pending");
}

TEST_CASE("event: filters, pages and cursors", "[sim][stripe]") {
  World world;
  world.intent("o1", "pm_card_visa");
  world.now += seconds{10};
  world.intent("o2", "pm_card_chargeDeclined");
  const std::string third = at(world.get("/v1/events").body, "data.2.id");
  struct Row {
    std::string query;
    std::string types;
  };
  const Row row = GENERATE_COPY(
      Row{"limit=2", "payment_intent.payment_failed charge.failed +"},
      Row{"type=charge.succeeded", "charge.succeeded"},
      Row{"type=charge.*", "charge.failed charge.succeeded"},
      Row{"types[]=charge.failed&types[]=charge.succeeded", "charge.failed charge.succeeded"},
      Row{"type=charge.*&limit=1", "charge.failed +"}, Row{"type=nothing", ""},
      Row{"created[gte]=1700000010&type=payment_intent.*",
          "payment_intent.payment_failed payment_intent.created"},
      Row{"created[lt]=1700000010&limit=1", "payment_intent.succeeded +"},
      Row{"ending_before=" + third, "payment_intent.payment_failed charge.failed"},
      Row{"starting_after=" + third + "&limit=1", "payment_intent.succeeded +"},
      Row{"delivery_success=true&type=charge.failed", "charge.failed"},
      Row{"delivery_success=false", ""},
      Row{"delivery_success=perhaps", "400 invalid_request_error"},
      Row{"type=a&types[]=b", "400 invalid_request_error"},
      Row{"starting_after=evt_nobody", "400 resource_missing"});
  CAPTURE(row.query);
  CHECK(types(world.get("/v1/events?" + row.query)) == row.types);
}

TEST_CASE("event: they are kept for thirty days", "[sim][stripe]") {
  World world;
  world.intent("o1");
  const std::string id = at(world.get("/v1/events").body, "data.0.id");
  world.wait(hours{24 * 30} - seconds{1});
  world.intent("o2");
  CHECK(world.get("/v1/events/" + id).status == 200);
  world.wait(seconds{1});
  world.intent("o3");
  CHECK(outcome(world.get("/v1/events/" + id)) == "404 resource_missing");
  CHECK(types(world.get("/v1/events")) == "payment_intent.created payment_intent.created");
}

}  // namespace paysaga::sim::stripe
