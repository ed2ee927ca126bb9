#include <catch2/catch.hpp>

#include "saga/payment/play.hpp"

using namespace paysaga;
using namespace paysaga::payment;
using namespace paysaga::payment::trial;

namespace {

World ready() {
  World world;
  play(world, {
                  {initiate(42'00), "creating", "create 1.1 | PAYMENT_INITIATED"},
                  {made(), "ready", "| PAYMENT_ACTION_REQUIRED"},
              });
  return world;
}

World confirming() {
  World world;
  play(world, {
                  {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
                  {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
              });
  return world;
}

}  // namespace

TEST_CASE("cancel: while the create is unanswered its evidence comes first", "[saga][payment]") {
  SECTION("it was made") {
    play({
        {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
        {cancel_for_good(), "cancelling", "create 1.1"},
        {unknown("create"), "cancelling", "create 1.1? | PAYMENT_OUTCOME_UNKNOWN wished"},
        {made(), "cancelling", "cancel 1.1 | PAYMENT_OUTCOME_KNOWN wished"},
        {shows("cancel", IntentStatus::canceled), "cancelled", "| PAYMENT_CANCELLED final wished"},
    });
  }
  SECTION("it was refused") {
    play({
        {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
        {cancel_for_good(), "cancelling", "create 1.1"},
        {refused("create", "amount_too_small"), "cancelled", "| PAYMENT_CANCELLED final wished"},
    });
  }
  SECTION("it did not happen: no second try, there is nothing to cancel") {
    play({
        {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
        {cancel_for_good(), "cancelling", "create 1.1"},
        {replayed("create"), "cancelling", "create 1.1? | PAYMENT_OUTCOME_UNKNOWN wished"},
        {nothing_found("create"), "cancelled",
         "| PAYMENT_OUTCOME_KNOWN wished, PAYMENT_CANCELLED final wished"},
    });
  }
}

TEST_CASE("cancel: an intent without a charge is cancelled at the provider", "[saga][payment]") {
  World world = ready();
  play(world,
       {
           {cancel(), "cancelling", "cancel 1.1"},
           {shows("cancel", IntentStatus::canceled), "cancelled", "| PAYMENT_CANCELLED wished"},
       });
  CHECK_FALSE(world.payment->closed);
}

TEST_CASE("cancel: the request names its cause and waits for no time", "[saga][payment]") {
  World world = ready();
  play(world, {{cancel(), "cancelling", "cancel 1.1"}});
  const Call call = world.call("cancel");
  CHECK(call.request.target == "cancel");
  CHECK(call.request.body == "pi_1 customer");
  CHECK(call.not_before == world.now);
  CHECK(call.key->text() == "ps1:ledger0001:o1:cancel:1:1");
}

TEST_CASE("cancel: an unanswered confirm is never sent again, the cancel finds out",
          "[saga][payment]") {
  World world = confirming();
  const std::string sent = world.call("confirm").id;
  play(world, {{cancel_for_good(), "cancelling", "confirm 1.1, cancel 1.1"}});
  CHECK(world.calls().size() == 1);
  CHECK(world.calls().front().request.target == "cancel");

  SECTION("done: no charge") {
    play(world, {{shows("cancel", IntentStatus::canceled), "cancelled",
                  "| PAYMENT_CANCELLED final wished"}});
  }
  SECTION("the request under way had succeeded") {
    play(world, {{unexpected("cancel", IntentStatus::succeeded), "captured",
                  "| PAYMENT_COMPLETED wished"}});
  }
  SECTION("its answer comes first: succeeded") {
    const auto verdict = world.decide(
        AnswerInput{sent, answer::Intent{world.intent(IntentStatus::succeeded)}, "req_1", {}});
    CHECK(told(verdict) == "| PAYMENT_COMPLETED wished");
  }
  SECTION("its answer comes first: declined") {
    const auto verdict = world.decide(AnswerInput{
        sent,
        answer::Declined{Decline{"card_declined", "do_not_honor", {}, ChargeId::of("ch_9")}, "No.",
                         std::nullopt},
        "req_1",
        {}});
    CHECK(told(verdict) == "cancel 1.1 | PAYMENT_FAILED wished");
    CHECK(world.payment->status == Status::cancelling);
  }
  SECTION("its answer comes first: unknown") {
    const auto verdict =
        world.decide(AnswerInput{sent, answer::Unknown{"timeout", false, std::nullopt}, {}, {}});
    CHECK(told(verdict) == "confirm 1.1?, cancel 1.1 | PAYMENT_OUTCOME_UNKNOWN wished");
    CHECK(world.calls().size() == 1);
    play(world, {{shows("cancel", IntentStatus::canceled), "cancelled",
                  "| PAYMENT_OUTCOME_KNOWN wished, PAYMENT_CANCELLED final wished"}});
  }
}

TEST_CASE("cancel: processing waits for evidence, then takes the row that fits",
          "[saga][payment]") {
  World world = confirming();
  play(world,
       {
           {shows("confirm", IntentStatus::processing), "processing", "read | PAYMENT_PROCESSING"},
           {cancel_for_good(), "cancelling", "read"},
           {until_next_call(), "", ""},
           {shows("read:", IntentStatus::processing), "cancelling", "read"},
           {until_next_call(), "", ""},
       });
  SECTION("succeeded") {
    play(world, {{succeeded("read:"), "captured", "| PAYMENT_COMPLETED wished"}});
  }
  SECTION("declined") {
    play(world, {
                    {shows_decline("read:", "do_not_honor"), "cancelling",
                     "cancel 1.1 | PAYMENT_FAILED wished"},
                    {shows("cancel", IntentStatus::canceled), "cancelled",
                     "| PAYMENT_CANCELLED final wished"},
                });
  }
  SECTION("needs the customer") {
    play(world, {{shows("read:", IntentStatus::requires_action), "cancelling", "cancel 1.1"}});
  }
}

TEST_CASE("cancel: refused as unexpected, the intent decides", "[saga][payment]") {
  World world = confirming();
  play(world, {
                  {shows("confirm", IntentStatus::requires_action), "action_required",
                   "read | PAYMENT_ACTION_REQUIRED"},
                  {cancel(), "cancelling", "cancel 1.1"},
              });
  SECTION("processing: it waits, and the next cancel has another key") {
    play(world,
         {
             {unexpected("cancel", IntentStatus::processing), "cancelling", "read"},
             {until_next_call(), "", ""},
             {shows("read:", IntentStatus::requires_action), "cancelling", "cancel 1.2"},
             {shows("cancel", IntentStatus::canceled), "cancelled", "| PAYMENT_CANCELLED wished"},
         });
  }
  SECTION("succeeded") {
    play(world, {{unexpected("cancel", IntentStatus::succeeded), "captured",
                  "| PAYMENT_COMPLETED wished"}});
  }
  SECTION("cancelled already") {
    play(world, {{unexpected("cancel", IntentStatus::canceled), "cancelled",
                  "| PAYMENT_CANCELLED wished"}});
  }
  SECTION("without the intent it is read") {
    play(world,
         {
             {refused("cancel", "payment_intent_unexpected_state"), "cancelling", "cancel 1.1!"},
             {succeeded("cancel"), "captured", "| PAYMENT_COMPLETED wished"},
         });
  }
  SECTION("still open: it is repeated later, each time under a new key") {
    play(world, {
                    {refused("cancel", "something_new"), "cancelling", "cancel 1.1!"},
                    {shows("cancel", IntentStatus::requires_action), "cancelling", "cancel 1.2"},
                });
    CHECK(world.call("cancel").not_before == world.now + seconds{30});
    play(world, {
                    {refused("cancel", "something_new"), "cancelling", "cancel 1.2!"},
                    {shows("cancel", IntentStatus::requires_action), "cancelling", "cancel 1.3"},
                });
    CHECK(world.call("cancel").not_before == world.now + minutes{2});
  }
}

TEST_CASE("cancel: captured refuses it", "[saga][payment]") {
  World world = confirming();
  play(world, {
                  {succeeded(), "captured", "| PAYMENT_COMPLETED"},
                  {cancel(), "captured", "refused captured | REFUSED"},
                  {cancel_for_good(), "captured", "refused captured | REFUSED"},
                  {confirm(visa), "captured", "refused captured | REFUSED"},
              });
}

TEST_CASE("cancel: not final leaves the way open to the next intent", "[saga][payment]") {
  World world = ready();
  play(world,
       {
           {cancel(), "cancelling", "cancel 1.1"},
           {initiate(42'00, visa), "cancelling", "parked"},
           {confirm(visa), "cancelling", "refused cancel_requested | REFUSED"},
           {shows("cancel", IntentStatus::canceled), "cancelled", "| PAYMENT_CANCELLED wished"},
           {initiate(43'00, visa), "cancelled", "refused amount_differs | REFUSED"},
           {initiate(42'00, visa), "creating", "create 2.1 | PAYMENT_INITIATED"},
       });
  CHECK(world.call("create").key->text() == "ps1:ledger0001:o1:create:2:1");
  play(world, {
                  {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
                  {succeeded(), "captured", "| PAYMENT_COMPLETED"},
              });
  CHECK(world.payment->intent->id.text() == "pi_2");
}

TEST_CASE("cancel: not final, and nobody comes back in time", "[saga][payment]") {
  World world = ready();
  play(world,
       {
           {cancel(), "cancelling", "cancel 1.1"},
           {shows("cancel", IntentStatus::canceled), "cancelled", "| PAYMENT_CANCELLED wished"},
           {wake(), "cancelled", "ignored"},
           {after(minutes{30}), "", ""},
           {wake(), "cancelled", "| PAYMENT_CANCELLED final"},
       });
  CHECK(world.payment->cancel->code == "expired");
  CHECK(world.payment->closed);
}

TEST_CASE("cancel: of what is cancelled is answered again", "[saga][payment]") {
  World world = ready();
  play(world,
       {
           {cancel(), "cancelling", "cancel 1.1"},
           {cancel(), "cancelling", "cancel 1.1"},
           {shows("cancel", IntentStatus::canceled), "cancelled", "| PAYMENT_CANCELLED wished"},
           {cancel(), "cancelled", "| PAYMENT_CANCELLED wished"},
           {cancel_for_good(), "cancelled", "| PAYMENT_CANCELLED final wished"},
           {initiate(42'00), "cancelled", "refused order_closed | REFUSED"},
           {cancel(), "cancelled", "| PAYMENT_CANCELLED final wished"},
       });
}

TEST_CASE("cancel: a second one joins the first, final wins", "[saga][payment]") {
  World world = ready();
  play(world, {
                  {cancel(), "cancelling", "cancel 1.1"},
                  {cancel_for_good(), "cancelling", "cancel 1.1"},
                  {initiate(42'00), "cancelling", "refused cancel_requested | REFUSED"},
                  {shows("cancel", IntentStatus::canceled), "cancelled",
                   "| PAYMENT_CANCELLED final wished"},
              });
  CHECK(world.payment->cancel->commands.size() == 2);
}

TEST_CASE("cancel: lost, it is read; unchanged, the same key", "[saga][payment]") {
  World world = ready();
  play(world, {
                  {cancel(), "cancelling", "cancel 1.1"},
                  {unknown("cancel"), "cancelling", "cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN wished"},
              });
  CHECK(world.call("cancel").kind == CallKind::read_intent);
  play(world,
       {{shows("cancel", IntentStatus::requires_payment_method), "cancelling", "cancel 1.1?"}});
  CHECK(world.call("cancel").kind == CallKind::send);
  play(world, {
                  {unknown("cancel"), "cancelling", "cancel 1.1?"},
                  {after(seconds{60}), "", ""},
                  {shows("cancel", IntentStatus::requires_payment_method), "cancelling",
                   "cancel 1.2 | PAYMENT_OUTCOME_KNOWN wished"},
                  {unknown("cancel"), "cancelling", "cancel 1.2? | PAYMENT_OUTCOME_UNKNOWN wished"},
                  {shows("cancel", IntentStatus::canceled), "cancelled",
                   "| PAYMENT_OUTCOME_KNOWN wished, PAYMENT_CANCELLED wished"},
              });
}
