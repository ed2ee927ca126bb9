#include "paysaga/saga/payment/refunds.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "paysaga/saga/payment/decline.hpp"
#include "paysaga/saga/payment/dispute.hpp"
#include "paysaga/saga/payment/operations.hpp"
#include "paysaga/saga/payment/waits.hpp"
#include "paysaga/saga/planted.hpp"

namespace paysaga::payment {
namespace {

std::string_view forbidden_text(std::string_view code) {
  if (code == "nothing_captured") return "Nothing has been paid that could be refunded.";
  if (code == "nothing_left") return "Everything that was paid is refunded already.";
  if (code == "amount_too_large") return "More is asked back than is left.";
  if (code == "disputed") return "The payment is disputed; nothing is refunded meanwhile.";
  if (code == "currency_mismatch") return "The payment is in another currency.";
  if (code == "id_reused") return "The refund id stands for a refund of another amount.";
  return "The amount cannot be refunded in this currency.";
}

Refund* find_refund(Payment& payment, const RefundId& id) {
  const auto found = std::ranges::find(payment.refunds, id, &Refund::id);
  return found == payment.refunds.end() ? nullptr : &*found;
}

RefundPart part_of(const Refund& refund) {
  return RefundPart{refund.id, refund.amount_minor, refund.compensation};
}

Event& tell_refund(Draft& draft, EventType type, const Refund& refund) {
  Event& event = tell(draft, type);
  event.refund = part_of(refund);
  event.command = refund.command;
  return event;
}

/// Reserves the money and makes the operation of the present attempt.
void start(Draft& draft, Refund& refund) {
  refund.state = RefundState::requested;
  refund.provider_id = std::nullopt;
  refund.next_at = std::nullopt;
  refund.reads = 0;
  draft.payment.money.refunding += refund.amount_minor;
  add_refund(draft, refund);
}

void wait_for_pending(Draft& draft, Refund& refund) {
  refund.state = RefundState::pending;
  refund.next_at = draft.now() + read_wait(draft.policy(), refund.reads);
  ++refund.reads;
}

/// Why the amount of a request cannot be refunded; empty if it can.
std::string_view forbidden(const Draft& draft, const command::RefundRequest& ask,
                           std::int64_t amount_minor) {
  const Payment& payment = draft.payment;
  if (ask.currency && *ask.currency != payment.amount.currency) return "currency_mismatch";
  const bool disputed = payment.money.disputed > 0;
  if (disputed && !planted(PlantedBug::dispute_ignored_by_refund)) return "disputed";
  const std::int64_t left = left_minor(payment.money);
  if (left <= 0) return "nothing_left";
  if (amount_minor > left) return "amount_too_large";
  if (!make_refund(amount_minor, payment.amount.currency)) return "amount_malformed";
  return {};
}

/// A request for a refund that is known: its repeat, or another attempt of one that failed.
void ask_again(Draft& draft, Refund& refund, const AskRefund& ask) {
  const bool same = !ask.ask.amount_minor || *ask.ask.amount_minor == refund.amount_minor;
  if (!same) return refuse_refund(draft, ask, "id_reused");
  const bool over = refund.state == RefundState::failed || refund.state == RefundState::refused;
  if (!over) return ignore(draft, "the refund is already made or under way");
  const std::string_view code = forbidden(draft, ask.ask, refund.amount_minor);
  if (!code.empty()) return refuse_refund(draft, ask, code);
  ++refund.attempt;
  refund.command = ask.id;
  refund.stuck_reported = false;  // Who asks again is answered again.
  start(draft, refund);
}

bool is_amount_error(const answer::Refused& refused) {
  return refused.code == "charge_already_refunded" || refused.code == "amount_too_large" ||
         refused.param == "amount";
}

void refused(Draft& draft, Operation& operation, Refund& refund, const answer::Refused& answer) {
  if (refund.compensation && is_amount_error(answer)) {
    return look_after_refusal(draft, operation, answer);
  }
  // It tells of a dispute before any news of that.
  const bool disputed =
      answer.code == "charge_disputed" || answer.code == "refund_disputed_payment";
  if (disputed) look_at_disputes(draft);
  settle_refund(draft, refund.id, "refused");
  fail_refund(draft, refund, RefundState::refused, answer.code);
}

bool is_attempt(const Draft& draft, const Refund& refund, const RefundObject& seen) {
  return seen.refund == refund.id.text() && seen.attempt == refund.attempt &&
         seen.ledger == draft.scope.context.ledger;
}

void made(Draft& draft, Operation& operation, Refund& refund, const RefundObject& seen) {
  if (seen.amount != Money{refund.amount_minor, draft.payment.amount.currency}) {
    return lose(draft, operation,
                answer::Unknown{"the answer shows another refund", false, std::nullopt});
  }
  settle_refund(draft, refund.id, "done");
  show_refund(draft, refund, seen);
}

void misused(Draft& draft, const answer::KeyMisused& answer) {
  draft.outcome = Outcome::misused;
  draft.code = "key_misused";
  note(draft, "the key was used for another request: " + answer.why);
}

void hear_send(Draft& draft, Operation& operation, Refund& refund, const AnswerInput& input) {
  operation.request_id = input.request_id;
  const auto unreadable = [&] {
    lose(draft, operation, answer::Unknown{"the answer is no refund", false, std::nullopt});
  };
  std::visit(Overload{
                 [&](const answer::Refund& a) { made(draft, operation, refund, a.refund); },
                 [&](const answer::Refused& a) { refused(draft, operation, refund, a); },
                 [&](const answer::Declined& a) {
                   settle_refund(draft, refund.id, "refused");
                   fail_refund(draft, refund, RefundState::refused, decline_code(a.decline));
                 },
                 [&](const answer::NotSent& a) { put_off(draft, operation, a); },
                 [&](const answer::Unauthorized& a) { put_off(draft, operation, a); },
                 [&](const answer::Unknown& a) {
                   if (planted(PlantedBug::unknown_read_as_failed)) {
                     settle_refund(draft, refund.id, "refused");
                     return fail_refund(draft, refund, RefundState::failed, "failed");
                   }
                   lose(draft, operation, a);
                 },
                 [&](const answer::KeyMisused& a) { misused(draft, a); },
                 [&](const answer::KeyExpired&) { outdate(draft, operation); },
                 [&](const answer::Intent&) { unreadable(); },
                 [&](const answer::Intents&) { unreadable(); },
                 [&](const answer::Refunds&) { unreadable(); },
                 [&](const answer::Disputes&) { unreadable(); },
                 [&](const answer::Page&) { unreadable(); },
             },
             input.answer);
}

void list_shows(Draft& draft, Operation& operation, Refund& refund,
                const std::vector<RefundObject>& list) {
  if (operation.phase == Phase::refused) return adopt_refunds(draft, RefundId{refund.id}, list);
  const auto seen = std::ranges::find_if(
      list, [&](const RefundObject& object) { return is_attempt(draft, refund, object); });
  if (seen != list.end()) {
    settle_refund(draft, refund.id, "done");
    show_refund(draft, refund, *seen);
  } else if (found_nothing(draft, operation)) {
    next_try(draft, operation);
  }
  show_known_refunds(draft, list);
}

void hear_look(Draft& draft, Operation& operation, Refund& refund, const AnswerInput& input) {
  const auto failed = [&](std::string_view why, std::optional<Duration> retry_after) {
    look_failed(draft, operation, why, retry_after);
  };
  std::visit(Overload{
                 [&](const answer::Refunds& a) { list_shows(draft, operation, refund, a.refunds); },
                 [&](const answer::Refund&) { failed("a refund answered", std::nullopt); },
                 [&](const answer::Disputes&) { failed("disputes answered", std::nullopt); },
                 [&](const answer::Page&) { failed("a page answered", std::nullopt); },
                 [&](const answer::Intent&) { failed("an intent answered", std::nullopt); },
                 [&](const answer::Intents&) { failed("intents answered", std::nullopt); },
                 [&](const answer::Declined&) { failed("a decline answered", std::nullopt); },
                 [&](const answer::Refused& a) { failed(a.code, std::nullopt); },
                 [&](const answer::NotSent& a) { failed(a.why, a.retry_after); },
                 [&](const answer::Unauthorized& a) { failed(a.why, std::nullopt); },
                 [&](const answer::Unknown& a) { failed(a.why, a.retry_after); },
                 [&](const answer::KeyMisused& a) { misused(draft, a); },
                 [&](const answer::KeyExpired&) { failed("a look-up has no key", std::nullopt); },
             },
             input.answer);
}

void hear_read(Draft& draft, Refund& refund, const AnswerInput& input) {
  const auto failed = [&](std::string_view why, std::optional<Duration> retry_after) {
    ++refund.looks;
    refund.next_at = draft.now() + repeat_wait(draft.scope.context, refund.looks, retry_after);
    note(draft, std::string{"the look at a pending refund failed: "}.append(why));
  };
  std::visit(Overload{
                 [&](const answer::Refund& a) {
                   if (a.refund.id != refund.provider_id) {
                     return failed("it shows another refund", std::nullopt);
                   }
                   ++refund.looks;
                   show_refund(draft, refund, a.refund);
                 },
                 [&](const answer::Refunds&) { failed("a list answered", std::nullopt); },
                 [&](const answer::Disputes&) { failed("disputes answered", std::nullopt); },
                 [&](const answer::Page&) { failed("a page answered", std::nullopt); },
                 [&](const answer::Intent&) { failed("an intent answered", std::nullopt); },
                 [&](const answer::Intents&) { failed("intents answered", std::nullopt); },
                 [&](const answer::Declined&) { failed("a decline answered", std::nullopt); },
                 [&](const answer::Refused& a) { failed(a.code, std::nullopt); },
                 [&](const answer::NotSent& a) { failed(a.why, a.retry_after); },
                 [&](const answer::Unauthorized& a) { failed(a.why, std::nullopt); },
                 [&](const answer::Unknown& a) { failed(a.why, a.retry_after); },
                 [&](const answer::KeyMisused& a) { misused(draft, a); },
                 [&](const answer::KeyExpired&) { failed("a look has no key", std::nullopt); },
             },
             input.answer);
}

}  // namespace

void ask_refund(Draft& draft, const AskRefund& ask) {
  Payment& payment = draft.payment;
  if (Refund* known = find_refund(payment, ask.ask.refund)) return ask_again(draft, *known, ask);
  const std::int64_t amount = ask.ask.amount_minor.value_or(left_minor(payment.money));
  const std::string_view code = forbidden(draft, ask.ask, amount);
  if (!code.empty()) return refuse_refund(draft, ask, code);
  payment.refunds.push_back(Refund{.id = ask.ask.refund,
                                   .amount_minor = amount,
                                   .reason = ask.ask.reason,
                                   .compensation = ask.ask.compensation,
                                   .command = ask.id,
                                   .provider_id = std::nullopt,
                                   .requested_at = draft.now(),
                                   .next_at = std::nullopt,
                                   .last_error = {}});
  start(draft, payment.refunds.back());
}

void refuse_refund(Draft& draft, const AskRefund& ask, std::string_view code) {
  const std::string_view text = forbidden_text(code);
  Event& event = tell(draft, EventType::payment_refund_failed, code, text);
  event.refund = RefundPart{ask.ask.refund, ask.ask.amount_minor, ask.ask.compensation};
  event.command = ask.id;
  if (!ask.ask.compensation) return refuse(draft, ask.id, code, text);
  draft.outcome = Outcome::refused;
  draft.code = code;
  note(draft, std::string{"refused "}.append(code));
}

void refund_late_success(Draft& draft) {
  Payment& payment = draft.payment;
  payment.refunds.push_back(Refund{.id = RefundId::of("late-success"),
                                   .amount_minor = left_minor(payment.money),
                                   .reason = "late_success",
                                   .compensation = true,
                                   .late_success = true,
                                   .command = std::nullopt,
                                   .provider_id = std::nullopt,
                                   .requested_at = draft.now(),
                                   .next_at = std::nullopt,
                                   .last_error = {}});
  start(draft, payment.refunds.back());
}

void hear_refund(Draft& draft, const AnswerInput& input) {
  Payment& payment = draft.payment;
  const bool held = draft.scope.hold != nullptr;
  for (Operation& operation : payment.operations) {
    if (operation.kind != OperationKind::refund) continue;
    const Step step = next_step(payment, operation);
    const bool sent = is_call(input.call_id, operation.key.text(), '#', operation.sends);
    const bool looked = is_call(input.call_id, operation.key.text(), '?', operation.reads);
    if (!(sent && step == Step::send) && !(looked && (step == Step::look || held))) continue;
    Refund* refund = find_refund(payment, *operation.refund);
    ensure(refund != nullptr, "a refund's operation has its record");
    return sent ? hear_send(draft, operation, *refund, input)
                : hear_look(draft, operation, *refund, input);
  }
  for (Refund& refund : payment.refunds) {
    if (refund.state != RefundState::pending) continue;
    const std::string stem = "refund:" + refund.provider_id->text();
    if (is_call(input.call_id, stem, '#', refund.looks)) return hear_read(draft, refund, input);
  }
  const bool listed =
      payment.next_read_at && payment.intent &&
      is_call(input.call_id, refund_list_stem(payment.intent->id), '#', payment.looks);
  if (listed) return hear_refund_list(draft, input);
  if (is_dispute_look(payment, input.call_id)) return hear_dispute_list(draft, input);
  ignore(draft, "no call waits for this answer");
}

void retry_compensations(Draft& draft) {
  bool due = false;
  for (Refund& refund : draft.payment.refunds) {
    if (!is_to_be_retried(refund) || *refund.next_at > draft.now()) continue;
    due = true;
    retry_compensation(draft, refund);
  }
  if (!due) ignore(draft, "nothing is due");
}

bool is_running(const Refund& refund) {
  return refund.state == RefundState::requested || refund.state == RefundState::pending;
}

bool is_to_be_retried(const Refund& refund) {
  return refund.compensation && refund.state == RefundState::failed;
}

std::int64_t left_minor(const MoneyTotals& money) {
  std::int64_t left = kept_minor(money);
  if (!planted(PlantedBug::refund_without_reservation)) left -= money.refunding;
  if (!planted(PlantedBug::dispute_ignored_by_refund)) left -= money.disputed;
  return left;
}

void succeed_refund(Draft& draft, Refund& refund) {
  MoneyTotals& money = draft.payment.money;
  if (is_running(refund)) money.refunding -= refund.amount_minor;
  money.refunded += refund.amount_minor;
  refund.state = RefundState::succeeded;
  refund.next_at = std::nullopt;
  refund.last_error.clear();
  note(draft, "refunded");
  Event& event = tell_refund(draft, EventType::payment_refunded, refund);
  if (refund.external) event.reason = Reason{"external", "It was made at the provider."};
}

void fail_refund(Draft& draft, Refund& refund, RefundState state, std::string_view code) {
  MoneyTotals& money = draft.payment.money;
  const bool later = refund.state == RefundState::succeeded;
  if (is_running(refund)) money.refunding -= refund.amount_minor;
  if (later) money.refunded -= refund.amount_minor;
  refund.state = refund.compensation ? RefundState::failed : state;
  refund.last_error = code;
  refund.next_at = std::nullopt;
  note(draft, std::string{"refund failed "}.append(code));
  if (!refund.compensation || !refund.stuck_reported || later) {
    tell_refund(draft, EventType::payment_refund_failed, refund).reason =
        Reason{std::string{code}, "The refund could not be made."};
  }
  if (!refund.compensation) return;
  refund.next_at = draft.now() + compensation_wait(draft.policy(), refund.attempt);
  if (refund.stuck_reported) return;
  refund.stuck_reported = true;
  tell_refund(draft, EventType::compensation_stuck, refund).reason =
      Reason{std::string{code}, "The refund of an ended order failed; it is tried again."};
}

void show_refund(Draft& draft, Refund& refund, const RefundObject& seen) {
  refund.provider_id = seen.id;
  switch (seen.status) {
    case RefundStatus::succeeded:
      if (refund.state != RefundState::succeeded) succeed_refund(draft, refund);
      return;
    case RefundStatus::failed:
    case RefundStatus::canceled:
      if (refund.state == RefundState::failed || refund.state == RefundState::refused) return;
      return fail_refund(draft, refund, RefundState::failed,
                         seen.failure_reason.empty() ? "failed" : seen.failure_reason);
    case RefundStatus::pending:
    case RefundStatus::requires_action:
    case RefundStatus::other:
      if (is_running(refund)) wait_for_pending(draft, refund);
      return;
  }
  std::abort();  // Every status is above; here memory is corrupt.
}

void retry_compensation(Draft& draft, Refund& refund) {
  const MoneyTotals& money = draft.payment.money;
  if (kept_minor(money) <= 0) {
    refund.state = RefundState::refused;
    refund.next_at = std::nullopt;
    note(draft, "nothing left to compensate");
    tell_refund(draft, EventType::payment_refund_failed, refund).reason =
        Reason{"nothing_left", std::string{forbidden_text("nothing_left")}};
    return;
  }
  const std::int64_t left = left_minor(money);
  const bool disputed = money.disputed > 0 && !planted(PlantedBug::dispute_ignored_by_refund);
  if (left <= 0 || disputed) {
    // Another refund runs or a dispute is open: what is owed depends on how that ends.
    refund.next_at = draft.now() + compensation_wait(draft.policy(), refund.attempt);
    note(draft, "compensation waits");
    return;
  }
  refund.amount_minor = std::min(refund.amount_minor, left);
  ++refund.attempt;
  start(draft, refund);
}

}  // namespace paysaga::payment
