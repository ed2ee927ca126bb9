#include <algorithm>
#include <cstdlib>
#include <string>

#include "paysaga/saga/payment/dispute.hpp"
#include "paysaga/saga/payment/operations.hpp"
#include "paysaga/saga/payment/refunds.hpp"
#include "paysaga/saga/planted.hpp"

namespace paysaga::payment {
namespace {

// Every rule returns the first thing that is broken, or nothing.
using Broken = const char*;

Broken check_money(const Payment& payment) {
  const MoneyTotals& money = payment.money;
  if (payment.amount.minor <= 0) return "an amount is positive";
  if (money.authorized < 0 || money.captured < 0 || money.refunding < 0 || money.refunded < 0 ||
      money.disputed < 0 || money.lost < 0) {
    return "no total is negative";
  }
  if (money.authorized > payment.amount.minor) return "authorized is at most the amount";
  if (money.captured > payment.amount.minor) return "captured is at most the amount";
  std::int64_t refunding = 0;
  std::int64_t refunded = 0;
  bool external = false;
  for (const Refund& refund : payment.refunds) {
    if (is_running(refund)) refunding += refund.amount_minor;
    if (refund.state == RefundState::succeeded) refunded += refund.amount_minor;
    external = external || refund.external;
  }
  if (money.refunding != refunding) return "refunding is the sum of the refunds that run";
  if (money.refunded != refunded) return "refunded is the sum of the refunds that succeeded";
  // What others refund or take back at the provider is a fact that no rule of ours can forbid: if
  // it breaks this one, the order's alarm says so.
  const bool reserved = !planted(PlantedBug::refund_without_reservation);
  const bool others = external || money.lost > 0;
  if (reserved && !others && refunding + refunded > money.captured) {
    return "refunding and refunded are at most captured";
  }
  return nullptr;
}

Broken check_disputes(const Payment& payment) {
  std::int64_t disputed = 0;
  std::int64_t lost = 0;
  bool open = false;
  for (const Dispute& dispute : payment.disputes) {
    if (dispute.amount_minor <= 0) return "a dispute's amount is positive";
    if (std::ranges::count(payment.disputes, dispute.id, &Dispute::id) != 1) {
      return "a dispute has one record";
    }
    if (dispute.state == DisputeState::opened) disputed += dispute.amount_minor;
    if (dispute.state == DisputeState::lost) lost += dispute.amount_minor;
    open = open || is_open(dispute);
  }
  if (payment.money.disputed != disputed)
    return "disputed is the sum of the disputes that are open";
  if (payment.money.lost != lost) return "lost is the sum of the disputes that were lost";
  if (open && !payment.disputes_at) return "an open dispute is looked at";
  if (!payment.disputes.empty() && payment.status != Status::captured) {
    return "disputes belong to captured money";
  }
  return nullptr;
}

Broken check_operation(const Payment& payment, const Operation& operation) {
  if (operation.phase == Phase::done || operation.phase == Phase::declined) {
    return "a settled operation is forgotten";
  }
  if (operation.phase == Phase::refused && operation.repeatable) {
    return "what was refused is looked up, not repeated";
  }
  if (operation.phase != Phase::intended && !operation.answered_at) {
    return "what was answered has its time";
  }
  if (operation.try_number < 1 || operation.attempt < 1) return "attempts and tries count from 1";
  const bool refund = operation.kind == OperationKind::refund;
  if (refund != operation.refund.has_value()) return "a refund's operation, and no other, names it";
  if (refund != (payment.status == Status::captured)) {
    return "refunds run only on captured money, and nothing else does";
  }
  if (operation.kind != OperationKind::create && !payment.intent) {
    return "only a create runs without an intent";
  }
  return nullptr;
}

Broken check_operations(const Payment& payment) {
  const auto& operations = payment.operations;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (const Broken broken = check_operation(payment, operations[i])) return broken;
    for (std::size_t k = i + 1; k < operations.size(); ++k) {
      if (operations[i].key == operations[k].key) return "no two operations share a key";
    }
  }
  return nullptr;
}

bool has(const Payment& payment, OperationKind kind) {
  return find_operation(payment, kind) != nullptr;
}

Broken check_creating(const Payment& payment) {
  if (payment.intent) return "creating: there is no intent yet";
  if (payment.operations.size() != 1 || !has(payment, OperationKind::create)) {
    return "creating: exactly a create is under way";
  }
  if (payment.method_waits && !payment.method) return "a method that waits is known";
  return nullptr;
}

Broken check_confirming(const Payment& payment) {
  const Operation* confirm = find_operation(payment, OperationKind::confirm);
  if (payment.operations.size() != 1 || confirm == nullptr) {
    return "confirming: exactly a confirm is under way";
  }
  if (confirm->attempt != payment.attempt) return "confirming: it is the newest attempt";
  return nullptr;
}

Broken check_capturing(const Payment& payment) {
  const bool capture = has(payment, OperationKind::capture);
  if (payment.operations.size() != (capture ? 1 : 0)) return "capturing: nothing else is under way";
  if (!capture && !payment.next_read_at) return "capturing: something will move it";
  if (!payment.capture || !payment.intent) return "capturing: its amount and intent are known";
  if (payment.capture->amount_minor > payment.money.authorized) {
    return "capturing: at most what is held";
  }
  return nullptr;
}

/// A status in which nothing is under way: `reads` says whether the intent is looked at, news or
/// not.
Broken check_idle(const Payment& payment, bool intent, bool reads) {
  if (!payment.operations.empty()) return "no operation is under way in a status that waits";
  if (intent && !payment.intent) return "the status has an intent";
  if (reads && !payment.next_read_at) return "what waits on the provider is looked at";
  return nullptr;
}

Broken check_cancelling(const Payment& payment) {
  const bool create = has(payment, OperationKind::create);
  const bool cancel = has(payment, OperationKind::cancel);
  if (!payment.cancel) return "cancelling: it has a cause";
  if (create && (cancel || payment.intent)) return "cancelling: a create comes before the cancel";
  const bool moves = create || cancel || has(payment, OperationKind::capture);
  if (!moves && !payment.next_read_at) return "cancelling: something will move it";
  if (has(payment, OperationKind::confirm) && !cancel) {
    return "cancelling: a confirm has its cancel behind it";
  }
  return nullptr;
}

Broken check_cancelled(const Payment& payment) {
  if (!payment.operations.empty()) return "cancelled: nothing is under way";
  if (!payment.cancel || payment.cancel->code.empty()) return "cancelled: it has a cause";
  if (payment.money != MoneyTotals{}) return "cancelled: no money is held or taken";
  if (payment.cancel->final && !payment.closed) return "a final cancel closes the payment";
  return nullptr;
}

Broken check_captured(const Payment& payment) {
  if (!payment.intent || payment.money.captured <= 0) return "captured: money was taken";
  if (payment.intent->status != IntentStatus::succeeded) return "captured: the intent succeeded";
  for (const Refund& refund : payment.refunds) {
    const bool operation = std::ranges::any_of(
        payment.operations, [&](const Operation& o) { return o.refund == refund.id; });
    if (operation != (refund.state == RefundState::requested)) {
      return "a requested refund, and no other, has its operation";
    }
    const bool pending = refund.state == RefundState::pending;
    if (pending && !refund.provider_id) return "a pending refund is known to the provider";
    if ((pending || is_to_be_retried(refund)) != refund.next_at.has_value()) {
      return "a refund that waits, and no other, has its time";
    }
    if (refund.amount_minor <= 0) return "a refund's amount is positive";
  }
  return nullptr;
}

Broken check_status(const Payment& payment) {
  switch (payment.status) {
    case Status::creating:
      return check_creating(payment);
    case Status::confirming:
      return check_confirming(payment);
    case Status::ready:
      return check_idle(payment, true, false);
    case Status::declined:
      return check_idle(payment, false, false);
    case Status::action_required:
    case Status::processing:
    case Status::authorized:
      return check_idle(payment, true, true);
    case Status::capturing:
      return check_capturing(payment);
    case Status::captured:
      return check_captured(payment);
    case Status::cancelling:
      return check_cancelling(payment);
    case Status::cancelled:
      return check_cancelled(payment);
  }
  std::abort();  // Every status is above; here memory is corrupt.
}

bool may_be_closed(Status status) {
  return status == Status::cancelling || status == Status::cancelled || status == Status::captured;
}

bool may_be_held(Status status) {
  return status == Status::authorized || status == Status::capturing ||
         status == Status::cancelling;
}

bool may_have_cancel(Status status) {
  return may_be_closed(status);
}

}  // namespace

