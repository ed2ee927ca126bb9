#include <catch2/catch.hpp>

#include "saga/payment/play.hpp"

// When the provider last showed the intent as the payment has it.

namespace paysaga::payment::trial {
namespace {

Duration seen_before(const World& world) {
  REQUIRE(world.payment->seen_at.has_value());
  return world.now - *world.payment->seen_at;
}

}  // namespace

TEST_CASE("seen: every answer that shows the intent says when", "[saga][payment]") {
  World world;
  play(world, {{initiate(4200, visa), "creating", "create 1.1 | PAYMENT_INITIATED"}});
  CHECK_FALSE(world.payment->seen_at.has_value());
  play(world, {{made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"}});
  CHECK(seen_before(world) == Duration{0});
  play(world, {{after(minutes{1}), "confirming", "confirm 1.1 |"},
               {unknown("confirm"), "confirming", "confirm 1.1? | PAYMENT_OUTCOME_UNKNOWN"}});
  CHECK(seen_before(world) == minutes{1});
  const Time lost = world.now;
  play(world, {{until_next_call(), "confirming", "confirm 1.1? |"},
               {shows("?", IntentStatus::requires_action), "action_required",
                "read | PAYMENT_OUTCOME_KNOWN, PAYMENT_ACTION_REQUIRED"}});
  CHECK(world.now > lost);
  CHECK(seen_before(world) == Duration{0});
}

TEST_CASE("seen: a decline says it, also without the intent", "[saga][payment]") {
  World world;
  play(world, {{initiate(4200, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
               {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
               {after(minutes{1}), "confirming", "confirm 1.1 |"},
               {declined("insufficient_funds"), "declined", "| PAYMENT_FAILED"}});
  CHECK(seen_before(world) == Duration{0});
  CHECK(world.payment->intent->status == IntentStatus::requires_payment_method);
}

TEST_CASE("seen: nothing is seen of the next intent before it is made", "[saga][payment]") {
  World world;
  play(world,
       {{initiate(4200), "creating", "create 1.1 | PAYMENT_INITIATED"},
        {made(), "ready", "| PAYMENT_ACTION_REQUIRED"},
        {cancel(), "cancelling", "cancel 1.1"},
        {shows("cancel", IntentStatus::canceled), "cancelled", "| PAYMENT_CANCELLED wished"}});
  CHECK(seen_before(world) == Duration{0});
  play(world, {{initiate(4200), "creating", "create 2.1 | PAYMENT_INITIATED"}});
  CHECK_FALSE(world.payment->seen_at.has_value());
}

}  // namespace paysaga::payment::trial
