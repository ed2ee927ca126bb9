#include "paysaga/sim/check/disputes.hpp"

#include <algorithm>

namespace paysaga::sim {
namespace {

/// The state that a look at the payment service's dispute would show.
DisputeState state_of(stripe::DisputeStatus status) {
  switch (status) {
    case stripe::DisputeStatus::warning_needs_response:
    case stripe::DisputeStatus::warning_under_review:
      return DisputeState::inquiry;
    case stripe::DisputeStatus::warning_closed:
      return DisputeState::inquiry_closed;
    case stripe::DisputeStatus::needs_response:
    case stripe::DisputeStatus::under_review:
      return DisputeState::opened;
    case stripe::DisputeStatus::won:
      return DisputeState::won;
    case stripe::DisputeStatus::lost:
      return DisputeState::lost;
  }
  std::abort();  // Every status is above; here memory is corrupt.
}

bool begins_refund(const payment::Payment& before, const payment::Payment& after) {
  return std::ranges::any_of(after.operations, [&](const Operation& operation) {
    return operation.kind == OperationKind::refund &&
           std::ranges::find(before.operations, operation.key, &Operation::key) ==
               before.operations.end() &&
           operation.try_number == 1;
  });
}

}  // namespace

void DisputeCheck::counted(const CountedDecision& decision) {
  if (decision.before == nullptr || !decision.before->payment) return;
  if (decision.after == nullptr || !decision.after->payment) return;
  const payment::Payment& before = *decision.before->payment;
  const payment::Payment& after = *decision.after->payment;
  const auto wrong = [&](std::string what) {
    findings_.add({"disputes", std::move(what), std::string{decision.decision.order},
                   decision.entry.appended_at});
  };
  for (const payment::Dispute& known : before.disputes) {
    const auto now = std::ranges::find(after.disputes, known.id, &payment::Dispute::id);
    if (now == after.disputes.end()) {
      wrong("the dispute " + known.id.text() + " is forgotten");
    } else if (now->state < known.state || now->amount_minor < known.amount_minor) {
      wrong("the dispute " + known.id.text() + " went back from " +
            std::string{to_text(known.state)} + " to " + std::string{to_text(now->state)});
    }
  }
  const bool open = before.money.disputed > 0 && after.money.disputed > 0;
  if (open && begins_refund(before, after)) wrong("a refund begins beside an open dispute");
}

void DisputeCheck::compare(const stripe::OrderBook& book, Time now) {
  const stripe::Account& account = model_.account();
  const std::shared_ptr<const Saga> order = orders_.find(book.order_id);
  if (order == nullptr || !order->payment) return;  // MoneyCheck has said so.
  for (const stripe::Index index : book.intents) {
    const stripe::Intent& intent = account.intent(index);
    if (intent.state.status != stripe::IntentStatus::succeeded) continue;
    const stripe::Index booked = account.charge(intent.state.charge).state.dispute;
    if (booked == stripe::no_index) continue;
    const stripe::Dispute& dispute = account.dispute(booked);
    const std::string id = account.ids().text(stripe::Kind::dispute, booked);
    const auto& known = order->payment->disputes;
    const auto found = std::ranges::find_if(
        known, [&](const payment::Dispute& one) { return one.id.text() == id; });
    const DisputeState state = state_of(dispute.state.status);
    if (found == known.end()) {
      findings_.add(
          {"disputes", "has the dispute " + id + ", which nobody knows", book.order_id, now});
    } else if (found->state != state || found->amount_minor != dispute.amount.minor) {
      findings_.add({"disputes",
                     "has the dispute " + id + " " + std::string{to_text(state)} +
                         ", the state says " + std::string{to_text(found->state)},
                     book.order_id, now});
    }
  }
  const MoneyTotals& money = order->payment->money;
  // A refund that was made beside an inquiry does not make the dispute after it smaller.
  if (money.refunded + money.lost > money.captured && !order->order.stuck) {
    findings_.add({"disputes",
                   "more was given and taken back than was captured, and nobody is told",
                   book.order_id, now});
  }
}

void DisputeCheck::at_end(Time now) {
  for (const stripe::OrderBook& book : model_.books().orders()) compare(book, now);
}

}  // namespace paysaga::sim
