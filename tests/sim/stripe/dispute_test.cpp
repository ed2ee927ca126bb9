#include <catch2/catch.hpp>

#include "sim/stripe/world.hpp"

namespace paysaga::sim::stripe {
namespace {

/// The id of the charge of a payment by that method.
std::string charge_of(World& world, const std::string& method = "pm_card_visa") {
  return at(world.retrieve(world.intent("o1", method)).body, "latest_charge");
}

/// A dispute that a test card has opened.
std::string disputed(World& world, const std::string& method = "pm_card_createDispute") {
  charge_of(world, method);
  world.wait(minutes{1});
  return world.model.account().ids().text(Kind::dispute, 0);
}

Answer submit(World& world, const std::string& id, const std::string& text) {
  return world.post("/v1/disputes/" + id, "evidence[uncategorized_text]=" + text);
}

std::string status(World& world, const std::string& id) {
  return at(world.get("/v1/disputes/" + id).body, "status");
}

}  // namespace

TEST_CASE("dispute: each test card is disputed in its own way", "[sim][stripe]") {
  struct Row {
    const char* method;
    const char* reason;
    const char* status;
    const char* told;
  };
  const Row row =
      GENERATE(Row{"pm_card_createDispute", "fraudulent", "needs_response",
                   "charge.dispute.created charge.dispute.funds_withdrawn"},
               Row{"pm_card_createDisputeProductNotReceived", "product_not_received",
                   "needs_response", "charge.dispute.created charge.dispute.funds_withdrawn"},
               Row{"pm_card_createDisputeInquiry", "fraudulent", "warning_needs_response",
                   "charge.dispute.created"});
  CAPTURE(row.method);
  World world;
  const std::string charge = charge_of(world, row.method);
  CHECK(at(world.get("/v1/charges/" + charge).body, "disputed") == "false");
  world.told();
  world.wait(minutes{1});
  CHECK(world.told() == row.told);
  CHECK(at(world.get("/v1/charges/" + charge).body, "disputed") == "true");
  const std::string id = world.model.account().ids().text(Kind::dispute, 0);
  const Answer dispute = world.get("/v1/disputes/" + id + "?expand[]=charge");
  CHECK(at(dispute.body, "object") == "dispute");
  CHECK(at(dispute.body, "amount") == "4200");
  CHECK(at(dispute.body, "reason") == row.reason);
  CHECK(at(dispute.body, "status") == row.status);
  CHECK(at(dispute.body, "charge.id") == charge);
  CHECK(at(dispute.body, "evidence_details.due_by") == "1700777660");
  const bool withdrawn = std::string{row.status} == "needs_response";
  CHECK(at(dispute.body, "balance_transactions.0.amount") == (withdrawn ? "-4200" : "absent"));
  CHECK(world.model.books().totals().at("EUR").disputed_minor == (withdrawn ? 4200 : 0));
}

TEST_CASE("dispute: evidence decides it, silence loses it", "[sim][stripe]") {
  struct Row {
    const char* method;
    const char* evidence;
    const char* review;
    const char* end;
    const char* told;
  };
  constexpr const char* dispute = "pm_card_createDispute";
  constexpr const char* inquiry = "pm_card_createDisputeInquiry";
  const Row row = GENERATE_COPY(
      Row{dispute, "winning_evidence", "under_review", "won",
          "charge.dispute.updated charge.dispute.funds_reinstated charge.dispute.closed"},
      Row{dispute, "losing_evidence", "under_review", "lost",
          "charge.dispute.updated charge.dispute.closed"},
      Row{dispute, "", "needs_response", "lost", "charge.dispute.closed"},
      Row{inquiry, "", "warning_needs_response", "warning_closed", "charge.dispute.closed"},
      Row{inquiry, "winning_evidence", "warning_under_review", "warning_closed",
          "charge.dispute.updated charge.dispute.closed"},
      Row{inquiry, "escalate_inquiry_evidence", "warning_under_review", "lost",
          "charge.dispute.updated charge.dispute.updated charge.dispute.funds_withdrawn "
          "charge.dispute.closed"});
  CAPTURE(row.method, row.evidence);
  World world;
  const std::string id = disputed(world, row.method);
  world.told();
  if (*row.evidence != '\0') CHECK(submit(world, id, row.evidence).status == 200);
  CHECK(status(world, id) == row.review);
  world.wait(hours{24 * 20});
  CHECK(status(world, id) == row.end);
  CHECK(world.told() == row.told);
  CHECK(outcome(submit(world, id, "more")) == "400 invalid_request_error");
}

TEST_CASE("dispute: evidence may wait before it is submitted", "[sim][stripe]") {
  World world;
  const std::string id = disputed(world);
  CHECK(world.post("/v1/disputes/" + id, "evidence[uncategorized_text]=x&submit=false").status ==
        200);
  CHECK(status(world, id) == "needs_response");
  CHECK(at(world.get("/v1/disputes/" + id).body, "evidence_details.has_evidence") == "true");
  CHECK(at(world.get("/v1/disputes/" + id).body, "evidence_details.submission_count") == "0");
  CHECK(outcome(world.post("/v1/disputes/" + id + "/close")) == "200 lost");
  CHECK(outcome(world.post("/v1/disputes/" + id + "/close")) == "400 invalid_request_error");
  CHECK(outcome(world.get("/v1/disputes/dp_nobody")) == "404 resource_missing");
}

TEST_CASE("dispute: a disputed charge is refunded only when that is over and won",
          "[sim][stripe]") {
  struct Row {
    const char* method;
    const char* act;
    const char* refund;
  };
  const Row row = GENERATE(Row{"pm_card_createDispute", "", "400 charge_disputed"},
                           Row{"pm_card_createDispute", "lose", "400 charge_disputed"},
                           Row{"pm_card_createDispute", "win", "200 succeeded"},
                           Row{"pm_card_createDisputeInquiry", "", "200 succeeded"},
                           Row{"pm_card_createDisputeInquiry", "escalate", "400 charge_disputed"});
  CAPTURE(row.method, row.act);
  World world;
  const std::string id = disputed(world, row.method);
  if (*row.act != '\0') CHECK(world.play(id, row.act).status == 200);
  const std::string charge = at(world.get("/v1/disputes/" + id).body, "charge");
  CHECK(outcome(world.post("/v1/refunds", "charge=" + charge)) == row.refund);
  CHECK(world.model.books().refusals(Refusal::refund_of_disputed) ==
        (std::string{row.refund} == "400 charge_disputed" ? 1 : 0));
}

TEST_CASE("dispute: an inquiry is over once all is given back", "[sim][stripe]") {
  World world;
  const std::string id = disputed(world, "pm_card_createDisputeInquiry");
  const std::string charge = at(world.get("/v1/disputes/" + id).body, "charge");
  world.post("/v1/refunds", "charge=" + charge + "&amount=100");
  CHECK(status(world, id) == "warning_needs_response");
  world.post("/v1/refunds", "charge=" + charge);
  CHECK(status(world, id) == "warning_closed");
}

TEST_CASE("dispute: one that is opened by hand fails the refunds that are pending",
          "[sim][stripe]") {
  World world;
  const std::string charge = charge_of(world, "pm_card_pendingRefund");
  const std::string refund =
      at(world.post("/v1/refunds", "charge=" + charge + "&amount=200").body, "id");
  world.told();
  const Answer opened = world.play(charge, "dispute");
  CHECK(at(opened.body, "amount") == "4200");
  CHECK(at(world.get("/v1/refunds/" + refund).body, "failure_reason") ==
        "charge_for_pending_refund_disputed");
  CHECK(world.told() ==
        "refund.failed refund.updated charge.refund.updated charge.dispute.created "
        "charge.dispute.funds_withdrawn");
  CHECK(outcome(world.play(charge, "dispute")) == "400 invalid_request_error");
  world.wait(minutes{30});
}

}  // namespace paysaga::sim::stripe
