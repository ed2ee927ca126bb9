#include <catch2/catch.hpp>

#include "saga/payment/play.hpp"

using namespace paysaga;
using namespace paysaga::payment;
using namespace paysaga::payment::trial;

TEST_CASE("payment: with a method, confirm follows the create by itself", "[saga][payment]") {
  play({
      // input             | status    | under way, told
      {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
      {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
      {succeeded(), "captured", "| PAYMENT_COMPLETED"},
  });
}

TEST_CASE("payment: without a method it waits for payment.confirm", "[saga][payment]") {
  play({
      {initiate(42'00), "creating", "create 1.1 | PAYMENT_INITIATED"},
      {made(), "ready", "| PAYMENT_ACTION_REQUIRED"},
      {confirm(visa), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
      {succeeded(), "captured", "| PAYMENT_COMPLETED"},
  });
}

TEST_CASE("payment: a confirm before the intent exists is kept, the newest method wins",
          "[saga][payment]") {
  World world;
  play(world, {
                  {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
                  {confirm(mastercard), "creating", "create 1.1"},
                  {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
              });
  CHECK(world.call("confirm").request.body == "pi_1 pm_mastercard");
}

TEST_CASE("payment: what PAYMENT_INITIATED carries", "[saga][payment]") {
  World world;
  const Verdict<std::optional<Payment>> verdict = world.decide(*initiate(42'00, visa)(world));
  REQUIRE(verdict.events.size() == 1);
  const Event& event = verdict.events.front();
  CHECK(event.id.text() == "paysaga:o1:p:1");
  CHECK(event.status == "creating");
  CHECK(event.amount == eur(42'00));
  CHECK(event.customer->text() == "cus_1");
  CHECK(event.expires_at == world.now + minutes{30});
  CHECK(event.command.has_value());
  CHECK(event.correlation_id == "correlation");
  CHECK(event.causation_id == "causation");
  CHECK(event.money == MoneyTotals{});
}

TEST_CASE("declined: another card starts the next attempt on the same intent", "[saga][payment]") {
  World world;
  play(world, {
                  {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
                  {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
                  {declined("insufficient_funds"), "declined", "| PAYMENT_FAILED"},
                  {confirm(mastercard), "confirming", "confirm 2.1 | PAYMENT_PROCESSING"},
                  {declined("lost_card"), "declined", "| PAYMENT_FAILED"},
                  {confirm(mastercard), "confirming", "confirm 3.1 | PAYMENT_PROCESSING"},
              });
  CHECK(world.call("confirm").key->text() == "ps1:ledger0001:o1:confirm:3:1");
  CHECK(world.call("confirm").request.body == "pi_1 pm_mastercard");
  play(world, {{succeeded(), "captured", "| PAYMENT_COMPLETED"}});
  CHECK(world.payment->money.captured == 42'00);
}

TEST_CASE("declined: the event carries the class and a text fit for the customer",
          "[saga][payment]") {
  World world;
  play(world, {
                  {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
                  {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
              });
  const auto verdict = world.decide(*declined("stolen_card")(world));
  REQUIRE(verdict.events.size() == 1);
  const Event& event = verdict.events.front();
  CHECK(event.decline_class == "never_with_this_card");
  CHECK(event.reason->code == "stolen_card");
  CHECK(event.reason->message == "Your card was declined. Please use another card.");
  CHECK(event.status == "declined");
  CHECK_FALSE(event.final);
  CHECK(event.attempt == 1);
}

TEST_CASE("confirming: a confirm in between is refused, an initiate is ignored or refused",
          "[saga][payment]") {
  play({
      {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
      {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
      {confirm(mastercard), "confirming", "refused in_progress | REFUSED"},
      {initiate(42'00, visa), "confirming", "ignored"},
      {initiate(43'00, visa), "confirming", "refused amount_differs | REFUSED"},
      {succeeded(), "captured", "| PAYMENT_COMPLETED"},
      {initiate(42'00, visa), "captured", "ignored"},
  });
}

TEST_CASE("action_required: the intent is read on the schedule until the customer has acted",
          "[saga][payment]") {
  World world;
  play(world, {
                  {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
                  {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
                  {shows("confirm", IntentStatus::requires_action), "action_required",
                   "read | PAYMENT_ACTION_REQUIRED"},
              });
  const Time begin = world.now;
  CHECK(world.call("read:").not_before == begin + seconds{30});
  play(world, {
                  {until_next_call(), "", ""},
                  {shows("read:", IntentStatus::requires_action), "action_required", "read"},
              });
  CHECK(world.call("read:").not_before == begin + seconds{30} + minutes{2});
  play(world,
       {
           {until_next_call(), "", ""},
           {unknown("read:"), "action_required", "read"},
           {until_next_call(), "", ""},
           {shows("read:", IntentStatus::processing), "processing", "read | PAYMENT_PROCESSING"},
           {until_next_call(), "", ""},
           {shows("read:", IntentStatus::other), "processing", "read"},
           {until_next_call(), "", ""},
           {succeeded("read:"), "captured", "| PAYMENT_COMPLETED"},
       });
}

TEST_CASE("action_required: a failed authentication is a decline", "[saga][payment]") {
  play({
      {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
      {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
      {shows("confirm", IntentStatus::requires_action), "action_required",
       "read | PAYMENT_ACTION_REQUIRED"},
      {shows_decline("read:", "authentication_required"), "declined", "| PAYMENT_FAILED"},
      {confirm(visa), "confirming", "confirm 2.1 | PAYMENT_PROCESSING"},
  });
}

TEST_CASE("expiry: bounds a payment that waits for the customer", "[saga][payment]") {
  SECTION("for a method") {
    play({
        {initiate(42'00), "creating", "create 1.1 | PAYMENT_INITIATED"},
        {made(), "ready", "| PAYMENT_ACTION_REQUIRED"},
        {wake(), "ready", "ignored"},
        {after(minutes{30}), "", ""},
        {confirm(visa), "ready", "refused expired | REFUSED"},
        {wake(), "cancelling", "cancel 1.1"},
        {shows("cancel", IntentStatus::canceled), "cancelled", "| PAYMENT_CANCELLED final"},
        {wake(), "cancelled", "ignored"},
        {initiate(42'00), "cancelled", "refused order_closed | REFUSED"},
        {confirm(visa), "cancelled", "refused order_closed | REFUSED"},
    });
  }
  SECTION("for another card") {
    play({
        {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
        {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
        {after(minutes{31}), "", ""},
        {declined("do_not_honor"), "declined", "| PAYMENT_FAILED"},
        {wake(), "cancelling", "cancel 1.1"},
    });
  }
  SECTION("for 3DS") {
    play({
        {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
        {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
        {shows("confirm", IntentStatus::requires_action), "action_required",
         "read | PAYMENT_ACTION_REQUIRED"},
        {after(minutes{30}), "", ""},
        {wake(), "cancelling", "cancel 1.1"},
    });
  }
  SECTION("an intent that was made too late is not confirmed any more") {
    play({
        {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
        {after(minutes{30}), "", ""},
        {wake(), "creating", "ignored"},
        {made(), "cancelling", "cancel 1.1"},
    });
  }
  SECTION("a confirm that never got through is not made after it") {
    play({
        {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
        {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
        {not_sent("confirm"), "confirming", "confirm 1.1"},
        {after(minutes{30}), "", ""},
        {wake(), "confirming", "ignored"},
        {not_sent("confirm"), "cancelling", "confirm 1.1, cancel 1.1"},
        {shows("cancel", IntentStatus::canceled), "cancelled", "| PAYMENT_CANCELLED final"},
    });
  }
  SECTION("an unknown confirm is left by evidence, not by time") {
    play({
        {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
        {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
        {unknown("confirm"), "confirming", "confirm 1.1? | PAYMENT_OUTCOME_UNKNOWN"},
        {after(minutes{31}), "", ""},
        {succeeded(), "captured", "| PAYMENT_OUTCOME_KNOWN, PAYMENT_COMPLETED"},
    });
  }
}

TEST_CASE("refused: a fault of the method is the customer's to mend", "[saga][payment]") {
  play({
      {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
      {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
      {refused("confirm", "resource_missing", "payment_method"), "declined", "| PAYMENT_FAILED"},
      {confirm(mastercard), "confirming", "confirm 2.1 | PAYMENT_PROCESSING"},
  });
}

TEST_CASE("refused: a create refused for the method leaves no intent; the next confirm makes one",
          "[saga][payment]") {
  SECTION("another confirm") {
    play({
        {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
        {refused("create", "resource_missing", "payment_method"), "declined", "| PAYMENT_FAILED"},
        {confirm(mastercard), "creating", "create 2.1 | PAYMENT_PROCESSING"},
        {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
    });
  }
  SECTION("a cancel has nothing to ask the provider for") {
    play({
        {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
        {refused("create", "resource_missing", "payment_method"), "declined", "| PAYMENT_FAILED"},
        {cancel_for_good(), "cancelled", "| PAYMENT_CANCELLED final wished"},
    });
  }
}

TEST_CASE("refused: any other refusal ends the payment", "[saga][payment]") {
  SECTION("of the create") {
    play({
        {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
        {refused("create", "amount_too_small", "amount"), "cancelled",
         "| PAYMENT_FAILED final, PAYMENT_CANCELLED final"},
    });
  }
  SECTION("of the confirm") {
    play({
        {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
        {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
        {refused("confirm", "parameter_unknown"), "cancelling",
         "cancel 1.1 | PAYMENT_FAILED final"},
        {confirm(visa), "cancelling", "refused cancelling | REFUSED"},
        {shows("cancel", IntentStatus::canceled), "cancelled", "| PAYMENT_CANCELLED final"},
    });
  }
}

TEST_CASE("provider: an intent that it cancels itself is a cancel that is not final",
          "[saga][payment]") {
  play({
      {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
      {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
      {shows("confirm", IntentStatus::canceled), "cancelled", "| PAYMENT_CANCELLED"},
      {confirm(visa), "cancelled", "refused cancelled | REFUSED"},
      {initiate(42'00, visa), "creating", "create 2.1 | PAYMENT_INITIATED"},
      {made(), "confirming", "confirm 2.1 | PAYMENT_PROCESSING"},
  });
}

TEST_CASE("not sent, not authorized: the operation stays as it is and is repeated",
          "[saga][payment]") {
  World world;
  play(world, {
                  {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
                  {not_sent("create"), "creating", "create 1.1"},
              });
  CHECK(world.call("create").not_before >= world.now + seconds{1});
  CHECK(world.call("create").id == "ps1:ledger0001:o1:create:1:1#1");
  play(world, {
                  {answered("create", answer::Unauthorized{"401"}), "creating", "create 1.1"},
                  {answered("create", answer::NotSent{"429", seconds{90}, false, true}), "creating",
                   "create 1.1"},
              });
  CHECK(world.call("create").not_before == world.now + seconds{90});
  CHECK(world.call("create").key->text() == "ps1:ledger0001:o1:create:1:1");
}

TEST_CASE("key misused: the order is to be quarantined, nothing else happens", "[saga][payment]") {
  play({
      {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
      {answered("create", answer::KeyMisused{"other parameters"}), "creating", "misused"},
      {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
      {answered("confirm", answer::KeyMisused{"other parameters"}), "confirming", "misused"},
  });
}

TEST_CASE("authorized: an intent that is held is watched, and voided by a cancel",
          "[saga][payment]") {
  SECTION("voided") {
    World world;
    play(world, {
                    {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
                    {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
                    {shows("confirm", IntentStatus::requires_capture), "authorized",
                     "read | PAYMENT_AUTHORIZED"},
                    {shows("read:", IntentStatus::requires_capture), "authorized", "read"},
                    {cancel_for_good(), "cancelling", "cancel 1.1"},
                    {shows("cancel", IntentStatus::canceled), "cancelled",
                     "| PAYMENT_CANCELLED final wished"},
                });
    CHECK(world.payment->cancel->code == "voided");
  }
  SECTION("the hold expires") {
    World world;
    play(world, {
                    {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
                    {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
                    {shows("confirm", IntentStatus::requires_capture), "authorized",
                     "read | PAYMENT_AUTHORIZED"},
                    {shows("read:", IntentStatus::canceled), "cancelled", "| PAYMENT_CANCELLED"},
                    {after(hours{1}), "", ""},
                    {wake(), "cancelled", "ignored"},
                });
    CHECK(world.payment->cancel->code == "hold_expired");
  }
  SECTION("captured elsewhere") {
    play({
        {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
        {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
        {shows("confirm", IntentStatus::requires_capture), "authorized",
         "read | PAYMENT_AUTHORIZED"},
        {succeeded("read:"), "captured", "| PAYMENT_COMPLETED"},
    });
  }
}
