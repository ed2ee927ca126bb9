// What was authorized: to capture it, to give it up, and what becomes of it when nobody does.

#include <array>
#include <utility>

#include "paysaga/sim/stripe/account.hpp"
#include "paysaga/sim/stripe/expand.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::array<std::string_view, 4> capture_names{"amount_to_capture", "final_capture",
                                                        "metadata[", "expand[]"};
constexpr std::array<std::string_view, 2> cancel_names{"cancellation_reason", "expand[]"};
constexpr std::array<std::string_view, 4> cancellation_reasons{
    "duplicate", "fraudulent", "requested_by_customer", "abandoned"};

}  // namespace

Reply Account::unexpected_state(Index index, std::string message) const {
  ErrorReply error{400, "invalid_request_error", "payment_intent_unexpected_state",
                   "",  std::move(message),      true};
  error.intent = show(index);
  return reply_of(std::move(error));
}

void Account::authorize(Index index, Time now) {
  IntentState& state = changing(index, now);
  Charge& charge = charges_[state.charge];
  charge.state.status = ChargeStatus::succeeded;
  charge.capture_before = now + behaviour_.hold;
  state.status = IntentStatus::requires_capture;
  state.capturable_minor = state.amount.minor;
  tell("charge.succeeded", show_charge(state.charge), now);
  tell("payment_intent.amount_capturable_updated", show(index), now);
  dues_.put({*charge.capture_before, Happening::hold_expires, index, intents_[index].attempts});
}

Reply Account::capture_intent(std::string_view id, const Form& form, Time now) {
  const std::optional<Index> index = find(Kind::intent, id, intents_);
  if (!index) return reply_of(missing(404, "payment_intent", id, "intent"));
  if (const auto names = check_names(form, capture_names); !names) return reply_of(names.error());
  const Checked<Expand> expand = read_expand(form, intent_paths());
  if (!expand) return reply_of(expand.error());
  if (form.value("final_capture").value_or("true") != "true") {
    return reply_of(not_simulated("final_capture", "more than one capture"));
  }
  IntentState& state = intents_[*index].state;
  const Checked<std::int64_t> minor = form.value("amount_to_capture")
                                          ? read_integer(form, "amount_to_capture")
                                          : Checked<std::int64_t>{state.capturable_minor};
  if (!minor) return reply_of(minor.error());
  auto words = std::make_shared<IntentWords>(*state.words);
  const Checked<Metadata> metadata = read_metadata(form, words->metadata);
  if (!metadata) return reply_of(metadata.error());
  words->metadata = *metadata;
  if (state.status != IntentStatus::requires_capture) {
    const bool again = state.status == IntentStatus::succeeded && intents_[*index].manual();
    if (again) books_.count(Violation::capture_twice, intents_[*index].order, now);
    if (!again) books_.count(Refusal::capture_unauthorized);
    return unexpected_state(*index,
                            "This PaymentIntent could not be captured because it has a status of " +
                                std::string{to_text(state.status)} +
                                ". Only a PaymentIntent with one of the following statuses may be "
                                "captured: requires_capture.");
  }
  if (*minor < 1) {
    return reply_of(parameter_error("parameter_invalid_integer", "amount_to_capture",
                                    "This value must be greater than or equal to 1."));
  }
  if (*minor > state.capturable_minor) {
    books_.count(Violation::capture_over_authorized, intents_[*index].order, now);
    return reply_of(
        parameter_error("amount_too_large", "amount_to_capture",
                        "The amount to capture is greater than the amount_capturable."));
  }
  const Result<Money> amount = make_refund(*minor, state.amount.currency);
  if (!amount) {
    return reply_of(
        parameter_error("parameter_invalid_integer", "amount_to_capture", amount.error().detail));
  }
  changing(*index, now).words = std::move(words);
  receive(*index, *minor, now);
  return show(*index, *expand);
}

Reply Account::cancel_intent(std::string_view id, const Form& form, Time now) {
  const std::optional<Index> index = find(Kind::intent, id, intents_);
  if (!index) return reply_of(missing(404, "payment_intent", id, "intent"));
  if (const auto names = check_names(form, cancel_names); !names) return reply_of(names.error());
  const auto reason = read_choice(form, "cancellation_reason", cancellation_reasons);
  if (!reason) return reply_of(reason.error());
  const Checked<Expand> expand = read_expand(form, intent_paths());
  if (!expand) return reply_of(expand.error());

  const IntentStatus status = intents_[*index].state.status;
  if (is_final(status) || status == IntentStatus::processing) {
    if (status == IntentStatus::succeeded) books_.count(Refusal::cancel_after_success);
    if (status == IntentStatus::canceled) books_.count(Refusal::cancel_after_cancel);
    if (status == IntentStatus::processing) books_.count(Refusal::cancel_while_processing);
    return unexpected_state(*index,
                            "You cannot cancel this PaymentIntent because it has a status of " +
                                std::string{to_text(status)} + ".");
  }
  cancel(*index, *reason, now);
  return show(*index, *expand);
}

/// Nothing more can be paid; what was authorized is the customer's again.
void Account::cancel(Index index, std::string_view reason, Time now) {
  IntentState& state = changing(index, now);
  if (state.status == IntentStatus::requires_capture) charges_[state.charge].state.released = true;
  state.status = IntentStatus::canceled;
  state.capturable_minor = 0;
  state.canceled_at = now;
  state.cancellation_reason = reason;
  books_.count_cancel(intents_[index].order);
  tell("payment_intent.canceled", show(index), now);
}

void Account::expire_hold(Index index, Time now) {
  const Index charge = intents_[index].state.charge;
  charges_[charge].state.released = true;
  tell("charge.expired", show_charge(charge), now);
  cancel(index, "automatic", now);
}

}  // namespace paysaga::sim::stripe
