#include "paysaga/sim/check/history.hpp"

#include <algorithm>
#include <array>

#include "paysaga/saga/topic.hpp"

namespace paysaga::sim {
namespace {

using order::Status;

/// What a closed order may become, beside staying what it is. Source: the table of statuses.
bool may_follow(Status before, Status after) {
  if (before == after || order::is_open(before)) return true;
  switch (before) {
    case Status::cancelled:
      return after == Status::refund_pending;
    case Status::expired:
      return after == Status::refund_pending || after == Status::pending;
    case Status::refunded:
      return after == Status::refund_failed;
    case Status::partially_refunded:
      return after == Status::refunded || after == Status::refund_failed;
    case Status::fulfilled:
      return false;
    case Status::payment_pending:
    case Status::payment_processing:
    case Status::pending:
    case Status::payment_failed:
    case Status::refund_pending:
    case Status::refund_failed:
      return true;
  }
  return false;
}

struct Sequences {
  std::uint64_t payment = 0;
  std::uint64_t order = 0;
};

Sequences sequences_of(const Saga* saga) {
  if (saga == nullptr) return {};
  return {saga->payment ? saga->payment->sequence : 0, saga->order.sequence};
}

MoneyTotals money_of(const Saga* saga) {
  return saga != nullptr && saga->payment ? saga->payment->money : MoneyTotals{};
}

/// How long after the last send another try may follow at the earliest. Source: the table of
/// evidence. A cancel that was refused is repeated sooner: it cannot be done twice.
Duration absence_min(OperationKind kind) {
  switch (kind) {
    case OperationKind::create:
      return hours{1};
    case OperationKind::confirm:
    case OperationKind::capture:
      return seconds{60};
    case OperationKind::refund:
      return minutes{10};
    case OperationKind::cancel:
      return Duration{0};
  }
  return Duration{0};
}

bool is_next_try(const Operation& before, const Operation& after) {
  return before.kind == after.kind && before.attempt == after.attempt &&
         before.refund == after.refund && before.try_number < after.try_number;
}

}  // namespace

void HistoryCheck::wrong(const CountedDecision& decision, std::string what) {
  findings_.add({"history",
                 std::move(what) + " (journal " +
                     std::to_string(storage::index_of(decision.partition)) + "/" +
                     std::to_string(decision.entry.offset) + ", " +
                     std::string{decision.decision.summary} + ")",
                 std::string{decision.decision.order}, decision.entry.appended_at});
}

void HistoryCheck::counted(const CountedDecision& decision) {
  const Saga* after = decision.after;
  if (after == nullptr) return;
  const std::uint64_t version = decision.before == nullptr ? 0 : decision.before->version;
  if (after->version != version + 1) {
    wrong(decision, "version " + std::to_string(after->version) + " follows version " +
                        std::to_string(version));
  }
  const Status before =
      decision.before == nullptr ? Status::payment_pending : decision.before->order.status;
  if (!may_follow(before, after->order.status)) {
    wrong(decision, "an order that is " + std::string{to_text(before)} + " became " +
                        std::string{to_text(after->order.status)});
  }
  if (const auto broken = check(*after, decision.roles))
    wrong(decision, "a state breaks a rule: " + *broken);
  check_sequence(decision);
  check_money(decision);
  check_wake(decision);
  check_time(decision);
  check_tries(decision);
  std::string pair{decision.before == nullptr ? "NEW" : to_text(before)};
  if (decision.before != nullptr && decision.before->payment) {
    pair += '/';
    pair += to_text(decision.before->payment->status);
  }
  pair += " + ";
  pair += decision.decision.input_kind;
  ++pairs_[pair];
}

/// The events of the decision continue both machines' sequences without a gap.
void HistoryCheck::check_sequence(const CountedDecision& decision) {
  const Sequences before = sequences_of(decision.before);
  const Sequences after = sequences_of(decision.after);
  Sequences told;
  for (const storage::RecordOutput& output : decision.decision.outputs()) {
    for (const std::string& topic : output.topics) {
      told.payment += topic.ends_with(to_text(Topic::payment_events)) ? 1 : 0;
      told.order += topic.ends_with(to_text(Topic::order_events)) ? 1 : 0;
    }
  }
  if (before.payment + told.payment != after.payment || before.order + told.order != after.order) {
    wrong(decision, "the state's sequences do not follow from the events");
  }
}

void HistoryCheck::check_money(const CountedDecision& decision) {
  if (!decision.after->payment) return;
  const MoneyTotals before = money_of(decision.before);
  const MoneyTotals after = money_of(decision.after);
  const std::int64_t amount = decision.after->payment->amount.minor;
  const bool external =
      std::ranges::any_of(decision.after->payment->refunds, &payment::Refund::external);
  if (after.captured < before.captured) wrong(decision, "captured money went down");
  if (after.captured > amount) wrong(decision, "more was captured than the order costs");
  if (after.refunding < 0 || after.refunded < 0 ||
      (!external && after.refunding + after.refunded > after.captured)) {
    wrong(decision, "more is refunded or reserved than was captured");
  }
}

void HistoryCheck::check_time(const CountedDecision& decision) {
  const Saga& after = *decision.after;
  const Saga* before = decision.before;
  if (before == nullptr) return;
  if (after.updated_at < before->updated_at) {
    wrong(decision, "time runs backwards, by " + to_text(before->updated_at - after.updated_at));
  }
  if (!before->payment || !after.payment) return;
  const bool confirms = after.payment->attempt > before->payment->attempt;
  if (confirms && after.updated_at >= after.payment->expires_at) {
    wrong(decision, "a payment is confirmed after the time to pay");
  }
}

void HistoryCheck::check_tries(const CountedDecision& decision) {
  if (decision.before == nullptr || !decision.before->payment || !decision.after->payment) return;
  for (const Operation& before : decision.before->payment->operations) {
    for (const Operation& after : decision.after->payment->operations) {
      if (!is_next_try(before, after)) continue;
      // An error that is kept under the key tells that nothing more comes of it, but for a refund.
      if (before.error_replayed && before.kind != OperationKind::refund) continue;
      const Time sent = before.answered_at.value_or(before.decided_at);
      const Duration waited = decision.after->updated_at - sent;
      if (waited >= absence_min(before.kind)) continue;
      wrong(decision, "another try follows " + before.key.text() + " after " + to_text(waited));
    }
  }
}

void HistoryCheck::check_wake(const CountedDecision& decision) {
  const Saga& saga = *decision.after;
  const Status status = status_of(saga);
  if (!saga.payment && saga.parked.empty()) return;  // Nobody has begun it, or the topics wake it.
  if (!order::is_open(status) || status == Status::pending || saga.hold) return;
  if (!next_wake_at(saga)) wrong(decision, "an open order has no next wake-up");
}

}  // namespace paysaga::sim
