#include "paysaga/saga/payment/evidence.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "paysaga/saga/payment/decline.hpp"
#include "paysaga/saga/payment/operations.hpp"
#include "paysaga/saga/payment/waits.hpp"
#include "paysaga/saga/planted.hpp"

namespace paysaga::payment {
namespace {

constexpr std::string_view unexpected_state = "payment_intent_unexpected_state";

/// True if the object can be this payment's present intent.
bool is_ours(const Draft& draft, const IntentObject& seen) {
  const Payment& payment = draft.payment;
  return seen.amount == payment.amount && seen.received_minor <= seen.amount.minor &&
         (!payment.intent || payment.intent->id == seen.id);
}

bool is_final(IntentStatus status) {
  return status == IntentStatus::succeeded || status == IntentStatus::canceled;
}

/// How far an intent has come: of several that carry our metadata the furthest is ours.
int rank(IntentStatus status) {
  switch (status) {
    case IntentStatus::canceled:
      return 0;
    case IntentStatus::requires_payment_method:
      return 1;
    case IntentStatus::requires_confirmation:
      return 2;
    case IntentStatus::other:
      return 3;
    case IntentStatus::requires_action:
      return 4;
    case IntentStatus::processing:
      return 5;
    case IntentStatus::requires_capture:
      return 6;
    case IntentStatus::succeeded:
      return 7;
  }
  std::abort();  // Every status has its rank; here memory is corrupt.
}

/// True if the intent, read after an operation was lost, tells its outcome.
bool tells_outcome(const Operation& operation, const IntentObject& seen) {
  switch (seen.status) {
    case IntentStatus::succeeded:
    case IntentStatus::canceled:
      return true;
    case IntentStatus::processing:
    case IntentStatus::other:
      return operation.kind != OperationKind::capture;
    case IntentStatus::requires_action:
    case IntentStatus::requires_capture:
      return operation.kind == OperationKind::confirm;
    case IntentStatus::requires_payment_method:
    case IntentStatus::requires_confirmation:
      return operation.kind == OperationKind::confirm &&
             newer_decline(operation.before, seen).has_value();
  }
  std::abort();  // Every status is above; here memory is corrupt.
}

Finding unreadable(Draft& draft, Operation& operation, std::string why) {
  lose(draft, operation, answer::Unknown{std::move(why), false, std::nullopt});
  return found::Nothing{};
}

Finding settled_by(Draft& draft, OperationKind kind, const IntentObject& intent) {
  settle(draft, kind, "done");
  return found::Shown{intent, kind};
}

Finding declined(Draft& draft, Operation& operation, const answer::Declined& answer) {
  const OperationKind kind = operation.kind;
  if (kind != OperationKind::confirm && kind != OperationKind::create) {
    settle(draft, kind, "refused");
    return found::Refused{kind, decline_code(answer.decline), {}};
  }
  if (answer.intent && is_ours(draft, *answer.intent)) {
    show(draft, *answer.intent);
  } else if (draft.payment.intent && !is_final(draft.payment.intent->status)) {
    // The next attempt's evidence compares with this: the intent tells of the decline.
    draft.payment.intent->status = IntentStatus::requires_payment_method;
    draft.payment.intent->last_error = answer.decline;
    draft.payment.seen_at = draft.now();
    if (answer.decline.charge) draft.payment.intent->latest_charge = answer.decline.charge;
  }
  settle(draft, kind, "declined");
  return found::Declined{answer.decline};
}

Finding refused(Draft& draft, Operation& operation, const answer::Refused& answer) {
  const OperationKind kind = operation.kind;
  const bool intent_shown = answer.intent && is_ours(draft, *answer.intent);
  // A cancel or a capture that is refused decides nothing by itself: the intent does.
  const bool by_intent = kind == OperationKind::cancel || kind == OperationKind::capture;
  const bool moved_on = answer.code == unexpected_state && kind != OperationKind::create;
  const bool still_held = intent_shown && answer.intent->status == IntentStatus::requires_capture;
  if (kind == OperationKind::capture && still_held) {
    show(draft, *answer.intent);
    settle(draft, kind, "refused");
    return found::Refused{kind, answer.code, answer.param};
  }
  if (by_intent || moved_on) {
    if (intent_shown) return settled_by(draft, kind, *answer.intent);
    look_after_refusal(draft, operation, answer);
    return found::Nothing{};
  }
  if (intent_shown) show(draft, *answer.intent);
  settle(draft, kind, "refused");
  return found::Refused{kind, answer.code, answer.param};
}

Finding misused(Draft& draft, const answer::KeyMisused& answer) {
  draft.outcome = Outcome::misused;
  draft.code = "key_misused";
  note(draft, "the key was used for another request: " + answer.why);
  return found::Nothing{};
}

Finding hear_send(Draft& draft, Operation& operation, const AnswerInput& input) {
  operation.request_id = input.request_id;
  const auto nothing = [](auto&&) -> Finding { return found::Nothing{}; };
  return std::visit(
      Overload{
          [&](const answer::Intent& answer) -> Finding {
            if (!is_ours(draft, answer.intent)) {
              return unreadable(draft, operation, "the answer shows another intent");
            }
            return settled_by(draft, operation.kind, answer.intent);
          },
          [&](const answer::Declined& answer) { return declined(draft, operation, answer); },
          [&](const answer::Refused& answer) { return refused(draft, operation, answer); },
          [&](const answer::NotSent& answer) {
            put_off(draft, operation, answer);
            return nothing(answer);
          },
          [&](const answer::Unauthorized& answer) {
            put_off(draft, operation, answer);
            return nothing(answer);
          },
          [&](const answer::Unknown& answer) {
            if (planted(PlantedBug::unknown_read_as_failed) &&
                operation.kind == OperationKind::confirm) {
              return declined(draft, operation, answer::Declined{{"card_declined"}});
            }
            lose(draft, operation, answer);
            return nothing(answer);
          },
          [&](const answer::KeyMisused& answer) { return misused(draft, answer); },
          [&](const answer::KeyExpired& answer) {
            outdate(draft, operation);
            return nothing(answer);
          },
          [&](const answer::Intents&) { return unreadable(draft, operation, "a list answered"); },
          [&](const answer::Refund&) { return unreadable(draft, operation, "a refund answered"); },
          [&](const answer::Refunds&) { return unreadable(draft, operation, "a list answered"); },
          [&](const answer::Disputes&) { return unreadable(draft, operation, "a list answered"); },
          [&](const answer::Page&) { return unreadable(draft, operation, "a page answered"); },
      },
      input.answer);
}

Finding undone(Draft& draft, Operation& operation) {
  if (!found_nothing(draft, operation)) return found::Nothing{};
  return found::Undone{operation.kind};
}

Finding look_shows(Draft& draft, Operation& operation, const IntentObject& seen) {
  if (operation.kind == OperationKind::create || !is_ours(draft, seen)) {
    look_failed(draft, operation, "the answer shows another intent", std::nullopt);
    return found::Nothing{};
  }
  if (tells_outcome(operation, seen)) return settled_by(draft, operation.kind, seen);
  show(draft, seen);
  if (operation.phase != Phase::refused) return undone(draft, operation);
  // Refused, and the intent has not moved: the refusal stands.
  const found::Refused refusal{operation.kind, operation.last_error, {}};
  settle(draft, operation.kind, "refused");
  return refusal;
}

Finding list_shows(Draft& draft, Operation& operation, const std::vector<IntentObject>& list) {
  if (operation.kind != OperationKind::create) {
    look_failed(draft, operation, "a list answered", std::nullopt);
    return found::Nothing{};
  }
  const IntentObject* best = nullptr;
  for (const IntentObject& seen : list) {
    const bool ours = seen.order == draft.scope.order.text() && seen.attempt == operation.attempt &&
                      seen.ledger == draft.scope.context.ledger && is_ours(draft, seen);
    if (ours && (best == nullptr || rank(seen.status) > rank(best->status))) best = &seen;
  }
  if (best == nullptr) return undone(draft, operation);
  return settled_by(draft, operation.kind, *best);
}

Finding hear_look(Draft& draft, Operation& operation, const AnswerInput& input) {
  const auto failed = [&](std::string_view why, std::optional<Duration> retry_after) -> Finding {
    look_failed(draft, operation, why, retry_after);
    return found::Nothing{};
  };
  return std::visit(
      Overload{
          [&](const answer::Intent& a) { return look_shows(draft, operation, a.intent); },
          [&](const answer::Intents& a) { return list_shows(draft, operation, a.intents); },
          [&](const answer::Refund&) { return failed("a refund answered", std::nullopt); },
          [&](const answer::Refunds&) { return failed("a list answered", std::nullopt); },
          [&](const answer::Disputes&) { return failed("a list answered", std::nullopt); },
          [&](const answer::Page&) { return failed("a page answered", std::nullopt); },
          [&](const answer::Declined&) { return failed("a decline answered", std::nullopt); },
          [&](const answer::Refused& a) { return failed(a.code, std::nullopt); },
          [&](const answer::NotSent& a) { return failed(a.why, a.retry_after); },
          [&](const answer::Unauthorized& a) { return failed(a.why, std::nullopt); },
          [&](const answer::Unknown& a) { return failed(a.why, a.retry_after); },
          [&](const answer::KeyMisused& a) { return misused(draft, a); },
          [&](const answer::KeyExpired&) { return failed("a look-up has no key", std::nullopt); },
      },
      input.answer);
}

Finding hear_read(Draft& draft, const AnswerInput& input) {
  const auto failed = [&](std::string_view why, std::optional<Duration> retry_after) -> Finding {
    Payment& payment = draft.payment;
    ++payment.looks;
    payment.next_read_at =
        draft.now() + repeat_wait(draft.scope.context, payment.looks, retry_after);
    note(draft, std::string{"the look at the intent failed: "}.append(why));
    return found::Nothing{};
  };
  return std::visit(
      Overload{
          [&](const answer::Intent& a) -> Finding {
            if (!is_ours(draft, a.intent)) return failed("it shows another intent", std::nullopt);
            ++draft.payment.looks;
            return found::Shown{a.intent, std::nullopt};
          },
          [&](const answer::Intents&) { return failed("a list answered", std::nullopt); },
          [&](const answer::Refund&) { return failed("a refund answered", std::nullopt); },
          [&](const answer::Refunds&) { return failed("a list answered", std::nullopt); },
          [&](const answer::Disputes&) { return failed("a list answered", std::nullopt); },
          [&](const answer::Page&) { return failed("a page answered", std::nullopt); },
          [&](const answer::Declined&) { return failed("a decline answered", std::nullopt); },
          [&](const answer::Refused& a) { return failed(a.code, std::nullopt); },
          [&](const answer::NotSent& a) { return failed(a.why, a.retry_after); },
          [&](const answer::Unauthorized& a) { return failed(a.why, std::nullopt); },
          [&](const answer::Unknown& a) { return failed(a.why, a.retry_after); },
          [&](const answer::KeyMisused& a) { return misused(draft, a); },
          [&](const answer::KeyExpired&) { return failed("a look has no key", std::nullopt); },
      },
      input.answer);
}

/// Once, when it becomes known until when the money is held.
void plan_hold_alarm(Draft& draft) {
  const Time until = *draft.payment.intent->capture_before;
  const Duration left = std::max(until - draft.now(), Duration{0});
  draft.payment.hold_alarm_at = until - std::min(draft.policy().hold_alarm_before, left / 2);
}

}  // namespace

Finding hear(Draft& draft, const AnswerInput& input) {
  Payment& payment = draft.payment;
  for (Operation& operation : payment.operations) {
    if (operation.kind == OperationKind::refund) continue;
    const Step step = next_step(payment, operation);
    const bool sent = is_call(input.call_id, operation.key.text(), '#', operation.sends);
    const bool awaited = step != Step::look || operation.phase == Phase::intended;
    if (sent && awaited) return hear_send(draft, operation, input);
    const bool looked = is_call(input.call_id, operation.key.text(), '?', operation.reads);
    if (looked && (step != Step::send || draft.scope.hold != nullptr))
      return hear_look(draft, operation, input);
  }
  const bool read = payment.next_read_at && payment.intent &&
                    is_call(input.call_id, "read:" + payment.intent->id.text(), '#', payment.looks);
  if (read) return hear_read(draft, input);
  ignore(draft, "no call waits for this answer");
  return found::Nothing{};
}

void show(Draft& draft, const IntentObject& intent) {
  std::optional<IntentObject>& known = draft.payment.intent;
  const bool stays = known && is_final(known->status);
  if (!stays || known->status == intent.status) draft.payment.seen_at = draft.now();
  if (stays) return;
  const std::optional<Time> capture_before = known ? known->capture_before : std::nullopt;
  known = intent;
  if (capture_before) known->capture_before = capture_before;
  if (!capture_before && known->capture_before) plan_hold_alarm(draft);
}

std::optional<Decline> newer_decline(const std::optional<IntentObject>& before,
                                     const IntentObject& seen) {
  const bool charge =
      seen.latest_charge && (!before || before->latest_charge != seen.latest_charge);
  const bool error = seen.last_error && (!before || before->last_error != seen.last_error);
  if (!charge && !error) return std::nullopt;
  return seen.last_error.value_or(Decline{"card_declined", {}, {}, seen.latest_charge});
}

void read_on(Draft& draft) {
  Payment& payment = draft.payment;
  payment.next_read_at = draft.now() + read_wait(draft.policy(), payment.reads);
  ++payment.reads;
}

void read_from_start(Draft& draft) {
  draft.payment.reads = 0;
  read_on(draft);
}

}  // namespace paysaga::payment
