#include "paysaga/engine/http/next_action.hpp"

#include <catch2/catch.hpp>

#include "engine/http/world.hpp"

namespace paysaga::engine::http {
namespace {

using payment::Status;

Saga order_with(Status status) {
  Saga saga = make_order("o1", order::Status::payment_processing, status);
  saga.payment->intent = IntentObject{.id = IntentId::of("pi_1"),
                                      .status = IntentStatus::requires_action,
                                      .amount = saga.payment->amount,
                                      .order = "o1",
                                      .attempt = 1,
                                      .ledger = "l",
                                      .created = Time{}};
  return saga;
}

constexpr std::string_view asks =
    R"({"id":"pi_1","object":"payment_intent","status":"requires_action",)"
    R"("client_secret":"pi_1_secret_x","next_action":{"type":"redirect_to_url",)"
    R"("redirect_to_url":{"url":"https://bank/?a=1","return_url":"https://shop/back"}}})";

}  // namespace

TEST_CASE("next action: in which states there is one", "[engine][http]") {
  struct Row {
    Status status;
    std::string code;  // Empty: Stripe is asked.
    bool retryable = false;
  };
  for (const Row& row :
       {Row{Status::creating, "in_progress", true}, Row{Status::ready, ""},
        Row{Status::confirming, "in_progress", true}, Row{Status::action_required, ""},
        Row{Status::processing, "in_progress", true}, Row{Status::declined, ""},
        Row{Status::authorized, "authorized"}, Row{Status::capturing, "in_progress", true},
        Row{Status::captured, "captured"}, Row{Status::cancelling, "in_progress", true},
        Row{Status::cancelled, "cancelled"}}) {
    const auto refused = refuse_next_action(order_with(row.status));
    CAPTURE(to_text(row.status));
    REQUIRE(refused.has_value() == !row.code.empty());
    if (!refused) continue;
    CHECK(refused->status == 409);
    CHECK(refused->code == row.code);
    CHECK(refused->retryable == row.retryable);
  }
  Saga bare = order_with(Status::declined);
  bare.payment->intent = std::nullopt;
  CHECK(refuse_next_action(bare)->code == "declined");
  CHECK(refuse_next_action(new_saga(OrderId::of("o1")))->code == "other_role");
}

TEST_CASE("next action: what Stripe shows is passed on, and kept by nobody", "[engine][http]") {
  const Response response = next_action_of(order_with(Status::action_required), asks);
  CHECK(response.status == 200);
  CHECK(response.headers ==
        std::vector<std::pair<std::string, std::string>>{{"Cache-Control", "no-store"}});
  CHECK(holds(response.body, R"("status":"action_required","stripe_status":"requires_action")"));
  CHECK(holds(response.body, R"("client_secret":"pi_1_secret_x")"));
  CHECK(
      holds(response.body, R"("next_action":{"type":"redirect_to_url","redirect_to_url":{"url")"));
  CHECK(holds(response.body, R"("return_url":"https://shop/back","expires_at")"));
  const Response ready = next_action_of(
      order_with(Status::ready),
      R"({"id":"pi_1","status":"requires_payment_method","client_secret":"s","next_action":null})");
  CHECK(ready.status == 200);
  CHECK(holds(ready.body, R"("client_secret":"s","next_action":null,"return_url":null)"));
}

TEST_CASE("next action: what is not for the customer is not shown", "[engine][http]") {
  struct Row {
    std::string_view intent;
    int status;
    std::string_view code;
  };
  for (const Row& row :
       {Row{R"({"id":"pi_1","status":"succeeded","client_secret":"s"})", 409, "moved_on"},
        Row{R"({"id":"pi_1","status":"processing","client_secret":"s"})", 409, "moved_on"},
        Row{R"({"id":"pi_2","status":"requires_action","client_secret":"s"})", 503, "stripe_unav"},
        Row{R"({"id":"pi_1","status":"requires_action"})", 503, "stripe_unav"},
        Row{R"({"id":"pi_1","client_secret":"s"})", 503, "stripe_unav"},
        Row{"<html>", 503, "stripe_unav"}}) {
    CAPTURE(row.intent);
    const Response response = next_action_of(order_with(Status::ready), row.intent);
    CHECK(response.status == row.status);
    CHECK(holds(response.body, row.code));
    CHECK_FALSE(holds(response.body, R"("client_secret")"));
  }
}

TEST_CASE("next action: over HTTP it is kept by no cache, and refused in words", "[engine][http]") {
  World world;
  const std::string_view path = "/v1/orders/o1/payment/next-action";
  CHECK(world.ask("GET", path).status == 404);
  world.engine.put(order_with(Status::action_required));
  CHECK(holds(world.ask("GET", path).body, "runs no payments"));
  world.engine.show_intents_as(std::string{asks});
  const Reply shown = world.ask("GET", path);
  CHECK(shown.status == 200);
  CHECK(shown.header("cache-control") == "no-store");
  CHECK(holds(shown.body, "pi_1_secret_x"));
  CHECK(world.ask("GET", std::string{path} + "?x=1").status == 400);
  CHECK(world.ask("POST", path).status == 405);
  world.engine.show_intents_as(fail(ErrorCode::unavailable, "Stripe does not answer"));
  const Reply later = world.ask("GET", path);
  CHECK(later.status == 503);
  CHECK(holds(later.body, R"("retryable":true,"order_id":"o1")"));
  world.engine.put(order_with(Status::captured));
  const Reply paid = world.ask("GET", path);
  CHECK(paid.status == 409);
  CHECK(holds(paid.body, R"("code":"captured")"));
  world.engine.set_current(false);
  CHECK(world.ask("GET", path).status == 503);
}

}  // namespace paysaga::engine::http
