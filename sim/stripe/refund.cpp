// What the refunds and charges endpoints do.

#include <algorithm>
#include <array>
#include <utility>

#include "paysaga/sim/stripe/account.hpp"
#include "paysaga/sim/stripe/params.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::array<std::string_view, 6> create_names{"payment_intent", "charge",    "amount",
                                                       "reason",         "metadata[", "expand[]"};
constexpr std::array<std::string_view, 1> retrieve_names{"expand[]"};
constexpr std::array<std::string_view, 2> expansions{"charge", "payment_intent"};
constexpr std::array<std::string_view, 3> reasons{"duplicate", "fraudulent",
                                                  "requested_by_customer"};
constexpr std::int64_t whole_charge = 0;  // As an amount: everything that is left.

/// The error for a refund that the state of the charge forbids.
tl::unexpected<ErrorReply> refuse(std::string_view code, std::string_view param,
                                  std::string message, Index charge) {
  ErrorReply error{400, "invalid_request_error", code, std::string{param}, std::move(message),
                   true};
  error.charge = charge;
  return tl::unexpected{std::move(error)};
}

}  // namespace

void Account::settle(Time now, double pending_failures) {
  while (!due_.empty() && due_.top().at <= now) {
    const Index index = due_.top().refund;
    Refund& refund = refunds_[index];
    due_.pop();
    const bool fails =
        pending_failures > 0 &&
        Prng::stream(seed_, "refund " + std::to_string(index)).chance(pending_failures);
    if (refund.status == RefundStatus::pending && !fails) {
      refund.status = RefundStatus::succeeded;
      continue;
    }
    ensure(refund.status != RefundStatus::failed, "a refund fails once");
    ++refunds_failed_;
    refund.status = RefundStatus::failed;
    charges_[refund.charge].refunded_minor -= refund.amount.minor;
    books_.count_refund_failed(refund.amount);
  }
}

RefundReply Account::show_refund(Index index, const std::vector<std::string_view>& expand,
                                 std::string_view list_prefix) const {
  const Refund& refund = refunds_[index];
  RefundReply reply{index, refund.status};
  for (std::string_view one : expand) {
    one.remove_prefix(list_prefix.size());
    (one == "charge" ? reply.expand_charge : reply.expand_intent) = true;
  }
  reply.charge_refunded_minor = charges_[refund.charge].refunded_minor;
  return reply;
}

/// A second refund of the same refund_id is meant only when the first one failed.
void Account::notice_double_refund(Index index, Time now) {
  const Refund& refund = refunds_[index];
  const Charge& charge = charges_[refund.charge];
  const Index order = intents_[charge.intent].order;
  const std::string_view refund_id = find(refund.metadata, "refund_id");
  if (refund_id.empty()) return;
  const bool doubled = std::any_of(charge.refunds.begin(), charge.refunds.end(), [&](Index other) {
    return other != index && refunds_[other].status != RefundStatus::failed &&
           find(refunds_[other].metadata, "refund_id") == refund_id;
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
    const std::optional<Index> intent = ids_.index_of(Kind::intent, *intent_id);
    if (intent && *intent < intents_.size()) return intents_[*intent].state.charge;
    return tl::unexpected{missing(404, "payment_intent", *intent_id, "payment_intent")};
  }
  const std::optional<Index> charge = ids_.index_of(Kind::charge, *charge_id);
  if (charge && *charge < charges_.size()) return *charge;
  return tl::unexpected{missing(404, "charge", *charge_id, "charge")};
}

Checked<Money> Account::refundable(Index index, std::int64_t minor, Time now) {
  if (index == no_index || !charges_[index].succeeded) {
    books_.count(Refusal::refund_of_unpaid);
    return refuse("", "payment_intent", "This payment has no successful charge to refund.", index);
  }
  const Charge& charge = charges_[index];
  const Intent& intent = intents_[charge.intent];
  const Currency currency = intent.amount.currency;
  const std::int64_t left = intent.amount.minor - charge.refunded_minor;
  ensure(left >= 0, "no more is refunded than was charged");
  if (left == 0) {
    books_.count(Refusal::refund_after_refund);
    return refuse("charge_already_refunded", "",
                  "Charge " + ids_.text(Kind::charge, index) + " has already been refunded.",
                  index);
  }
  if (minor > left) {
    // Stripe gives no code here that one could rely on.
    books_.count(Violation::refund_over_charge, intent.order, now);
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
  const auto expand = read_expansions(form, expansions);
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
  const RefundCourse course = charge.method.card->refunds;
  const RefundStatus status =
      course == RefundCourse::succeeds_later ? RefundStatus::pending : RefundStatus::succeeded;
  refunds_.push_back({*found, *amount, now, status, *reason, std::move(*metadata)});
  charge.refunds.push_back(index);
  charge.refunded_minor += amount->minor;
  ensure(charge.refunded_minor <= intents_[charge.intent].amount.minor,
         "no more is refunded than was charged");
  if (course != RefundCourse::succeeds) due_.push({now + refund_delay_, index});
  books_.count_refund(*amount);
  notice_double_refund(index, now);
  return show_refund(index, *expand);
}

Reply Account::retrieve_refund(std::string_view id, const Form& form) const {
  const std::optional<Index> index = ids_.index_of(Kind::refund, id);
  if (!index || *index >= refunds_.size()) return reply_of(missing(404, "refund", id, "refund"));
  if (const auto names = check_names(form, retrieve_names); !names) return reply_of(names.error());
  const auto expand = read_expansions(form, expansions);
  if (!expand) return reply_of(expand.error());
  return show_refund(*index, *expand);
}

Reply Account::retrieve_charge(std::string_view id, const Form& form) const {
  const std::optional<Index> index = ids_.index_of(Kind::charge, id);
  if (!index || *index >= charges_.size()) return reply_of(missing(404, "charge", id, "charge"));
  if (!form.parameters().empty()) {
    return reply_of(not_simulated(form.parameters().front().first, "parameters of a charge"));
  }
  return ChargeReply{*index, charges_[*index].refunded_minor};
}

}  // namespace paysaga::sim::stripe
