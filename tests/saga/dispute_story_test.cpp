#include <catch2/catch.hpp>

#include "saga/play.hpp"

// Both machines beside a dispute: what becomes of the order.

namespace paysaga::trial {
namespace {

using enum DisputeState;

void pay(Play& stage) {
  play(stage, {{initiate("c1", 4200, "pm_ok"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
               {run(), "PENDING", "PAYMENT_PROCESSING PAYMENT_COMPLETED ORDER_CREATED"}});
}

}  // namespace

TEST_CASE("saga: a dispute leaves the order's delivery alone", "[saga][dispute]") {
  Play stage;
  pay(stage);
  play(stage, {
                  {disputed(inquiry), "PENDING", ""},
                  {disputed(opened), "PENDING", "DISPUTE_OPENED"},
              });
  CHECK(waiting_for(stage.saga)->on == "delivery");
  CHECK(waiting_for(stage.saga)->text.find("the customer's bank") != std::string::npos);
  play(stage, {
                  {fulfilled("c2"), "FULFILLED", "ORDER_FULFILLED"},
              });
  CHECK(waiting_for(stage.saga)->on == "dispute");
  play(stage, {
                  {disputed(lost), "FULFILLED", "DISPUTE_LOST"},
              });
  CHECK(stage.saga.order.payment.money.lost == 4200);
  CHECK_FALSE(is_open(stage.saga));
  CHECK(money_at_risk_minor(stage.saga) == 0);
}

TEST_CASE("saga: an order that is cancelled beside an open dispute waits for its end",
          "[saga][dispute]") {
  for (const std::int64_t minor : {4200, 1000}) {
    CAPTURE(minor);
    Play stage;
    pay(stage);
    play(stage, {
                    {disputed(opened, minor), "PENDING", "DISPUTE_OPENED"},
                    {order_cancel("c2"), "REFUND_PENDING", "ORDER_CANCELLED"},
                    {pass(hours{24}), "REFUND_PENDING", ""},
                });
    CHECK(waiting_for(stage.saga)->on == "dispute");
    CHECK(money_at_risk_minor(stage.saga) == 4200);
    play(stage, {
                    {disputed(won, minor), "REFUNDED",
                     "DISPUTE_WON PAYMENT_REFUND_INITIATED PAYMENT_REFUNDED ORDER_REFUNDED"},
                });
    CHECK_FALSE(is_open(stage.saga));
  }
}

TEST_CASE("saga: a lost dispute settles an order that was cancelled", "[saga][dispute]") {
  Play whole;
  pay(whole);
  play(whole, {
                  {disputed(opened), "PENDING", "DISPUTE_OPENED"},
                  {order_cancel("c2"), "REFUND_PENDING", "ORDER_CANCELLED"},
                  {disputed(lost), "PARTIALLY_REFUNDED", "DISPUTE_LOST ORDER_REFUNDED"},
                  {pass(hours{24}), "PARTIALLY_REFUNDED", ""},
              });
  CHECK_FALSE(is_open(whole.saga));
  CHECK(whole.oracle.given_back() == 0);
  Play part;
  pay(part);
  play(part, {
                 {disputed(opened, 1000), "PENDING", "DISPUTE_OPENED"},
                 {order_cancel("c2"), "REFUND_PENDING", "ORDER_CANCELLED"},
                 {disputed(lost, 1000), "PARTIALLY_REFUNDED",
                  "DISPUTE_LOST PAYMENT_REFUND_INITIATED PAYMENT_REFUNDED ORDER_REFUNDED"},
             });
  CHECK(part.oracle.given_back() == 3200);
  CHECK_FALSE(is_open(part.saga));
}

TEST_CASE("saga: what the bank takes back beside our refund is an alarm, not a clamp",
          "[saga][dispute]") {
  Play stage;
  pay(stage);
  play(stage, {
                  {refund("c2", "r1", 4000), "PENDING", ""},
                  {run(), "PENDING", "PAYMENT_REFUNDED"},
                  {disputed(lost), "PENDING", "DISPUTE_LOST"},
              });
  REQUIRE(stage.saga.order.stuck.has_value());
  CHECK(stage.saga.order.stuck->reason == "money_overdrawn");
  CHECK(stage.saga.payment->money.lost == 4200);
  CHECK(stage.saga.payment->money.refunded == 4000);
}

}  // namespace paysaga::trial
