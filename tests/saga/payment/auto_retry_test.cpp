#include <catch2/catch.hpp>

#include "saga/payment/play.hpp"

using namespace paysaga;
using namespace paysaga::payment;
using namespace paysaga::payment::trial;

namespace {

/// Nobody is there: the shop charges a card that it keeps.
Act charge_kept_card(Duration expires_in = hours{2}) {
  return [=](World& world) -> std::optional<payment::Input> {
    auto ask = std::get<AskInitiate>(*initiate(42'00, visa)(world));
    ask.ask.off_session = true;
    ask.ask.expires_in = expires_in;
    return ask;
  };
}

World allowed(int retries) {
  World world;
  world.policy.auto_retries = retries;
  return world;
}

Act declined_with_advice(const std::string& decline_code, const std::string& advice) {
  return [=](World& world) -> std::optional<payment::Input> {
    auto answer = std::get<AnswerInput>(*declined(decline_code)(world));
    std::get<answer::Declined>(answer.answer).decline.advice_code = advice;
    return answer;
  };
}

/// Before the decline.
void begin(World& world, const Act& initiated) {
  play(world, {{initiated, "creating", "create 1.1 | PAYMENT_INITIATED"},
               {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"}});
}

const std::string again = "confirm 2.1 | PAYMENT_FAILED, PAYMENT_PROCESSING";
const std::string over = "| PAYMENT_FAILED";

}  // namespace

TEST_CASE("auto retry: off-session a decline that may pass is tried again with the same method",
          "[saga][payment]") {
  World world = allowed(2);
  begin(world, charge_kept_card());
  play(world, {{declined("insufficient_funds"), "confirming", again}});
  const Call second = world.call("confirm");
  CHECK(second.not_before == world.now + minutes{1});
  CHECK(second.key->text() == "ps1:ledger0001:o1:confirm:2:1");
  CHECK(second.request.body.find(visa) != std::string::npos);
  play(world, {
                  {confirm(mastercard), "confirming", "refused in_progress | REFUSED"},
                  {until_next_call(), "", ""},
                  {declined("try_again_later"), "confirming",
                   "confirm 3.1 | PAYMENT_FAILED, PAYMENT_PROCESSING"},
              });
  CHECK(world.call("confirm").not_before == world.now + minutes{10});
  play(world, {
                  {until_next_call(), "", ""},
                  {declined("insufficient_funds"), "declined", over},  // Twice is enough.
                  {confirm(mastercard), "confirming", "confirm 4.1 | PAYMENT_PROCESSING"},
                  {declined("insufficient_funds"), "declined", over},
              });
}

TEST_CASE("auto retry: what succeeds then, or is shown as declined, is decided as ever",
          "[saga][payment]") {
  World world = allowed(1);
  begin(world, charge_kept_card());
  play(world, {
                  {unknown("confirm"), "confirming", "confirm 1.1? | PAYMENT_OUTCOME_UNKNOWN"},
                  {shows_decline("confirm", "insufficient_funds"), "confirming",
                   "confirm 2.1 | PAYMENT_OUTCOME_KNOWN, PAYMENT_FAILED, PAYMENT_PROCESSING"},
                  {until_next_call(), "", ""},
                  {succeeded(), "captured", "| PAYMENT_COMPLETED"},
              });
}

TEST_CASE("auto retry: none where the customer is there, the card is no good, or time is short",
          "[saga][payment]") {
  struct Case {
    std::string why;
    int retries;
    Act initiated;
    Act decline;
  };
  const Act later = declined("insufficient_funds");
  for (const Case& none : {
           Case{"on-session", 3, initiate(42'00, visa), later},
           Case{"not allowed", 0, charge_kept_card(), later},
           Case{"another class", 3, charge_kept_card(), declined("do_not_honor")},
           Case{"never again", 3, charge_kept_card(), declined("lost_card")},
           Case{"the customer must act", 3, charge_kept_card(),
                declined("authentication_required")},
           Case{"Stripe advises against it", 3, charge_kept_card(),
                declined_with_advice("insufficient_funds", "do_not_try_again")},
           Case{"it would expire first", 3, charge_kept_card(minutes{1}), later},
       }) {
    INFO(none.why);
    World world = allowed(none.retries);
    begin(world, none.initiated);
    play(world, {{none.decline, "declined", over}});
  }
}

TEST_CASE("auto retry: a cancel that comes while it waits ends it", "[saga][payment]") {
  World world = allowed(3);
  begin(world, charge_kept_card());
  play(world, {
                  {declined("insufficient_funds"), "confirming", again},
                  {cancel_for_good(), "cancelling", "confirm 2.1, cancel 1.1"},
                  {shows("cancel", IntentStatus::canceled), "cancelled",
                   "| PAYMENT_CANCELLED final wished"},
              });
}

TEST_CASE("auto retry: an intent that Stripe cancels with the decline is not tried again",
          "[saga][payment]") {
  World world = allowed(3);
  begin(world, charge_kept_card());
  const Act last = [](World& at) -> std::optional<payment::Input> {
    auto answer = std::get<AnswerInput>(*declined("insufficient_funds")(at));
    std::get<answer::Declined>(answer.answer).intent->status = IntentStatus::canceled;
    return answer;
  };
  play(world, {{last, "cancelled", "| PAYMENT_FAILED, PAYMENT_CANCELLED"}});
}
