#include <catch2/catch.hpp>

#include "paysaga/engine/stripe/webhook_signature.hpp"
#include "sim/stripe/world.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr const char* url = "http://127.0.0.1:9/hooks?shop=1";

/// An endpoint for those events; gives its id.
std::string endpoint(World& world, const std::string& events = "*") {
  return at(
      world.post("/v1/webhook_endpoints", "url=" + std::string{url} + "&enabled_events[]=" + events)
          .body,
      "id");
}

/// Everything that is sent until `end`, each answered with `status`; the types in their order.
std::string deliver(World& world, Duration until, int status = 200) {
  std::string types;
  const Time end = world.now + until;
  for (;;) {
    for (const Parcel& parcel : world.model.take_parcels(world.now)) {
      CHECK(parcel.url == url);
      types += (types.empty() ? "" : " ") + at(parcel.body, "type");
      world.model.settle_parcel(parcel.number, status, world.now);
    }
    const std::optional<Time> due = world.model.next_due();
    if (!due || *due > end) break;
    world.now = std::max(world.now, *due);
  }
  world.now = end;
  return types;
}

World world_with(DeliveryFault fault, double rate = 1) {
  ModelOptions options;
  options.faults.rate(fault) = rate;
  return World{options};
}

std::string of_event(World& world, const std::string& type, const std::string& member) {
  return at(world.get("/v1/events?type=" + type).body, "data.0." + member);
}

}  // namespace

TEST_CASE("webhook: the secret of an endpoint is told once, at its creation", "[sim][stripe]") {
  World world;
  const Answer made =
      world.post("/v1/webhook_endpoints",
                 "url=https://shop.example/hooks&enabled_events[]=charge.failed&"
                 "enabled_events[]=charge.succeeded&description=books&metadata[a]=1",
                 "k1");
  CHECK(outcome(made) == "200 enabled");
  CHECK(at(made.body, "object") == "webhook_endpoint");
  CHECK(at(made.body, "secret").starts_with("whsec_"));
  CHECK(at(made.body, "enabled_events") == R"(["charge.failed","charge.succeeded"])");
  const std::string path = "/v1/webhook_endpoints/" + at(made.body, "id");
  CHECK(at(world.get(path).body, "secret") == "absent");
  CHECK(at(world.get("/v1/webhook_endpoints").body, "data.0.url") == "https://shop.example/hooks");
  CHECK(at(world.get("/v1/webhook_endpoints").body, "data.0.secret") == "absent");
  const Answer changed = world.post(path, "disabled=true&metadata[a]=&enabled_events[]=*");
  CHECK(outcome(changed) == "200 disabled");
  CHECK(at(changed.body, "enabled_events") == R"(["*"])");
  CHECK(at(changed.body, "description") == "books");
  const Answer gone = world.send("DELETE", path);
  CHECK(at(gone.body, "deleted") == "true");
  CHECK(outcome(world.get(path)) == "404 resource_missing");
  CHECK(outcome(world.send("DELETE", path)) == "404 resource_missing");
  CHECK(at(world.get("/v1/webhook_endpoints").body, "data") == "[]");

  World later;
  later.now = world.now;
  for (const Record& record : world.records) REQUIRE(later.model.replay(record));
  CHECK(outcome(later.get(path)) == "404 resource_missing");
}

TEST_CASE("webhook: what is wrong with an endpoint is said", "[sim][stripe]") {
  struct Row {
    const char* body;
    const char* outcome;
    const char* param;
  };
  const Row row = GENERATE(
      Row{"enabled_events[]=*", "400 parameter_missing", "url"},
      Row{"url=http://a/", "400 parameter_missing", "enabled_events"},
      Row{"url=ftp://a/&enabled_events[]=*", "400 url_invalid", "url"},
      Row{"url=a&enabled_events[]=*", "400 url_invalid", "url"},
      Row{"url=http://a/b%20c&enabled_events[]=*", "400 url_invalid", "url"},
      Row{"url=http://a/&enabled_events[]=CHARGE", "400 invalid_request_error", "enabled_events"},
      Row{"url=http://a/&enabled_events[]=*&connect=true", "400 parameter_unknown", "connect"},
      Row{"url=http://a/&enabled_events[]=*&api_version=2020-01-01", "400 invalid_request_error",
          "api_version"},
      Row{"url=http://a&enabled_events[]=charge.failed", "200 enabled", "absent"});
  CAPTURE(row.body);
  World world;
  const Answer answer = world.post("/v1/webhook_endpoints", row.body);
  CHECK(outcome(answer) == row.outcome);
  CHECK(at(answer.body, "error.param") == row.param);
}

