#include "paysaga/saga/saga.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "saga/play.hpp"

namespace paysaga::trial {
namespace {

const std::string paid = "PAYMENT_PROCESSING PAYMENT_COMPLETED ORDER_CREATED";
const std::string declined = "PAYMENT_PROCESSING PAYMENT_FAILED ORDER_PAYMENT_FAILED";
const std::string given_back = "PAYMENT_REFUNDED ORDER_REFUNDED";
const std::string cancelled_unpaid = "PAYMENT_CANCELLED";

/// An order that is paid.
void pay(Play& stage) {
  play(stage, {{initiate("c1", 4200, "pm_ok"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
               {run(), "PENDING", paid}});
}

bool is_told_to_customer(const Event& event) {
  const auto topics = topics_of(event.type);
  return std::ranges::find(topics, Topic::customer_notifications) != topics.end();
}

/// What the customer was told, in order.
std::string notifications(const Play& stage) {
  std::string text;
  for (const Event& event : stage.events) {
    if (is_told_to_customer(event)) text += event.reason->message + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("saga: a card payment is made, the order created and fulfilled", "[saga]") {
  Play stage;
  pay(stage);
  CHECK(waiting_for(stage.saga)->on == "delivery");
  play(stage, {
                  {fulfilled("c2"), "FULFILLED", "ORDER_FULFILLED"},
                  {order_cancel("c3"), "FULFILLED", "refused order_closed COMMAND_REFUSED"},
                  {pass(hours{24}), "FULFILLED", ""},
              });
  CHECK(stage.oracle.charged() == 4200);
  CHECK_FALSE(is_open(stage.saga));
  CHECK_FALSE(waiting_for(stage.saga).has_value());
  CHECK(notifications(stage).empty());
}

TEST_CASE("saga: an intent without a method waits for the customer", "[saga]") {
  play({
      {initiate("c1", 4200), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
      {run(), "PAYMENT_PENDING", "PAYMENT_ACTION_REQUIRED"},
      {confirm("c2", "pm_ok"), "PAYMENT_PROCESSING", "PAYMENT_PROCESSING"},
      {run(), "PENDING", "PAYMENT_COMPLETED ORDER_CREATED"},
  });
}

TEST_CASE("saga: after a decline the customer is told and pays with another card", "[saga]") {
  Play stage;
  play(stage, {
                  {initiate("c1", 4200, "pm_declined"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
                  {run(), "PAYMENT_FAILED", declined},
                  {confirm("c2", "pm_gone"), "PAYMENT_PROCESSING", "PAYMENT_PROCESSING"},
                  {run(), "PAYMENT_FAILED", "PAYMENT_FAILED ORDER_PAYMENT_FAILED"},
                  {confirm("c3", "pm_ok"), "PAYMENT_PROCESSING", "PAYMENT_PROCESSING"},
                  {run(), "PENDING", "PAYMENT_COMPLETED ORDER_CREATED"},
              });
  CHECK(stage.saga.payment->attempt == 3);
  CHECK(stage.oracle.intents.size() == 1);
  CHECK_FALSE(notifications(stage).empty());
}

TEST_CASE("saga: the customer has to confirm at the bank", "[saga]") {
  play({
      {initiate("c1", 4200, "pm_3ds"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
      {run(), "PAYMENT_PROCESSING", "PAYMENT_PROCESSING PAYMENT_ACTION_REQUIRED"},
      {customer_acts(true), "PAYMENT_PROCESSING", ""},
      {pass(minutes{1}), "PENDING", "PAYMENT_COMPLETED ORDER_CREATED"},
  });
}

TEST_CASE("saga: a cancel before the payment", "[saga]") {
  Play stage;
  play(stage,
       {
           {initiate("c1", 4200), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
           {run(), "PAYMENT_PENDING", "PAYMENT_ACTION_REQUIRED"},
           {order_cancel("c2"), "PAYMENT_PROCESSING", "ORDER_CANCELLED"},
           {confirm("c3", "pm_ok"), "PAYMENT_PROCESSING",
            "refused cancel_requested COMMAND_REFUSED"},
           {order_cancel("c4"), "PAYMENT_PROCESSING", ""},
           {fulfilled("c5"), "PAYMENT_PROCESSING", "refused cancel_requested COMMAND_REFUSED"},
           {run(), "CANCELLED", cancelled_unpaid},
           {initiate("c6", 4200, "pm_ok"), "CANCELLED", "refused order_closed COMMAND_REFUSED"},
           {rejected("c7"), "CANCELLED", "refused order_closed COMMAND_REFUSED"},
       });
  CHECK(stage.oracle.charged() == 0);
  CHECK(notifications(stage) == "Your order was cancelled: too late. You have not been charged.\n");
}

TEST_CASE("saga: a cancel while the create is under way", "[saga]") {
  Play stage;
  play(stage, {
                  {initiate("c1", 4200, "pm_ok"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
                  {order_cancel("c2"), "PAYMENT_PROCESSING", "ORDER_CANCELLED"},
                  {run(), "CANCELLED", cancelled_unpaid},
              });
  CHECK(stage.oracle.charged() == 0);
}

TEST_CASE("saga: a cancel while the confirm is under way, which succeeds, gives it back",
          "[saga]") {
  Play stage;
  stage.oracle.fates = {Fate::answered, Fate::lost_after};
  play(stage,
       {
           {initiate("c1", 4200, "pm_ok"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
           {run(), "PAYMENT_PROCESSING", "PAYMENT_PROCESSING PAYMENT_OUTCOME_UNKNOWN"},
           {order_cancel("c2"), "PAYMENT_PROCESSING", "ORDER_CANCELLED"},
           {run(), "REFUNDED",
            "PAYMENT_OUTCOME_KNOWN PAYMENT_COMPLETED PAYMENT_REFUND_INITIATED " + given_back},
       });
  CHECK(stage.oracle.charged() == 4200);
  CHECK(stage.oracle.given_back() == 4200);
  CHECK_FALSE(stage.saga.order.created);
  CHECK(notifications(stage) ==
        "Your order was cancelled: too late. Should you be charged, it is refunded.\n"
        "A refund of 42.00 EUR is on its way.\n"
        "42.00 EUR was refunded.\n");
}

TEST_CASE("saga: a payment.cancel that comes too late gives the money back and ends the order",
          "[saga]") {
  Play stage;
  stage.oracle.fates = {Fate::answered, Fate::lost_after};
  play(stage, {
                  {initiate("c1", 4200, "pm_ok"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
                  {run(), "PAYMENT_PROCESSING", "PAYMENT_PROCESSING PAYMENT_OUTCOME_UNKNOWN"},
                  {payment_cancel("c2", false), "PAYMENT_PROCESSING", ""},
                  {run(), "REFUNDED",
                   "PAYMENT_OUTCOME_KNOWN PAYMENT_COMPLETED ORDER_CANCELLED "
                   "PAYMENT_REFUND_INITIATED " +
                       given_back},
              });
  CHECK_FALSE(stage.saga.order.created);
}

TEST_CASE("saga: a cancel after the payment gives everything back", "[saga]") {
  Play stage;
  pay(stage);
  play(stage,
       {
           {order_cancel("c2"), "REFUND_PENDING", "ORDER_CANCELLED PAYMENT_REFUND_INITIATED"},
           {fulfilled("c3"), "REFUND_PENDING", "refused cancel_requested COMMAND_REFUSED"},
           {delivery_failed("c4"), "REFUND_PENDING", "refused cancel_requested COMMAND_REFUSED"},
           {order_cancel("c5"), "REFUND_PENDING", ""},
           {run(), "REFUNDED", given_back},
           {order_cancel("c6"), "REFUNDED", "refused order_closed COMMAND_REFUSED"},
       });
  CHECK(stage.oracle.given_back() == 4200);
}

TEST_CASE("saga: a payment.cancel that is not final leaves room for another payment", "[saga]") {
  Play stage;
  play(stage, {
                  {initiate("c1", 4200), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
                  {run(), "PAYMENT_PENDING", "PAYMENT_ACTION_REQUIRED"},
                  {payment_cancel("c2", false), "PAYMENT_PENDING", ""},
                  {initiate("c3", 4200, "pm_ok"), "PAYMENT_PENDING",
                   "parked the cancel must be done first"},
                  {run(), "PENDING", "PAYMENT_CANCELLED PAYMENT_INITIATED " + paid},
              });
  CHECK(stage.oracle.intents.size() == 2);
}

TEST_CASE("saga: a final payment.cancel ends the order", "[saga]") {
  play({
      {initiate("c1", 4200), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
      {run(), "PAYMENT_PENDING", "PAYMENT_ACTION_REQUIRED"},
      {payment_cancel("c2", true), "PAYMENT_PENDING", ""},
      {run(), "CANCELLED", "PAYMENT_CANCELLED ORDER_CANCELLED"},
  });
}

TEST_CASE("saga: an order.cancel after a payment.cancel that was not final", "[saga]") {
  play({
      {initiate("c1", 4200), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
      {run(), "PAYMENT_PENDING", "PAYMENT_ACTION_REQUIRED"},
      {payment_cancel("c2", false), "PAYMENT_PENDING", ""},
      {run(), "PAYMENT_PENDING", "PAYMENT_CANCELLED"},
      {order_cancel("c3"), "CANCELLED", "ORDER_CANCELLED PAYMENT_CANCELLED"},
  });
}

TEST_CASE("saga: a restaurant that rejects and a delivery that fails give the money back",
          "[saga]") {
  for (const bool is_rejected : {true, false}) {
    Play stage;
    pay(stage);
    play(stage, {
                    {is_rejected ? rejected("c2") : delivery_failed("c2"), "REFUND_PENDING",
                     "ORDER_CANCELLED PAYMENT_REFUND_INITIATED"},
                    {run(), "REFUNDED", given_back},
                });
    CHECK(stage.saga.order.ended ==
          (is_rejected ? order::EndCause::rejected : order::EndCause::delivery_failed));
    CHECK(notifications(stage) ==
          std::string{is_rejected ? "Your order could not be accepted: closed today."
                                  : "Your order could not be delivered: nobody home."} +
              " Your money is refunded.\nA refund of 42.00 EUR is on its way.\n"
              "42.00 EUR was refunded.\n");
  }
}

TEST_CASE("saga: rejected before it is paid is as a cancel", "[saga]") {
  play({
      {initiate("c1", 4200, "pm_declined"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
      {run(), "PAYMENT_FAILED", declined},
      {delivery_failed("c2"), "PAYMENT_FAILED", "refused payment_failed COMMAND_REFUSED"},
      {fulfilled("c3"), "PAYMENT_FAILED", "refused payment_failed COMMAND_REFUSED"},
      {rejected("c4"), "PAYMENT_PROCESSING", "ORDER_CANCELLED"},
      {run(), "CANCELLED", cancelled_unpaid},
  });
}

TEST_CASE("saga: goodwill refunds change only the money of a running or fulfilled order",
          "[saga]") {
  Play stage;
  pay(stage);
  play(stage,
       {
           {refund("c2", "r1", 1000), "PENDING", ""},
           {run(), "PENDING", "PAYMENT_REFUNDED"},
           {fulfilled("c3"), "FULFILLED", "ORDER_FULFILLED"},
           {refund("c4", "r2", 5000), "FULFILLED",
            "refused amount_too_large PAYMENT_REFUND_FAILED COMMAND_REFUSED"},
           {refund("c5", "r3"), "FULFILLED", ""},
           {run(), "FULFILLED", "PAYMENT_REFUNDED"},
           {refund("c6", "r4"), "FULFILLED",
            "refused nothing_left PAYMENT_REFUND_FAILED COMMAND_REFUSED"},
           {refund("c7", "compensation-1"), "FULFILLED", "refused id_reserved COMMAND_REFUSED"},
       });
  CHECK(stage.oracle.given_back() == 4200);
  CHECK_FALSE(is_open(stage.saga));
}

TEST_CASE("saga: a cancel refunds what goodwill has left, beside a refund that runs", "[saga]") {
  Play stage;
  pay(stage);
  play(stage,
       {
           {refund("c2", "r1", 1000), "PENDING", ""},
           {run(), "PENDING", "PAYMENT_REFUNDED"},
           {refund_fate({RefundFate::pends}), "PENDING", ""},
           {refund("c3", "r2", 700), "PENDING", ""},
           {run(), "PENDING", ""},
           {order_cancel("c4"), "REFUND_PENDING", "ORDER_CANCELLED PAYMENT_REFUND_INITIATED"},
           {run(), "REFUND_PENDING", "PAYMENT_REFUNDED"},
           {refunds_end(true), "REFUND_PENDING", ""},
           {pass(hours{1}), "REFUNDED", given_back},
       });
  CHECK(stage.oracle.given_back() == 4200);
  CHECK(stage.saga.order.compensations == 1);
}

TEST_CASE("saga: a goodwill refund that fails once the order has ended is made up for", "[saga]") {
  Play stage;
  pay(stage);
  play(stage,
       {
           {refund_fate({RefundFate::pends}), "PENDING", ""},
           {refund("c2", "r1", 700), "PENDING", ""},
           {run(), "PENDING", ""},
           {order_cancel("c3"), "REFUND_PENDING", "ORDER_CANCELLED PAYMENT_REFUND_INITIATED"},
           {run(), "REFUND_PENDING", "PAYMENT_REFUNDED"},
           {refunds_end(false), "REFUND_PENDING", ""},
           {pass(hours{1}), "REFUNDED",
            "PAYMENT_REFUND_FAILED PAYMENT_REFUND_INITIATED " + given_back},
       });
  CHECK(stage.oracle.given_back() == 4200);
  CHECK(stage.saga.order.compensations == 2);
}

TEST_CASE("saga: everything given back before a cancel is REFUNDED at once", "[saga]") {
  Play stage;
  pay(stage);
  play(stage, {
                  {refund("c2", "r1"), "PENDING", ""},
                  {run(), "PENDING", "PAYMENT_REFUNDED"},
                  {order_cancel("c3"), "REFUNDED", "ORDER_CANCELLED ORDER_REFUNDED"},
              });
}

TEST_CASE("saga: nothing left at a cancel while the refund runs settles by that refund", "[saga]") {
  Play stage;
  pay(stage);
  play(stage, {
                  {refund("c2", "r1"), "PENDING", ""},
                  {order_cancel("c3"), "REFUND_PENDING",
                   "ORDER_CANCELLED PAYMENT_REFUND_INITIATED PAYMENT_REFUND_FAILED"},
                  {run(), "REFUNDED", given_back},
              });
}

TEST_CASE("saga: a compensation that fails is stuck, retried and at last done", "[saga]") {
  Play stage;
  pay(stage);
  play(stage, {
                  {refund_fate({RefundFate::fails, RefundFate::refused}), "PENDING", ""},
                  {rejected("c2"), "REFUND_PENDING", "ORDER_CANCELLED PAYMENT_REFUND_INITIATED"},
                  {run(), "REFUND_FAILED", "PAYMENT_REFUND_FAILED COMPENSATION_STUCK"},
                  {order_cancel("c3"), "REFUND_FAILED", ""},
                  {pass(minutes{2}), "REFUND_FAILED", ""},
              });
  CHECK(stage.saga.order.stuck->reason == "compensation_stuck");
  CHECK(money_at_risk_minor(stage.saga) == 4200);
  CHECK(waiting_for(stage.saga)->on == "refund");
  play(stage, {{pass(hours{1}), "REFUNDED", given_back}});
  CHECK_FALSE(stage.saga.order.stuck.has_value());
  CHECK(money_at_risk_minor(stage.saga) == 0);
}

TEST_CASE("saga: not paid in time, the order expires", "[saga]") {
  Play stage;
  play(stage, {
                  {initiate("c1", 4200, "pm_declined"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
                  {run(), "PAYMENT_FAILED", declined},
                  {pass(minutes{29}), "PAYMENT_FAILED", ""},
                  {pass(minutes{2}), "EXPIRED", "PAYMENT_CANCELLED ORDER_EXPIRED"},
                  {confirm("c2", "pm_ok"), "EXPIRED", "refused order_closed COMMAND_REFUSED"},
                  {order_cancel("c3"), "EXPIRED", "refused order_closed COMMAND_REFUSED"},
              });
  CHECK_FALSE(is_open(stage.saga));
  CHECK(stage.oracle.charged() == 0);
}

TEST_CASE("saga: paid while the expiry waits, by each policy", "[saga]") {
  struct Case {
    LateSuccess policy;
    std::string status;
    std::string told;
  };
  const Case cases[] = {
      {LateSuccess::refund, "REFUNDED", "LATE_SUCCESS ORDER_EXPIRED " + given_back},
      {LateSuccess::accept, "PENDING", "LATE_SUCCESS ORDER_CREATED"},
      {LateSuccess::hold, "REFUND_PENDING", "LATE_SUCCESS ORDER_EXPIRED HELD"},
  };
  for (const Case& row : cases) {
    CAPTURE(row.told);
    Play stage;
    stage.policy.late_success = row.policy;
    play(stage, {
                    {initiate("c1", 4200, "pm_3ds"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
                    {pass(minutes{20}), "PAYMENT_PROCESSING",
                     "PAYMENT_PROCESSING PAYMENT_ACTION_REQUIRED"},
                    {customer_acts(true), "PAYMENT_PROCESSING", ""},
                    {pass(minutes{11}), row.status, row.told},
                });
    CHECK(stage.saga.hold.has_value() == (row.policy == LateSuccess::hold));
    CHECK(stage.oracle.given_back() == (row.policy == LateSuccess::refund ? 4200 : 0));
  }
}

TEST_CASE("saga: a customer who cancels while the expiry waits is refunded, not late", "[saga]") {
  Play stage;
  play(stage, {
                  {initiate("c1", 4200, "pm_3ds"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
                  {run(), "PAYMENT_PROCESSING", "PAYMENT_PROCESSING PAYMENT_ACTION_REQUIRED"},
                  {[](Play& p) {
                     p.now += minutes{31};
                     static_cast<void>(p.wake());
                   },
                   "PAYMENT_PROCESSING", ""},
                  {order_cancel("c2"), "PAYMENT_PROCESSING", "ORDER_CANCELLED"},
                  {customer_acts(true), "PAYMENT_PROCESSING", ""},
                  {run(), "REFUNDED", "PAYMENT_COMPLETED PAYMENT_REFUND_INITIATED " + given_back},
              });
}

TEST_CASE("saga: what the provider refuses for good ends the order", "[saga]") {
  Play stage;
  play(stage, {
                  {initiate("c1", 4200, "pm_bad"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
                  {run(), "CANCELLED",
                   "PAYMENT_PROCESSING PAYMENT_FAILED ORDER_PAYMENT_FAILED PAYMENT_CANCELLED "
                   "ORDER_CANCELLED"},
              });
  CHECK_FALSE(is_open(stage.saga));
}

TEST_CASE("saga: an unknown outcome is stuck until evidence settles it", "[saga]") {
  Play stage;
  stage.oracle.fates = {Fate::answered, Fate::lost_before};
  play(stage, {
                  {initiate("c1", 4200, "pm_ok"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
                  {run(), "PAYMENT_PROCESSING", "PAYMENT_PROCESSING PAYMENT_OUTCOME_UNKNOWN"},
              });
  CHECK(stage.saga.order.stuck->reason == "outcome_unknown");
  CHECK(waiting_for(stage.saga)->on == "evidence");
  CHECK(money_at_risk_minor(stage.saga) == 4200);
  play(stage,
       {{pass(minutes{5}), "PENDING", "PAYMENT_OUTCOME_KNOWN PAYMENT_COMPLETED ORDER_CREATED"}});
  CHECK_FALSE(stage.saga.order.stuck.has_value());
  CHECK(stage.oracle.charged() == 4200);
}

TEST_CASE("saga: a webhook that caused a look is remembered, and its repeat ignored", "[saga]") {
  Play stage;
  play(stage, {{initiate("c1", 4200), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
               {run(), "PAYMENT_PENDING", "PAYMENT_ACTION_REQUIRED"}});
  const auto webhook = [&](const char* id) {
    const IntentId intent = stage.saga.payment->intent->id;
    return decide(stage.saga,
                  Input{stage.saga.id, WebhookInput{EventId::of(id), "payment_intent.succeeded",
                                                    News::intent, intent}},
                  stage.context());
  };
  const Decision first = webhook("evt_1");
  CHECK(first.outcome == Outcome::accepted);
  CHECK(first.summary == "payment_intent.succeeded evt_1: looked at now");
  stage.saga = first.next;
  const Decision repeated = webhook("evt_1");
  CHECK(repeated.outcome == Outcome::ignored);
  CHECK(repeated.code == "repeated");
  CHECK(webhook("evt_2").outcome == Outcome::accepted);
}

TEST_CASE("saga: beyond the ids that an order remembers a webhook only causes a look", "[saga]") {
  Play stage;
  stage.policy.commands_max = 1;
  play(stage, {{initiate("c1", 4200), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
               {run(), "PAYMENT_PENDING", "PAYMENT_ACTION_REQUIRED"}});
  const Decision decision =
      decide(stage.saga,
             Input{stage.saga.id, WebhookInput{EventId::of("evt_1"), "payment_intent.succeeded",
                                               News::intent, stage.saga.payment->intent->id}},
             stage.context());
  CHECK(decision.outcome == Outcome::accepted);
  CHECK(decision.next.seen.size() == 1);
}

}  // namespace paysaga::trial
