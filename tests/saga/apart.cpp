#include "saga/apart.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "paysaga/saga/verdict.hpp"

namespace paysaga::trial {
namespace {

constexpr char ledger[] = "ledger0001";
constexpr int steps_max = 20'000;

/// What a published record is to the group that reads the topic.
Input to_input(const Event& event) {
  if (event.machine == Machine::payment) return {event.order, PaymentEventInput{event, {}}};
  const command::RefundRequest ask{event.refund->refund, event.refund->amount_minor,
                                   event.reason->code, event.refund->compensation, std::nullopt};
  return {event.order, CommandInput{event.id, 1, ask, event.correlation_id, {}}};
}

bool is_read(Topic topic) {
  switch (topic) {
    case Topic::payment_initiated:
    case Topic::payment_processing:
    case Topic::payment_completed:
    case Topic::payment_failed:
    case Topic::payment_cancelled:
    case Topic::payment_refunded:
    case Topic::payment_refund_initiated:
    case Topic::payment_commands:
      return true;
    case Topic::payment_events:
    case Topic::payment_webhook_received:
    case Topic::order_events:
    case Topic::customer_notifications:
    case Topic::order_commands:
    case Topic::payment_dead_letter:
      return false;
  }
  return false;
}

Roles reader_of(Topic topic) {
  const bool to_payments =
      topic == Topic::payment_commands || topic == Topic::payment_refund_initiated;
  return to_payments ? Roles::payments : Roles::orders;
}

}  // namespace

Apart::Apart()
    : payment{new_saga(OrderId::of("order_1"))},
      order{new_saga(OrderId::of("order_1"))},
      now{time_from_micros(1'750'000'000'000'000)} {}

Context Apart::context(Roles roles) const {
  const bool of_orders = roles == Roles::orders;
  return Context{now,    policy, encoder_, of_orders ? "paysaga-orders" : "paysaga-payments",
                 ledger, jitter, false,    roles};
}

void Apart::decide(const CommandInput& command) {
  const Roles roles = is_order_command(command.command) ? Roles::orders : Roles::payments;
  static_cast<void>(decide(roles, command));
}

Decision Apart::decide(Roles roles, const decltype(Input::body)& body) {
  Saga& saga = roles == Roles::orders ? order : payment;
  const Input input{saga.id, body};
  Decision decision = paysaga::decide(saga, input, context(roles));
  verify(roles, input, decision);
  saga = decision.next;
  publish(decision);
  return decision;
}

void Apart::verify(Roles roles, const Input& input, const Decision& decision) const {
  CAPTURE(decision.summary);
  const Saga& saga = roles == Roles::orders ? order : payment;
  const Machine machine = roles == Roles::orders ? Machine::order : Machine::payment;
  const Saga& next = decision.next;
  REQUIRE(decision.outcome != Outcome::misused);
  REQUIRE(check(next, roles).value_or("") == "");
  if (decision.outcome == Outcome::ignored) {
    REQUIRE(next == saga);
    REQUIRE(decision.events.empty());
    REQUIRE(decision.cancels.empty());
    return;
  }
  const auto sequence_of = [&](const Saga& of) {
    if (machine == Machine::order) return of.order.sequence;
    return of.payment ? of.payment->sequence : 0;
  };
  std::uint64_t sequence = sequence_of(saga);
  for (const Event& event : decision.events) {
    REQUIRE(event.machine == machine);
    REQUIRE(event.sequence == ++sequence);
    REQUIRE_FALSE(event.correlation_id.empty());
    REQUIRE_FALSE(event.causation_id.empty());
  }
  REQUIRE(sequence == sequence_of(next));
  if (roles == Roles::payments) REQUIRE(decision.cancels.empty());
  if (is_open(next)) {
    CHECK(waiting_for(next).has_value());
    const bool has_wake = roles == Roles::orders || next.hold || next_wake_at(next).has_value();
    REQUIRE(has_wake);
  }
  const std::size_t known = next.seen.size() + next.parked.size();
  if (known < static_cast<std::size_t>(policy.commands_max)) {
    REQUIRE(paysaga::decide(next, input, context(roles)).outcome == Outcome::ignored);
  }
}

void Apart::publish(const Decision& decision) {
  for (const Event& event : decision.events) {
    auto& told = event.machine == Machine::payment ? payment_events : order_events;
    told.push_back(event);
    for (const Topic topic : topics_of(event.type)) {
      if (is_read(topic)) topics_[topic].push_back(to_input(event));
    }
  }
  for (const CancelForOthers& cancel : decision.cancels) {
    topics_[Topic::payment_commands].push_back(
        {order.id, CommandInput{cancel.id, 2, cancel.ask, cancel.correlation_id, {}}});
  }
}

std::vector<Topic> Apart::waiting() const {
  std::vector<Topic> topics;
  for (const auto& [topic, inputs] : topics_) {
    if (!inputs.empty() && !(orders_down && reader_of(topic) == Roles::orders)) {
      topics.push_back(topic);
    }
  }
  return topics;
}

void Apart::hear(Topic topic) {
  auto& inputs = topics_.at(topic);
  Input input = std::move(inputs.front());
  inputs.pop_front();
  heard.emplace_back(topic, input);
  static_cast<void>(decide(reader_of(topic), input.body));
}

void Apart::hear_all() {
  for (auto topics = waiting(); !topics.empty(); topics = waiting()) hear(topics.front());
}

void Apart::hear_again(std::size_t which) {
  const auto& [topic, input] = heard.at(which);
  const Decision again = decide(reader_of(topic), Input{input}.body);
  REQUIRE(again.outcome == Outcome::ignored);
}

bool Apart::call_due() {
  oracle.tick(now);
  for (const Call& call : pending_calls(payment, context(Roles::payments))) {
    if (call.not_before > now) continue;
    const Answer answer =
        call.send_until < now ? Answer{answer::KeyExpired{}} : oracle.answer(call, now);
    static_cast<void>(
        decide(Roles::payments, AnswerInput{call.id, answer, "req_1", milliseconds{5}}));
    return true;
  }
  return false;
}

void Apart::run() {
  for (int step = 0; step < steps_max; ++step) {
    hear_all();
    if (!call_due()) return;
  }
  FAIL("calls do not come to an end");
}

void Apart::wake_due() {
  for (const Roles roles : {Roles::payments, Roles::orders}) {
    const Saga& saga = roles == Roles::orders ? order : payment;
    const auto due = next_decision_at(saga);
    if (due && *due <= now) static_cast<void>(decide(roles, WakeInput{}));
  }
}

void Apart::pass(Duration duration) {
  const Time end = now + duration;
  for (int step = 0; step < steps_max; ++step) {
    run();
    wake_due();
    run();
    Time next = end;
    for (const Saga* saga : {&payment, &order}) {
      if (const auto wake = next_wake_at(*saga)) next = std::min(next, std::max(*wake, now));
    }
    if (now >= end) return;
    now = std::max(next, now + Duration{1});
  }
  FAIL("time does not pass");
}

}  // namespace paysaga::trial
