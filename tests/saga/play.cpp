#include "saga/play.hpp"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

namespace paysaga::trial {
namespace {

constexpr char ledger[] = "ledger0001";
constexpr int steps_max = 20'000;

bool waits_for_people(const Saga& saga) {
  return saga.hold || saga.order.status == order::Status::pending;
}

/// The rows of the domain that let a closed order move.
bool may_follow(order::Status from, order::Status to) {
  using order::Status;
  if (order::is_open(from) || from == to) return true;
  switch (from) {
    case Status::cancelled:
      return to == Status::refund_pending || to == Status::refunded;
    case Status::expired:
      return to == Status::refund_pending || to == Status::pending || to == Status::refunded;
    case Status::refunded:
      return to == Status::refund_failed;
    case Status::partially_refunded:
      return to == Status::refund_failed || to == Status::refunded;
    case Status::fulfilled:
    case Status::payment_pending:
    case Status::payment_processing:
    case Status::pending:
    case Status::payment_failed:
    case Status::refund_pending:
    case Status::refund_failed:
      return false;
  }
  return false;
}

std::uint64_t sequence_of(const Saga& saga, Machine machine) {
  if (machine == Machine::order) return saga.order.sequence;
  return saga.payment ? saga.payment->sequence : 0;
}

}  // namespace

Play::Play()
    : saga{new_saga(OrderId::of("order_1"))}, now{time_from_micros(1'750'000'000'000'000)} {}

Context Play::context() const {
  return Context{now, policy, encoder_, "paysaga", ledger, jitter, false};
}

Decision Play::decide(const CommandInput& command) {
  return apply(Input{saga.id, command});
}
Decision Play::decide(const AnswerInput& answer) {
  return apply(Input{saga.id, answer});
}
Decision Play::decide(const WebhookInput& news) {
  return apply(Input{saga.id, news});
}
Decision Play::wake() {
  return apply(Input{saga.id, WakeInput{}});
}

Decision Play::apply(const Input& input) {
  Decision decision = paysaga::decide(saga, input, context());
  outcome = decision.outcome;
  code = decision.code;
  if (traced) WARN(to_text(now) << " " << decision.summary << " [" << decision.code << "]");
  verify(input, decision);
  saga = decision.next;
  events.insert(events.end(), decision.events.begin(), decision.events.end());
  return decision;
}

void Play::verify(const Input& input, const Decision& decision) const {
  CAPTURE(decision.summary);
  const Saga& next = decision.next;
  REQUIRE(decision.outcome != Outcome::misused);
  REQUIRE(check(next).value_or("") == "");
  REQUIRE_FALSE(decision.summary.empty());
  if (decision.outcome == Outcome::ignored) {
    REQUIRE(next == saga);
    REQUIRE(decision.events.empty());
    return;
  }
  REQUIRE(next.version == saga.version + 1);
  std::uint64_t payment_sequence = sequence_of(saga, Machine::payment);
  std::uint64_t order_sequence = sequence_of(saga, Machine::order);
  for (const Event& event : decision.events) {
    std::uint64_t& last = event.machine == Machine::payment ? payment_sequence : order_sequence;
    REQUIRE(event.sequence == ++last);
    REQUIRE_FALSE(event.correlation_id.empty());
    REQUIRE_FALSE(event.causation_id.empty());
  }
  REQUIRE(payment_sequence == sequence_of(next, Machine::payment));
  REQUIRE(order_sequence == sequence_of(next, Machine::order));
  CAPTURE(status_text(saga), status_text(next));
  REQUIRE(may_follow(saga.order.status, next.order.status));
  if (is_open(next)) {
    CHECK(waiting_for(next).has_value());
    const bool has_wake = next_wake_at(next).has_value() || waits_for_people(next);
    REQUIRE(has_wake);
  }
  const Decision again = paysaga::decide(next, input, context());
  if (next.seen.size() + next.parked.size() < static_cast<std::size_t>(policy.commands_max)) {
    CAPTURE(again.summary);
    REQUIRE(again.outcome == Outcome::ignored);
  }
}

void Play::run() {
  for (int step = 0; step < steps_max; ++step) {
    oracle.tick(now);
    const std::vector<Call> calls = pending_calls(saga, context());
    std::set<std::string> ids;
    for (const Call& call : calls) REQUIRE(ids.insert(call.id).second);
    const auto due =
        std::ranges::find_if(calls, [&](const Call& call) { return call.not_before <= now; });
    if (due == calls.end()) return;
    const bool too_old = due->send_until < now;
    const Answer answer = too_old ? Answer{answer::KeyExpired{}} : oracle.answer(*due, now);
    UNSCOPED_INFO(due->id << " -> " << to_text(answer));
    const std::string called = due->id;
    static_cast<void>(decide(AnswerInput{called, answer, "req_1", milliseconds{5}}));
    REQUIRE(outcome != Outcome::ignored);
  }
  FAIL("calls do not come to an end");
}

void Play::pass(Duration duration) {
  const Time end = now + duration;
  for (int step = 0; step < steps_max; ++step) {
    run();
    const auto due = next_decision_at(saga);
    if (due && *due <= now) {
      static_cast<void>(wake());
      REQUIRE(outcome != Outcome::ignored);
      continue;
    }
    const auto next = next_wake_at(saga);
    if (!next || *next > end) {
      now = end;
      oracle.tick(now);
      return;
    }
    now = std::max(now, *next);
  }
  FAIL("time does not pass");
}

void Play::pass_all(Duration limit) {
  const Time end = now + limit;
  while (now < end) {
    run();
    const auto next = next_wake_at(saga);
    if (!next) return;
    pass(std::max(*next - now, Duration{1}));
  }
}

std::string Play::told() {
  std::string text;
  if (outcome == Outcome::parked) text = "parked " + code;
  if (outcome == Outcome::ignored) text = "ignored " + code;
  if (outcome == Outcome::refused) text = "refused " + code;
  outcome = Outcome::accepted;
  for (; told_ < events.size(); ++told_) {
    const Event& event = events[told_];
    if (!text.empty()) text += " ";
    text += to_text(event.type);
  }
  return text;
}

void play(Play& stage, std::initializer_list<Row> rows) {
  int number = 0;
  for (const Row& row : rows) {
    CAPTURE(++number);
    row.act(stage);
    CHECK(stage.status() == row.status);
    CHECK(stage.told() == row.told);
  }
}

void play(std::initializer_list<Row> rows) {
  Play stage;
  play(stage, rows);
}

CommandInput command_input(const std::string& id, Command command) {
  const std::string body = std::string{to_text(command)};
  return CommandInput{EventId::of(id), std::hash<std::string>{}(body), std::move(command), {}, {}};
}

namespace {

Act ask(const std::string& id, Command command) {
  return [input = command_input(id, std::move(command))](Play& stage) {
    static_cast<void>(stage.decide(input));
  };
}

}  // namespace

Act initiate(const std::string& id, std::int64_t minor, const std::string& method) {
  return ask(id, command::PaymentInitiate{
                     .amount = {minor, *Currency::parse("EUR")},
                     .customer = CustomerId::of("cus_1"),
                     .method = method.empty() ? std::nullopt : std::optional{MethodId::of(method)},
                     .expires_in = std::nullopt,
                     .metadata = {}});
}
Act confirm(const std::string& id, const std::string& method) {
  return ask(id, command::PaymentConfirm{MethodId::of(method), std::nullopt});
}
Act payment_cancel(const std::string& id, bool final) {
  return ask(id, command::PaymentCancel{"changed my mind", final});
}
Act order_cancel(const std::string& id) {
  return ask(id, command::OrderCancel{"too late"});
}
Act rejected(const std::string& id) {
  return ask(id, command::OrderRejected{"closed today"});
}
Act delivery_failed(const std::string& id) {
  return ask(id, command::OrderDeliveryFailed{"nobody home"});
}
Act fulfilled(const std::string& id) {
  return ask(id, command::OrderFulfilled{});
}
Act refund(const std::string& id, const std::string& refund_id, std::optional<std::int64_t> minor) {
  return ask(id, command::RefundRequest{RefundId::of(refund_id), minor, "goodwill", false, {}});
}

Act hold(const std::string& id, const std::string& ticket) {
  return ask(id, command::OrderHold{"the bank asks", ticket});
}
Act resume(const std::string& id) {
  return ask(id, command::OrderResume{"it is clear now", ""});
}

Act run() {
  return [](Play& stage) { stage.run(); };
}
Act pass(Duration duration) {
  return [duration](Play& stage) { stage.pass(duration); };
}
Act fate(std::initializer_list<Fate> fates) {
  return [list = std::vector(fates)](Play& stage) {
    stage.oracle.fates.assign(list.begin(), list.end());
  };
}
Act refund_fate(std::initializer_list<RefundFate> fates) {
  return [list = std::vector(fates)](Play& stage) {
    stage.oracle.refund_fates.assign(list.begin(), list.end());
  };
}
Act customer_acts(bool success) {
  return [success](Play& stage) { REQUIRE(stage.oracle.finish_intents(success, stage.now)); };
}
Act refunds_end(bool success) {
  return [success](Play& stage) { REQUIRE(stage.oracle.finish_refunds(success)); };
}

Act disputed(DisputeState state, std::int64_t minor) {
  return [=](Play& stage) {
    const payment::Payment& payment = *stage.saga.payment;
    stage.oracle.disputes = {DisputeObject{.id = DisputeId::of("dp_1"),
                                           .state = state,
                                           .amount = {minor, payment.amount.currency},
                                           .reason = "fraudulent",
                                           .evidence_due_at = {}}};
    const std::string id = "evt_dispute_" + std::string{to_text(state)};
    stage.decide(
        WebhookInput{EventId::of(id), "charge.dispute.updated", News::dispute, payment.intent->id});
    stage.run();
  };
}

}  // namespace paysaga::trial
