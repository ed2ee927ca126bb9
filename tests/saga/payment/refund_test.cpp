#include <catch2/catch.hpp>

#include "saga/payment/play.hpp"

using namespace paysaga;
using namespace paysaga::payment;
using namespace paysaga::payment::trial;

namespace {

constexpr auto ok = RefundStatus::succeeded;

World captured() {
  World world;
  play(world, {
                  {initiate(42'00, visa), "creating", "create 1.1 | PAYMENT_INITIATED"},
                  {made(), "confirming", "confirm 1.1 | PAYMENT_PROCESSING"},
                  {succeeded(), "captured", "| PAYMENT_COMPLETED"},
              });
  return world;
}

MoneyTotals totals(std::int64_t refunding, std::int64_t refunded) {
  return MoneyTotals{0, 42'00, refunding, refunded, 0};
}

}  // namespace

TEST_CASE("refund: several, partial, beside each other", "[saga][payment]") {
  World world = captured();
  play(world, {
                  {refund("r1", 10'00), "captured", "refund r1 1.1"},
                  {refund("r2", 12'00), "captured", "refund r1 1.1, refund r2 1.1"},
              });
  CHECK(world.payment->money == totals(22'00, 0));
  play(world,
       {{refund_is(":r2#", "r2", ok, 12'00), "captured", "refund r1 1.1 | PAYMENT_REFUNDED"}});
  CHECK(world.payment->money == totals(10'00, 12'00));
  play(world, {
                  {refund_is(":r1#", "r1", ok, 10'00), "captured", "| PAYMENT_REFUNDED"},
                  {refund("r3"), "captured", "refund r3 1.1"},
              });
  CHECK(world.payment->money == totals(20'00, 22'00));
  play(world,
       {
           {refund_is(":r3#", "r3", ok, 20'00), "captured", "| PAYMENT_REFUNDED"},
           {refund("r4"), "captured", "refused nothing_left | PAYMENT_REFUND_FAILED, REFUSED"},
       });
  CHECK(world.payment->money == totals(0, 42'00));
}

TEST_CASE("refund: what is asked for, byte for byte", "[saga][payment]") {
  World world = captured();
  play(world, {{refund("r1", 10'00), "captured", "refund r1 1.1"}});
  const Call call = world.call("refund");
  CHECK(call.key->text() == "ps1:ledger0001:o1:refund:1:1:r1");
  CHECK(call.request.body == "pi_1 r1 1 o1 ledger0001 1000");
  CHECK(call.lane == Lane::refund);
}

TEST_CASE("refund: what the state forbids", "[saga][payment]") {
  World world = captured();
  play(
      world,
      {
          {refund("r1", 42'01), "captured",
           "refused amount_too_large | PAYMENT_REFUND_FAILED, REFUSED"},
          {refund("r1", 0), "captured",
           "refused amount_malformed | PAYMENT_REFUND_FAILED, REFUSED"},
          {refund("r1", -5), "captured",
           "refused amount_malformed | PAYMENT_REFUND_FAILED, REFUSED"},
          // The order machine is answered by the refund's event alone.
          {compensate("c1", 42'01), "captured", "refused amount_too_large | PAYMENT_REFUND_FAILED"},
          {refund("r1", 40'00), "captured", "refund r1 1.1"},
          {refund("r1", 40'00), "captured", "ignored"},
          {refund("r1"), "captured", "ignored"},
          {refund("r1", 1'00), "captured", "refused id_reused | PAYMENT_REFUND_FAILED, REFUSED"},
          {refund("r2", 3'00), "captured",
           "refused amount_too_large | PAYMENT_REFUND_FAILED, REFUSED"},
      });
  world.payment->disputes.push_back({.id = DisputeId::of("dp_1"),
                                     .amount_minor = 2'00,
                                     .state = DisputeState::opened,
                                     .reason = {},
                                     .evidence_due_at = {}});
  world.payment->disputes_at = world.now;
  world.payment->money.disputed = 2'00;
  play(world, {{refund("r2", 1), "captured", "refused disputed | PAYMENT_REFUND_FAILED, REFUSED"}});
}

TEST_CASE("refund: in another currency", "[saga][payment]") {
  World world = captured();
  const auto verdict = world.decide(AskRefund{
      EventId::of("cmd"), {RefundId::of("r1"), 10'00, "goodwill", false, *Currency::parse("USD")}});
  CHECK(told(verdict) == "refused currency_mismatch | PAYMENT_REFUND_FAILED, REFUSED");
}

TEST_CASE("refund: the event carries the refund and the totals", "[saga][payment]") {
  World world = captured();
  play(world, {{refund("r1", 10'00), "captured", "refund r1 1.1"}});
  const auto verdict = world.decide(*refund_is("refund", "r1", ok, 10'00)(world));
  REQUIRE(verdict.events.size() == 1);
  const Event& event = verdict.events.front();
  CHECK(event.refund == RefundPart{RefundId::of("r1"), 10'00, false});
  CHECK(event.money == totals(0, 10'00));
  CHECK(event.status == "captured");
  CHECK(event.command.has_value());
}

TEST_CASE("refund: pending is read on the schedule", "[saga][payment]") {
  World world = captured();
  play(world, {
                  {refund("r1", 10'00), "captured", "refund r1 1.1"},
                  {refund_is("refund", "r1", RefundStatus::pending, 10'00), "captured",
                   "refund r1 pending"},
              });
  CHECK(world.call("refund:re_r1_1").not_before == world.now + seconds{30});
  CHECK(world.call("refund:re_r1_1").request.body == "re_r1_1");
  play(world, {
                  {until_next_call(), "", ""},
                  {refund_is("refund:", "r1", RefundStatus::requires_action, 10'00), "captured",
                   "refund r1 pending"},
              });
  CHECK(world.call("refund:re_r1_1").not_before == world.now + minutes{2});
  SECTION("succeeds") {
    play(world, {
                    {unknown("refund:"), "captured", "refund r1 pending"},
                    {refund_is("refund:", "r1", ok, 10'00), "captured", "| PAYMENT_REFUNDED"},
                });
  }
  SECTION("fails") {
    play(world, {{refund_is("refund:", "r1", RefundStatus::failed, 10'00), "captured",
                  "| PAYMENT_REFUND_FAILED"}});
    CHECK(world.payment->money == totals(0, 0));
  }
}

TEST_CASE("refund: refused or failed, it is retried only by who asked, as the next attempt",
          "[saga][payment]") {
  World world = captured();
  play(world,
       {
           {refund("r1", 10'00), "captured", "refund r1 1.1"},
           {refused("refund", "charge_already_refunded"), "captured", "| PAYMENT_REFUND_FAILED"},
       });
  CHECK(world.payment->money == totals(0, 0));
  CHECK_FALSE(next_decision_at(*world.payment).has_value());
  play(world,
       {
           {wake(), "captured", "ignored"},
           {refund("r1", 11'00), "captured", "refused id_reused | PAYMENT_REFUND_FAILED, REFUSED"},
           {refund("r1", 10'00), "captured", "refund r1 2.1"},
       });
  CHECK(world.call("refund").key->text() == "ps1:ledger0001:o1:refund:2:1:r1");
  play(world, {{refund_is("refund", "r1", ok, 10'00), "captured", "| PAYMENT_REFUNDED"}});
}

TEST_CASE("refund: lost, the same key, then found by refund and attempt", "[saga][payment]") {
  World world = captured();
  play(world, {
                  {refund("r1", 10'00), "captured", "refund r1 1.1"},
                  {unknown("refund"), "captured", "refund r1 1.1? | PAYMENT_OUTCOME_UNKNOWN"},
              });
  CHECK(world.call("refund").kind == CallKind::send);
  CHECK(money_at_risk_minor(*world.payment) == 10'00);
  for (int i = 0; i < 5; ++i) {
    CHECK(world.call("refund").kind == CallKind::send);
    play(world, {{until_next_call(), "", ""}, {unknown("refund"), "captured", "refund r1 1.1?"}});
  }
  CHECK(world.call("refund").kind == CallKind::list_refunds);
  CHECK(world.call("refund").request.body == "pi_1");
  SECTION("found") {
    play(world, {{refunds_are("refund", {refund_object("re_9", "r2", 1, ok, 10'00),
                                         refund_object("re_8", "r1", 2, ok, 10'00),
                                         refund_object("re_7", "r1", 1, ok, 10'00)}),
                  "captured", "| PAYMENT_OUTCOME_KNOWN, PAYMENT_REFUNDED"}});
    CHECK(world.payment->refunds.front().provider_id->text() == "re_7");
  }
  SECTION("not found twice, ten minutes apart: the next try") {
    const Time sent = world.now;
    play(world, {
                    {until_next_call(), "", ""},
                    {nothing_found("refund"), "captured", "refund r1 1.1?"},
                });
    const Time first = world.now;
    for (int i = 0; i < 5 && world.call("refund").kind == CallKind::list_refunds; ++i) {
      world.now = std::max(world.now, world.call("refund").not_before);
      world.decide(*nothing_found("refund")(world));
    }
    CHECK(world.now >= first + minutes{10});
    CHECK(world.now >= sent + minutes{10});
    CHECK(world.now <= first + minutes{11});
    CHECK(under_way(*world.payment) == "refund r1 1.2");
    CHECK(world.call("refund").key->text() == "ps1:ledger0001:o1:refund:1:2:r1");
    CHECK(world.payment->money == totals(10'00, 0));
  }
}

TEST_CASE("refund: a replayed error is no evidence, the list is", "[saga][payment]") {
  World world = captured();
  play(world, {
                  {refund("r1", 10'00), "captured", "refund r1 1.1"},
                  {replayed("refund"), "captured", "refund r1 1.1? | PAYMENT_OUTCOME_UNKNOWN"},
              });
  CHECK(world.call("refund").kind == CallKind::list_refunds);
  play(world, {{nothing_found("refund"), "captured", "refund r1 1.1?"},
               {nothing_found("refund"), "captured", "refund r1 1.1?"}});
}

TEST_CASE("refund: another request that still runs makes what is absent no evidence",
          "[saga][payment]") {
  World world = captured();
  play(world, {
                  {refund("r1", 10'00), "captured", "refund r1 1.1"},
                  {unknown("refund"), "captured", "refund r1 1.1? | PAYMENT_OUTCOME_UNKNOWN"},
                  {answered("refund", answer::NotSent{"409", std::nullopt, true, true}), "captured",
                   "refund r1 1.1?"},
              });
  CHECK(world.payment->operations.front().answered_at == world.now);
}

TEST_CASE("refund: a succeeded refund that failed later lowers what is refunded",
          "[saga][payment]") {
  World world = captured();
  play(world,
       {
           {refund("r1", 10'00), "captured", "refund r1 1.1"},
           {refund_is("refund", "r1", ok, 10'00), "captured", "| PAYMENT_REFUNDED"},
           {refund("r2", 5'00), "captured", "refund r2 1.1"},
           {replayed("refund"), "captured", "refund r2 1.1? | PAYMENT_OUTCOME_UNKNOWN"},
           {refunds_are("refund", {refund_object("re_r1_1", "r1", 1, RefundStatus::failed, 10'00)}),
            "captured", "refund r2 1.1? | PAYMENT_REFUND_FAILED"},
       });
  CHECK(world.payment->money == totals(5'00, 0));
}

TEST_CASE("compensation: retried with long waits, reported stuck once", "[saga][payment]") {
  World world = captured();
  play(world, {
                  {compensate("c1"), "captured", "refund c1 1.1"},
                  {refund_is("refund", "c1", RefundStatus::failed, 42'00), "captured",
                   "| PAYMENT_REFUND_FAILED, COMPENSATION_STUCK"},
              });
  CHECK(world.payment->money == totals(0, 0));
  CHECK(money_at_risk_minor(*world.payment) == 42'00);
  CHECK(next_decision_at(*world.payment) == world.now + minutes{1});
  CHECK(has_work(*world.payment));
  play(world, {
                  {wake(), "captured", "ignored"},
                  {after(minutes{1}), "", ""},
                  {wake(), "captured", "refund c1 2.1"},
                  {refund_is("refund", "c1", RefundStatus::failed, 42'00), "captured", ""},
              });
  CHECK(next_decision_at(*world.payment) == world.now + minutes{10});
  play(world, {
                  {after(minutes{10}), "", ""},
                  {wake(), "captured", "refund c1 3.1"},
                  {refused("refund", "some_refusal"), "captured", ""},
                  {after(hours{1}), "", ""},
                  {wake(), "captured", "refund c1 4.1"},
                  {refund_is("refund", "c1", ok, 42'00), "captured", "| PAYMENT_REFUNDED"},
              });
  CHECK(world.payment->money == totals(0, 42'00));
  CHECK_FALSE(has_work(*world.payment));
}

TEST_CASE("compensation: beside a running refund, of what is left", "[saga][payment]") {
  World world = captured();
  play(world, {
                  {refund("r1", 10'00), "captured", "refund r1 1.1"},
                  {compensate("c1"), "captured", "refund r1 1.1, refund c1 1.1"},
              });
  CHECK(world.payment->money == totals(42'00, 0));
  play(world, {{compensate("c2"), "captured", "refused nothing_left | PAYMENT_REFUND_FAILED"}});
}

TEST_CASE("compensation: refused as already refunded, the provider's refunds are adopted first",
          "[saga][payment]") {
  World world = captured();
  play(world, {
                  {compensate("c1"), "captured", "refund c1 1.1"},
                  {refused("refund", "charge_already_refunded"), "captured", "refund c1 1.1!"},
              });
  CHECK(world.call("refund").kind == CallKind::list_refunds);
  RefundObject dashboard = refund_object("re_dash", "", 0, ok, 42'00);
  dashboard.ledger.clear();
  SECTION("all of it was given back elsewhere: settled by the totals") {
    play(world, {{refunds_are("refund", {dashboard}), "captured",
                  "| PAYMENT_REFUNDED, PAYMENT_REFUND_FAILED"}});
    CHECK(world.payment->money == totals(0, 42'00));
    CHECK_FALSE(has_work(*world.payment));
    CHECK(world.payment->refunds.back().external);
  }
  SECTION("part of it: the rest is compensated") {
    dashboard.amount.minor = 30'00;
    play(world,
         {{refunds_are("refund", {dashboard}), "captured", "refund c1 2.1 | PAYMENT_REFUNDED"}});
    CHECK(world.payment->money == totals(12'00, 30'00));
    CHECK(world.call("refund").request.body == "pi_1 c1 2 o1 ledger0001 1200");
  }
  SECTION("an own attempt that went through after all") {
    play(world, {{refunds_are("refund", {refund_object("re_own", "c1", 1, ok, 42'00)}), "captured",
                  "| PAYMENT_REFUNDED"}});
    CHECK(world.payment->money == totals(0, 42'00));
  }
  SECTION("pending elsewhere: it is watched, the compensation waits for it") {
    dashboard.status = RefundStatus::pending;
    play(world, {{refunds_are("refund", {dashboard}), "captured", "refund re_dash pending"}});
    CHECK(has_work(*world.payment));
    play(world,
         {{refund_is("refund:", "re_dash", ok, 42'00), "captured", "refund re_dash pending"}});
  }
  SECTION("nothing explains it: stuck") {
    play(world,
         {{refunds_are("refund", {}), "captured", "| PAYMENT_REFUND_FAILED, COMPENSATION_STUCK"}});
  }
}

TEST_CASE("refund: a second one of ours at the provider is money that went out",
          "[saga][payment]") {
  World world = captured();
  play(world, {
                  {refund("r1", 10'00), "captured", "refund r1 1.1"},
                  {refund_is("refund", "r1", RefundStatus::succeeded, 10'00), "captured",
                   "| PAYMENT_REFUNDED"},
                  {webhook(News::refund), "captured", "read"},
              });
  const auto known = *world.payment->refunds.front().provider_id;
  const auto list = {refund_object(known.text(), "r1", 1, RefundStatus::succeeded, 10'00),
                     refund_object("re_twin", "r1", 1, RefundStatus::succeeded, 10'00)};
  play(world, {{refunds_are("refunds:", list), "captured", "| PAYMENT_REFUNDED"},
               {webhook(News::refund), "captured", "read"},
               {refunds_are("refunds:", list), "captured", ""}});
  CHECK(world.payment->money.refunded == 20'00);
  CHECK(world.payment->refunds.back().external);
}
