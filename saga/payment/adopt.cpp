#include <algorithm>
#include <string>
#include <utility>

#include "paysaga/saga/payment/dispute.hpp"
#include "paysaga/saga/payment/operations.hpp"
#include "paysaga/saga/payment/refunds.hpp"
#include "paysaga/saga/payment/waits.hpp"

namespace paysaga::payment {
namespace {

/// The record of a refund that the provider lists: by the provider's id, else by ours.
Refund* find_record(Draft& draft, const RefundObject& seen) {
  auto& refunds = draft.payment.refunds;
  const auto known = std::ranges::find(refunds, seen.id, &Refund::provider_id);
  if (known != refunds.end()) return &*known;
  if (seen.ledger != draft.scope.context.ledger) return nullptr;
  const auto ours = std::ranges::find_if(
      refunds, [&](const Refund& refund) { return refund.id.text() == seen.refund; });
  return ours == refunds.end() ? nullptr : &*ours;
}

/// The provider's id where it can be one of ours and is free, else a counted one.
RefundId external_id(const Payment& payment, const RefundObject& seen) {
  const auto is_free = [&](const RefundId& id) {
    return std::ranges::find(payment.refunds, id, &Refund::id) == payment.refunds.end();
  };
  if (const auto id = RefundId::parse(seen.id.text()); id && is_free(*id)) return *id;
  int number = 1;
  while (!is_free(RefundId::of("external-" + std::to_string(number)))) ++number;
  return RefundId::of("external-" + std::to_string(number));
}

bool took_money(const RefundObject& seen) {
  return seen.status != RefundStatus::failed && seen.status != RefundStatus::canceled;
}

void add_external(Draft& draft, const RefundObject& seen) {
  Payment& payment = draft.payment;
  if (!took_money(seen) || seen.amount.currency != payment.amount.currency) return;
  payment.refunds.push_back(Refund{.id = external_id(payment, seen),
                                   .amount_minor = seen.amount.minor,
                                   .reason = "external",
                                   .external = true,
                                   .command = std::nullopt,
                                   .provider_id = seen.id,
                                   .requested_at = draft.now(),
                                   .next_at = std::nullopt,
                                   .last_error = {}});
  payment.money.refunding += seen.amount.minor;
  note(draft, "adopted a refund made elsewhere");
  show_refund(draft, payment.refunds.back(), seen);
}

/// A refund of ours that the provider lists under an id that its record does not have: an attempt
/// that went through although its answer was lost, or read as a refusal.
void adopt_own(Draft& draft, Refund& refund, const RefundObject& seen, bool is_compensation) {
  if (refund.state == RefundState::requested && seen.attempt == refund.attempt) {
    settle_refund(draft, refund.id, "done");
    return show_refund(draft, refund, seen);
  }
  // A second refund of ours beside one that is known: money that went out is never passed over.
  const bool known = refund.provider_id && (refund.state == RefundState::pending ||
                                            refund.state == RefundState::succeeded);
  if (known) return add_external(draft, seen);
  // While another attempt runs, an older one says nothing about it.
  const bool over = refund.state == RefundState::failed || refund.state == RefundState::refused;
  const bool may_follow = over || (is_compensation && is_running(refund));
  if (!may_follow || seen.status != RefundStatus::succeeded) return;
  if (is_running(refund)) draft.payment.money.refunding -= refund.amount_minor;
  refund.state = RefundState::failed;
  refund.amount_minor = seen.amount.minor;
  refund.provider_id = seen.id;
  succeed_refund(draft, refund);
}

/// `compensation`: the record that is being decided; null if nothing is.
void adopt_listed(Draft& draft, const std::vector<RefundObject>& list,
                  const RefundId* compensation) {
  show_known_refunds(draft, list);
  for (const RefundObject& seen : list) {
    Refund* record = find_record(draft, seen);
    if (record == nullptr) {
      add_external(draft, seen);
    } else if (record->provider_id != seen.id) {
      adopt_own(draft, *record, seen, compensation != nullptr && record->id == *compensation);
    }
  }
}

}  // namespace

std::string refund_list_stem(const IntentId& intent) {
  return "refunds:" + intent.text();
}

void hear_refund_list(Draft& draft, const AnswerInput& input) {
  Payment& payment = draft.payment;
  ++payment.looks;
  if (const auto* listed = std::get_if<answer::Refunds>(&input.answer)) {
    payment.next_read_at = std::nullopt;
    note(draft, "its refunds are listed");
    return adopt_listed(draft, listed->refunds, nullptr);
  }
  payment.next_read_at =
      draft.now() + repeat_wait(draft.scope.context, payment.looks, std::nullopt);
  note(draft, "the list of its refunds failed: " + paysaga::to_text(input.answer));
}

void show_known_refunds(Draft& draft, const std::vector<RefundObject>& list) {
  for (const RefundObject& seen : list) {
    auto& refunds = draft.payment.refunds;
    const auto known = std::ranges::find(refunds, seen.id, &Refund::provider_id);
    const bool settled = known != refunds.end() && (known->state == RefundState::pending ||
                                                    known->state == RefundState::succeeded);
    // A pending refund that is still pending has its own look: listing it is no step of that.
    if (!settled || (took_money(seen) && seen.status != RefundStatus::succeeded)) continue;
    show_refund(draft, *known, seen);
  }
}

void adopt_refunds(Draft& draft, const RefundId& id, const std::vector<RefundObject>& list) {
  Payment& payment = draft.payment;
  settle_refund(draft, id, "refused");
  adopt_listed(draft, list, &id);
  // Found again: adopting may have moved the records.
  const auto found = std::ranges::find(payment.refunds, id, &Refund::id);
  ensure(found != payment.refunds.end(), "a compensation that was refused has its record");
  Refund& refund = *found;
  if (!is_running(refund)) return;
  payment.money.refunding -= refund.amount_minor;
  refund.state = RefundState::failed;
  const MoneyTotals& money = payment.money;
  const std::int64_t left = left_minor(money);
  const bool explained = kept_minor(money) <= 0 || left < refund.amount_minor;
  if (explained) {
    refund.next_at = draft.now();
    return retry_compensation(draft, refund);
  }
  // The provider's list does not explain its refusal: a person should look, slow retries go on.
  fail_refund(draft, refund, RefundState::failed, "refused_unexplained");
}

}  // namespace paysaga::payment
