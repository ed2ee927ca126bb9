#include <catch2/catch.hpp>

#include "sim/stripe/world.hpp"

namespace paysaga::sim::stripe {
namespace {

/// An intent of 42.00 USD that takes bank accounts.
std::string debit(World& world, const std::string& types = "us_bank_account") {
  return at(world
                .post("/v1/payment_intents", "amount=4200&currency=usd&payment_method_types[]=" +
                                                 types + "&metadata[order_id]=o1")
                .body,
            "id");
}

}  // namespace

TEST_CASE("debit: the bank takes its time, then the payment succeeds or fails", "[sim][stripe]") {
  struct Row {
    const char* method;
    const char* status;
    const char* code;
    const char* told;
  };
  const Row row = GENERATE(
      Row{"pm_usBankAccount_success", "succeeded", "absent",
          "charge.succeeded payment_intent.succeeded"},
      Row{"pm_usBankAccount", "succeeded", "absent", "charge.succeeded payment_intent.succeeded"},
      Row{"pm_usBankAccount_insufficientFunds", "requires_payment_method", "insufficient_funds",
          "charge.failed payment_intent.payment_failed"},
      Row{"pm_usBankAccount_accountClosed", "requires_payment_method", "account_closed",
          "charge.failed payment_intent.payment_failed"},
      Row{"pm_usBankAccount_noAccount", "requires_payment_method", "no_account",
          "charge.failed payment_intent.payment_failed"},
      Row{"pm_usBankAccount_debitNotAuthorized", "requires_payment_method", "debit_not_authorized",
          "charge.failed payment_intent.payment_failed"});
  CAPTURE(row.method);
  World world;
  const std::string id = debit(world);
  world.told();
  const Answer confirmed = world.confirm(id, row.method);
  CHECK(outcome(confirmed) == "200 processing");
  CHECK(world.told() == "charge.pending payment_intent.processing");
  const std::string charge = at(confirmed.body, "latest_charge");
  CHECK(at(world.get("/v1/charges/" + charge).body, "status") == "pending");
  CHECK(outcome(world.cancel(id)) == "400 payment_intent_unexpected_state");
  CHECK(outcome(world.confirm(id, row.method)) == "400 payment_intent_unexpected_state");
  CHECK(outcome(world.refund(id)) == "400 invalid_request_error");
  world.wait(hours{96} - seconds{1});
  CHECK(outcome(world.retrieve(id)) == "200 processing");
  world.wait(seconds{1});
  const std::string after = world.retrieve(id).body;
  CHECK(at(after, "status") == row.status);
  CHECK(at(after, "latest_charge") == charge);
  CHECK(at(after, "last_payment_error.code") == row.code);
  CHECK(world.told() == row.told);
}

TEST_CASE("debit: only in dollars, only where it is taken, never captured by hand",
          "[sim][stripe]") {
  struct Row {
    const char* body;
    const char* outcome;
  };
  const Row row = GENERATE(
      Row{"amount=4200&currency=usd&payment_method_types[]=card",
          "400 payment_intent_incompatible_payment_method"},
      Row{"amount=4200&currency=eur&payment_method_types[]=us_bank_account",
          "400 payment_method_currency_mismatch"},
      Row{"amount=4200&currency=usd&payment_method_types[]=us_bank_account&capture_method=manual",
          "400 invalid_request_error"},
      Row{"amount=4200&currency=usd&payment_method_types[]=card&"
          "payment_method_types[]=us_bank_account",
          "200 requires_confirmation"});
  CAPTURE(row.body);
  World world;
  const Answer answer = world.post(
      "/v1/payment_intents", std::string{row.body} + "&payment_method=pm_usBankAccount_success");
  CHECK(outcome(answer) == row.outcome);
}

TEST_CASE("debit: an intent for bank accounts takes no card", "[sim][stripe]") {
  World world;
  CHECK(outcome(world.confirm(debit(world))) == "400 payment_intent_incompatible_payment_method");
}

TEST_CASE("debit: the bank's answer is played by hand", "[sim][stripe]") {
  const bool succeeds = GENERATE(true, false);
  World world;
  const std::string id = debit(world);
  world.confirm(id, "pm_usBankAccount_success");
  CHECK(outcome(world.play(id, "expire")) == "400 invalid_request_error");
  CHECK(outcome(world.play(id, succeeds ? "succeed" : "fail")) ==
        (succeeds ? "200 succeeded" : "200 requires_payment_method"));
  world.told();
  world.wait(hours{200});
  CHECK(world.told().empty());
}

}  // namespace paysaga::sim::stripe
