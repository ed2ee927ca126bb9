#include "saga/payment/play.hpp"

#include <algorithm>
#include <utility>

#include <catch2/catch.hpp>

#include "saga/payment/encoder.hpp"

namespace paysaga::payment::trial {
namespace {

using Answered = Verdict<std::optional<Payment>>;

const PlainEncoder encoder;
const OrderId order = OrderId::of("o1");

EventId next_command() {
  static int number = 0;
  return EventId::of("cmd-" + std::to_string(++number));
}

bool is_over(const Payment& payment) {
  const bool settled =
      payment.status == Status::captured || (payment.status == Status::cancelled && payment.closed);
  return settled && !has_work(payment);
}

std::string outcome_text(const Answered& verdict) {
  switch (verdict.outcome) {
    case Outcome::accepted:
      return {};
    case Outcome::ignored:
      return "ignored";
    case Outcome::parked:
      return "parked";
    case Outcome::refused:
      return "refused " + verdict.code;
    case Outcome::misused:
      return "misused";
  }
  return "?";
}

std::string mark(Phase phase) {
  if (phase == Phase::unknown) return "?";
  if (phase == Phase::refused) return "!";
  return {};
}

void append(std::string& text, const std::string& part) {
  if (!text.empty()) text += ", ";
  text += part;
}

}  // namespace

const char* const visa = "pm_visa";
const char* const mastercard = "pm_mastercard";

World::World() : now{time_from_micros(1'780'000'000'000'000)} {}

Context World::context() const {
  return Context{now, policy, encoder, "paysaga", our_ledger, jitter, false};
}

Answered World::look(const Input& input) const {
  const Context here = context();
  return payment::decide(payment, input, Scope{here, order, "correlation", "causation"});
}

Answered World::decide(const Input& input) {
  Answered verdict = look(input);
  verify(input, verdict);
  payment = verdict.next;
  if (payment && std::holds_alternative<AnswerInput>(input) &&
      verdict.outcome == Outcome::accepted) {
    const Answered again = look(input);
    CHECK(again.outcome == Outcome::ignored);
    CHECK(again.next == payment);
  }
  return verdict;
}

void World::verify(const Input&, const Answered& verdict) {
  if (!verdict.next) {
    CHECK(verdict.events.empty());
    return;
  }
  const Payment& next = *verdict.next;
  CHECK_FALSE(check(next).has_value());
  std::uint64_t sequence = payment ? payment->sequence : 0;
  for (const Event& event : verdict.events) {
    ++sequence;
    CHECK(event.sequence == sequence);
    CHECK(event.id.text() == "paysaga:o1:p:" + std::to_string(sequence));
    CHECK(event.occurred_at == now);
    CHECK(event.machine == Machine::payment);
  }
  CHECK(next.sequence == sequence);
  const bool waits = next_call_at(next) || next_decision_at(next);
  CHECK((waits || is_over(next)));
  const bool quiet = verdict.outcome == Outcome::ignored || verdict.outcome == Outcome::parked;
  if (quiet) CHECK(verdict.next == payment);
  if (quiet) CHECK(verdict.events.empty());
}

std::vector<Call> World::calls() const {
  if (!payment) return {};
  return pending_calls(*payment, order, context());
}

Call World::call(const std::string& part) const {
  for (Call& call : calls()) {
    if (call.id.find(part) != std::string::npos) return call;
  }
  FAIL("no pending call is named " << part);
  std::abort();
}

IntentObject World::intent(IntentStatus status) const {
  IntentObject object{.id = IntentId::of("pi_" + std::to_string(payment->intent_number)),
                      .status = status,
                      .amount = payment->amount,
                      .latest_charge = std::nullopt,
                      .last_error = std::nullopt,
                      .order = order.text(),
                      .attempt = payment->intent_number,
                      .ledger = our_ledger,
                      .created = now};
  if (payment->intent) {
    object.latest_charge = payment->intent->latest_charge;
    object.last_error = payment->intent->last_error;
  }
  if (status == IntentStatus::succeeded) {
    object.received_minor = payment->amount.minor;
    object.latest_charge = ChargeId::of("ch_paid");
    object.last_error = std::nullopt;
  }
  return object;
}

std::string under_way(const Payment& payment) {
  std::string text;
  for (const Operation& operation : payment.operations) {
    std::string part{to_text(operation.kind)};
    if (operation.refund) part += " " + operation.refund->text();
    part += " " + std::to_string(operation.attempt) + "." + std::to_string(operation.try_number);
    append(text, part + mark(operation.phase));
  }
  if (payment.next_read_at) append(text, "read");
  if (payment.disputes_at) append(text, "disputes");
  for (const Refund& refund : payment.refunds) {
    if (refund.state == RefundState::pending)
      append(text, "refund " + refund.id.text() + " pending");
  }
  return text;
}

std::string told(const Answered& verdict) {
  std::string text = outcome_text(verdict);
  if (verdict.next && verdict.outcome == Outcome::accepted) text = under_way(*verdict.next);
  std::string events;
  for (const Event& event : verdict.events) {
    const bool refusal = event.type == EventType::command_refused;
    append(events, refusal ? "REFUSED" : std::string{to_text(event.type)});
    if (event.final) events += " final";
    if (event.cancel_requested && !refusal) events += " wished";
  }
  if (events.empty()) return text;
  return text.empty() ? "| " + events : text + " | " + events;
}

void play(World& world, std::initializer_list<Row> rows) {
  int line = 0;
  for (const Row& row : rows) {
    ++line;
    INFO("line " << line);
    const std::optional<Input> input = row.act(world);
    if (!input) continue;
    const Answered verdict = world.decide(*input);
    INFO(verdict.summary);
    const std::string status = world.payment ? std::string{to_text(world.payment->status)} : "none";
    CHECK(status == row.status);
    CHECK(told(verdict) == row.told);
  }
}

void play(std::initializer_list<Row> rows) {
  World world;
  play(world, rows);
}

Money eur(std::int64_t minor) {
  return Money{minor, *Currency::parse("EUR")};
}

Act initiate(std::int64_t minor) {
  return [=](World&) -> std::optional<Input> {
    return AskInitiate{
        next_command(),
        {eur(minor), CustomerId::of("cus_1"), std::nullopt, std::nullopt, false, {}}};
  };
}

Act initiate(std::int64_t minor, const std::string& method) {
  return [=](World&) -> std::optional<Input> {
    return AskInitiate{
        next_command(),
        {eur(minor), CustomerId::of("cus_1"), MethodId::of(method), std::nullopt, false, {}}};
  };
}

Act confirm(const std::string& method) {
  return [=](World&) -> std::optional<Input> {
    return AskConfirm{next_command(), {MethodId::of(method), std::nullopt}};
  };
}

Act hold(std::int64_t minor, const std::string& method) {
  return [=](World& world) -> std::optional<Input> {
    auto ask = std::get<AskInitiate>(*initiate(minor, method)(world));
    ask.ask.manual_capture = true;
    return ask;
  };
}

Act capture(std::optional<std::int64_t> minor) {
  return [=](World&) -> std::optional<Input> {
    return AskCapture{next_command(), {minor, std::nullopt}};
  };
}

Act cancel() {
  return [](World&) -> std::optional<Input> {
    return AskCancel{next_command(), {"changed my mind", false}};
  };
}

Act cancel_for_good() {
  return [](World&) -> std::optional<Input> {
    return AskCancel{next_command(), {"changed my mind", true}};
  };
}

Act refund(const std::string& id, std::optional<std::int64_t> minor) {
  return [=](World&) -> std::optional<Input> {
    return AskRefund{next_command(), {RefundId::of(id), minor, "goodwill", false, std::nullopt}};
  };
}

Act compensate(const std::string& id, std::optional<std::int64_t> minor) {
  return [=](World&) -> std::optional<Input> {
    return AskRefund{next_command(), {RefundId::of(id), minor, "cancelled", true, std::nullopt}};
  };
}

Act after(Duration duration) {
  return [=](World& world) -> std::optional<Input> {
    world.pass(duration);
    return std::nullopt;
  };
}

Act wake() {
  return [](World&) -> std::optional<Input> { return WakeInput{}; };
}

Act webhook(News news, const std::string& intent) {
  return [=](World&) -> std::optional<Input> {
    return WebhookInput{EventId::of("evt_1"), "payment_intent.something", news,
                        IntentId::of(intent)};
  };
}

Act until_next_call() {
  return [](World& world) -> std::optional<Input> {
    const auto next = next_call_at(*world.payment);
    REQUIRE(next.has_value());
    world.now = std::max(world.now, *next);
    return std::nullopt;
  };
}

Act answered(const std::string& part, const Answer& answer) {
  return [=](World& world) -> std::optional<Input> {
    return AnswerInput{world.call(part).id, answer, "req_1", milliseconds{300}};
  };
}

Act shows(const std::string& part, IntentStatus status) {
  return [=](World& world) -> std::optional<Input> {
    return AnswerInput{world.call(part).id, answer::Intent{world.intent(status)}, "req_1", {}};
  };
}

Act made() {
  return shows("create", IntentStatus::requires_payment_method);
}

Act succeeded(const std::string& part) {
  return shows(part, IntentStatus::succeeded);
}

Act took(const std::string& part, std::int64_t minor) {
  return [=](World& world) -> std::optional<Input> {
    IntentObject intent = world.intent(IntentStatus::succeeded);
    intent.received_minor = minor;
    return AnswerInput{world.call(part).id, answer::Intent{intent}, "req_1", {}};
  };
}

Act held_for(Duration duration) {
  return [=](World& world) -> std::optional<Input> {
    IntentObject intent = world.intent(IntentStatus::requires_capture);
    intent.capture_before = world.now + duration;
    return AnswerInput{world.call("read:").id, answer::Intent{intent}, "req_1", {}};
  };
}

namespace {

/// Each decline leaves a charge of its own.
IntentObject declined_intent(const World& world, const std::string& decline_code) {
  static int number = 0;
  IntentObject intent = world.intent(IntentStatus::requires_payment_method);
  intent.latest_charge = ChargeId::of("ch_declined_" + std::to_string(++number));
  intent.last_error = Decline{"card_declined", decline_code, {}, intent.latest_charge};
  return intent;
}

}  // namespace

Act declined(const std::string& decline_code) {
  return [=](World& world) -> std::optional<Input> {
    const IntentObject intent = declined_intent(world, decline_code);
    return AnswerInput{world.call("confirm").id,
                       answer::Declined{*intent.last_error, "Your card was declined.", intent},
                       "req_1",
                       {}};
  };
}

Act shows_decline(const std::string& part, const std::string& decline_code) {
  return [=](World& world) -> std::optional<Input> {
    return AnswerInput{
        world.call(part).id, answer::Intent{declined_intent(world, decline_code)}, "req_1", {}};
  };
}

Act refused(const std::string& part, const std::string& code, const std::string& param) {
  return answered(part, answer::Refused{code, param, "No.", std::nullopt});
}

Act unexpected(const std::string& part, IntentStatus status) {
  return [=](World& world) -> std::optional<Input> {
    return AnswerInput{
        world.call(part).id,
        answer::Refused{"payment_intent_unexpected_state", {}, "No.", world.intent(status)},
        "req_1",
        {}};
  };
}

Act unknown(const std::string& part) {
  return answered(part, answer::Unknown{"timeout", false, std::nullopt});
}

Act replayed(const std::string& part) {
  return answered(part, answer::Unknown{"500", true, std::nullopt});
}

Act not_sent(const std::string& part) {
  return answered(part, answer::NotSent{"connection refused", std::nullopt, false, false});
}

Act nothing_found(const std::string& part) {
  return [=](World& world) -> std::optional<Input> {
    const Call call = world.call(part);
    if (call.kind == CallKind::list_refunds) {
      return AnswerInput{call.id, answer::Refunds{}, "req_1", {}};
    }
    return AnswerInput{call.id, answer::Intents{}, "req_1", {}};
  };
}

RefundObject refund_object(const std::string& provider_id, const std::string& id, int attempt,
                           RefundStatus status, std::int64_t minor) {
  return RefundObject{
      .id = ProviderRefundId::of(provider_id),
      .status = status,
      .amount = eur(minor),
      .failure_reason = status == RefundStatus::failed ? "expired_or_canceled_card" : "",
      .refund = id,
      .attempt = attempt,
      .ledger = our_ledger,
      .created = {}};
}

Act refund_is(const std::string& part, const std::string& id, RefundStatus status,
              std::int64_t minor) {
  return [=](World& world) -> std::optional<Input> {
    const auto refunds = world.payment->refunds;
    const auto known = std::ranges::find(refunds, RefundId::of(id), &Refund::id);
    REQUIRE(known != refunds.end());
    const std::string provider_id = "re_" + id + "_" + std::to_string(known->attempt);
    return AnswerInput{
        world.call(part).id,
        answer::Refund{refund_object(provider_id, id, known->attempt, status, minor)},
        "req_1",
        {}};
  };
}

Act refunds_are(const std::string& part, std::vector<RefundObject> list) {
  return answered(part, answer::Refunds{std::move(list)});
}

DisputeObject dispute_object(const std::string& id, DisputeState state, std::int64_t minor) {
  constexpr DisputeFunds funds[] = {DisputeFunds::untouched, DisputeFunds::untouched,
                                    DisputeFunds::withdrawn, DisputeFunds::reinstated,
                                    DisputeFunds::withdrawn};
  return DisputeObject{.id = DisputeId::of(id),
                       .state = state,
                       .funds = funds[static_cast<int>(state)],
                       .amount = eur(minor),
                       .reason = "fraudulent",
                       .created = time_from_micros(1'749'000'000'000'000),
                       .evidence_due_at = {}};
}

Act disputes_are(std::vector<DisputeObject> list) {
  return answered("disputes:", answer::Disputes{std::move(list)});
}

Act stray() {
  return [](World&) -> std::optional<Input> {
    return AnswerInput{"ps1:elsewhere#0", answer::Unknown{"timeout", false, std::nullopt}, {}, {}};
  };
}

}  // namespace paysaga::payment::trial
