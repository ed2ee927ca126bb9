// What customers and banks do, played by hand: POST /_sim/play/{id} with `act`.

#include <array>

#include "paysaga/sim/stripe/account.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::array<std::string_view, 1> names{"act"};

Reply no_such_act(std::string_view act, std::string_view acts) {
  return reply_of(parameter_error(
      "", "act",
      "'" + std::string{act} +
          "' cannot happen to this object now. What can: " + std::string{acts} + "."));
}

}  // namespace

Reply Account::play(std::string_view id, const Form& form, Time now) {
  if (const auto known = check_names(form, names); !known) return reply_of(known.error());
  const std::string_view act = form.value("act").value_or("");
  if (const auto index = find(Kind::intent, id, intents_)) return play_intent(*index, act, now);
  if (const auto index = find(Kind::charge, id, charges_)) return play_charge(*index, act, now);
  if (const auto index = find(Kind::refund, id, refunds_)) return play_refund(*index, act, now);
  if (const auto index = find(Kind::dispute, id, disputes_)) return play_dispute(*index, act, now);
  return reply_of(missing(404, "object", id, "id"));
}

Reply Account::play_intent(Index index, std::string_view act, Time now) {
  switch (intents_[index].state.status) {
    case IntentStatus::requires_action:
      if (act != "authenticate" && act != "fail_authentication") {
        return no_such_act(act, "authenticate, fail_authentication");
      }
      customer_answers(index, act == "authenticate", now);
      return show(index);
    case IntentStatus::processing:
      if (act != "succeed" && act != "fail") return no_such_act(act, "succeed, fail");
      bank_answers(index, act == "succeed" ? nullptr : &account_is_empty, now);
      return show(index);
    case IntentStatus::requires_capture:
      if (act != "expire") return no_such_act(act, "expire");
      expire_hold(index, now);
      return show(index);
    case IntentStatus::requires_payment_method:
    case IntentStatus::requires_confirmation:
    case IntentStatus::succeeded:
    case IntentStatus::canceled:
      break;
  }
  return no_such_act(act, "nothing");
}

Reply Account::play_charge(Index index, std::string_view act, Time now) {
  const ChargeState& state = charges_[index].state;
  const bool disputable =
      state.captured && state.dispute == no_index && state.refunded_minor < state.captured_minor;
  if (!disputable) return no_such_act(act, "nothing");
  if (act == "dispute") {
    open_dispute(index, DisputeCourse::fraudulent, now);
  } else if (act == "inquire") {
    open_dispute(index, DisputeCourse::inquiry, now);
  } else {
    return no_such_act(act, "dispute, inquire");
  }
  return show_dispute(state.dispute, now);
}

Reply Account::play_refund(Index index, std::string_view act, Time now) {
  RefundState& state = refunds_[index].state;
  const bool open =
      state.status == RefundStatus::pending || state.status == RefundStatus::requires_action;
  if (act == "fail" && counts(state.status)) {
    fail_refund(index, "declined", now);
  } else if (act == "succeed" && open) {
    complete_refund(index, now);
  } else if (act == "require_action" && state.status == RefundStatus::pending) {
    state.status = RefundStatus::requires_action;
    tell("refund.updated", show_refund(index), now, R"({"status":"pending"})");
  } else if (open) {
    return no_such_act(act, "succeed, fail, require_action");
  } else {
    return no_such_act(act, counts(state.status) ? "fail" : "nothing");
  }
  return show_refund(index);
}

Reply Account::play_dispute(Index index, std::string_view act, Time now) {
  const DisputeStatus status = disputes_[index].state.status;
  if (is_closed(status)) return no_such_act(act, "nothing");
  if (act == "win") {
    decide_dispute(index, DisputeVerdict::won, now);
  } else if (act == "lose") {
    decide_dispute(index, DisputeVerdict::lost, now);
  } else if (act == "escalate" && is_inquiry(status)) {
    decide_dispute(index, DisputeVerdict::escalated, now);
  } else {
    return no_such_act(act, is_inquiry(status) ? "win, lose, escalate" : "win, lose");
  }
  return show_dispute(index, now);
}

}  // namespace paysaga::sim::stripe
