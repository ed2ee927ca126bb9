#include <catch2/catch.hpp>

#include "saga/payment/play.hpp"

using namespace paysaga;
using namespace paysaga::payment;
using namespace paysaga::payment::trial;

namespace {

World authorized() {
  World world;
  play(world, {
                  {hold(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
                  {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
                  {shows("confirm", IntentStatus::requires_capture), "authorized",
                   "read | PAYMENT_AUTHORIZED"},
              });
  CHECK(world.payment->money.authorized == 42'00);
  return world;
}

World capturing() {
  World world = authorized();
  play(world, {{capture(), "capturing", "capture 1.1 | PAYMENT_PROCESSING"}});
  return world;
}

}  // namespace

TEST_CASE("capture: the intent is made to be captured by hand, and read with its charge",
          "[saga][payment]") {
  World world;
  play(world, {{hold(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"}});
  CHECK(world.call("create").request.body == "o1 1 ledger0001 4200 manual");
  CHECK(authorized().call("read:").request.body == "pi_1 charge");
}

TEST_CASE("capture: all, or a part of what is held, once", "[saga][payment]") {
  SECTION("all") {
    World world = capturing();
    const Call call = world.call("capture");
    CHECK(call.request.target == "capture");
    CHECK(call.request.body == "pi_1 4200");
    CHECK(call.key->text() == "ps1:ledger0001:o1:capture:1:1");
    play(world, {
                    {took("capture", 42'00), "captured", "| PAYMENT_COMPLETED"},
                    {capture(), "captured", "refused captured | REFUSED"},
                });
    CHECK(world.payment->money == MoneyTotals{.captured = 42'00});
  }
  SECTION("a part: the rest is released, and is no money to refund") {
    World world = authorized();
    play(world, {
                    {capture(10'00), "capturing", "capture 1.1 | PAYMENT_PROCESSING"},
                    {capture(10'00), "capturing", "refused capturing | REFUSED"},
                    {took("capture", 10'00), "captured", "| PAYMENT_COMPLETED"},
                    {refund("r1", 10'01), "captured",
                     "refused amount_too_large | PAYMENT_REFUND_FAILED, REFUSED"},
                    {refund("r2"), "captured", "refund r2 1.1"},
                });
    CHECK(world.payment->money.captured == 10'00);
    CHECK(world.payment->refunds.back().amount_minor == 10'00);
  }
  SECTION("more than is held is refused, and the money stays held") {
    World world = authorized();
    play(world, {{capture(42'01), "authorized", "refused amount_too_large | REFUSED"}});
  }
  SECTION("another currency") {
    World world = authorized();
    const auto verdict =
        world.decide(AskCapture{EventId::of("c9"), {10'00, *Currency::parse("USD")}});
    CHECK(verdict.code == "currency_mismatch");
  }
}

TEST_CASE("capture: before money is held there is nothing to take", "[saga][payment]") {
  World world;
  play(world, {
                  {capture(), "none", "parked"},
                  {hold(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
                  {capture(), "creating", "refused creating | REFUSED"},
                  {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
                  {capture(), "confirming", "refused confirming | REFUSED"},
              });
}

TEST_CASE("capture: a lost answer is looked up", "[saga][payment]") {
  World world = capturing();
  play(world, {{unknown("capture"), "capturing", "capture 1.1? | PAYMENT_OUTCOME_UNKNOWN"},
               {until_next_call(), "", ""}});
  SECTION("it was carried out") {
    play(world,
         {{took("capture", 42'00), "captured", "| PAYMENT_OUTCOME_KNOWN, PAYMENT_COMPLETED"}});
  }
  SECTION("unchanged: the same key, then the next try") {
    play(world, {
                    {shows("capture", IntentStatus::requires_capture), "capturing", "capture 1.1?"},
                    {unknown("capture"), "capturing", "capture 1.1?"},
                    {after(seconds{61}), "", ""},
                    {shows("capture", IntentStatus::requires_capture), "capturing",
                     "capture 1.2 | PAYMENT_OUTCOME_KNOWN"},
                });
    CHECK(world.call("capture").key->text() == "ps1:ledger0001:o1:capture:1:2");
  }
  SECTION("the hold ran out meanwhile") {
    play(world, {{shows("capture", IntentStatus::canceled), "cancelled",
                  "| PAYMENT_OUTCOME_KNOWN, PAYMENT_CANCELLED"}});
    CHECK(world.payment->cancel->code == "hold_expired");
    CHECK(world.payment->closed);
  }
}

TEST_CASE("capture: refused by the provider, the intent decides", "[saga][payment]") {
  World world = capturing();
  play(world, {{refused("capture", "amount_too_large"), "capturing", "capture 1.1!"}});
  SECTION("the money is still held: the command is refused, another one may follow") {
    play(world,
         {
             {shows("capture", IntentStatus::requires_capture), "authorized", "read | REFUSED"},
             {capture(20'00), "capturing", "capture 1.2 | PAYMENT_PROCESSING"},
         });
    CHECK(world.call("capture").key->text() == "ps1:ledger0001:o1:capture:1:2");
  }
  SECTION("the intent holds nothing any more: it is cancelled, and the hold is lost") {
    play(world,
         {
             {shows("capture", IntentStatus::requires_payment_method), "authorized",
              "read | REFUSED"},
             {shows("read:", IntentStatus::requires_payment_method), "cancelling", "cancel 1.1"},
         });
  }
  SECTION("it was captured by somebody else") {
    play(world, {{took("capture", 30'00), "captured", "| PAYMENT_COMPLETED"}});
    CHECK(world.payment->money.captured == 30'00);
  }
}

TEST_CASE("capture: refused with the intent as it is, the money stays held", "[saga][payment]") {
  World world = capturing();
  const auto verdict = world.decide(AnswerInput{
      world.call("capture").id,
      answer::Refused{"amount_too_large", {}, "No.", world.intent(IntentStatus::requires_capture)},
      "req_1",
      {}});
  CHECK(world.payment->status == Status::authorized);
  REQUIRE(verdict.events.size() == 1);
  CHECK(verdict.events[0].type == EventType::command_refused);
  CHECK(verdict.events[0].reason->code == "amount_too_large");
  CHECK(verdict.events[0].command.has_value());
}

TEST_CASE("capture: an intent that holds nothing any more is cancelled", "[saga][payment]") {
  World world = authorized();
  play(world,
       {
           {shows("read:", IntentStatus::requires_payment_method), "cancelling", "cancel 1.1"},
           {shows("cancel", IntentStatus::canceled), "cancelled", "| PAYMENT_CANCELLED"},
       });
  CHECK(world.payment->cancel->code == "hold_expired");
  CHECK(world.payment->closed);
}

TEST_CASE("capture: a cancel beside it waits for its outcome, and sends it no more",
          "[saga][payment]") {
  World world = capturing();
  const Call sent = world.call("capture");
  play(world, {{cancel_for_good(), "cancelling", "capture 1.1"}});
  CHECK(world.call("capture").kind == CallKind::read_intent);
  CHECK(world.call("capture").not_before == world.now + seconds{2});
  SECTION("the answer comes: taken, so it is completed and refunded by the order") {
    const auto verdict = world.decide(
        AnswerInput{sent.id, answer::Intent{world.intent(IntentStatus::succeeded)}, "req_1", {}});
    CHECK(told(verdict) == "| PAYMENT_COMPLETED wished");
  }
  SECTION("it was certainly not sent: it is still looked up, then voided") {
    world.decide(
        AnswerInput{sent.id, answer::NotSent{"connection refused", {}, false, false}, "", {}});
    CHECK(world.call("capture").kind == CallKind::read_intent);
  }
  SECTION("unchanged for a minute: nothing was taken, it is voided") {
    play(world, {
                    {shows("capture", IntentStatus::requires_capture), "cancelling", "capture 1.1"},
                    {after(seconds{61}), "", ""},
                    {shows("capture", IntentStatus::requires_capture), "cancelling", "cancel 1.1"},
                    {shows("cancel", IntentStatus::canceled), "cancelled",
                     "| PAYMENT_CANCELLED final wished"},
                });
    CHECK(world.payment->cancel->code == "voided");
  }
  SECTION("refused by the provider, still held: voided") {
    world.decide(
        AnswerInput{sent.id, answer::Refused{"amount_too_large", {}, "No.", {}}, "req_1", {}});
    play(world, {{shows("capture", IntentStatus::requires_capture), "cancelling", "cancel 1.1"}});
  }
}

TEST_CASE("capture: somebody is told before the hold runs out, once", "[saga][payment]") {
  World world = authorized();
  play(world, {{held_for(hours{24 * 7}), "authorized", "read"}});
  CHECK(next_decision_at(*world.payment) == world.now + hours{24 * 6});
  play(world, {
                  {wake(), "authorized", "ignored"},
                  {after(hours{24 * 6}), "", ""},
                  {wake(), "authorized", "read | PAYMENT_AUTHORIZED"},
                  {wake(), "authorized", "ignored"},
                  {held_for(hours{24}), "authorized", "read"},
              });
  CHECK_FALSE(next_decision_at(*world.payment).has_value());
  SECTION("also while a capture is put off") {
    World waits = authorized();
    play(waits, {
                    {held_for(hours{2}), "authorized", "read"},
                    {capture(), "capturing", "capture 1.1 | PAYMENT_PROCESSING"},
                    {not_sent("capture"), "capturing", "capture 1.1"},
                    {after(hours{1}), "", ""},
                    {wake(), "capturing", "capture 1.1 | PAYMENT_AUTHORIZED"},
                    {wake(), "capturing", "ignored"},
                });
  }
  SECTION("a short hold: in the middle of it") {
    World brief = authorized();
    play(brief, {{held_for(hours{2}), "authorized", "read"}});
    CHECK(next_decision_at(*brief.payment) == brief.now + hours{1});
  }
}
