#include "paysaga/sim/check/money.hpp"

#include <algorithm>
#include <array>

namespace paysaga::sim {
namespace {

constexpr std::array violations{
    stripe::Violation::double_charge,      stripe::Violation::double_refund,
    stripe::Violation::refund_over_charge, stripe::Violation::key_reused_other_params,
    stripe::Violation::capture_twice,      stripe::Violation::capture_over_authorized};

}  // namespace

void MoneyCheck::at_step(Time now) {
  const stripe::Books& books = model_.books();
  if (books.violations() == violations_) return;
  violations_ = books.violations();
  const auto& sightings = books.sightings();
  const bool harmless =
      sightings.size() == violations_ && std::ranges::all_of(sightings, [&](const auto& sighting) {
        return sighting.violation == stripe::Violation::refund_over_charge &&
               is_refunded_by_others(sighting.order);
      });
  if (harmless) return;
  std::string names;
  for (const stripe::Violation violation : violations) {
    if (books.violations(violation) == 0) continue;
    names += (names.empty() ? "" : ", ") + std::string{to_text(violation)};
  }
  findings_.add({"money", "the payment service's books name a violation: " + names, "", now});
}

bool MoneyCheck::is_refunded_by_others(stripe::Index order) const {
  if (order == stripe::no_index) return false;
  for (const stripe::Index intent : model_.books().orders()[order].intents) {
    const stripe::Index charge = account().intent(intent).state.charge;
    if (charge == stripe::no_index) continue;
    for (const stripe::Index refund : account().charge(charge).refunds) {
      if (stripe::find(*account().refund(refund).state.metadata, "refund_id").empty()) return true;
    }
  }
  return false;
}

void MoneyCheck::counted(const CountedDecision& decision) {
  if (decision.before == nullptr || !decision.before->payment || decision.after == nullptr) return;
  const payment::Payment& before = *decision.before->payment;
  // An intent that was made and never heard of cannot be paid: nobody has its secret.
  if (decision.after->payment->intent_number == before.intent_number || !before.intent) return;
  const auto index = account().ids().index_of(stripe::Kind::intent, before.intent->id.text());
  if (!index || account().intent(*index).state.status == stripe::IntentStatus::canceled) return;
  findings_.add({"money", "another intent follows one that may still be paid",
                 std::string{decision.decision.order}, decision.entry.appended_at});
}

std::uint64_t MoneyCheck::charges() const {
  std::uint64_t charges = 0;
  for (const auto& [currency, totals] : model_.books().totals()) charges += totals.charges;
  return charges;
}

MoneyCheck::Sums MoneyCheck::sums_of(const stripe::OrderBook& book) const {
  Sums sums;
  for (const stripe::Index index : book.intents) {
    const stripe::Intent& intent = account().intent(index);
    if (intent.state.status != stripe::IntentStatus::succeeded) continue;
    ++sums.charges;
    sums.charged += intent.state.received_minor;
    sums.refunded += account().charge(intent.state.charge).state.refunded_minor;
  }
  return sums;
}

void MoneyCheck::compare(const stripe::OrderBook& book, Time now) {
  const auto wrong = [&](const std::string& what) {
    findings_.add({"money", what, book.order_id, now});
  };
  const Sums sums = sums_of(book);
  const std::shared_ptr<const Saga> order = orders_.find(book.order_id);
  if (order == nullptr || !order->payment) {
    return wrong("the payment service knows an order that the journal does not");
  }
  const MoneyTotals& money = order->payment->money;
  if (sums.charges > 1) wrong("was charged " + std::to_string(sums.charges) + " times");
  if (sums.charged != money.captured) {
    wrong("was charged " + std::to_string(sums.charged) + ", the state says " +
          std::to_string(money.captured));
  }
  if (sums.refunded != money.refunded + money.refunding) {
    wrong("was given back " + std::to_string(sums.refunded) + ", the state says " +
          std::to_string(money.refunded) + " and " + std::to_string(money.refunding) +
          " on its way");
  }
  const auto& known = order->payment->intent;
  const auto index = known ? account().ids().index_of(stripe::Kind::intent, known->id.text())
                           : std::optional<stripe::Index>{};
  if (!index || order::is_open(order->order.status)) return;
  const stripe::IntentStatus status = account().intent(*index).state.status;
  if (status != stripe::IntentStatus::succeeded && status != stripe::IntentStatus::canceled) {
    wrong("is " + status_text(*order) + ", and its intent can still be paid");
  }
}

void MoneyCheck::at_end(Time now) {
  at_step(now);
  for (const stripe::OrderBook& book : model_.books().orders()) compare(book, now);
  orders_.each([&](const std::string& id, const Halves& halves) {
    const Saga& saga = halves.payments;
    if (!saga.payment || saga.payment->money.captured == 0) return;
    for (const stripe::OrderBook& book : model_.books().orders()) {
      if (book.order_id == id) return;
    }
    findings_.add(
        {"money", "the state says paid, the payment service knows nothing of it", id, now});
  });
}

}  // namespace paysaga::sim
