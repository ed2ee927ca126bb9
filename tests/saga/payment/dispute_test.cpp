#include "paysaga/saga/payment/dispute.hpp"

#include <algorithm>
#include <array>

#include <catch2/catch.hpp>

#include "saga/payment/pairs.hpp"

using namespace paysaga;
using namespace paysaga::payment;
using namespace paysaga::payment::trial;

namespace {

constexpr std::array states{DisputeState::inquiry, DisputeState::inquiry_closed,
                            DisputeState::opened, DisputeState::won, DisputeState::lost};

DisputeObject shown(DisputeState state, std::int64_t minor = 42'00) {
  return dispute_object("dp_1", state, minor);
}

World captured_with(const std::vector<DisputeObject>& disputes) {
  World world = in_status(Status::captured);
  const auto take = [&](const Act& act) { world.decide(*act(world)); };
  take(webhook(News::dispute));
  take(disputes_are(disputes));
  return world;
}

/// `state: disputed lost | told, then what becomes of a refund`.
std::string line_of(DisputeState state) {
  World world = in_status(Status::captured);
  world.decide(*webhook(News::dispute)(world));
  const auto verdict = world.decide(*disputes_are({shown(state, 30'00)})(world));
  const MoneyTotals& money = world.payment->money;
  std::string line{to_text(state)};
  line += ": disputed " + std::to_string(money.disputed) + ", lost " + std::to_string(money.lost);
  const std::string refunded = told(world.look(*refund("r1")(world)));
  line += " " + told(verdict) + "; refund " + refunded.substr(0, refunded.find(" |"));
  return line + "\n";
}

}  // namespace

TEST_CASE("dispute: what each state does to the money and to refunds", "[saga][payment][dispute]") {
  std::string table;
  for (const DisputeState state : states) table += line_of(state);
  expect(table, R"(
inquiry: disputed 0, lost 0 disputes; refund refund r1 1.1, disputes
inquiry_closed: disputed 0, lost 0 ; refund refund r1 1.1
opened: disputed 3000, lost 0 disputes | DISPUTE_OPENED; refund refused disputed
won: disputed 0, lost 0 | DISPUTE_WON; refund refund r1 1.1
lost: disputed 0, lost 3000 | DISPUTE_LOST; refund refund r1 1.1
)");
}

TEST_CASE("dispute: what is left after a lost one is all that is given back",
          "[saga][payment][dispute]") {
  World world = captured_with({shown(DisputeState::lost, 30'00)});
  play(world, {
                  {refund("r1", 12'01), "captured",
                   "refused amount_too_large | PAYMENT_REFUND_FAILED, REFUSED"},
                  {refund("r1"), "captured", "refund r1 1.1"},
              });
  CHECK(world.payment->refunds.front().amount_minor == 12'00);
  World all = captured_with({shown(DisputeState::lost)});
  play(all, {{refund("r1"), "captured", "refused nothing_left | PAYMENT_REFUND_FAILED, REFUSED"}});
}

TEST_CASE("dispute: news in every status plan a look, which is made once it is captured",
          "[saga][payment][dispute]") {
  for (int i = 0; i <= static_cast<int>(Status::cancelled); ++i) {
    const auto status = static_cast<Status>(i);
    CAPTURE(to_text(status));
    World world = in_status(status);
    const bool has_intent = world.payment->intent.has_value();
    const auto verdict = world.decide(*webhook(News::dispute)(world));
    CHECK((verdict.outcome == Outcome::accepted) == has_intent);
    CHECK(world.payment->disputes_at.has_value() == has_intent);
    const std::vector<Call> calls = world.calls();
    const bool listed = std::ranges::any_of(
        calls, [](const Call& call) { return call.kind == CallKind::list_disputes; });
    CHECK(listed == (status == Status::captured));
    CHECK(world.look(*webhook(News::dispute, "pi_other")(world)).outcome == Outcome::ignored);
  }
}

TEST_CASE("dispute: one that is told of before its payment is found all the same",
          "[saga][payment][dispute]") {
  World world = in_status(Status::confirming);
  world.decide(*webhook(News::dispute)(world));
  world.decide(*succeeded()(world));
  CHECK(world.call("disputes:").kind == CallKind::list_disputes);
  play(world,
       {{disputes_are({shown(DisputeState::opened)}), "captured", "disputes | DISPUTE_OPENED"}});
}

TEST_CASE("dispute: any order of news ends the same", "[saga][payment][dispute]") {
  // Whatever of its states are seen, and in which order: what is known is the furthest of them.
  for (unsigned seen = 1; seen < (1U << states.size()); ++seen) {
    std::vector<int> order;
    for (int i = 0; i < static_cast<int>(states.size()); ++i) {
      if ((seen >> i & 1U) != 0) order.push_back(i);
    }
    std::optional<Payment> first;
    do {
      World world = in_status(Status::captured);
      for (const int i : order) {
        world.decide(*webhook(News::dispute)(world));
        const DisputeState state = states.at(static_cast<std::size_t>(i));
        world.decide(*disputes_are({shown(state, 10'00 + i)})(world));
      }
      if (!first) first = world.payment;
      CHECK(world.payment->disputes == first->disputes);
      CHECK(world.payment->money == first->money);
      CHECK(world.payment->disputes.front().state ==
            states.at(static_cast<std::size_t>(*std::ranges::max_element(order))));
    } while (std::ranges::next_permutation(order).found);
  }
}

TEST_CASE("dispute: joining is commutative, associative and the same twice",
          "[saga][payment][dispute]") {
  std::vector<Dispute> all;
  for (const DisputeState state : states) {
    for (const auto funds :
         {DisputeFunds::untouched, DisputeFunds::withdrawn, DisputeFunds::reinstated}) {
      for (const std::int64_t minor : {1, 2}) {
        all.push_back({.id = DisputeId::of("dp_1"),
                       .amount_minor = minor,
                       .state = state,
                       .funds = funds,
                       .reason = minor == 1 ? "general" : "fraudulent",
                       .evidence_due_at = minor == 1 ? std::optional<Time>{} : Time{seconds{7}}});
      }
    }
  }
  std::size_t broken = 0;
  for (const Dispute& a : all) {
    if (join(a, a) != a) ++broken;
    for (const Dispute& b : all) {
      if (join(a, b) != join(b, a)) ++broken;
      for (const Dispute& c : all) {
        if (join(join(a, b), c) != join(a, join(b, c))) ++broken;
      }
    }
  }
  CHECK(broken == 0);
}

TEST_CASE("dispute: the answer of a look that is older than the news counts no more",
          "[saga][payment][dispute]") {
  World world = in_status(Status::captured);
  world.decide(*webhook(News::dispute)(world));
  const payment::Input old = *disputes_are({shown(DisputeState::opened)})(world);
  world.decide(*webhook(News::dispute)(world));
  CHECK(world.look(old).outcome == Outcome::ignored);
  world.decide(*disputes_are({shown(DisputeState::lost)})(world));
  CHECK(world.look(old).outcome == Outcome::ignored);
  CHECK(world.payment->money.lost == 42'00);
}

TEST_CASE("dispute: an open one is looked at on the read schedule until it is decided",
          "[saga][payment][dispute]") {
  World world = captured_with({shown(DisputeState::opened)});
  CHECK(world.payment->disputes_at == world.now + seconds{30});
  CHECK(has_work(*world.payment));
  CHECK(money_at_risk_minor(*world.payment) == 42'00);
  play(world, {
                  {until_next_call(), "", ""},
                  {disputes_are({shown(DisputeState::opened)}), "captured", "disputes"},
              });
  CHECK(world.payment->disputes_at == world.now + minutes{2});
  play(world, {
                  {until_next_call(), "", ""},
                  {unknown("disputes:"), "captured", "disputes"},
                  {until_next_call(), "", ""},
                  {disputes_are({shown(DisputeState::won)}), "captured", "| DISPUTE_WON"},
              });
  CHECK_FALSE(has_work(*world.payment));
  CHECK(money_at_risk_minor(*world.payment) == 0);
  CHECK(world.payment->disputes.front().funds == DisputeFunds::reinstated);
}

TEST_CASE("dispute: a compensation that meets one waits until it is decided",
          "[saga][payment][dispute]") {
  const auto refused_one = [] {
    World world = in_status(Status::captured);
    play(world,
         {
             {compensate("c1"), "captured", "refund c1 1.1"},
             {refused("refund", "charge_disputed"), "captured",
              "disputes | PAYMENT_REFUND_FAILED, COMPENSATION_STUCK"},
             {disputes_are({shown(DisputeState::opened)}), "captured", "disputes | DISPUTE_OPENED"},
             {after(minutes{1}), "", ""},
             {wake(), "captured", "disputes"},
         });
    return world;
  };
  World won = refused_one();
  play(won, {
                {disputes_are({shown(DisputeState::won)}), "captured", "| DISPUTE_WON"},
                {wake(), "captured", "refund c1 2.1"},
            });
  World lost = refused_one();
  play(lost, {
                 {disputes_are({shown(DisputeState::lost)}), "captured", "| DISPUTE_LOST"},
                 {wake(), "captured", "| PAYMENT_REFUND_FAILED"},
             });
  CHECK(lost.payment->refunds.front().state == RefundState::refused);
  CHECK_FALSE(has_work(*lost.payment));
}

TEST_CASE("dispute: two of them add up, and in another currency it is all of the money",
          "[saga][payment][dispute]") {
  World world = captured_with({dispute_object("dp_1", DisputeState::opened, 10'00),
                               dispute_object("dp_2", DisputeState::lost, 5'00)});
  CHECK(world.payment->money.disputed == 10'00);
  CHECK(world.payment->money.lost == 5'00);
  DisputeObject other = shown(DisputeState::opened, 1);
  other.amount.currency = *Currency::parse("USD");
  CHECK(captured_with({other}).payment->money.disputed == 42'00);
}

TEST_CASE("dispute: what the event tells of it", "[saga][payment][dispute]") {
  World world = in_status(Status::captured);
  world.decide(*webhook(News::dispute)(world));
  const auto verdict = world.decide(*disputes_are({shown(DisputeState::opened, 7'00)})(world));
  REQUIRE(verdict.events.size() == 1);
  const Event& event = verdict.events.front();
  CHECK(event.dispute == DisputePart{DisputeId::of("dp_1"), 7'00, "fraudulent", std::nullopt});
  CHECK(event.money.disputed == 7'00);
  CHECK(event.reason->code == "opened");
}
