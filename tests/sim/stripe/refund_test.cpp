#include <sstream>

#include <catch2/catch.hpp>

#include "sim/stripe/world.hpp"

namespace paysaga::sim::stripe {
namespace {

std::int64_t refunded(const World& world) {
  return world.model.books().totals().at("EUR").refunded_minor;
}

}  // namespace

TEST_CASE("refund: several partial ones up to the charge, then no more", "[sim][stripe]") {
  World world;
  const std::string id = world.intent("o1", "pm_card_visa");
  const std::string charge = at(world.retrieve(id).body, "latest_charge");
  const Answer first = world.refund(id, "&amount=1000&reason=duplicate&metadata[refund_id]=r1");
  CHECK(outcome(first) == "200 succeeded");
  CHECK(at(first.body, "amount") == "1000");
  CHECK(at(first.body, "charge") == charge);
  CHECK(at(first.body, "payment_intent") == id);
  CHECK(at(first.body, "reason") == "duplicate");
  CHECK(at(first.body, "metadata.refund_id") == "r1");
  CHECK(at(world.get("/v1/charges/" + charge).body, "amount_refunded") == "1000");
  CHECK(at(world.get("/v1/charges/" + charge).body, "refunded") == "false");

  const Answer too_much = world.refund(id, "&amount=3201");
  CHECK(outcome(too_much) == "400 invalid_request_error");
  CHECK(at(too_much.body, "error.param") == "amount");
  CHECK(world.violations(Violation::refund_over_charge) == 1);

  // By charge and without an amount: everything that is left.
  const Answer rest = world.post("/v1/refunds", "charge=" + charge);
  CHECK(at(rest.body, "amount") == "3200");
  CHECK(at(world.get("/v1/charges/" + charge).body, "refunded") == "true");
  CHECK(outcome(world.refund(id)) == "400 charge_already_refunded");
  CHECK(outcome(world.refund(id, "&amount=1")) == "400 charge_already_refunded");
  CHECK(world.model.books().refusals(Refusal::refund_after_refund) == 2);
  CHECK(outcome(world.retrieve(id)) == "200 succeeded");
  CHECK(refunded(world) == 4200);
}

TEST_CASE("refund: what cannot be refunded is refused", "[sim][stripe]") {
  World world;
  const std::string paid = world.intent("o1", "pm_card_visa");
  CHECK(outcome(world.refund(world.intent("o2"))) == "400 invalid_request_error");
  CHECK(outcome(world.refund(world.intent("o3", "pm_card_chargeDeclined"))) ==
        "400 invalid_request_error");
  CHECK(world.model.books().refusals(Refusal::refund_of_unpaid) == 2);
  CHECK(outcome(world.refund("pi_nobody")) == "404 resource_missing");
  CHECK(outcome(world.post("/v1/refunds", "charge=ch_nobody")) == "404 resource_missing");
  CHECK(outcome(world.post("/v1/refunds", "amount=1")) == "400 parameter_missing");
  CHECK(outcome(world.refund(paid, "&charge=ch_1")) == "400 invalid_request_error");
  CHECK(outcome(world.refund(paid, "&amount=0")) == "400 parameter_invalid_integer");
  CHECK(outcome(world.refund(paid, "&amount=1.5")) == "400 parameter_invalid_integer");
  CHECK(outcome(world.refund(paid, "&reason=because")) == "400 invalid_request_error");
  CHECK(outcome(world.refund(paid, "&tip=1")) == "400 parameter_unknown");
  CHECK(refunded(world) == 0);
}

TEST_CASE("refund: a multiple of what the currency counts in", "[sim][stripe]") {
  World world;
  const std::string id = at(world
                                .post("/v1/payment_intents",
                                      "amount=10000&currency=kwd&payment_method_types[]=card&"
                                      "confirm=true&payment_method=pm_card_visa")
                                .body,
                            "id");
  CHECK(outcome(world.refund(id, "&amount=15")) == "400 parameter_invalid_integer");
  CHECK(outcome(world.refund(id, "&amount=20")) == "200 succeeded");
}

TEST_CASE("refund: pending ones succeed later", "[sim][stripe]") {
  World world;
  const std::string id = world.intent("o1", "pm_card_pendingRefund");
  const Answer refund = world.refund(id);
  CHECK(outcome(refund) == "200 pending");
  CHECK(at(refund.body, "pending_reason") == "processing");
  CHECK(outcome(world.refund(id)) == "400 charge_already_refunded");
  const std::string path = "/v1/refunds/" + at(refund.body, "id");
  world.now += world.options.behaviour.refund_after - seconds{1};
  CHECK(outcome(world.get(path)) == "200 pending");
  world.now += seconds{1};
  CHECK(outcome(world.get(path)) == "200 succeeded");
  CHECK(refunded(world) == 4200);
}

TEST_CASE("refund: some look good and fail later, which opens the charge again", "[sim][stripe]") {
  World world;
  const std::string id = world.intent("o1", "pm_card_refundFail");
  const Answer refund = world.refund(id, "&metadata[refund_id]=r1");
  CHECK(outcome(refund) == "200 succeeded");
  CHECK(refunded(world) == 4200);
  world.now += world.options.behaviour.refund_after;
  const Answer failed = world.get("/v1/refunds/" + at(refund.body, "id"));
  CHECK(outcome(failed) == "200 failed");
  CHECK(at(failed.body, "failure_reason") == "expired_or_canceled_card");
  CHECK(refunded(world) == 0);
  CHECK(world.model.books().totals().at("EUR").refund_failed_minor == 4200);
  CHECK(outcome(world.refund(id, "&metadata[refund_id]=r1")) == "200 succeeded");
  CHECK(world.model.books().violations() == 0);
}

TEST_CASE("refund: what happens to it is told, also later", "[sim][stripe]") {
  struct Row {
    const char* method;
    const char* at_once;
    const char* later;
  };
  const Row row = GENERATE(Row{"pm_card_visa", "refund.created charge.refunded", ""},
                           Row{"pm_card_pendingRefund", "refund.created charge.refunded",
                               "refund.updated charge.refund.updated"},
                           Row{"pm_card_refundFail", "refund.created charge.refunded",
                               "refund.failed refund.updated charge.refund.updated"});
  CAPTURE(row.method);
  World world;
  const std::string id = world.intent("o1", row.method);
  world.told();
  world.refund(id);
  CHECK(world.told() == row.at_once);
  world.wait(minutes{30});
  CHECK(world.told() == row.later);
}

TEST_CASE("refund: its end is played by hand", "[sim][stripe]") {
  struct Row {
    const char* method;
    const char* acts;
    const char* status;
  };
  const Row row =
      GENERATE(Row{"pm_card_pendingRefund", "succeed", "succeeded"},
               Row{"pm_card_pendingRefund", "fail", "failed"},
               Row{"pm_card_pendingRefund", "require_action", "requires_action"},
               Row{"pm_card_pendingRefund", "require_action succeed", "succeeded"},
               Row{"pm_card_pendingRefund", "require_action fail", "failed"},
               Row{"pm_card_visa", "fail", "failed"}, Row{"pm_card_visa", "succeed", "400"},
               Row{"pm_card_visa", "fail fail", "400"}, Row{"pm_card_visa", "explode", "400"});
  CAPTURE(row.acts);
  World world;
  const std::string id = at(world.refund(world.intent("o1", row.method)).body, "id");
  std::istringstream acts{row.acts};
  std::string end;
  for (std::string act; acts >> act;) {
    const Answer played = world.play(id, act);
    end = played.status == 200 ? at(played.body, "status") : std::to_string(played.status);
  }
  CHECK(end == row.status);
  world.wait(hours{1});
  if (end != "400" && end != "requires_action") {
    CHECK(at(world.get("/v1/refunds/" + id).body, "status") == end);
  }
}

TEST_CASE("refund: only one that requires an action is canceled", "[sim][stripe]") {
  World world;
  const std::string id = world.intent("o1", "pm_card_pendingRefund");
  const std::string refund = at(world.refund(id).body, "id");
  const std::string path = "/v1/refunds/" + refund + "/cancel";
  CHECK(outcome(world.post(path)) == "400 invalid_request_error");
  world.play(refund, "require_action");
  CHECK(outcome(world.post(path)) == "200 canceled");
  CHECK(refunded(world) == 0);
  CHECK(outcome(world.post(path)) == "400 invalid_request_error");
  CHECK(outcome(world.post("/v1/refunds/re_nobody/cancel")) == "404 resource_missing");
  world.wait(minutes{30});
  CHECK(at(world.get("/v1/refunds/" + refund).body, "status") == "canceled");
  CHECK(outcome(world.refund(id)) == "200 pending");
}

TEST_CASE("refund: its metadata is merged", "[sim][stripe]") {
  World world;
  const std::string id = at(
      world.refund(world.intent("o1", "pm_card_visa"), "&metadata[a]=1&metadata[b]=2").body, "id");
  const Answer changed = world.post("/v1/refunds/" + id, "metadata[a]=&metadata[c]=3");
  CHECK(at(changed.body, "metadata") == R"({"b":"2","c":"3"})");
}

TEST_CASE("refund: the same refund_id twice is a violation", "[sim][stripe]") {
  World world;
  const std::string id = world.intent("o1", "pm_card_visa");
  world.refund(id, "&amount=100&metadata[refund_id]=r1");
  world.refund(id, "&amount=100&metadata[refund_id]=r2");
  CHECK(world.model.books().violations() == 0);
  world.refund(id, "&amount=100&metadata[refund_id]=r1");
  CHECK(world.violations(Violation::double_refund) == 1);
}

TEST_CASE("refund: charge and intent are expanded on request", "[sim][stripe]") {
  World world;
  const std::string id = world.intent("o1", "pm_card_visa");
  const Answer refund = world.refund(id, "&amount=100&expand[]=charge&expand[]=payment_intent");
  CHECK(at(refund.body, "charge.amount_refunded") == "100");
  CHECK(at(refund.body, "payment_intent.id") == id);
  const Answer list = world.get("/v1/refunds?payment_intent=" + id + "&expand[]=data.charge");
  CHECK(at(list.body, "data.0.charge.amount_refunded") == "100");
}

}  // namespace paysaga::sim::stripe
