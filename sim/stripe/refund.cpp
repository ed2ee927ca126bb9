// What the refunds endpoints do, and what becomes of refunds later.

#include <algorithm>
#include <array>
#include <utility>

#include "paysaga/sim/prng.hpp"
#include "paysaga/sim/stripe/account.hpp"
#include "paysaga/sim/stripe/expand.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::array<std::string_view, 6> create_names{"payment_intent", "charge",    "amount",
                                                       "reason",         "metadata[", "expand[]"};
constexpr std::array<std::string_view, 2> update_names{"metadata[", "expand[]"};
constexpr std::array<std::string_view, 1> retrieve_names{"expand[]"};
constexpr std::array<std::string_view, 3> reasons{"duplicate", "fraudulent",
                                                  "requested_by_customer"};
constexpr std::int64_t whole_charge = 0;  // As an amount: everything that is left.
constexpr std::string_view was_pending = R"({"status":"pending"})";

/// The error for a refund that the state of the charge forbids.
tl::unexpected<ErrorReply> refuse(std::string_view code, std::string_view param,
                                  std::string message, Index charge) {
  ErrorReply error{400, "invalid_request_error", code, std::string{param}, std::move(message),
                   true};
  error.charge = charge;
  return tl::unexpected{std::move(error)};
}

}  // namespace

void Account::settle_refund(Index index, Time now) {
  const Refund& refund = refunds_[index];
  bool fails = refund.state.status == RefundStatus::succeeded &&
               charges_[refund.charge].method.test->refunds == RefundCourse::fails_later;
  if (refund.state.status == RefundStatus::pending) {
    fails = pending_failures_ > 0 &&
            Prng::stream(seed_, "refund " + std::to_string(index)).chance(pending_failures_);
    if (!fails) complete_refund(index, now);
  }
  if (fails) fail_refund(index, "expired_or_canceled_card", now);
}

void Account::complete_refund(Index index, Time now) {
  refunds_[index].state.status = RefundStatus::succeeded;
  tell("refund.updated", show_refund(index), now, was_pending);
  tell("charge.refund.updated", show_refund(index), now, was_pending);
}

void Account::fail_refund(Index index, std::string_view reason, Time now) {
  Refund& refund = refunds_[index];
  ensure(counts(refund.state.status), "a refund fails once");
  ++refunds_failed_;
  refund.state.status = RefundStatus::failed;
  refund.state.failure_reason = reason;
  refund.state.failure_transaction =
      move_money({"refund_failure", Kind::refund, index, refund.amount, 0, now, now});
  charges_[refund.charge].state.refunded_minor -= refund.amount.minor;
  books_.count_refund_failed(refund.amount);
  tell("refund.failed", show_refund(index), now);
  tell("refund.updated", show_refund(index), now);
  tell("charge.refund.updated", show_refund(index), now);
}

/// A second refund of the same refund_id is meant only when the first one failed.
void Account::notice_double_refund(Index index, Time now) {
  const Refund& refund = refunds_[index];
  const Charge& charge = charges_[refund.charge];
  const Index order = intents_[charge.intent].order;
  const std::string_view refund_id = stripe::find(*refund.state.metadata, "refund_id");
  if (refund_id.empty()) return;
  const bool doubled = std::any_of(charge.refunds.begin(), charge.refunds.end(), [&](Index other) {
    return other != index && counts(refunds_[other].state.status) &&
           stripe::find(*refunds_[other].state.metadata, "refund_id") == refund_id;
  });
  if (doubled) books_.count(Violation::double_refund, order, now);
}

Checked<Index> Account::find_refunded(const Form& form) const {
  const std::optional<std::string_view> intent_id = form.value("payment_intent");
  const std::optional<std::string_view> charge_id = form.value("charge");
  if (intent_id.has_value() == charge_id.has_value()) {
    return tl::unexpected{parameter_error(
        intent_id ? "" : "parameter_missing", "payment_intent",
        "One of the following params should be provided: payment_intent or charge.")};
  }
  if (intent_id) {
    const std::optional<Index> intent = find(Kind::intent, *intent_id, intents_);
    if (intent) return intents_[*intent].state.charge;
    return tl::unexpected{missing(404, "payment_intent", *intent_id, "payment_intent")};
  }
  const std::optional<Index> charge = find(Kind::charge, *charge_id, charges_);
  if (charge) return *charge;
  return tl::unexpected{missing(404, "charge", *charge_id, "charge")};
}

Checked<Money> Account::refundable(Index index, std::int64_t minor, Time now) {
  if (index == no_index || !charges_[index].state.captured) {
    books_.count(Refusal::refund_of_unpaid);
    return refuse("", "payment_intent",
                  "This payment has no successful charge to refund. If it is authorized, cancel "
                  "the PaymentIntent.",
                  index);
  }
  const Charge& charge = charges_[index];
  if (charge.state.dispute != no_index) {
    const DisputeStatus dispute = disputes_[charge.state.dispute].state.status;
    if (!is_inquiry(dispute) && dispute != DisputeStatus::won) {
      books_.count(Refusal::refund_of_disputed);
      return refuse("charge_disputed", "",
                    "Charge " + ids_.text(Kind::charge, index) + " has been charged back.", index);
    }
  }
  const Currency currency = charge.amount.currency;
  const std::int64_t left = charge.state.captured_minor - charge.state.refunded_minor;
  ensure(left >= 0, "no more is refunded than was charged");
  if (left == 0) {
    books_.count(Refusal::refund_after_refund);
    return refuse("charge_already_refunded", "",
                  "Charge " + ids_.text(Kind::charge, index) + " has already been refunded.",
                  index);
  }
  if (minor > left) {
    // Stripe gives no code here that one could rely on.
    books_.count(Violation::refund_over_charge, intents_[charge.intent].order, now);
    return refuse("", "amount",
                  "Refund amount (" + paysaga::to_text(Money{minor, currency}) +
                      ") is greater than unrefunded amount on charge (" +
                      paysaga::to_text(Money{left, currency}) + ")",
                  index);
  }
  const Result<Money> amount = make_refund(minor == 0 ? left : minor, currency);
  if (amount) return *amount;
  return tl::unexpected{
      parameter_error("parameter_invalid_integer", "amount", amount.error().detail)};
}

