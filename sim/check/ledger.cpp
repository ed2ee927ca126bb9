#include "paysaga/sim/check/ledger.hpp"

#include <algorithm>

#include "paysaga/storage/codec_event.hpp"

namespace paysaga::sim {
namespace {

/// A success is late from then on.
bool is_over(const Saga* saga) {
  if (saga == nullptr || !saga->payment) return false;
  const auto& cancel = saga->payment->cancel;
  return saga->payment->closed || (cancel && cancel->cause != payment::CancelCause::customer);
}

/// What somebody else refunds is reserved by nobody.
bool has_external(const CountedDecision& decision) {
  return std::ranges::any_of(decision.after->payment->refunds, &payment::Refund::external);
}

std::string differs(std::string_view what, std::int64_t told, std::int64_t booked) {
  return std::string{what} + " " + std::to_string(told) + ", the events before it add up to " +
         std::to_string(booked);
}

}  // namespace

void LedgerCheck::wrong(const CountedDecision& decision, std::string what) {
  findings_.add({"ledger", std::move(what), std::string{decision.decision.order},
                 decision.entry.appended_at});
}

void LedgerCheck::counted(const CountedDecision& decision) {
  if (decision.after == nullptr || !decision.after->payment) return;
  for (const storage::RecordOutput& output : decision.decision.outputs()) {
    const auto event = storage::decode_event(output.record.value);
    if (!event) return wrong(decision, "an event cannot be read: " + event.error().detail);
    if (event->machine == Machine::payment) book(decision, *event);
  }
  const Account& account = accounts_[std::string{decision.decision.order}];
  const MoneyTotals& money = decision.after->payment->money;
  if (money.captured != account.captured) {
    wrong(decision, differs("the state has captured", money.captured, account.captured));
  }
  if (money.refunded != account.refunded) {
    wrong(decision, differs("the state has refunded", money.refunded, account.refunded));
  }
}

void LedgerCheck::book(const CountedDecision& decision, const Event& event) {
  Account& account = accounts_[event.order.text()];
  const std::string name{to_text(event.type)};
  book_capture(account, decision, event);
  book_refund(account, decision, event);
  const MoneyTotals& money = event.money;
  if (money.captured != account.captured) {
    wrong(decision, differs(name + " tells of captured", money.captured, account.captured));
  }
  if (money.refunded != account.refunded) {
    wrong(decision, differs(name + " tells of refunded", money.refunded, account.refunded));
  }
  if (money.captured > 0 && money.authorized != 0) {
    wrong(decision, name + " tells of money that is held beside what was taken");
  }
  const bool others = money.lost > 0 || has_external(decision);
  if (money.refunding < 0 || money.refunded > money.captured ||
      (!others && money.refunding + money.refunded > money.captured)) {
    wrong(decision, name + " tells of more on its way back than was taken");
  }
}

void LedgerCheck::book_capture(Account& account, const CountedDecision& decision,
                               const Event& event) {
  if (event.type == EventType::payment_authorized) account.held = true;
  const bool completed = event.type == EventType::payment_completed;
  if (!completed && event.type != EventType::late_success) return;
  if (account.captured > 0) wrong(decision, "money is told to be taken a second time");
  if (completed && is_over(decision.before)) {
    wrong(decision, "a success is told as no late one, and the payment was over");
  }
  const std::int64_t amount = event.amount ? event.amount->minor : 0;
  const std::int64_t taken = event.money.captured;
  account.captured = account.held && taken > 0 && taken <= amount ? taken : amount;
}

void LedgerCheck::book_refund(Account& account, const CountedDecision& decision,
                              const Event& event) {
  if (!event.refund) return;
  const std::string& id = event.refund->refund.text();
  if (event.type == EventType::payment_refunded) {
    const std::int64_t amount = event.refund->amount_minor.value_or(0);
    if (amount <= 0) wrong(decision, "the refund " + id + " gave back nothing");
    if (!account.refunds.emplace(id, amount).second) {
      return wrong(decision, "the refund " + id + " is told twice");
    }
    account.refunded += amount;
  } else if (event.type == EventType::payment_refund_failed) {
    const auto back = account.refunds.find(id);
    if (back == account.refunds.end()) return;
    account.refunded -= back->second;
    account.refunds.erase(back);
  }
}

}  // namespace paysaga::sim
