#include <algorithm>
#include <functional>

#include <catch2/catch.hpp>

#include "saga/apart.hpp"

namespace paysaga::trial {
namespace {

CommandInput initiating(const std::string& method = "pm_ok") {
  return command_input(
      "c1", command::PaymentInitiate{
                .amount = {4200, *Currency::parse("EUR")},
                .customer = CustomerId::of("cus_1"),
                .method = method.empty() ? std::nullopt : std::optional{MethodId::of(method)},
                .expires_in = std::nullopt,
                .metadata = {}});
}
CommandInput confirming(const std::string& id, const std::string& method) {
  return command_input(id, command::PaymentConfirm{MethodId::of(method), std::nullopt});
}
CommandInput cancelling(const std::string& id) {
  return command_input(id, command::OrderCancel{"too late"});
}
CommandInput refunding(const std::string& id, std::optional<std::int64_t> minor) {
  return command_input(id, command::RefundRequest{RefundId::of(id), minor, "goodwill", false, {}});
}

/// The same acts on a node of both roles and on two groups of nodes.
struct Life {
  template <class Acts>
  Life(std::string called, Acts acts) : name{std::move(called)}, together{acts}, apart{acts} {}
  std::string name;
  std::function<void(Play&)> together;
  std::function<void(Apart&)> apart;
};

std::vector<Life> unpaid_or_fulfilled() {
  return {
      {"paid and fulfilled",
       [](auto& stage) {
         stage.decide(initiating());
         stage.run();
         stage.decide(command_input("c2", command::OrderFulfilled{}));
       }},
      {"declined, then another card",
       [](auto& stage) {
         stage.decide(initiating("pm_declined"));
         stage.run();
         stage.decide(confirming("c2", "pm_ok"));
         stage.run();
       }},
      {"not paid in time",
       [](auto& stage) {
         stage.decide(initiating(""));
         stage.pass(hours{1});
       }},
      {"refused by the provider for good",
       [](auto& stage) {
         stage.decide(initiating("pm_bad"));
         stage.pass(hours{1});
       }},
  };
}

std::vector<Life> cancelled() {
  return {
      {"cancelled before it is paid",
       [](auto& stage) {
         stage.decide(initiating(""));
         stage.run();
         stage.decide(cancelling("c2"));
         stage.run();
       }},
      {"cancelled while the confirm is under way",
       [](auto& stage) {
         stage.oracle.fates = {Fate::answered, Fate::lost_after};
         stage.decide(initiating());
         stage.run();
         stage.decide(cancelling("c2"));
         stage.pass(hours{1});
       }},
      {"cancelled after it is paid",
       [](auto& stage) {
         stage.decide(initiating());
         stage.run();
         stage.decide(cancelling("c2"));
         stage.run();
       }},
      {"cancelled before the payment is known",
       [](auto& stage) {
         stage.decide(cancelling("c2"));
         stage.decide(initiating());
         stage.pass(hours{1});
       }},
  };
}

std::vector<Life> given_back() {
  return {
      {"rejected after it is paid",
       [](auto& stage) {
         stage.decide(initiating());
         stage.run();
         stage.decide(command_input("c2", command::OrderRejected{"closed today"}));
         stage.run();
       }},
      {"not delivered, and the refund fails at first",
       [](auto& stage) {
         stage.oracle.refund_fates = {RefundFate::fails, RefundFate::succeeds};
         stage.decide(initiating());
         stage.run();
         stage.decide(command_input("c2", command::OrderDeliveryFailed{"nobody home"}));
         stage.pass(hours{48});
       }},
      {"a part refunded for goodwill, then cancelled",
       [](auto& stage) {
         stage.decide(initiating());
         stage.run();
         stage.decide(refunding("r1", 1'000));
         stage.run();
         stage.decide(cancelling("c2"));
         stage.run();
       }},
      {"everything refunded for goodwill, then cancelled",
       [](auto& stage) {
         stage.decide(initiating());
         stage.run();
         stage.decide(refunding("r1", std::nullopt));
         stage.run();
         stage.decide(cancelling("c2"));
         stage.run();
       }},
      {"a goodwill refund that pends when it is cancelled",
       [](auto& stage) {
         stage.oracle.refund_fates = {RefundFate::pends};
         stage.decide(initiating());
         stage.run();
         stage.decide(refunding("r1", std::nullopt));
         stage.run();
         stage.decide(cancelling("c2"));
         stage.run();
         static_cast<void>(stage.oracle.finish_refunds(true));
         stage.pass(hours{1});
       }},
      {"paid while the expiry waits",
       [](auto& stage) {
         stage.decide(initiating("pm_3ds"));
         stage.run();
         stage.oracle.fates = {Fate::lost_before};
         stage.pass(minutes{30});
         static_cast<void>(stage.oracle.finish_intents(true, stage.now));
         stage.pass(hours{1});
       }},
  };
}

std::vector<Life> lives() {
  std::vector<Life> all = unpaid_or_fulfilled();
  for (auto part : {cancelled(), given_back()}) std::ranges::move(part, std::back_inserter(all));
  return all;
}

std::string told(const std::vector<Event>& events) {
  std::string text;
  for (const Event& event : events) text.append(" ").append(to_text(event.type));
  return text;
}

std::string told_by(Machine machine, const std::vector<Event>& events) {
  std::vector<Event> own;
  std::ranges::copy_if(events, std::back_inserter(own),
                       [&](const Event& event) { return event.machine == machine; });
  return told(own);
}

}  // namespace

TEST_CASE("roles: apart, an order and its money end as they do together", "[saga][roles]") {
  for (const Life& life : lives()) {
    CAPTURE(life.name);
    Play together;
    life.together(together);
    Apart apart;
    life.apart(apart);
    CHECK(apart.status() == together.status());
    CHECK(apart.money() == together.saga.order.payment.money);
    CHECK(apart.payment.payment->money == together.saga.payment->money);
    CHECK(told(apart.order_events) == told_by(Machine::order, together.events));
    CHECK(apart.oracle.given_back() == together.oracle.given_back());
  }
}

TEST_CASE("roles: payments go on without the orders, which catch up", "[saga][roles]") {
  Apart stage;
  stage.orders_down = true;
  stage.decide(initiating());
  stage.run();
  stage.decide(refunding("r1", 1'000));
  stage.pass(hours{1});
  CHECK(stage.payment.payment->money.captured == 4200);
  CHECK(status_text(stage.payment) == "PENDING");
  CHECK_FALSE(is_open(stage.payment));
  CHECK(stage.order == new_saga(stage.order.id));
  stage.orders_down = false;
  stage.run();
  CHECK(stage.status() == "PENDING");
  CHECK(stage.money().refunded == 1'000);
  CHECK(told(stage.order_events) == " ORDER_CREATED");
  CHECK(waiting_for(stage.order)->on == "delivery");
}

TEST_CASE("roles: an order that comes late is still cancelled and paid back", "[saga][roles]") {
  Apart stage;
  stage.orders_down = true;
  stage.decide(initiating());
  stage.run();
  stage.decide(cancelling("c2"));
  CHECK(stage.order.parked.size() == 1);
  stage.orders_down = false;
  stage.run();
  CHECK(stage.status() == "REFUNDED");
  CHECK(stage.oracle.given_back() == 4200);
}

TEST_CASE("roles: the newest payment event decides, whichever topic brings it", "[saga][roles]") {
  Apart stage;
  stage.orders_down = true;
  stage.decide(initiating());
  stage.run();
  stage.orders_down = false;
  stage.hear(Topic::payment_completed);
  CHECK(stage.status() == "PENDING");
  const Saga known = stage.order;
  stage.hear_all();
  CHECK(stage.order == known);  // What was overtaken is not even remembered.
  for (std::size_t i = 0; i < stage.heard.size(); ++i) stage.hear_again(i);
}

TEST_CASE("roles: a command of the other role is refused and says so", "[saga][roles]") {
  Apart stage;
  const auto outcome = [&](Roles roles, const CommandInput& input) {
    const Decision decision = stage.decide(roles, input);
    return decision.code + told(decision.events);
  };
  CHECK(outcome(Roles::orders, initiating()) == "other_role COMMAND_REFUSED");
  CHECK(outcome(Roles::orders, refunding("r1", 100)) == "other_role COMMAND_REFUSED");
  // Before its payment nobody there could tell it.
  CHECK(outcome(Roles::payments, cancelling("c2")) == "other_role");
  CHECK(outcome(Roles::payments, initiating()) == " PAYMENT_INITIATED");
  CHECK(outcome(Roles::payments, cancelling("c3")) == "other_role COMMAND_REFUSED");
  CHECK_FALSE(stage.order.payment.has_value());
  CHECK(stage.payment.order == order::Order{});
}

TEST_CASE("roles: every compensation is answered, a forbidden one too", "[saga][roles]") {
  Apart stage;
  stage.policy.commands_max = 2;
  stage.oracle.refund_fates = {RefundFate::pends};
  stage.decide(initiating());
  stage.run();
  stage.decide(refunding("r1", std::nullopt));  // Now the payment takes no more commands.
  stage.run();
  stage.decide(cancelling("c2"));
  stage.hear_all();
  CHECK(told(stage.payment_events).ends_with(" PAYMENT_REFUND_FAILED"));
  CHECK(stage.payment_events.back().reason->code == "nothing_left");
  CHECK(stage.payment_events.back().refund->compensation);
  CHECK(stage.payment_events.back().money.refunding == 4200);
  CHECK(stage.status() == "REFUND_PENDING");
  static_cast<void>(stage.oracle.finish_refunds(true));
  stage.pass(hours{1});
  CHECK(stage.status() == "REFUNDED");
}

TEST_CASE("roles: a customer cannot compensate", "[saga][roles]") {
  Apart stage;
  stage.decide(initiating());
  stage.run();
  const Decision decision = stage.decide(
      Roles::payments,
      command_input("c2", command::RefundRequest{
                              RefundId::of("compensation-1"), std::nullopt, "", false, {}}));
  CHECK(decision.code == "id_reserved");
}

TEST_CASE("roles: what was cancelled carries its command's correlation", "[saga][roles]") {
  Apart stage;
  stage.decide(initiating(""));
  stage.run();
  CommandInput cancel = cancelling("c2");
  cancel.correlation_id = "of the caller";
  stage.decide(cancel);
  stage.run();
  const Event& last = stage.payment_events.back();
  CHECK(last.type == EventType::payment_cancelled);
  CHECK(last.command == EventId::of("paysaga.order.1.cancel"));
  const auto asked =
      std::ranges::find(stage.heard, Topic::payment_commands, &std::pair<Topic, Input>::first);
  REQUIRE(asked != stage.heard.end());
  CHECK(std::get<CommandInput>(asked->second.body).correlation_id == "of the caller");
  CHECK(stage.order_events.front().correlation_id == "of the caller");
  CHECK(stage.status() == "CANCELLED");
  CHECK(status_text(stage.payment) == "CANCELLED");
}

TEST_CASE("roles: a node of both hears no payment but its own", "[saga][roles]") {
  Apart stage;
  stage.decide(initiating());
  Play both;
  const Input input{both.saga.id, PaymentEventInput{stage.payment_events.front(), {}}};
  CHECK(paysaga::decide(both.saga, input, both.context()).outcome == Outcome::ignored);
}

TEST_CASE("roles: they have names, which claims carry", "[saga][roles]") {
  CHECK(to_text(Roles::both) == "payments,orders");
  CHECK(to_text(Roles::payments) == "payments");
  CHECK(to_text(Roles::orders) == "orders");
  CHECK(is_decided_by(Roles::both, command::OrderFulfilled{}));
  CHECK(is_decided_by(Roles::orders, command::OrderFulfilled{}));
  CHECK_FALSE(is_decided_by(Roles::payments, command::OrderFulfilled{}));
  CHECK_FALSE(is_decided_by(Roles::orders, initiating().command));
}

}  // namespace paysaga::trial
