#include <catch2/catch.hpp>

#include "saga/payment/play.hpp"

using namespace paysaga;
using namespace paysaga::payment;
using namespace paysaga::payment::trial;

namespace {

World creating() {
  World world;
  play(world, {{initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"}});
  return world;
}

World confirming() {
  World world = creating();
  play(world, {{made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"}});
  return world;
}

/// Loses every send of the call until only look-ups are left; time passes as it must.
void lose_all_sends(World& world, const std::string& part) {
  for (int i = 0; i <= world.policy.same_key_repeats_max; ++i) {
    world.now = std::max(world.now, world.call(part).not_before);
    REQUIRE(world.call(part).kind == CallKind::send);
    world.decide(*unknown(part)(world));
  }
}

Act shows_list(std::vector<IntentObject> list) {
  return answered("create", answer::Intents{std::move(list)});
}

}  // namespace

TEST_CASE("evidence: a lost create is repeated under the same key, five times", "[saga][payment]") {
  World world = creating();
  play(world, {{unknown("create"), "creating", "create 1.1? | PAYMENT_OUTCOME_UNKNOWN"}});
  const Call first = world.call("create");
  CHECK(first.kind == CallKind::send);
  CHECK(first.id == "ps1:ledger0001:o1:create:1:1#1");
  CHECK(first.key->text() == "ps1:ledger0001:o1:create:1:1");
  CHECK(first.not_before >= world.now + seconds{1});
  CHECK(first.not_before <= world.now + seconds{60});
  for (int i = 0; i < 4; ++i) {
    play(world, {{until_next_call(), "", ""}, {unknown("create"), "creating", "create 1.1?"}});
    CHECK(world.call("create").kind == CallKind::send);
    CHECK(world.call("create").request == first.request);
  }
  play(world, {{until_next_call(), "", ""}, {unknown("create"), "creating", "create 1.1?"}});
  CHECK(world.call("create").kind == CallKind::list_intents);
}

TEST_CASE("evidence: a lost create that had worked is found by its key", "[saga][payment]") {
  play({
      {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
      {unknown("create"), "creating", "create 1.1? | PAYMENT_OUTCOME_UNKNOWN"},
      {until_next_call(), "", ""},
      {made(), "confirming", "confirm 1.1 | PAYMENT_OUTCOME_KNOWN, PAYMENT_PROCESSING"},
  });
}

TEST_CASE("evidence: a create is looked for by its metadata", "[saga][payment]") {
  World world = creating();
  const Time begin = world.now;
  lose_all_sends(world, "create");
  const Call list = world.call("create");
  CHECK(list.request.target == "list_intents");
  CHECK(list.request.body == std::to_string(micros_of(begin - minutes{15})) + " " +
                                 std::to_string(micros_of(world.now + minutes{15})));
  const IntentObject ours = world.intent(IntentStatus::requires_payment_method);
  const auto changed = [&](auto change) {
    IntentObject other = ours;
    change(other);
    return other;
  };
  const IntentObject foreign_ledger = changed([](IntentObject& o) { o.ledger = "elsewhere1"; });
  const IntentObject other_order = changed([](IntentObject& o) { o.order = "o2"; });
  const IntentObject other_attempt = changed([](IntentObject& o) { o.attempt = 2; });
  const IntentObject other_amount = changed([](IntentObject& o) { o.amount.minor = 1; });
  play(world, {
                  {shows_list({foreign_ledger, other_order, other_attempt, other_amount}),
                   "creating", "create 1.1?"},
                  {shows_list({foreign_ledger, ours}), "confirming",
                   "confirm 1.1 | PAYMENT_OUTCOME_KNOWN, PAYMENT_PROCESSING"},
              });
}

TEST_CASE("evidence: a create not found twice, an hour after the last send, is tried again",
          "[saga][payment]") {
  World world;
  world.policy.expires_in = hours{3};  // Else the customer has gone before that.
  play(world, {{initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"}});
  lose_all_sends(world, "create");
  const Time sent = world.now;
  play(world, {
                  {until_next_call(), "", ""},
                  {nothing_found("create"), "creating", "create 1.1?"},
                  {until_next_call(), "", ""},
                  {nothing_found("create"), "creating", "create 1.1?"},
              });
  // Found or not, it is looked for in between; the last look comes when the hour is over.
  for (int i = 0; i < 5 && world.call("create").kind == CallKind::list_intents; ++i) {
    world.now = std::max(world.now, world.call("create").not_before);
    CHECK(world.now <= sent + hours{1});
    world.decide(*nothing_found("create")(world));
  }
  CHECK(world.now == sent + hours{1});
  CHECK(under_way(*world.payment) == "create 1.2");
  CHECK(world.call("create").key->text() == "ps1:ledger0001:o1:create:1:2");
  CHECK(world.call("create").send_until == world.now + hours{20});
}

TEST_CASE("evidence: a create that did not happen is not tried again after the time to pay",
          "[saga][payment]") {
  World world = creating();
  lose_all_sends(world, "create");
  play(world, {
                  {nothing_found("create"), "creating", "create 1.1?"},
                  {after(hours{1}), "", ""},
                  {nothing_found("create"), "cancelled",
                   "| PAYMENT_OUTCOME_KNOWN, PAYMENT_CANCELLED final"},
              });
}

TEST_CASE("evidence: a replayed error of a create, and no intent: the next try",
          "[saga][payment]") {
  World world = creating();
  play(world, {{replayed("create"), "creating", "create 1.1? | PAYMENT_OUTCOME_UNKNOWN"}});
  CHECK(world.call("create").kind == CallKind::list_intents);
  SECTION("no intent") {
    play(world, {{nothing_found("create"), "creating", "create 1.2 | PAYMENT_OUTCOME_KNOWN"}});
  }
  SECTION("the intent had been made before the error") {
    play(world, {{shows_list({world.intent(IntentStatus::requires_payment_method)}), "confirming",
                  "confirm 1.1 | PAYMENT_OUTCOME_KNOWN, PAYMENT_PROCESSING"}});
  }
}

TEST_CASE("evidence: a lost confirm is read", "[saga][payment]") {
  World world = confirming();
  play(world, {{unknown("confirm"), "confirming", "confirm 1.1? | PAYMENT_OUTCOME_UNKNOWN"}});
  const Call look = world.call("confirm");
  CHECK(look.kind == CallKind::read_intent);
  CHECK(look.id == "ps1:ledger0001:o1:confirm:1:1?0");
  CHECK(money_at_risk_minor(*world.payment) == 42'00);
  SECTION("succeeded") {
    play(world, {{succeeded(), "captured", "| PAYMENT_OUTCOME_KNOWN, PAYMENT_COMPLETED"}});
  }
  SECTION("needs the customer") {
    play(world, {{shows("confirm", IntentStatus::requires_action), "action_required",
                  "read | PAYMENT_OUTCOME_KNOWN, PAYMENT_ACTION_REQUIRED"}});
  }
  SECTION("processing") {
    play(world, {{shows("confirm", IntentStatus::processing), "processing",
                  "read | PAYMENT_OUTCOME_KNOWN, PAYMENT_PROCESSING"}});
  }
  SECTION("a status that we do not know is not final") {
    play(world, {{shows("confirm", IntentStatus::other), "processing",
                  "read | PAYMENT_OUTCOME_KNOWN, PAYMENT_PROCESSING"}});
  }
  SECTION("a newer charge that failed: declined") {
    play(world, {{shows_decline("confirm", "insufficient_funds"), "declined",
                  "| PAYMENT_OUTCOME_KNOWN, PAYMENT_FAILED"}});
  }
  SECTION("cancelled by the provider") {
    play(world, {{shows("confirm", IntentStatus::canceled), "cancelled",
                  "| PAYMENT_OUTCOME_KNOWN, PAYMENT_CANCELLED"}});
  }
  SECTION("the look-up fails: it is repeated, no give-up") {
    for (int i = 0; i < 20; ++i) {
      play(world,
           {{until_next_call(), "", ""}, {unknown("confirm"), "confirming", "confirm 1.1?"}});
      CHECK(world.call("confirm").kind == CallKind::read_intent);
      CHECK(world.call("confirm").not_before <= world.now + seconds{60});
    }
  }
}

TEST_CASE("evidence: an unchanged confirm repeats its key, and after a minute has its next try",
          "[saga][payment]") {
  World world = confirming();
  play(world,
       {
           {unknown("confirm"), "confirming", "confirm 1.1? | PAYMENT_OUTCOME_UNKNOWN"},
           {until_next_call(), "", ""},
           {shows("confirm", IntentStatus::requires_payment_method), "confirming", "confirm 1.1?"},
       });
  CHECK(world.call("confirm").kind == CallKind::send);
  CHECK(world.call("confirm").key->text() == "ps1:ledger0001:o1:confirm:1:1");
  play(world,
       {
           {unknown("confirm"), "confirming", "confirm 1.1?"},
           {after(seconds{59}), "", ""},
           {shows("confirm", IntentStatus::requires_confirmation), "confirming", "confirm 1.1?"},
           {unknown("confirm"), "confirming", "confirm 1.1?"},
           {after(seconds{60}), "", ""},
           {shows("confirm", IntentStatus::requires_payment_method), "confirming",
            "confirm 1.2 | PAYMENT_OUTCOME_KNOWN"},
       });
  CHECK(world.call("confirm").key->text() == "ps1:ledger0001:o1:confirm:1:2");
  CHECK(world.call("confirm").kind == CallKind::send);
}

TEST_CASE("evidence: a replayed error of a confirm, and unchanged: the next try at once",
          "[saga][payment]") {
  play({
      {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
      {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
      {replayed("confirm"), "confirming", "confirm 1.1? | PAYMENT_OUTCOME_UNKNOWN"},
      {shows("confirm", IntentStatus::requires_payment_method), "confirming",
       "confirm 1.2 | PAYMENT_OUTCOME_KNOWN"},
  });
}

TEST_CASE("evidence: the decline of the former attempt is no outcome of this one",
          "[saga][payment]") {
  World world = confirming();
  play(world,
       {
           {declined("do_not_honor"), "declined", "| PAYMENT_FAILED"},
           {confirm(mastercard), "confirming", "confirm 2.1 | PAYMENT_PROCESSING"},
           {unknown("confirm"), "confirming", "confirm 2.1? | PAYMENT_OUTCOME_UNKNOWN"},
           {shows("confirm", IntentStatus::requires_payment_method), "confirming", "confirm 2.1?"},
           {unknown("confirm"), "confirming", "confirm 2.1?"},
           {shows_decline("confirm", "do_not_honor"), "declined",
            "| PAYMENT_OUTCOME_KNOWN, PAYMENT_FAILED"},
       });
}

TEST_CASE("evidence: a decline without its intent is remembered for the next comparison",
          "[saga][payment]") {
  const Decline decline{"card_declined", "do_not_honor", {}, ChargeId::of("ch_7")};
  World world = confirming();
  play(world, {
                  {answered("confirm", answer::Declined{decline, "No.", std::nullopt}), "declined",
                   "| PAYMENT_FAILED"},
                  {confirm(mastercard), "confirming", "confirm 2.1 | PAYMENT_PROCESSING"},
                  {unknown("confirm"), "confirming", "confirm 2.1? | PAYMENT_OUTCOME_UNKNOWN"},
              });
  IntentObject seen = world.intent(IntentStatus::requires_payment_method);
  CHECK(seen.latest_charge == ChargeId::of("ch_7"));
  CHECK(seen.last_error == decline);
  play(world, {{answered("confirm", answer::Intent{seen}), "confirming", "confirm 2.1?"}});
}

TEST_CASE("evidence: an old key is looked up, never sent", "[saga][payment]") {
  SECTION("create") {
    World world = creating();
    CHECK(world.call("create").send_until == world.now + hours{20});
    play(world, {
                    {after(hours{20}), "", ""},
                    {answered("create", answer::KeyExpired{}), "creating",
                     "create 1.1? | PAYMENT_OUTCOME_UNKNOWN"},
                });
    CHECK(world.call("create").kind == CallKind::list_intents);
    CHECK(world.call("create").not_before == world.now);
  }
  SECTION("confirm") {
    World world = confirming();
    play(world, {
                    {after(hours{20}), "", ""},
                    {answered("confirm", answer::KeyExpired{}), "confirming",
                     "confirm 1.1? | PAYMENT_OUTCOME_UNKNOWN"},
                    {shows("confirm", IntentStatus::requires_payment_method), "confirming",
                     "confirm 1.1?"},
                });
    CHECK(world.call("confirm").kind == CallKind::read_intent);
    play(world, {
                    {after(seconds{60}), "", ""},
                    {shows("confirm", IntentStatus::requires_payment_method), "cancelling",
                     "cancel 1.1 | PAYMENT_OUTCOME_KNOWN"},  // The time to pay is over.
                });
  }
}

TEST_CASE("evidence: no confirm is sent once the time to pay is over", "[saga][payment]") {
  World world = confirming();
  CHECK(world.call("confirm").send_until == world.payment->expires_at);
  play(world, {
                  {unknown("confirm"), "confirming", "confirm 1.1? | PAYMENT_OUTCOME_UNKNOWN"},
                  {after(minutes{30}), "", ""},
                  {shows("confirm", IntentStatus::requires_payment_method), "cancelling",
                   "cancel 1.1 | PAYMENT_OUTCOME_KNOWN"},
              });
}

TEST_CASE("evidence: unexpected state of a confirm is decided by the intent", "[saga][payment]") {
  World world = confirming();
  SECTION("which the error carries") {
    play(world,
         {{unexpected("confirm", IntentStatus::succeeded), "captured", "| PAYMENT_COMPLETED"}});
  }
  SECTION("which is read") {
    play(world,
         {
             {refused("confirm", "payment_intent_unexpected_state"), "confirming", "confirm 1.1!"},
             {succeeded(), "captured", "| PAYMENT_COMPLETED"},
         });
  }
  SECTION("which has not moved: the refusal stands") {
    play(world,
         {
             {refused("confirm", "payment_intent_unexpected_state"), "confirming", "confirm 1.1!"},
             {shows("confirm", IntentStatus::requires_payment_method), "cancelling",
              "cancel 1.1 | PAYMENT_FAILED final"},
         });
  }
}

TEST_CASE("evidence: an answer about something else is no answer", "[saga][payment]") {
  World world = confirming();
  IntentObject other = world.intent(IntentStatus::succeeded);
  other.id = IntentId::of("pi_of_somebody");
  play(world, {{answered("confirm", answer::Intent{other}), "confirming",
                "confirm 1.1? | PAYMENT_OUTCOME_UNKNOWN"}});
  play(world, {{answered("confirm", answer::Intent{other}), "confirming", "confirm 1.1?"}});
  IntentObject dearer = world.intent(IntentStatus::succeeded);
  dearer.amount.minor += 1;
  play(world, {{answered("confirm", answer::Intent{dearer}), "confirming", "confirm 1.1?"}});
}

TEST_CASE("evidence: in simulator mode the waits are divided", "[saga][payment]") {
  World world;
  world.policy.simulator_speed = 600;
  play(world,
       {
           {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
           {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
           {unknown("confirm"), "confirming", "confirm 1.1? | PAYMENT_OUTCOME_UNKNOWN"},
           {after(milliseconds{100}), "", ""},
           {shows("confirm", IntentStatus::requires_payment_method), "confirming",
            "confirm 1.2 | PAYMENT_OUTCOME_KNOWN"},
           {shows("confirm", IntentStatus::processing), "processing", "read | PAYMENT_PROCESSING"},
       });
  CHECK(world.call("read:").not_before == world.now + milliseconds{50});
}

TEST_CASE("evidence: repeats are spread by full jitter between their bounds", "[saga][payment]") {
  Duration least = hours{1};
  Duration most{0};
  for (std::uint64_t jitter = 0; jitter < 400; ++jitter) {
    World world = creating();
    for (int i = 0; i < 5; ++i) {
      world.jitter = jitter * 999'983;
      world.now = std::max(world.now, world.call("create").not_before);
      world.decide(*unknown("create")(world));
      const Duration wait = world.call("create").not_before - world.now;
      least = std::min(least, wait);
      most = std::max(most, wait);
    }
  }
  CHECK(least >= seconds{1});
  CHECK(least < seconds{2});
  CHECK(most <= seconds{60});
  CHECK(most > seconds{25});
}