std::optional<std::string> check(const Payment& payment) {
  Broken broken = check_money(payment);
  if (broken == nullptr) broken = check_disputes(payment);
  if (broken == nullptr) broken = check_operations(payment);
  if (broken == nullptr) broken = check_status(payment);
  if (broken == nullptr && payment.closed && !may_be_closed(payment.status)) {
    broken = "a closed payment is ended, or being ended";
  }
  if (broken == nullptr && payment.cancel && !may_have_cancel(payment.status)) {
    broken = "a cancel is known only while it runs and after it";
  }
  if (broken == nullptr && payment.method_waits && payment.status != Status::creating) {
    broken = "a method waits only until the intent exists";
  }
  if (broken == nullptr && payment.capture && !may_be_held(payment.status)) {
    broken = "a capture is known only while it runs";
  }
  if (broken == nullptr && payment.next_read_at && !payment.intent) {
    broken = "what is looked at is known";
  }
  if (broken == nullptr && payment.refunds_told && payment.status == Status::captured) {
    broken = "captured: its refunds are listed";
  }
  if (broken == nullptr && payment.seen_at && !payment.intent) broken = "what was seen is known";
  if (broken == nullptr && !payment.refunds.empty() && payment.status != Status::captured) {
    broken = "refunds belong to captured money";
  }
  if (broken == nullptr && payment.sequence == 0) broken = "a payment has told that it began";
  if (broken == nullptr) return std::nullopt;
  return std::string{broken};
}

}  // namespace paysaga::payment
