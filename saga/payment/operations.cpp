#include "paysaga/saga/payment/operations.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "paysaga/saga/payment/hold.hpp"
#include "paysaga/saga/payment/waits.hpp"
#include "paysaga/saga/planted.hpp"

namespace paysaga::payment {
namespace {

/// `ps1:<ledger>:<order>:<op>:<attempt>:<try>[:<refund>]`: a function of the state.
IdempotencyKey make_key(const Draft& draft, OperationKind kind, int attempt, int try_number,
                        const std::optional<RefundId>& refund) {
  std::string text;
  text.reserve(160);
  text.append("ps1:").append(draft.scope.context.ledger).append(":");
  text.append(draft.scope.order.text()).append(":").append(to_text(kind)).append(":");
  text.append(std::to_string(attempt)).append(":").append(std::to_string(try_number));
  if (refund) text.append(":").append(refund->text());
  return IdempotencyKey::of(std::move(text));
}

void add(Draft& draft, OperationKind kind, int attempt, int try_number,
         std::optional<RefundId> refund, Request request, Duration wait) {
  Payment& payment = draft.payment;
  IdempotencyKey key = make_key(draft, kind, attempt, try_number, refund);
  note(draft, std::string{to_text(kind)} + " attempt " + std::to_string(attempt));
  payment.operations.push_back(Operation{
      .kind = kind,
      .attempt = attempt,
      .try_number = try_number,
      .refund = std::move(refund),
      .key = std::move(key),
      .request = std::move(request),
      .decided_at = draft.now(),
      .answered_at = std::nullopt,
      .absent_since = std::nullopt,
      .next_at = draft.now() + wait,
      .before = kind == OperationKind::confirm ? payment.intent : std::nullopt,
      .last_error = {},
      .request_id = {},
  });
}

void tell_known(Draft& draft, const Operation& operation, std::string_view outcome) {
  if (operation.phase != Phase::unknown) return;
  tell(draft, EventType::payment_outcome_known, to_text(operation.kind), outcome);
}

void erase(Draft& draft, std::vector<Operation>::iterator operation, std::string_view outcome) {
  tell_known(draft, *operation, outcome);
  draft.payment.operations.erase(operation);
}

/// How long a create or refund must have been looked for in vain.
Duration absence_of(const Policy& policy, OperationKind kind) {
  return scaled(policy, kind == OperationKind::create ? policy.create_absent_after
                                                      : policy.refund_absent_after);
}

bool is_found_by_listing(OperationKind kind) {
  return kind == OperationKind::create || kind == OperationKind::refund;
}

bool is_withdrawn(const Payment& payment, const Operation& operation) {
  return operation.kind == OperationKind::capture && payment.cancel;
}

}  // namespace

Step next_step(const Payment& payment, const Operation& operation) {
  const bool cancel_behind = operation.kind == OperationKind::confirm &&
                             find_operation(payment, OperationKind::cancel) != nullptr;
  if (cancel_behind) return Step::none;
  if (is_withdrawn(payment, operation)) return Step::look;
  if (operation.phase == Phase::intended) return Step::send;
  if (operation.phase == Phase::refused || !operation.repeatable) return Step::look;
  if (is_found_by_listing(operation.kind)) return Step::send;
  return operation.absent > 0 ? Step::send : Step::look;
}

Operation* find_operation(Payment& payment, OperationKind kind) {
  const auto found = std::ranges::find(payment.operations, kind, &Operation::kind);
  return found == payment.operations.end() ? nullptr : &*found;
}

const Operation* find_operation(const Payment& payment, OperationKind kind) {
  const auto found = std::ranges::find(payment.operations, kind, &Operation::kind);
  return found == payment.operations.end() ? nullptr : &*found;
}

void add_create(Draft& draft) {
  const Payment& payment = draft.payment;
  const RequestEncoder::Create create{
      draft.scope.order,     payment.intent_number, std::string{draft.scope.context.ledger},
      payment.amount,        payment.customer,      std::nullopt,
      payment.manual_capture};
  add(draft, OperationKind::create, payment.intent_number, 1, std::nullopt,
      draft.scope.context.encoder.create(create), Duration{0});
}

void add_confirm(Draft& draft, const MethodId& method, Duration wait) {
  Payment& payment = draft.payment;
  ensure(payment.intent.has_value(), "a confirm names its intent");
  ++payment.attempt;
  add(draft, OperationKind::confirm, payment.attempt, 1, std::nullopt,
      draft.scope.context.encoder.confirm(payment.intent->id, method, payment.off_session), wait);
}

void add_capture(Draft& draft) {
  Payment& payment = draft.payment;
  ensure(payment.intent && payment.capture, "a capture has an intent and an amount");
  const Money amount{payment.capture->amount_minor, payment.amount.currency};
  ++payment.capture_tries;
  add(draft, OperationKind::capture, payment.intent_number, payment.capture_tries, std::nullopt,
      draft.scope.context.encoder.capture(payment.intent->id, amount), Duration{0});
}

void withdraw_capture(Draft& draft) {
  Operation* capture = find_operation(draft.payment, OperationKind::capture);
  if (capture == nullptr) return;
  capture->repeatable = false;
  if (capture->phase != Phase::intended) return;
  capture->next_at = draft.now() + answer_patience;
}

void add_cancel(Draft& draft, Duration wait) {
  Payment& payment = draft.payment;
  ensure(payment.intent && payment.cancel, "a cancel has an intent and a cause");
  ++payment.cancel->tries;
  add(draft, OperationKind::cancel, payment.intent_number, payment.cancel->tries, std::nullopt,
      draft.scope.context.encoder.cancel(payment.intent->id, to_text(payment.cancel->cause)), wait);
}

void add_refund(Draft& draft, const Refund& refund) {
  const Payment& payment = draft.payment;
  ensure(payment.intent.has_value(), "a refund names its intent");
  const Money amount{refund.amount_minor, payment.amount.currency};
  add(draft, OperationKind::refund, refund.attempt, 1, refund.id,
      draft.scope.context.encoder.refund(payment.intent->id, refund.id, refund.attempt,
                                         draft.scope.order, draft.scope.context.ledger, amount),
      Duration{0});
}

void settle(Draft& draft, OperationKind kind, std::string_view outcome) {
  auto& operations = draft.payment.operations;
  const auto found = std::ranges::find(operations, kind, &Operation::kind);
  if (found != operations.end()) erase(draft, found, outcome);
}

void settle_refund(Draft& draft, const RefundId& refund, std::string_view outcome) {
  auto& operations = draft.payment.operations;
  const auto found = std::ranges::find(operations, refund, &Operation::refund);
  if (found != operations.end()) erase(draft, found, outcome);
}

void settle_all(Draft& draft, std::string_view outcome) {
  settle(draft, OperationKind::create, outcome);
  settle(draft, OperationKind::confirm, outcome);
  settle(draft, OperationKind::capture, outcome);
  settle(draft, OperationKind::cancel, outcome);
}

void next_try(Draft& draft, Operation& operation) {
  tell_known(draft, operation, "it was not carried out");
  ++operation.try_number;
  if (operation.kind == OperationKind::cancel) {
    draft.payment.cancel->tries = operation.try_number;
  }
  if (operation.kind == OperationKind::capture) draft.payment.capture_tries = operation.try_number;
  note(draft,
       std::string{to_text(operation.kind)} + " try " + std::to_string(operation.try_number));
  operation.key =
      make_key(draft, operation.kind, operation.attempt, operation.try_number, operation.refund);
  operation.phase = Phase::intended;
  operation.decided_at = draft.now();
  operation.answered_at = std::nullopt;
  operation.sends = 0;
  operation.unknowns = 0;
  operation.reads = 0;
  operation.absent = 0;
  operation.absent_since = std::nullopt;
  operation.next_at = draft.now();
  operation.error_replayed = false;
  operation.repeatable = true;
  if (operation.kind == OperationKind::confirm) operation.before = draft.payment.intent;
}

void put_off(Draft& draft, Operation& operation, const answer::NotSent& answer) {
  ++operation.sends;
  operation.last_error = answer.why;
  operation.next_at =
      draft.now() + repeat_wait(draft.scope.context, operation.sends, answer.retry_after);
  if (answer.in_progress) {
    // Another request with this key runs and may yet be carried out: what was absent proves
    // nothing.
    operation.answered_at = draft.now();
    operation.absent = 0;
    operation.absent_since = std::nullopt;
  }
  note(draft, std::string{to_text(operation.kind)} + " put off: " + answer.why);
}

void put_off(Draft& draft, Operation& operation, const answer::Unauthorized& answer) {
  ++operation.sends;
  operation.last_error = answer.why;
  operation.next_at = draft.now() + repeat_wait(draft.scope.context, 16, std::nullopt);
  note(draft, std::string{to_text(operation.kind)} + " put off, not authorized: " + answer.why);
}

void lose(Draft& draft, Operation& operation, const answer::Unknown& answer) {
  const bool first = operation.phase != Phase::unknown;
  ++operation.sends;
  ++operation.unknowns;
  operation.phase = Phase::unknown;
  operation.answered_at = draft.now();
  operation.absent = 0;
  operation.absent_since = std::nullopt;
  operation.last_error = answer.why;
  if (answer.replayed_error) operation.error_replayed = true;
  const bool exhausted = operation.unknowns > draft.policy().same_key_repeats_max;
  if (exhausted || answer.replayed_error) operation.repeatable = false;
  Duration wait = repeat_wait(draft.scope.context, operation.unknowns, answer.retry_after);
  if (exhausted) wait = std::max(wait, read_wait(draft.policy(), 0));
  operation.next_at = draft.now() + wait;
  note(draft, std::string{to_text(operation.kind)} + " unknown: " + answer.why);
  if (first) tell(draft, EventType::payment_outcome_unknown, to_text(operation.kind), answer.why);
  if (planted(PlantedBug::new_key_on_retry) && operation.kind != OperationKind::cancel) {
    ++operation.try_number;
    operation.key =
        make_key(draft, operation.kind, operation.attempt, operation.try_number, operation.refund);
  }
}

void outdate(Draft& draft, Operation& operation) {
  const bool first = operation.phase != Phase::unknown;
  ++operation.sends;
  operation.phase = Phase::unknown;
  operation.repeatable = false;
  // Nothing was sent now, but nobody knows when it was last: from now on is the safe side.
  operation.answered_at = draft.now();
  operation.absent = 0;
  operation.absent_since = std::nullopt;
  operation.last_error = "too late to be sent";
  operation.next_at = draft.now();
  note(draft,
       std::string{to_text(operation.kind)} + " too late to be sent: only looked up from now on");
  if (first) {
    tell(draft, EventType::payment_outcome_unknown, to_text(operation.kind), operation.last_error);
  }
}

void look_after_refusal(Draft& draft, Operation& operation, const answer::Refused& answer) {
  ++operation.sends;
  tell_known(draft, operation, "refused");
  operation.phase = Phase::refused;
  operation.repeatable = false;
  operation.answered_at = draft.now();
  operation.absent = 0;
  operation.absent_since = std::nullopt;
  operation.last_error = answer.code;
  operation.next_at = draft.now();
  note(draft, std::string{to_text(operation.kind)} + " refused " + answer.code + ", looked up");
}

void look_failed(Draft& draft, Operation& operation, std::string_view why,
                 std::optional<Duration> retry_after) {
  ++operation.reads;
  operation.next_at = draft.now() + repeat_wait(draft.scope.context, operation.reads, retry_after);
  note(draft, std::string{"look-up of the "}.append(to_text(operation.kind)) +
                  " failed: " + std::string{why});
}

bool found_nothing(Draft& draft, Operation& operation) {
  if (draft.scope.hold != nullptr) {
    look_again(draft, operation);
    return false;
  }
  const Policy& policy = draft.policy();
  const Time now = draft.now();
  const Time sent = operation.answered_at.value_or(operation.decided_at);
  ++operation.reads;
  ++operation.absent;
  if (!operation.absent_since) operation.absent_since = now;
  note(draft, std::string{to_text(operation.kind)} +
                  (is_found_by_listing(operation.kind) ? " not found" : " changed nothing"));

  if (is_found_by_listing(operation.kind)) {
    const bool create = operation.kind == OperationKind::create;
    if (create && operation.error_replayed) return true;
    const Duration absence = absence_of(policy, operation.kind);
    const Time due = (create ? sent : std::max(sent, *operation.absent_since)) + absence;
    if (operation.absent >= 2 && now >= due) return true;
    operation.next_at = now + read_wait(policy, operation.absent - 1);
    if (due > now) operation.next_at = std::min(operation.next_at, due);
    return false;
  }
  const Time due = sent + scaled(policy, policy.unchanged_after);
  if (operation.error_replayed || now >= due) return true;
  operation.next_at =
      operation.repeatable ? now : std::min(now + read_wait(policy, operation.absent - 1), due);
  return false;
}

bool is_call(std::string_view id, std::string_view stem, char mark, int number) {
  if (id.size() <= stem.size() + 1 || !id.starts_with(stem) || id[stem.size()] != mark) {
    return false;
  }
  const std::string_view digits = id.substr(stem.size() + 1);
  int value = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc{} && end == digits.data() + digits.size() && value == number;
}

}  // namespace paysaga::payment
