// What happens by itself, and what all objects have in common.

#include "paysaga/sim/stripe/account.hpp"

#include "paysaga/sim/prng.hpp"

namespace paysaga::sim::stripe {

void Account::settle(Time now, double pending_failures) {
  pending_failures_ = pending_failures;
  while (const std::optional<Due> due = dues_.take(now)) {
    cause_ = {};
    const Index index = due->object;
    switch (due->what) {
      case Happening::refund_settles:
        settle_refund(index, due->at);
        break;
      case Happening::customer_answers:
        if (intents_[index].attempts == due->attempt &&
            intents_[index].state.status == IntentStatus::requires_action) {
          Prng prng = Prng::stream(
              seed_, "answer " + std::to_string(index) + " " + std::to_string(due->attempt));
          customer_answers(index, !prng.chance(behaviour_.customer_fails), due->at);
        }
        break;
      case Happening::bank_answers:
        if (intents_[index].attempts == due->attempt &&
            intents_[index].state.status == IntentStatus::processing) {
          bank_answers(index, intents_[index].state.method.test->decline, due->at);
        }
        break;
      case Happening::hold_expires:
        if (intents_[index].attempts == due->attempt &&
            intents_[index].state.status == IntentStatus::requires_capture) {
          expire_hold(index, due->at);
        }
        break;
      case Happening::dispute_opens:
        open_dispute(index, charges_[index].method.test->dispute, due->at);
        break;
      case Happening::dispute_is_decided:
        if (disputes_[index].state.submissions == due->attempt &&
            !is_closed(disputes_[index].state.status)) {
          decide_dispute(index, verdict_of(index), due->at);
        }
        break;
    }
  }
}

void Account::tell(std::string_view type, Snapshot object, Time now, std::string_view previous) {
  events_.add({type, now, std::move(object), previous, cause_});
}

std::vector<Index> Account::receivers(std::string_view type) const {
  std::vector<Index> wanted;
  for (Index index = 0; index < endpoints_.size(); ++index) {
    if (endpoints_[index].wants(type)) wanted.push_back(index);
  }
  return wanted;
}

void Account::expect_delivery(Index event) {
  if (Event* told = events_.find(event)) ++told->pending_webhooks;
}

void Account::note_delivered(Index event, bool resent) {
  Event* told = events_.find(event);
  if (told == nullptr) return;
  --told->pending_webhooks;
  if (resent && told->undelivered > 0) --told->undelivered;
}

void Account::note_undelivered(Index event, bool expected) {
  Event* told = events_.find(event);
  if (told == nullptr) return;
  ++told->undelivered;
  if (expected) --told->pending_webhooks;
}

Index Account::move_money(Transaction transaction) {
  transactions_.push_back(transaction);
  return static_cast<Index>(transactions_.size() - 1);
}

IntentState& Account::changing(Index index, Time now) {
  history_.keep(index, intents_[index].state, now, behaviour_.search_lag);
  return intents_[index].state;
}

IntentReply Account::show(Index index, Expand expand) const {
  const Intent& intent = intents_[index];
  IntentReply reply{index, intent.state, {}, expand};
  if (intent.state.charge != no_index) reply.charge = charges_[intent.state.charge].state;
  return reply;
}

ChargeReply Account::show_charge(Index index, Expand expand) const {
  return {index, charges_[index].state, expand};
}

RefundReply Account::show_refund(Index index, Expand expand) const {
  const Refund& refund = refunds_[index];
  return {index, refund.state, charges_[refund.charge].state, expand};
}

DisputeReply Account::show_dispute(Index index, Time now, Expand expand) const {
  return {index, disputes_[index].state, now, expand};
}

}  // namespace paysaga::sim::stripe
