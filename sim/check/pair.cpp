#include "paysaga/sim/check/pair.hpp"

namespace paysaga::sim {

void PairCheck::told(const Event& event) {
  const bool warns = event.reason && event.reason->code == "hold_expires";
  told_[event.order.text()].emplace(
      event.sequence, order::PaymentView{event.sequence, event.status, event.money, event.customer,
                                         event.amount, warns});
}

void PairCheck::counted(const CountedDecision& decision) {
  if (decision.roles != Roles::orders || decision.after == nullptr) return;
  const auto wrong = [&](const std::string& what) {
    findings_.add({"pair", what, std::string{decision.decision.order}, decision.entry.appended_at});
  };
  const order::PaymentView before =
      decision.before == nullptr ? order::PaymentView{} : decision.before->order.payment;
  order::PaymentView after = decision.after->order.payment;
  if (after == before) return;
  if (after.sequence <= before.sequence) {
    wrong("went by event " + std::to_string(after.sequence) + " of its payment after event " +
          std::to_string(before.sequence));
  }
  const auto order = told_.find(decision.decision.order);
  const bool known = order != told_.end() && order->second.contains(after.sequence);
  if (!known) {
    wrong("knows event " + std::to_string(after.sequence) +
          " of its payment, which no topic has told");
    return;
  }
  // Once warned of, it stands until the hold has ended.
  const order::PaymentView& told = order->second.at(after.sequence);
  if (before.hold_expires && told.money.authorized > 0 && !told.hold_expires) {
    after.hold_expires = false;
  }
  if (told != after) {
    wrong("knows event " + std::to_string(after.sequence) + " of its payment as another one");
  }
}

std::uint64_t PairCheck::heard_by(const std::string& order) const {
  const Fold::Order* known = orders_.find(order);
  return known == nullptr || known->saga == nullptr ? 0 : known->saga->order.payment.sequence;
}

bool PairCheck::complete() const {
  for (const auto& [order, views] : told_) {
    if (heard_by(order) != views.rbegin()->first) return false;
  }
  return true;
}

void PairCheck::at_end(Time now) {
  for (const auto& [order, views] : told_) {
    const std::uint64_t heard = heard_by(order);
    if (heard != views.rbegin()->first) {
      findings_.add({"pair",
                     "has heard " + std::to_string(heard) + " of " +
                         std::to_string(views.rbegin()->first) + " events of its payment",
                     order, now});
      continue;
    }
    Saga whole = *wholes_.find(order);
    // Some events are for people alone, and no order hears them.
    if (whole.payment) whole.order.payment.sequence = whole.payment->sequence;
    if (const auto broken = check(whole)) {
      findings_.add({"pair", "its two groups do not agree: " + *broken, order, now});
    }
  }
}

}  // namespace paysaga::sim
