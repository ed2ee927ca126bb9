#include <catch2/catch.hpp>

#include "paysaga/saga/saga.hpp"
#include "saga/play.hpp"

namespace paysaga::trial {
namespace {

const std::string paid = "PAYMENT_PROCESSING PAYMENT_COMPLETED ORDER_CREATED";

/// An order that is paid.
void pay(Play& stage) {
  play(stage, {{initiate("c1", 4200, "pm_ok"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
               {run(), "PENDING", paid}});
}

}  // namespace

TEST_CASE("saga: a repeated command changes nothing and keeps its first answer", "[saga]") {
  Play stage;
  pay(stage);
  play(stage, {
                  {initiate("c1", 4200, "pm_ok"), "PENDING", "ignored repeated"},
                  {fulfilled("c2"), "FULFILLED", "ORDER_FULFILLED"},
                  {order_cancel("c3"), "FULFILLED", "refused order_closed COMMAND_REFUSED"},
                  {order_cancel("c3"), "FULFILLED", "ignored repeated"},
                  {fulfilled("c2"), "FULFILLED", "ignored repeated"},
              });
  CHECK(stage.saga.seen.back().id.text() == "c3");
  CHECK(stage.saga.seen.back().refused == "order_closed");
}

TEST_CASE("saga: a second initiate is granted for the same amount, refused for another", "[saga]") {
  play({
      {initiate("c1", 4200), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
      {initiate("c2", 4200), "PAYMENT_PROCESSING", ""},
      {initiate("c3", 4300), "PAYMENT_PROCESSING", "refused amount_differs COMMAND_REFUSED"},
      {run(), "PAYMENT_PENDING", "PAYMENT_ACTION_REQUIRED"},
      {payment_cancel("c4", false), "PAYMENT_PENDING", ""},
      {run(), "PAYMENT_PENDING", "PAYMENT_CANCELLED"},
      // Remembered, though it had changed nothing: its repeat starts no second payment.
      {initiate("c2", 4200), "PAYMENT_PENDING", "ignored repeated"},
  });
}

TEST_CASE("saga: another body under a used id is refused and does not disturb the first",
          "[saga]") {
  Play stage;
  pay(stage);
  CommandInput first =
      command_input("c2", command::RefundRequest{RefundId::of("r1"), 500, "", false, {}});
  CommandInput other =
      command_input("c2", command::RefundRequest{RefundId::of("r2"), 900, "", false, {}});
  other.body_hash = first.body_hash + 1;
  const auto say = [](const CommandInput& input) {
    return [input](Play& p) { static_cast<void>(p.decide(input)); };
  };
  play(stage, {
                  {say(first), "PENDING", ""},
                  {say(other), "PENDING", "refused id_reused COMMAND_REFUSED"},
                  {say(other), "PENDING", "ignored repeated"},
                  {say(first), "PENDING", "ignored repeated"},
                  {run(), "PENDING", "PAYMENT_REFUNDED"},
              });
  CHECK(stage.oracle.given_back() == 500);
  CHECK(stage.saga.seen[1].refused.empty());
  CHECK(stage.saga.seen[2].refused == "id_reused");
}

TEST_CASE("saga: early commands wait for the payment and are then decided in their order",
          "[saga]") {
  Play stage;
  play(stage, {
                  {confirm("c1", "pm_ok"), "PAYMENT_PENDING", "parked order_unknown"},
                  {order_cancel("c2"), "PAYMENT_PENDING", "parked order_unknown"},
                  {confirm("c1", "pm_ok"), "PAYMENT_PENDING", "ignored parked"},
                  {pass(minutes{5}), "PAYMENT_PENDING", ""},
              });
  CHECK(is_open(stage.saga));
  CHECK(waiting_for(stage.saga)->on == "command");
  play(stage, {
                  {initiate("c3", 4200), "PAYMENT_PROCESSING", "PAYMENT_INITIATED ORDER_CANCELLED"},
                  {run(), "CANCELLED", "PAYMENT_CANCELLED"},
                  {pass(hours{1}), "CANCELLED", ""},
              });
  CHECK(stage.saga.seen.size() == 3);
  CHECK(stage.saga.correlation_id == "c1");
}

TEST_CASE("saga: an early command that waited too long is refused", "[saga]") {
  Play stage;
  play(stage, {
                  {order_cancel("c1"), "PAYMENT_PENDING", "parked order_unknown"},
                  {refund("c2", "r1"), "PAYMENT_PENDING", "parked order_unknown"},
                  {pass(minutes{9}), "PAYMENT_PENDING", ""},
                  {pass(minutes{2}), "PAYMENT_PENDING", "COMMAND_REFUSED COMMAND_REFUSED"},
                  {order_cancel("c1"), "PAYMENT_PENDING", "ignored repeated"},
              });
  CHECK_FALSE(is_open(stage.saga));
  CHECK(stage.saga.seen[0].refused == "order_unknown");
  CHECK(stage.events[0].command->text() == "c1");
  CHECK(stage.events[0].reason->code == "order_unknown");
  // The payment may still come.
  play(stage, {{initiate("c3", 4200, "pm_ok"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
               {run(), "PENDING", paid}});
}

TEST_CASE("saga: a refund waits for an outcome that is not known", "[saga]") {
  Play stage;
  stage.oracle.fates = {Fate::answered, Fate::lost_after};
  stage.oracle.look_fates = {Fate::lost_before};
  play(stage, {
                  {initiate("c1", 4200, "pm_ok"), "PAYMENT_PROCESSING", "PAYMENT_INITIATED"},
                  {run(), "PAYMENT_PROCESSING", "PAYMENT_PROCESSING PAYMENT_OUTCOME_UNKNOWN"},
                  {refund("c2", "r1", 500), "PAYMENT_PROCESSING",
                   "parked the outcome of the payment is not known"},
                  {pass(minutes{5}), "PENDING",
                   "PAYMENT_OUTCOME_KNOWN PAYMENT_COMPLETED ORDER_CREATED PAYMENT_REFUNDED"},
              });
}

TEST_CASE("saga: commands beyond the bound are refused", "[saga]") {
  Play stage;
  stage.policy.commands_max = 3;
  pay(stage);
  play(stage, {
                  {refund("c2", "r1", 100), "PENDING", ""},
                  {refund("c3", "r2", 100), "PENDING", ""},
                  {refund("c4", "r3", 100), "PENDING", "refused too_many_inputs COMMAND_REFUSED"},
                  {order_cancel("c5"), "PENDING", "refused too_many_inputs COMMAND_REFUSED"},
                  {refund("c3", "r2", 100), "PENDING", "ignored repeated"},
                  {run(), "PENDING", "PAYMENT_REFUNDED PAYMENT_REFUNDED"},
              });
  CHECK(stage.saga.seen.size() == 3);
}

TEST_CASE("saga: events tell what they answer, what caused them and what they belong to",
          "[saga]") {
  Play stage;
  CommandInput first = command_input("c1", command::PaymentCancel{"", true});
  first.correlation_id = "trace_7";
  static_cast<void>(stage.decide(first));
  CHECK(stage.saga.correlation_id == "trace_7");
  initiate("c2", 4200, "pm_ok")(stage);
  REQUIRE(stage.events.size() == 1);
  const Event& initiated = stage.events[0];
  CHECK(initiated.id.text() == "paysaga:order_1:p:1");
  CHECK(initiated.causation_id == "c2");
  CHECK(initiated.correlation_id == "trace_7");
  stage.run();
  const Event& last = stage.events.back();
  CHECK(last.type == EventType::order_cancelled);
  CHECK(last.id.text() == "paysaga:order_1:o:1");
  CHECK(last.causation_id == stage.events[stage.events.size() - 2].id.text());
  CHECK(last.customer->text() == "cus_1");
  CHECK(last.amount->minor == 4200);
}

TEST_CASE("saga: the short history is bounded and cut at a character", "[saga]") {
  Play stage;
  pay(stage);
  for (int i = 0; i < 100; ++i) refund("r" + std::to_string(i), "r1", 100)(stage);
  CHECK(stage.saga.recent.size() == recent_max);
  const std::string cause(118, 'x');
  const std::string umlauts = [] {
    std::string text;
    for (int i = 0; i < 300; ++i) text += "\xC3\xA4";
    return text;
  }();
  stage.oracle.fates = {};
  static_cast<void>(stage.decide(command_input("c9", command::OrderCancel{cause + umlauts})));
  for (const Recent& recent : stage.saga.recent) {
    CHECK(recent.what.size() <= 240);
    CHECK((recent.what.empty() || (recent.what.back() != '\xC3')));
  }
}

TEST_CASE("saga: an answer that nobody waits for and a wake-up that is not due are ignored",
          "[saga]") {
  Play stage;
  CHECK(stage.decide(AnswerInput{"x", answer::KeyExpired{}, "", {}}).outcome == Outcome::ignored);
  CHECK(stage.wake().outcome == Outcome::ignored);
  pay(stage);
  CHECK(stage.decide(AnswerInput{"x", answer::KeyExpired{}, "", {}}).outcome == Outcome::ignored);
  CHECK(stage.wake().outcome == Outcome::ignored);
}

}  // namespace paysaga::trial
