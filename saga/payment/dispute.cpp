#include "paysaga/saga/payment/dispute.hpp"

#include <algorithm>

#include "paysaga/saga/payment/refunds.hpp"
#include "paysaga/saga/payment/waits.hpp"
#include "paysaga/saga/planted.hpp"

namespace paysaga::payment {
namespace {

std::string look_stem(const Payment& payment) {
  return "disputes:" + payment.intent->id.text();
}

Dispute record_of(const Draft& draft, const DisputeObject& seen) {
  const Payment& payment = draft.payment;
  // In another currency it is not known how much of ours it is: all of it then.
  const bool same = seen.amount.currency == payment.amount.currency;
  return Dispute{.id = seen.id,
                 .amount_minor = same ? seen.amount.minor : payment.money.captured,
                 .state = seen.state,
                 .funds = seen.funds,
                 .reason = seen.reason,
                 .opened_at = seen.created,
                 .evidence_due_at = seen.evidence_due_at};
}

MoneyTotals with_disputes(const Payment& payment) {
  MoneyTotals money = payment.money;
  money.disputed = 0;
  money.lost = 0;
  for (const Dispute& dispute : payment.disputes) {
    if (dispute.state == DisputeState::opened) money.disputed += dispute.amount_minor;
    if (dispute.state == DisputeState::lost) money.lost += dispute.amount_minor;
  }
  return money;
}

void tell_dispute(Draft& draft, EventType type, const Dispute& dispute, std::string_view message) {
  Event& event = tell(draft, type, to_text(dispute.state), message);
  event.dispute =
      DisputePart{dispute.id, dispute.amount_minor, dispute.reason, dispute.evidence_due_at};
}

/// What a new state means. An inquiry moves no money, and nobody is told.
void tell_state(Draft& draft, const Dispute& dispute) {
  note(draft, "dispute " + std::string{to_text(dispute.state)});
  switch (dispute.state) {
    case DisputeState::inquiry:
    case DisputeState::inquiry_closed:
      return;
    case DisputeState::opened:
      return tell_dispute(
          draft, EventType::dispute_opened, dispute,
          "The customer's bank disputes the payment; nothing is refunded meanwhile.");
    case DisputeState::won:
      return tell_dispute(draft, EventType::dispute_won, dispute,
                          "The dispute was decided for the merchant.");
    case DisputeState::lost:
      return tell_dispute(draft, EventType::dispute_lost, dispute,
                          "The dispute was lost; the bank gives the money back.");
  }
  std::abort();  // Every state is above; here memory is corrupt.
}

void show_dispute(Draft& draft, const DisputeObject& seen) {
  Payment& payment = draft.payment;
  const Dispute shown = record_of(draft, seen);
  auto known = std::ranges::find(payment.disputes, seen.id, &Dispute::id);
  const bool is_new = known == payment.disputes.end();
  const Dispute before = is_new ? shown : *known;
  if (is_new) known = payment.disputes.insert(payment.disputes.end(), shown);
  *known = join(before, shown);
  const MoneyTotals money = with_disputes(payment);
  const bool moved = is_new || before.state != known->state || payment.money != money;
  payment.money = money;
  if (moved) tell_state(draft, Dispute{*known});
}

/// The planted bug: a webhook shows the dispute as it was when it was sent, however late it is.
void believe(Draft& draft) {
  Payment& payment = draft.payment;
  for (Dispute& dispute : payment.disputes) {
    if (is_open(dispute)) continue;
    dispute.state = DisputeState::opened;
    payment.money = with_disputes(payment);
    tell_state(draft, Dispute{dispute});
  }
}

/// What waited for the bank's decision need not wait longer.
void hasten_compensations(Draft& draft) {
  for (Refund& refund : draft.payment.refunds) {
    if (is_to_be_retried(refund)) refund.next_at = std::min(*refund.next_at, draft.now());
  }
}

void plan_next_look(Draft& draft) {
  Payment& payment = draft.payment;
  payment.disputes_at = std::nullopt;
  if (std::ranges::none_of(payment.disputes, is_open)) return;
  payment.disputes_at = draft.now() + read_wait(draft.policy(), payment.dispute_reads);
  ++payment.dispute_reads;
}

}  // namespace

bool is_open(const Dispute& dispute) {
  return dispute.state == DisputeState::inquiry || dispute.state == DisputeState::opened;
}

Dispute join(const Dispute& a, const Dispute& b) {
  return Dispute{.id = a.id,
                 .amount_minor = std::max(a.amount_minor, b.amount_minor),
                 .state = std::max(a.state, b.state),
                 .funds = std::max(a.funds, b.funds),
                 .reason = std::max(a.reason, b.reason),
                 .opened_at = std::max(a.opened_at, b.opened_at),
                 .evidence_due_at = std::max(a.evidence_due_at, b.evidence_due_at)};
}

void look_at_disputes(Draft& draft) {
  Payment& payment = draft.payment;
  payment.dispute_reads = 0;
  ++payment.dispute_looks;  // A look under way may be older than the news.
  payment.disputes_at = draft.now();
}

bool hear_of_dispute(Draft& draft, const WebhookInput& news) {
  const std::optional<IntentObject>& intent = draft.payment.intent;
  if (news.news != News::dispute || !intent || intent->id != news.intent) return false;
  if (planted(PlantedBug::webhook_merged_backwards)) believe(draft);
  look_at_disputes(draft);
  return true;
}

void keep_dispute_look(Draft& draft) {
  if (draft.outcome != Outcome::ignored) return;
  draft.outcome = Outcome::accepted;
  draft.code.clear();
  draft.summary = "its disputes are listed once it is captured";
}

bool looks_at_disputes(const Payment& payment) {
  return payment.status == Status::captured && payment.disputes_at;
}

std::string dispute_look_id(const Payment& payment) {
  return look_stem(payment) + "#" + std::to_string(payment.dispute_looks);
}

bool is_dispute_look(const Payment& payment, std::string_view call_id) {
  if (!payment.intent) return false;
  return looks_at_disputes(payment) && call_id == dispute_look_id(payment);
}

void hear_dispute_list(Draft& draft, const AnswerInput& input) {
  Payment& payment = draft.payment;
  ++payment.dispute_looks;
  const auto* listed = std::get_if<answer::Disputes>(&input.answer);
  if (listed == nullptr) {
    payment.disputes_at =
        draft.now() + repeat_wait(draft.scope.context, payment.dispute_looks, std::nullopt);
    return note(draft, "the list of its disputes failed: " + paysaga::to_text(input.answer));
  }
  note(draft, "its disputes are listed");
  const std::int64_t disputed = payment.money.disputed;
  for (const DisputeObject& seen : listed->disputes) show_dispute(draft, seen);
  if (payment.money.disputed < disputed) hasten_compensations(draft);
  plan_next_look(draft);
}

}  // namespace paysaga::payment
