#include <catch2/catch.hpp>

#include "saga/apart.hpp"
#include "saga/play.hpp"

namespace paysaga::trial {
namespace {

const std::string paid = "PAYMENT_PROCESSING PAYMENT_COMPLETED ORDER_CREATED";
const std::string given_back = "PAYMENT_REFUNDED ORDER_REFUNDED";

void pay(Play& stage) {
  play(stage, {{initiate("c1", 4200, "pm_ok"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
               {run(), "PENDING", paid}});
}

/// The first call that is due reaches the provider, and its answer is still on its way.
AnswerInput send_one(Play& stage) {
  const std::vector<Call> calls = pending_calls(stage.saga, stage.context());
  REQUIRE(calls.size() == 1);
  REQUIRE(calls.front().kind == CallKind::send);
  return AnswerInput{calls.front().id, stage.oracle.answer(calls.front(), stage.now), "req_1",
                     milliseconds{5}};
}

/// No call would be made, ever, that changes anything.
bool sends_nothing(const Play& stage) {
  for (const Call& call : pending_calls(stage.saga, stage.context())) {
    if (call.kind == CallKind::send) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("hold: commands are decided, and what they ask for is made once it is resumed",
          "[saga][hold]") {
  Play stage;
  play(stage, {
                  {initiate("c1", 4200), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
                  {run(), "PAYMENT_PENDING", "PAYMENT_ACTION_REQUIRED"},
                  {hold("c2", "OPS-7"), "PAYMENT_PENDING", "HELD"},
                  {confirm("c3", "pm_ok"), "PAYMENT_PROCESSING", "PAYMENT_PROCESSING"},
                  {pass(minutes{20}), "PAYMENT_PROCESSING", ""},
              });
  CHECK(sends_nothing(stage));
  CHECK(stage.oracle.charged() == 0);
  CHECK(stage.saga.hold->command == EventId::of("c2"));
  CHECK(waiting_for(stage.saga)->on == "operator");
  CHECK(waiting_for(stage.saga)->text == "an operator to resume it: the bank asks (ticket OPS-7)");
  CHECK(stage.events[2].reason->message == "the bank asks (ticket OPS-7)");
  CHECK(stage.events[2].command == EventId::of("c2"));
  play(stage, {{resume("c4"), "PAYMENT_PROCESSING", "RESUMED"},
               {run(), "PENDING", "PAYMENT_COMPLETED ORDER_CREATED"}});
  CHECK(stage.oracle.charged() == 4200);
}

TEST_CASE("hold: no time runs out while it lasts", "[saga][hold]") {
  Play stage;
  play(stage, {
                  {initiate("c1", 4200), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
                  {run(), "PAYMENT_PENDING", "PAYMENT_ACTION_REQUIRED"},
                  {hold("c2"), "PAYMENT_PENDING", "HELD"},
                  {pass(hours{24}), "PAYMENT_PENDING", ""},
              });
  CHECK_FALSE(next_wake_at(stage.saga).has_value());
  CHECK(stage.wake().code == "nothing is due");
  play(stage, {{confirm("c3", "pm_ok"), "PAYMENT_PENDING", "refused expired COMMAND_REFUSED"},
               {resume("c4"), "PAYMENT_PENDING", "RESUMED"},
               {pass(seconds{1}), "EXPIRED", "PAYMENT_CANCELLED ORDER_EXPIRED"}});
}

TEST_CASE("hold: what was sent before is heard, or looked for", "[saga][hold]") {
  Play stage;
  play(stage, {{initiate("c1", 4200, "pm_ok"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"}});
  const AnswerInput answer = send_one(stage);
  play(stage, {{hold("c2"), "PAYMENT_PROCESSING", "HELD"}});
  SECTION("its answer comes: the confirm that follows is decided, and not sent") {
    CHECK(stage.decide(answer).outcome == Outcome::accepted);
  }
  SECTION("its answer is lost with the node: a look finds the intent") {
    stage.pass(seconds{3});
  }
  CHECK(stage.saga.payment->status == payment::Status::confirming);
  CHECK(stage.told() == "PAYMENT_PROCESSING");
  play(stage, {{pass(minutes{20}), "PAYMENT_PROCESSING", ""}});
  CHECK(sends_nothing(stage));
  play(stage, {{resume("c3"), "PAYMENT_PROCESSING", "RESUMED"},
               {run(), "PENDING", "PAYMENT_COMPLETED ORDER_CREATED"}});
  CHECK(stage.oracle.charged() == 4200);
}

TEST_CASE("hold: an unknown outcome is found while it lasts", "[saga][hold]") {
  Play stage;
  stage.oracle.fates = {Fate::answered, Fate::lost_after};
  play(stage,
       {
           {initiate("c1", 4200, "pm_ok"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
           {run(), "PAYMENT_PROCESSING", "PAYMENT_PROCESSING PAYMENT_OUTCOME_UNKNOWN"},
           {hold("c2"), "PAYMENT_PROCESSING", "HELD"},
           {pass(minutes{10}), "PENDING", "PAYMENT_OUTCOME_KNOWN PAYMENT_COMPLETED ORDER_CREATED"},
       });
  CHECK(stage.saga.hold.has_value());
}

TEST_CASE("hold: that nothing is found proves nothing while it lasts", "[saga][hold]") {
  Play stage;
  SECTION("of a confirm") {
    stage.oracle.fates = {Fate::answered, Fate::lost_before};
    play(stage, {
                    {initiate("c1", 4200, "pm_ok"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
                    {run(), "PAYMENT_PROCESSING", "PAYMENT_PROCESSING PAYMENT_OUTCOME_UNKNOWN"},
                    {hold("c2"), "PAYMENT_PROCESSING", "HELD"},
                    {pass(hours{48}), "PAYMENT_PROCESSING", ""},
                });
    CHECK(stage.saga.payment->operations.front().try_number == 1);
    CHECK(sends_nothing(stage));
    play(stage,
         {{resume("c3"), "PAYMENT_PROCESSING", "RESUMED"},
          {pass(hours{2}), "EXPIRED", "PAYMENT_OUTCOME_KNOWN PAYMENT_CANCELLED ORDER_EXPIRED"}});
    CHECK(stage.oracle.charged() == 0);  // Nobody waits for it any more.
  }
  SECTION("of a refund") {
    pay(stage);
    stage.oracle.fates = {Fate::lost_before};
    play(stage, {{refund("c2", "r1", 1000), "PENDING", ""},
                 {run(), "PENDING", "PAYMENT_OUTCOME_UNKNOWN"},
                 {hold("c3"), "PENDING", "HELD"},
                 {pass(hours{48}), "PENDING", ""}});
    CHECK(stage.saga.payment->operations.front().try_number == 1);
    CHECK(sends_nothing(stage));
    play(stage, {{resume("c4"), "PENDING", "RESUMED"},
                 {pass(hours{2}), "PENDING", "PAYMENT_OUTCOME_KNOWN PAYMENT_REFUNDED"}});
    CHECK(stage.oracle.given_back() == 1000);
  }
}

TEST_CASE("hold: an order that ends asks for its money back when it is resumed", "[saga][hold]") {
  Play stage;
  pay(stage);
  play(stage, {
                  {hold("c2"), "PENDING", "HELD"},
                  {order_cancel("c3"), "REFUND_PENDING", "ORDER_CANCELLED"},
                  {pass(hours{48}), "REFUND_PENDING", ""},
              });
  CHECK(stage.saga.payment->refunds.empty());
  play(stage, {{resume("c4"), "REFUND_PENDING", "RESUMED PAYMENT_REFUND_INITIATED"},
               {run(), "REFUNDED", given_back}});
  CHECK(stage.oracle.given_back() == 4200);
}

TEST_CASE("hold: a failed compensation is not tried again while it lasts", "[saga][hold]") {
  Play stage;
  pay(stage);
  play(stage,
       {
           {refund_fate({RefundFate::fails}), "PENDING", ""},
           {order_cancel("c2"), "REFUND_PENDING", "ORDER_CANCELLED PAYMENT_REFUND_INITIATED"},
           {run(), "REFUND_FAILED", "PAYMENT_REFUND_FAILED COMPENSATION_STUCK"},
           {hold("c3"), "REFUND_FAILED", "HELD"},
           {pass(hours{48}), "REFUND_FAILED", ""},
           {resume("c4"), "REFUND_FAILED", "RESUMED"},
           {pass(seconds{1}), "REFUNDED", given_back},
       });
}

TEST_CASE("hold: a cancel is decided, and cancels once it is resumed", "[saga][hold]") {
  Play stage;
  play(stage, {
                  {initiate("c1", 4200), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
                  {run(), "PAYMENT_PENDING", "PAYMENT_ACTION_REQUIRED"},
                  {hold("c2"), "PAYMENT_PENDING", "HELD"},
                  {order_cancel("c3"), "PAYMENT_PROCESSING", "ORDER_CANCELLED"},
                  {confirm("c4", "pm_ok"), "PAYMENT_PROCESSING",
                   "refused cancel_requested COMMAND_REFUSED"},
                  {pass(hours{1}), "PAYMENT_PROCESSING", ""},
                  {resume("c5"), "PAYMENT_PROCESSING", "RESUMED"},
                  {run(), "CANCELLED", "PAYMENT_CANCELLED"},
              });
}

TEST_CASE("hold: money that came too late is held by the policy, and refunded when it is resumed",
          "[saga][hold]") {
  Play stage;
  stage.policy.late_success = LateSuccess::hold;
  play(stage,
       {
           {initiate("c1", 4200, "pm_3ds"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
           {pass(minutes{20}), "PAYMENT_PROCESSING", "PAYMENT_PROCESSING PAYMENT_ACTION_REQUIRED"},
           {customer_acts(true), "PAYMENT_PROCESSING", ""},
           {pass(hours{20}), "REFUND_PENDING", "LATE_SUCCESS ORDER_EXPIRED HELD"},
       });
  CHECK(waiting_for(stage.saga)->on == "operator");
  CHECK(money_at_risk_minor(stage.saga) == 4200);
  CHECK_FALSE(stage.saga.hold->command.has_value());
  SECTION("resumed") {
    play(stage, {{resume("c2"), "REFUND_PENDING", "RESUMED PAYMENT_REFUND_INITIATED"},
                 {run(), "REFUNDED", given_back}});
  }
  SECTION("an operator's refund waits as every call does, and then nothing more is left") {
    play(stage, {{refund("c2", "r1"), "REFUND_PENDING", ""},
                 {run(), "REFUND_PENDING", ""},
                 {resume("c3"), "REFUND_PENDING",
                  "RESUMED PAYMENT_REFUND_INITIATED PAYMENT_REFUND_FAILED"},
                 {run(), "REFUNDED", given_back}});
  }
  SECTION("the bank gives all of it back: nothing is left to decide about") {
    play(stage, {{disputed(DisputeState::lost), "PARTIALLY_REFUNDED",
                  "DISPUTE_LOST RESUMED ORDER_REFUNDED"}});
    CHECK_FALSE(stage.saga.hold.has_value());
  }
  SECTION("an operator makes it a hold of his own, which stays") {
    play(stage,
         {{hold("c2"), "REFUND_PENDING", "HELD"},
          {disputed(DisputeState::lost), "PARTIALLY_REFUNDED", "DISPUTE_LOST ORDER_REFUNDED"}});
    CHECK(stage.saga.hold.has_value());
    CHECK(is_open(stage.saga));
    play(stage, {{resume("c3"), "PARTIALLY_REFUNDED", "RESUMED"}});
    CHECK_FALSE(is_open(stage.saga));
  }
}

TEST_CASE("hold: what may not be, and what is told again", "[saga][hold]") {
  Play stage;
  play(stage, {
                  {hold("c1"), "PAYMENT_PENDING", "parked order_unknown"},
                  {resume("c2"), "PAYMENT_PENDING", "parked order_unknown"},
                  {pass(minutes{11}), "PAYMENT_PENDING", "COMMAND_REFUSED COMMAND_REFUSED"},
                  {hold("c3"), "PAYMENT_PENDING", "parked order_unknown"},
                  {initiate("c4", 4200, "pm_ok"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED HELD"},
                  {pass(minutes{1}), "PAYMENT_PROCESSING", ""},
              });
  CHECK(stage.oracle.intents.empty());
  const Time since = stage.saga.hold->since;
  play(stage, {
                  {hold("c5", "OPS-8"), "PAYMENT_PROCESSING", "HELD"},
                  {hold("c5", "OPS-8"), "PAYMENT_PROCESSING", "ignored repeated"},
              });
  CHECK(stage.saga.hold->since == since);
  CHECK(stage.saga.hold->ticket == "OPS-8");
  play(stage, {
                  {resume("c6"), "PAYMENT_PROCESSING", "RESUMED"},
                  {resume("c7"), "PAYMENT_PROCESSING", "refused not_held COMMAND_REFUSED"},
                  {run(), "PENDING", paid},
              });
}

TEST_CASE("hold: an order that has had too many commands can be held and resumed", "[saga][hold]") {
  Play stage;
  stage.policy.commands_max = 2;
  play(stage,
       {
           {initiate("c1", 4200, "pm_ok"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
           {hold("c2"), "PAYMENT_PROCESSING", "HELD"},
           {hold("c3", "OPS-9"), "PAYMENT_PROCESSING", "HELD"},
           {resume("c4"), "PAYMENT_PROCESSING", "RESUMED"},
           {refund("c5", "r1", 1), "PAYMENT_PROCESSING", "refused too_many_inputs COMMAND_REFUSED"},
       });
}

TEST_CASE("hold: its key is as young as its first send", "[saga][hold]") {
  Play stage;
  pay(stage);
  play(stage, {
                  {hold("c2"), "PENDING", "HELD"},
                  {pass(seconds{1}), "PENDING", ""},
                  {refund("c3", "r1", 1000), "PENDING", ""},
                  {pass(hours{72}), "PENDING", ""},
                  {resume("c4"), "PENDING", "RESUMED"},
                  {run(), "PENDING", "PAYMENT_REFUNDED"},
              });
}

TEST_CASE("hold: a parked command has as long as before once it is resumed", "[saga][hold]") {
  Play stage;
  stage.oracle.fates = {Fate::answered, Fate::lost_before};
  play(stage, {
                  {initiate("c1", 4200, "pm_ok"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
                  {run(), "PAYMENT_PROCESSING", "PAYMENT_PROCESSING PAYMENT_OUTCOME_UNKNOWN"},
                  {refund("c2", "r1", 1000), "PAYMENT_PROCESSING",
                   "parked the outcome of the payment is not known"},
                  {hold("c3"), "PAYMENT_PROCESSING", "HELD"},
                  {pass(minutes{15}), "PAYMENT_PROCESSING", ""},
                  {[](Play& play) { static_cast<void>(play.wake()); }, "PAYMENT_PROCESSING",
                   "ignored nothing is due"},
                  {resume("c4"), "PAYMENT_PROCESSING", "RESUMED"},
                  {[](Play& play) { static_cast<void>(play.wake()); }, "PAYMENT_PROCESSING",
                   "ignored nothing is due"},
                  {pass(minutes{5}), "PENDING",
                   "PAYMENT_OUTCOME_KNOWN PAYMENT_COMPLETED ORDER_CREATED PAYMENT_REFUNDED"},
              });
}

TEST_CASE("hold: that held money is lost soon is said all the same", "[saga][hold]") {
  Play stage;
  const auto authorize = [](Play& play) {
    payment::Payment& payment = *play.saga.payment;
    payment.status = payment::Status::authorized;
    payment.money.authorized = 4200;
    payment.hold_alarm_at = play.now + hours{1};
    payment.next_read_at = play.now + hours{24};
    play.saga.order.payment.status = "authorized";
    play.saga.order.payment.money.authorized = 4200;
  };
  play(stage, {{initiate("c1", 4200), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
               {run(), "PAYMENT_PENDING", "PAYMENT_ACTION_REQUIRED"}});
  authorize(stage);
  play(stage, {{hold("c2"), "PAYMENT_PENDING", "HELD"},
               {pass(hours{2}), "PENDING", "PAYMENT_AUTHORIZED ORDER_CREATED"}});
}

TEST_CASE("hold: each of two groups obeys its own", "[saga][hold][roles]") {
  Apart stage;
  const auto ask = [&](Roles roles, const std::string& id, Command command) {
    return stage.decide(roles, command_input(id, std::move(command)));
  };
  const command::OrderHold stop{"the bank asks", ""};
  const command::OrderResume go{"it is clear now", ""};
  stage.decide(
      command_input("c1", command::PaymentInitiate{.amount = {4200, *Currency::parse("EUR")},
                                                   .customer = CustomerId::of("cus_1"),
                                                   .method = MethodId::of("pm_ok"),
                                                   .expires_in = std::nullopt,
                                                   .metadata = {}}));
  SECTION("payments: nothing is sent, and the hold is told by the payment machine") {
    CHECK(ask(Roles::payments, "c2", stop).events.front().type == EventType::held);
    stage.pass(minutes{10});
    CHECK(stage.oracle.charged() == 0);
    CHECK(ask(Roles::payments, "c3", go).events.front().type == EventType::resumed);
    stage.run();
    CHECK(stage.status() == "PENDING");
  }
  SECTION("orders: an unpaid order's cancel is asked for when it is resumed") {
    stage.hear_all();
    ask(Roles::orders, "c2", stop);
    CHECK(ask(Roles::orders, "c3", command::OrderCancel{"wish"}).cancels.empty());
    CHECK(ask(Roles::orders, "c4", go).cancels.size() == 1);
    stage.run();
    CHECK(stage.status() == "CANCELLED");
    CHECK(stage.oracle.charged() == 0);
  }
  SECTION("orders: paid meanwhile, it asks for the refund instead") {
    stage.hear_all();
    ask(Roles::orders, "c2", stop);
    ask(Roles::orders, "c3", command::OrderCancel{"wish"});
    stage.run();
    CHECK(stage.status() == "REFUND_PENDING");
    stage.pass(hours{1});
    CHECK(stage.oracle.given_back() == 0);
    CHECK(ask(Roles::orders, "c4", go).cancels.empty());
    stage.run();
    CHECK(stage.status() == "REFUNDED");
    CHECK(stage.oracle.given_back() == 4200);
  }
}

}  // namespace paysaga::trial
