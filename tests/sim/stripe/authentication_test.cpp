#include <map>

#include <catch2/catch.hpp>

#include "sim/stripe/world.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr const char* asking = "pm_card_authenticationRequired";

World patient_world() {
  ModelOptions options;
  options.behaviour.customer_leaves = 1;
  return World{options};
}

}  // namespace

TEST_CASE("3ds: the customer is asked, answers after a while, and pays", "[sim][stripe]") {
  World world;
  const std::string id = world.intent("o1");
  world.told();
  const Answer asked = world.confirm(id, std::string{asking} + "&return_url=https://shop/back");
  CHECK(outcome(asked) == "200 requires_action");
  CHECK(at(asked.body, "next_action.type") == "redirect_to_url");
  CHECK(at(asked.body, "next_action.redirect_to_url.return_url") == "https://shop/back");
  CHECK(at(asked.body, "next_action.redirect_to_url.url").ends_with("/_sim/authenticate/" + id));
  CHECK(at(asked.body, "client_secret").starts_with(id + "_secret_"));
  CHECK(at(asked.body, "latest_charge") == "null");
  CHECK(world.told() == "payment_intent.requires_action");
  world.wait(milliseconds{999});
  CHECK(outcome(world.retrieve(id)) == "200 requires_action");
  world.wait(seconds{5});
  CHECK(outcome(world.retrieve(id)) == "200 succeeded");
  CHECK(at(world.retrieve(id).body, "next_action") == "null");
  CHECK(world.told() == "charge.succeeded payment_intent.succeeded");
}

TEST_CASE("3ds: without a page to return to the client's SDK shows the bank", "[sim][stripe]") {
  World world;
  CHECK(at(world.confirm(world.intent("o1"), asking).body, "next_action.type") == "use_stripe_sdk");
}

TEST_CASE("3ds: each card asks and ends in its own way", "[sim][stripe]") {
  struct Row {
    const char* method;
    const char* at_once;
    const char* then;
    const char* code;
  };
  const Row row =
      GENERATE(Row{"pm_card_authenticationRequired", "200 requires_action", "succeeded", "absent"},
               Row{"pm_card_threeDSecureRequired", "200 requires_action", "succeeded", "absent"},
               Row{"pm_card_threeDSecure2Required", "200 requires_action", "succeeded", "absent"},
               Row{"pm_card_threeDSecureOptional", "200 succeeded", "succeeded", "absent"},
               Row{"pm_card_threeDSecureRequiredChargeDeclined", "200 requires_action",
                   "requires_payment_method", "card_declined"},
               Row{"pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
                   "200 requires_action", "requires_payment_method", "card_declined"});
  CAPTURE(row.method);
  World world;
  const std::string id = world.intent("o1");
  CHECK(outcome(world.confirm(id, row.method)) == row.at_once);
  world.wait(seconds{5});
  const std::string after = world.retrieve(id).body;
  CHECK(at(after, "status") == row.then);
  CHECK(at(after, "last_payment_error.code") == row.code);
}

TEST_CASE("3ds: a customer who is not there is not asked", "[sim][stripe]") {
  const char* how = GENERATE("&off_session=true", "&error_on_requires_action=true");
  CAPTURE(how);
  World world;
  const std::string id = world.intent("o1");
  world.told();
  const Answer refused = world.confirm(id, std::string{asking} + how);
  CHECK(outcome(refused) == "402 authentication_required");
  CHECK(at(refused.body, "error.decline_code") == "authentication_required");
  CHECK(at(refused.body, "error.type") == "card_error");
  CHECK(outcome(world.retrieve(id)) == "200 requires_payment_method");
  CHECK(world.told() == "charge.failed payment_intent.payment_failed");
  CHECK(outcome(world.confirm(id, std::string{"pm_card_visa"} + how)) == "200 succeeded");
}

TEST_CASE("3ds: any card asks when the shop wants it", "[sim][stripe]") {
  World world;
  const std::string id = at(
      world.create("o1", "&payment_method_options[card][request_three_d_secure]=any").body, "id");
  CHECK(outcome(world.confirm(id)) == "200 requires_action");
}

TEST_CASE("3ds: a failed authentication charges nothing", "[sim][stripe]") {
  World world = patient_world();
  const std::string id = world.intent("o1");
  world.confirm(id, asking);
  world.told();
  CHECK(outcome(world.play(id, "fail_authentication")) == "200 requires_payment_method");
  const std::string after = world.retrieve(id).body;
  CHECK(at(after, "last_payment_error.code") == "payment_intent_authentication_failure");
  CHECK(at(after, "last_payment_error.type") == "invalid_request_error");
  CHECK(at(after, "latest_charge") == "null");
  CHECK(world.told() == "payment_intent.payment_failed");
  CHECK(outcome(world.confirm(id)) == "200 succeeded");
  CHECK(outcome(world.play(id, "authenticate")) == "400 invalid_request_error");
}

TEST_CASE("3ds: a share of the customers fails, or leaves for good", "[sim][stripe]") {
  ModelOptions options;
  options.behaviour.customer_fails = 0.3;
  options.behaviour.customer_leaves = 0.3;
  World world{options};
  std::map<std::string, int> ends;
  for (int i = 0; i < 200; ++i) {
    const std::string id = world.intent("o" + std::to_string(i));
    world.confirm(id, asking);
    world.wait(seconds{5});
    ++ends[at(world.retrieve(id).body, "status")];
  }
  CHECK(ends["requires_action"] > 40);
  CHECK(ends["requires_payment_method"] > 25);
  CHECK(ends["succeeded"] > 70);
}

TEST_CASE("3ds: an answer to a former attempt is no answer to this one", "[sim][stripe]") {
  World world;
  const std::string id = world.intent("o1");
  world.confirm(id, asking);
  CHECK(outcome(world.cancel(id)) == "200 canceled");
  world.wait(seconds{5});
  CHECK(outcome(world.retrieve(id)) == "200 canceled");
}

TEST_CASE("3ds: with manual capture the money is authorized", "[sim][stripe]") {
  World world;
  const std::string id = at(world.create("o1", "&capture_method=manual").body, "id");
  world.confirm(id, asking);
  world.wait(seconds{5});
  CHECK(outcome(world.retrieve(id)) == "200 requires_capture");
}

TEST_CASE("3ds: the page of the bank sends the customer back to the shop", "[sim][stripe]") {
  World world = patient_world();
  const std::string id = world.intent("o1");
  world.confirm(id, std::string{asking} + "&return_url=https://shop/back?cart=7");
  const Answer page = world.get("/_sim/authenticate/" + id);
  CHECK(page.status == 200);
  CHECK(page.content_type == "text/html; charset=utf-8");
  CHECK(page.body.find("42.00 EUR") != std::string::npos);
  const Answer back = world.post("/_sim/authenticate/" + id, "act=authenticate");
  CHECK(back.status == 303);
  CHECK(back.header("Location").starts_with("https://shop/back?cart=7&payment_intent=" + id));
  CHECK(back.header("Location").ends_with("&redirect_status=succeeded"));
  CHECK(outcome(world.retrieve(id)) == "200 succeeded");
  CHECK(world.get("/_sim/authenticate/" + id).body.find("Nothing is waiting") != std::string::npos);
  CHECK(world.get("/_sim/authenticate/pi_nobody").status == 404);
}

}  // namespace paysaga::sim::stripe
