#include <catch2/catch.hpp>

#include "sim/stripe/world.hpp"

namespace paysaga::sim::stripe {

TEST_CASE("intent: create waits for a method, confirm charges, the states are Stripe's",
          "[sim][stripe]") {
  World world;
  const Answer created = world.create("o1", "&description=two+pizzas");
  CHECK(outcome(created) == "200 requires_payment_method");
  CHECK(at(created.body, "object") == "payment_intent");
  CHECK(at(created.body, "amount") == "4200");
  CHECK(at(created.body, "amount_received") == "0");
  CHECK(at(created.body, "currency") == "eur");
  CHECK(at(created.body, "created") == "1700000000");
  CHECK(at(created.body, "latest_charge") == "null");
  CHECK(at(created.body, "livemode") == "false");
  CHECK(at(created.body, "metadata.order_id") == "o1");
  CHECK(at(created.body, "description") == "two pizzas");
  const std::string id = at(created.body, "id");
  CHECK(id.starts_with("pi_"));

  const Answer confirmed = world.confirm(id);
  CHECK(outcome(confirmed) == "200 succeeded");
  CHECK(at(confirmed.body, "amount_received") == "4200");
  CHECK(at(confirmed.body, "latest_charge").starts_with("ch_"));
  CHECK(world.retrieve(id).body == confirmed.body);

  const Answer expanded = world.get("/v1/payment_intents/" + id + "?expand[]=latest_charge");
  CHECK(at(expanded.body, "latest_charge.id") == at(confirmed.body, "latest_charge"));
  CHECK(at(expanded.body, "latest_charge.paid") == "true");
  CHECK(at(expanded.body, "status") == "succeeded");
}

TEST_CASE("intent: a method given to create is used by a confirm without one", "[sim][stripe]") {
  World world;
  const Answer created = world.create("o1", "&payment_method=pm_card_visa");
  CHECK(outcome(created) == "200 requires_confirmation");
  CHECK(outcome(world.confirm(at(created.body, "id"), "")) == "200 succeeded");
  CHECK(outcome(world.create("o2", "&payment_method=pm_card_visa&confirm=true")) ==
        "200 succeeded");
  CHECK(outcome(world.create("o3", "&payment_method=pm_card_chargeDeclined&confirm=true")) ==
        "402 card_declined");
}

TEST_CASE("intent: every state answers every call as Stripe does", "[sim][stripe]") {
  struct Row {
    const char* state;
    const char* confirm;
    const char* cancel;
  };
  const Row row = GENERATE(Row{"requires_payment_method", "200 succeeded", "200 canceled"},
                           Row{"requires_confirmation", "200 succeeded", "200 canceled"},
                           Row{"declined", "200 succeeded", "200 canceled"},
                           Row{"succeeded", "400 payment_intent_unexpected_state",
                               "400 payment_intent_unexpected_state"},
                           Row{"canceled", "400 payment_intent_unexpected_state",
                               "400 payment_intent_unexpected_state"});
  CAPTURE(row.state);
  const std::string state = row.state;
  const auto make = [&](World& world) {
    const std::string more = state == "requires_confirmation" ? "&payment_method=pm_card_amex" : "";
    const std::string id = at(world.create("o1", more).body, "id");
    if (state == "declined") world.confirm(id, "pm_card_chargeDeclined");
    if (state == "succeeded") world.confirm(id);
    if (state == "canceled") world.cancel(id);
    return id;
  };
  World one;
  const std::string confirmed = make(one);
  const Answer confirm = one.confirm(confirmed);
  CHECK(outcome(confirm) == row.confirm);
  World other;
  const Answer cancel = other.cancel(make(other));
  CHECK(outcome(cancel) == row.cancel);
  if (confirm.status == 400) {
    // The error carries the whole intent: a free reading of its state.
    CHECK(at(confirm.body, "error.payment_intent.status") == state);
    CHECK(at(confirm.body, "error.payment_intent.id") == confirmed);
    CHECK(at(cancel.body, "error.payment_intent.status") == state);
  }
}

TEST_CASE("intent: a confirm without any method is refused", "[sim][stripe]") {
  World world;
  CHECK(outcome(world.confirm(world.intent("o1"), "")) == "400 payment_intent_unexpected_state");
}

TEST_CASE("intent: cancel says why and when", "[sim][stripe]") {
  World world;
  const std::string id = world.intent("o1");
  world.now += seconds{5};
  const Answer gone =
      world.post("/v1/payment_intents/" + id + "/cancel", "cancellation_reason=abandoned");
  CHECK(outcome(gone) == "200 canceled");
  CHECK(at(gone.body, "cancellation_reason") == "abandoned");
  CHECK(at(gone.body, "canceled_at") == "1700000005");
  CHECK(outcome(world.post("/v1/payment_intents/" + world.intent("o2") + "/cancel",
                           "cancellation_reason=bored")) == "400 invalid_request_error");
}

TEST_CASE("intent: each test card is declined in its own way", "[sim][stripe]") {
  struct Row {
    const char* method;
    const char* code;
    const char* decline_code;
    const char* advice_code;
  };
  const Row row = GENERATE(
      Row{"pm_card_chargeDeclined", "card_declined", "generic_decline", "absent"},
      Row{"pm_card_visa_chargeDeclined", "card_declined", "generic_decline", "absent"},
      Row{"pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds",
          "try_again_later"},
      Row{"pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card", "do_not_try_again"},
      Row{"pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card",
          "do_not_try_again"},
      Row{"pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card", "confirm_card_data"},
      Row{"pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc",
          "confirm_card_data"},
      Row{"pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error",
          "try_again_later"},
      Row{"pm_card_visa_chargeDeclinedVelocityLimitExceeded", "card_declined",
          "card_velocity_exceeded", "try_again_later"},
      Row{"pm_card_chargeDeclinedFraudulent", "card_declined", "fraudulent", "do_not_try_again"},
      Row{"pm_card_chargeCustomerFail", "card_declined", "generic_decline", "absent"});
  CAPTURE(row.method);
  World world;
  const std::string id = world.intent("o1");
  const Answer declined = world.confirm(id, row.method);
  CHECK(declined.status == 402);
  CHECK(at(declined.body, "error.type") == "card_error");
  CHECK(at(declined.body, "error.code") == row.code);
  CHECK(at(declined.body, "error.decline_code") == row.decline_code);
  CHECK(at(declined.body, "error.advice_code") == row.advice_code);
  CHECK(at(declined.body, "error.payment_intent.status") == "requires_payment_method");

  const std::string after = world.retrieve(id).body;
  CHECK(at(after, "payment_method") == "null");
  CHECK(at(after, "last_payment_error.decline_code") == row.decline_code);
  CHECK(at(after, "last_payment_error.charge") == at(after, "latest_charge"));
  CHECK(at(world.get("/v1/charges/" + at(after, "latest_charge")).body, "status") == "failed");

  // The same intent goes on with another card.
  const Answer paid = world.confirm(id);
  CHECK(outcome(paid) == "200 succeeded");
  CHECK(at(paid.body, "last_payment_error") == "null");
  CHECK(world.model.books().violations() == 0);
}

TEST_CASE("intent: other cards succeed, unknown and not simulated ones are refused",
          "[sim][stripe]") {
  struct Row {
    const char* method;
    const char* outcome;
  };
  const Row row = GENERATE(
      Row{"pm_card_visa", "200 succeeded"}, Row{"pm_card_mastercard", "200 succeeded"},
      Row{"pm_card_bypassPending", "200 succeeded"}, Row{"pm_card_pendingRefund", "200 succeeded"},
      Row{"pm_card_refundFail", "200 succeeded"}, Row{"pm_nobody", "400 resource_missing"},
      Row{"4242424242424242", "400 resource_missing"},
      Row{"pm_card_createDispute", "200 succeeded"},
      Row{"pm_card_authenticationRequired", "200 requires_action"},
      Row{"pm_card_riskLevelElevated", "400 parameter_unknown"});
  CAPTURE(row.method);
  World world;
  const std::string id = world.intent("o1");
  const Answer answer = world.confirm(id, row.method);
  CHECK(outcome(answer) == row.outcome);
  if (answer.status == 400) {
    CHECK(at(answer.body, "error.param") == "payment_method");
    CHECK(outcome(world.retrieve(id)) == "200 requires_payment_method");
  }
}

TEST_CASE("intent: parameters are checked as Stripe checks them", "[sim][stripe]") {
  struct Row {
    const char* body;
    const char* outcome;
    const char* param;
  };
  const Row row = GENERATE(
      Row{"currency=eur", "400 parameter_missing", "amount"},
      Row{"amount=4200", "400 parameter_missing", "currency"},
      Row{"amount=&currency=eur", "400 parameter_missing", "amount"},
      Row{"amount=42.5&currency=eur", "400 parameter_invalid_integer", "amount"},
      Row{"amount=abc&currency=eur", "400 parameter_invalid_integer", "amount"},
      Row{"amount=0&currency=eur", "400 parameter_invalid_integer", "amount"},
      Row{"amount=-5&currency=eur", "400 parameter_invalid_integer", "amount"},
      Row{"amount=49&currency=eur", "400 amount_too_small", "amount"},
      Row{"amount=29&currency=gbp", "400 amount_too_small", "amount"},
      Row{"amount=49&currency=jpy", "400 amount_too_small", "amount"},
      Row{"amount=1000000000000&currency=eur", "400 amount_too_large", "amount"},
      Row{"amount=99999999999999999999&currency=eur", "400 amount_too_large", "amount"},
      Row{"amount=1001&currency=kwd", "400 parameter_invalid_integer", "amount"},
      Row{"amount=50050&currency=ugx", "400 parameter_invalid_integer", "amount"},
      Row{"amount=4200&currency=zzz", "400 invalid_request_error", "currency"},
      Row{"amount=4200&currency=eur&tip=1", "400 parameter_unknown", "tip"},
      Row{"amount=4200&currency=eur&shipping[name]=x", "400 parameter_unknown", "shipping[name]"},
      Row{"amount=4200&currency=eur&confirm=yes", "400 invalid_request_error", "confirm"},
      Row{"amount=4200&currency=eur&confirm=true", "400 parameter_missing", "payment_method"},
      Row{"amount=4200&currency=eur&off_session=true", "400 invalid_request_error", "off_session"},
      Row{"amount=4200&currency=eur&confirm=true&payment_method=pm_card_visa",
          "400 invalid_request_error", "return_url"},
      Row{"amount=4200&currency=eur&capture_method=later", "400 invalid_request_error",
          "capture_method"},
      Row{"amount=4200&currency=eur&payment_method_types[]=sepa_debit", "400 parameter_unknown",
          "payment_method_types"},
      Row{"amount=4200&currency=eur&expand[]=customer", "400 invalid_request_error", "expand"},
      Row{"amount=4200&currency=eur&metadata[a[b]]=1", "400 invalid_request_error",
          "metadata[a[b]]"},
      Row{"amount=%ff&currency=eur", "400 invalid_request_error", "absent"},
      Row{"amount=4200&currency=EUR", "200 requires_payment_method", "absent"},
      Row{"amount=50&currency=eur", "200 requires_payment_method", "absent"},
      Row{"amount=50&currency=jpy", "200 requires_payment_method", "absent"},
      Row{"amount=1010&currency=kwd", "200 requires_payment_method", "absent"},
      Row{"amount=999999999999&currency=eur", "200 requires_payment_method", "absent"});
  CAPTURE(row.body);
  World world;
  const Answer answer = world.post("/v1/payment_intents", row.body);
  CHECK(outcome(answer) == row.outcome);
  CHECK(at(answer.body, "error.param") == row.param);
}

TEST_CASE("intent: an update changes what it names, money only while nothing is paid",
          "[sim][stripe]") {
  World world;
  const std::string id = world.intent("o1");
  const auto update = [&](const std::string& body) {
    return world.post("/v1/payment_intents/" + id, body);
  };
  const std::string before = world.create("o1", "", "k1").body;
  Answer changed = update("metadata[note]=x&metadata[ledger]=&description=later&amount=900");
  CHECK(at(changed.body, "metadata.note") == "x");
  CHECK(at(changed.body, "metadata.order_id") == "o1");
  CHECK(at(changed.body, "metadata.ledger") == "absent");
  CHECK(at(changed.body, "description") == "later");
  CHECK(at(changed.body, "amount") == "900");
  CHECK(outcome(update("payment_method=pm_card_visa")) == "200 requires_confirmation");
  CHECK(outcome(update("amount=49")) == "400 amount_too_small");
  CHECK(outcome(update("confirm=true")) == "400 parameter_unknown");
  CHECK(at(world.confirm(id, "").body, "amount_received") == "900");
  CHECK(outcome(update("amount=1000")) == "400 payment_intent_unexpected_state");
  changed = update("description=");
  CHECK(outcome(changed) == "200 succeeded");
  CHECK(at(changed.body, "description") == "null");
  // What was answered before is repeated as it was.
  CHECK(world.create("o1", "", "k1").body == before);
}

TEST_CASE("intent: some methods pay less than others", "[sim][stripe]") {
  struct Row {
    const char* method;
    const char* amount;
    const char* outcome;
  };
  const Row row = GENERATE(Row{"pm_card_visa", "999999999999", "200 succeeded"},
                           Row{"pm_card_amex", "999999999", "200 succeeded"},
                           Row{"pm_card_amex", "1000000000", "400 amount_too_large"},
                           Row{"pm_usBankAccount_success", "99999999", "200 processing"},
                           Row{"pm_usBankAccount_success", "100000000", "400 amount_too_large"});
  CAPTURE(row.method, row.amount);
  World world;
  const Answer paid = world.post("/v1/payment_intents",
                                 "currency=usd&payment_method_types[]=card&confirm=true&"
                                 "payment_method_types[]=us_bank_account&amount=" +
                                     std::string{row.amount} + "&payment_method=" + row.method);
  CHECK(outcome(paid) == row.outcome);
}

TEST_CASE("intent: a charge keeps the words that the intent had", "[sim][stripe]") {
  World world;
  const std::string id = world.intent("o1", "pm_card_visa");
  const std::string charge = at(world.retrieve(id).body, "latest_charge");
  world.post("/v1/payment_intents/" + id, "metadata[order_id]=o2");
  CHECK(at(world.retrieve(id).body, "metadata.order_id") == "o2");
  CHECK(at(world.get("/v1/charges/" + charge).body, "metadata.order_id") == "o1");
}

TEST_CASE("intent: a method that an answer named is taken again", "[sim][stripe]") {
  World world;
  const std::string method =
      at(world.retrieve(world.intent("o1", "pm_card_mastercard")).body, "payment_method");
  const std::string id = world.intent("o2");
  CHECK(outcome(world.confirm(id, method)) == "200 succeeded");
  CHECK(at(world.get("/v1/payment_intents/" + id + "?expand[]=payment_method").body,
           "payment_method.card.brand") == "mastercard");
}

TEST_CASE("intent: metadata has bounds", "[sim][stripe]") {
  World world;
  const auto create = [&](const std::string& metadata) {
    return world.post("/v1/payment_intents", "amount=4200&currency=eur" + metadata).status;
  };
  CHECK(create("&metadata[" + std::string(40, 'k') + "]=" + std::string(500, 'v')) == 200);
  CHECK(create("&metadata[" + std::string(41, 'k') + "]=v") == 400);
  CHECK(create("&metadata[k]=" + std::string(501, 'v')) == 400);
  std::string many;
  for (int i = 0; i < 51; ++i) many += "&metadata[k" + std::to_string(i) + "]=v";
  CHECK(create(many) == 400);
  const Answer odd =
      world.post("/v1/payment_intents", "amount=4200&currency=eur&metadata[q]=%22%5C%0a%c3%a9%01");
  CHECK(at(odd.body, "metadata.q") == "\"\\\n\xc3\xa9\x01");
}

TEST_CASE("intent: a confirmation on a server needs a page to return to or no redirects",
          "[sim][stripe]") {
  World world;
  const auto create = [&](const std::string& more) {
    return at(world.post("/v1/payment_intents", "amount=4200&currency=eur" + more).body, "id");
  };
  const std::string automatic = create("");
  CHECK(outcome(world.confirm(automatic)) == "400 invalid_request_error");
  CHECK(outcome(world.confirm(automatic, "pm_card_visa&return_url=https://a.b/")) ==
        "200 succeeded");
  CHECK(outcome(world.confirm(create("&automatic_payment_methods[enabled]=true&"
                                     "automatic_payment_methods[allow_redirects]=never"))) ==
        "200 succeeded");
}

TEST_CASE("intent: what is not there is 404", "[sim][stripe]") {
  World world;
  CHECK(outcome(world.retrieve("pi_nobody")) == "404 resource_missing");
  CHECK(outcome(world.confirm("pi_nobody")) == "404 resource_missing");
  CHECK(outcome(world.cancel("pi_nobody")) == "404 resource_missing");
  // An id of another seed, and one not given out yet.
  World other{ModelOptions{2, {}, {}, hours{24}}};
  CHECK(outcome(world.retrieve(other.intent("o1"))) == "404 resource_missing");
  CHECK(outcome(world.post("/v1/payment_intents/pi_1/capture")) == "404 resource_missing");
  CHECK(outcome(world.post("/v1/payment_intents/pi_1/steal")) == "404 invalid_request_error");
  CHECK(outcome(world.send("DELETE", "/v1/payment_intents")) == "404 invalid_request_error");
}

}  // namespace paysaga::sim::stripe