Reply Account::create_refund(const Form& form, Time now) {
  if (const auto names = check_names(form, create_names); !names) return reply_of(names.error());
  Checked<Metadata> metadata = read_metadata(form);
  if (!metadata) return reply_of(metadata.error());
  const auto reason = read_choice(form, "reason", reasons);
  if (!reason) return reply_of(reason.error());
  const Checked<Expand> expand = read_expand(form, refund_paths());
  if (!expand) return reply_of(expand.error());
  const Checked<std::int64_t> minor =
      form.value("amount") ? read_integer(form, "amount") : Checked<std::int64_t>{whole_charge};
  if (!minor) return reply_of(minor.error());
  if (*minor < 1 && form.value("amount")) {
    return reply_of(parameter_error("parameter_invalid_integer", "amount",
                                    "This value must be greater than or equal to 1."));
  }
  const Checked<Index> found = find_refunded(form);
  if (!found) return reply_of(found.error());
  const Checked<Money> amount = refundable(*found, *minor, now);
  if (!amount) return reply_of(amount.error());

  Charge& charge = charges_[*found];
  const auto index = static_cast<Index>(refunds_.size());
  const RefundCourse course = charge.method.test->refunds;
  const Index transaction = move_money(
      {"refund", Kind::refund, index, Money{-amount->minor, amount->currency}, 0, now, now});
  RefundState state;
  state.status =
      course == RefundCourse::succeeds_later ? RefundStatus::pending : RefundStatus::succeeded;
  state.metadata = std::make_shared<const Metadata>(std::move(*metadata));
  refunds_.push_back({*found, *amount, now, *reason, transaction, std::move(state)});
  charge.refunds.push_back(index);
  charge.state.refunded_minor += amount->minor;
  ensure(charge.state.refunded_minor <= charge.state.captured_minor,
         "no more is refunded than was charged");
  if (course != RefundCourse::succeeds) {
    dues_.put({now + behaviour_.refund_after, Happening::refund_settles, index});
  }
  books_.count_refund(*amount);
  notice_double_refund(index, now);
  tell("refund.created", show_refund(index), now);
  tell("charge.refunded", show_charge(*found), now);
  close_refunded_inquiry(*found, now);
  return show_refund(index, *expand);
}

Reply Account::update_refund(std::string_view id, const Form& form, Time now) {
  const std::optional<Index> index = find(Kind::refund, id, refunds_);
  if (!index) return reply_of(missing(404, "refund", id, "refund"));
  if (const auto names = check_names(form, update_names); !names) return reply_of(names.error());
  const Checked<Expand> expand = read_expand(form, refund_paths());
  if (!expand) return reply_of(expand.error());
  RefundState& state = refunds_[*index].state;
  Checked<Metadata> metadata = read_metadata(form, *state.metadata);
  if (!metadata) return reply_of(metadata.error());
  state.metadata = std::make_shared<const Metadata>(std::move(*metadata));
  tell("refund.updated", show_refund(*index), now);
  tell("charge.refund.updated", show_refund(*index), now);
  return show_refund(*index, *expand);
}

Reply Account::cancel_refund(std::string_view id, const Form& form, Time now) {
  const std::optional<Index> index = find(Kind::refund, id, refunds_);
  if (!index) return reply_of(missing(404, "refund", id, "refund"));
  if (const auto names = check_names(form, retrieve_names); !names) return reply_of(names.error());
  const Checked<Expand> expand = read_expand(form, refund_paths());
  if (!expand) return reply_of(expand.error());
  Refund& refund = refunds_[*index];
  if (refund.state.status != RefundStatus::requires_action) {
    return reply_of(refuse("", "refund",
                           "Only a refund that requires an action can be canceled; this one is " +
                               std::string{to_text(refund.state.status)} + ".",
                           refund.charge)
                        .value());
  }
  refund.state.status = RefundStatus::canceled;
  charges_[refund.charge].state.refunded_minor -= refund.amount.minor;
  books_.count_refund_failed(refund.amount);
  tell("refund.updated", show_refund(*index), now, R"({"status":"requires_action"})");
  tell("charge.refund.updated", show_refund(*index), now, R"({"status":"requires_action"})");
  return show_refund(*index, *expand);
}

Reply Account::retrieve_refund(std::string_view id, const Form& form) const {
  const std::optional<Index> index = find(Kind::refund, id, refunds_);
  if (!index) return reply_of(missing(404, "refund", id, "refund"));
  if (const auto names = check_names(form, retrieve_names); !names) return reply_of(names.error());
  const Checked<Expand> expand = read_expand(form, refund_paths());
  if (!expand) return reply_of(expand.error());
  return show_refund(*index, *expand);
}

}  // namespace paysaga::sim::stripe