TEST_CASE("webhook: an endpoint is told what it wants, after the answer", "[sim][stripe]") {
  World world;
  world.intent("o0", "pm_card_visa");  // Before there was anybody to tell.
  endpoint(world, "payment_intent.succeeded&enabled_events[]=charge.succeeded");
  world.intent("o1", "pm_card_visa");
  CHECK(of_event(world, "charge.succeeded", "pending_webhooks") == "1");
  CHECK(of_event(world, "payment_intent.created", "pending_webhooks") == "0");
  CHECK(deliver(world, milliseconds{49}).empty());
  CHECK(deliver(world, milliseconds{1}) == "charge.succeeded payment_intent.succeeded");
  CHECK(of_event(world, "charge.succeeded", "pending_webhooks") == "0");
  CHECK(at(world.get("/_sim/deliveries").body, "data.0.status") == "200");
  const std::string event = of_event(world, "charge.succeeded", "id");
  CHECK(world.play(event, "resend").status == 200);
  CHECK(deliver(world, seconds{1}) == "charge.succeeded");
  CHECK(world.play(event, "forget").status == 400);
}

TEST_CASE("webhook: a delivery is signed as Stripe signs", "[sim][stripe]") {
  // Source: `openssl dgst -sha256 -hmac`.
  CHECK(engine::stripe::sign_webhook(R"({"id":"evt_test_webhook","object":"event"})",
                                     "whsec_test_secret",
                                     time_from_micros(1'700'000'000'000'000)) ==
        "t=1700000000,v1=d95c6b7477fbd7e9f90b1b0ef5f9c7ac25abca5382460e0d988c2b2a5b71b990");
  World world;
  const Answer made =
      world.post("/v1/webhook_endpoints", "url=" + std::string{url} + "&enabled_events[]=*");
  world.post("/_sim/clock", "advance=3d");
  world.intent("o1");
  world.wait(milliseconds{50});
  const std::vector<Parcel> parcels = world.model.take_parcels(world.now);
  REQUIRE(parcels.size() == 1);
  // By the clock on the wall, which receivers look at, whatever the account's clock says.
  CHECK(parcels[0].signature ==
        engine::stripe::sign_webhook(parcels[0].body, at(made.body, "secret"), world.now));
  CHECK(parcels[0].signature.starts_with("t=1700000000,v1="));
}

TEST_CASE("webhook: what fails is tried again, ever later, and given up", "[sim][stripe]") {
  const int status = GENERATE(0, 301, 400, 500);
  CAPTURE(status);
  World world;
  endpoint(world, "charge.succeeded");
  world.intent("o1", "pm_card_visa");
  CHECK(deliver(world, minutes{1}, status) == "charge.succeeded");
  CHECK(of_event(world, "charge.succeeded", "pending_webhooks") == "1");
  CHECK(deliver(world, minutes{4}, status).empty());
  CHECK(deliver(world, minutes{1}, status) == "charge.succeeded");
  CHECK(deliver(world, minutes{28}, status).empty());
  CHECK(deliver(world, minutes{3}, status) == "charge.succeeded");
  CHECK(deliver(world, hours{24}, status) == "charge.succeeded");
  CHECK(of_event(world, "charge.succeeded", "pending_webhooks") == "0");
  const auto lists = [&](const char* success) {
    const std::string query = "type=charge.succeeded&delivery_success=";
    return at(world.get("/v1/events?" + query + success).body, "data.0.type") != "absent";
  };
  CHECK(lists("false"));
  CHECK_FALSE(lists("true"));
  world.play(of_event(world, "charge.succeeded", "id"), "resend");
  CHECK(deliver(world, seconds{1}) == "charge.succeeded");
  CHECK(lists("true"));
}

TEST_CASE("webhook: one that fails first arrives later", "[sim][stripe]") {
  World world;
  endpoint(world, "charge.succeeded");
  world.intent("o1", "pm_card_visa");
  CHECK(deliver(world, minutes{1}, 500) == "charge.succeeded");
  CHECK(at(world.get("/v1/events?delivery_success=false").body, "data.0.type") ==
        "charge.succeeded");
  CHECK(deliver(world, minutes{10}) == "charge.succeeded");
  CHECK(at(world.get("/v1/events?delivery_success=false").body, "data") == "[]");
}

TEST_CASE("webhook: deliveries go wrong as often as they are told to", "[sim][stripe]") {
  struct Row {
    DeliveryFault fault;
    const char* at_once;
    const char* later;
  };
  const Row row =
      GENERATE(Row{DeliveryFault::duplicate, "charge.succeeded", "charge.succeeded"},
               Row{DeliveryFault::reorder, "", "charge.succeeded"},
               Row{DeliveryFault::delay, "", "charge.succeeded"}, Row{DeliveryFault::lose, "", ""});
  CAPTURE(to_text(row.fault));
  World world = world_with(row.fault);
  endpoint(world, "charge.succeeded");
  world.intent("o1", "pm_card_visa");
  CHECK(deliver(world, milliseconds{50}) == row.at_once);
  CHECK(deliver(world, minutes{3}) == row.later);
  CHECK(of_event(world, "charge.succeeded", "pending_webhooks") == "0");
  const bool lost = row.fault == DeliveryFault::lose;
  CHECK((at(world.get("/v1/events?delivery_success=false").body, "data") == "[]") == !lost);
}

TEST_CASE("webhook: some events overtake others", "[sim][stripe]") {
  World world = world_with(DeliveryFault::reorder, 0.5);
  endpoint(world, "payment_intent.created&enabled_events[]=payment_intent.succeeded");
  int overtaken = 0;
  for (int i = 0; i < 40; ++i) {
    world.intent("o" + std::to_string(i), "pm_card_visa");
    if (deliver(world, seconds{3}) == "payment_intent.succeeded payment_intent.created") {
      ++overtaken;
    }
  }
  CHECK(overtaken > 5);
  CHECK(overtaken < 35);
}

TEST_CASE("webhook: some events come before the answer to what caused them", "[sim][stripe]") {
  World world = world_with(DeliveryFault::early);
  endpoint(world, "payment_intent.succeeded");
  const std::string id = world.intent("o1");
  const Course course = world.model.arrive({"POST",
                                            "/v1/payment_intents/" + id + "/confirm",
                                            "payment_method=pm_card_visa",
                                            "Bearer sk_test_x",
                                            {},
                                            {},
                                            {}},
                                           world.now);
  const Answer answer = world.finish(course);
  CHECK(world.model.holds_answer(course));
  CHECK(deliver(world, Duration{0}, GENERATE(200, 500)) == "payment_intent.succeeded");
  CHECK_FALSE(world.model.holds_answer(course));
  CHECK(outcome(answer) == "200 succeeded");
}

TEST_CASE("webhook: a deleted endpoint is told nothing more", "[sim][stripe]") {
  World world;
  const std::string id = endpoint(world);
  world.intent("o1");
  world.send("DELETE", "/v1/webhook_endpoints/" + id);
  world.intent("o2");
  CHECK(deliver(world, hours{1}).empty());
  CHECK(of_event(world, "payment_intent.created", "pending_webhooks") == "0");
}

TEST_CASE("webhook: no more than a bounded number is under way", "[sim][stripe]") {
  World world;
  endpoint(world, "payment_intent.created");
  for (int i = 0; i < 100; ++i) world.intent("o" + std::to_string(i));
  world.wait(seconds{1});
  const std::vector<Parcel> first = world.model.take_parcels(world.now);
  CHECK(first.size() == Outbox::in_flight_max);
  CHECK(world.model.take_parcels(world.now).empty());
  CHECK_FALSE(world.model.next_due());
  world.model.settle_parcel(first[0].number, 200, world.now);
  CHECK(world.model.take_parcels(world.now).size() == 1);
}

}  // namespace paysaga::sim::stripe
