#include <catch2/catch.hpp>

#include "saga/payment/play.hpp"

using namespace paysaga;
using namespace paysaga::payment;
using namespace paysaga::payment::trial;

namespace {

/// 3DS was asked for, the time is over, and the cancel of the expiry is under way.
World expiring(LateSuccess policy) {
  World world;
  world.policy.late_success = policy;
  play(world, {
                  {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
                  {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
                  {shows("confirm", IntentStatus::requires_action), "action_required",
                   "read | PAYMENT_ACTION_REQUIRED"},
                  {after(minutes{30}), "", ""},
                  {wake(), "cancelling", "cancel 1.1"},
              });
  return world;
}

}  // namespace

TEST_CASE("late success: by default all of it is refunded", "[saga][payment]") {
  World world = expiring(LateSuccess::refund);
  play(world, {
                  {unexpected("cancel", IntentStatus::succeeded), "captured",
                   "refund late-success 1.1 | LATE_SUCCESS"},
              });
  CHECK(world.payment->money.refunding == 42'00);
  CHECK(money_at_risk_minor(*world.payment) == 42'00);
  play(world, {
                  {refund_is("refund", "late-success", RefundStatus::succeeded, 42'00), "captured",
                   "| PAYMENT_REFUNDED"},
              });
  CHECK(world.payment->money.refunded == 42'00);
  CHECK(money_at_risk_minor(*world.payment) == 0);
}

TEST_CASE("late success: accepted, the expiry falls away", "[saga][payment]") {
  World world = expiring(LateSuccess::accept);
  play(world, {{unexpected("cancel", IntentStatus::succeeded), "captured", "| LATE_SUCCESS"}});
  CHECK_FALSE(world.payment->closed);
  CHECK_FALSE(world.payment->cancel.has_value());
  CHECK(world.payment->late);
  CHECK(money_at_risk_minor(*world.payment) == 0);
}

TEST_CASE("late success: held, a person decides", "[saga][payment]") {
  World world = expiring(LateSuccess::hold);
  const auto verdict = world.decide(*unexpected("cancel", IntentStatus::succeeded)(world));
  CHECK(told(verdict) == "| LATE_SUCCESS");
  CHECK(verdict.events.front().reason->code == "hold");
  CHECK(world.payment->closed);
  CHECK(money_at_risk_minor(*world.payment) == 42'00);
  play(world, {{refund("r1"), "captured", "refund r1 1.1"}});
}

TEST_CASE("late success: only an expired payment can be accepted", "[saga][payment]") {
  World world;
  world.policy.late_success = LateSuccess::accept;
  play(world, {
                  {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
                  {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
                  {refused("confirm", "parameter_unknown"), "cancelling",
                   "cancel 1.1 | PAYMENT_FAILED final"},
                  {unexpected("cancel", IntentStatus::succeeded), "captured",
                   "refund late-success 1.1 | LATE_SUCCESS"},
              });
}

TEST_CASE("late success: a customer's cancel that joins the expiry makes it an ordinary one",
          "[saga][payment]") {
  World world = expiring(LateSuccess::accept);
  play(world, {
                  {cancel_for_good(), "cancelling", "cancel 1.1"},
                  {unexpected("cancel", IntentStatus::succeeded), "captured",
                   "| PAYMENT_COMPLETED wished"},
              });
  CHECK_FALSE(world.payment->late);
}
