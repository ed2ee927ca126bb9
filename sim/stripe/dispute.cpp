// What the disputes endpoints do, and how a dispute goes by itself.

#include <array>
#include <utility>

#include "paysaga/sim/prng.hpp"
#include "paysaga/sim/stripe/account.hpp"
#include "paysaga/sim/stripe/expand.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::array<std::string_view, 4> update_names{"evidence[uncategorized_text]", "submit",
                                                       "metadata[", "expand[]"};
constexpr std::array<std::string_view, 1> plain_names{"expand[]"};
constexpr std::size_t evidence_characters_max = 20'000;
constexpr std::int64_t fee_minor = 1500;

std::string_view reason_of(DisputeCourse course) {
  return course == DisputeCourse::product_not_received ? "product_not_received" : "fraudulent";
}

}  // namespace

void Account::open_dispute(Index charge_index, DisputeCourse course, Time now) {
  Charge& charge = charges_[charge_index];
  const std::int64_t left = charge.state.captured_minor - charge.state.refunded_minor;
  if (left == 0 || charge.state.dispute != no_index) return;
  for (const Index refund : charge.refunds) {
    if (refunds_[refund].state.status == RefundStatus::pending) {
      fail_refund(refund, "charge_for_pending_refund_disputed", now);
    }
  }
  const auto index = static_cast<Index>(disputes_.size());
  const std::int64_t minor = charge.state.captured_minor - charge.state.refunded_minor;
  DisputeState state;
  const bool inquiry = course == DisputeCourse::inquiry;
  state.status = inquiry ? DisputeStatus::warning_needs_response : DisputeStatus::needs_response;
  state.metadata = std::make_shared<const Metadata>();
  disputes_.push_back({charge_index, Money{minor, charge.amount.currency}, now,
                       now + behaviour_.dispute_due, reason_of(course), std::move(state)});
  charge.state.dispute = index;
  tell("charge.dispute.created", show_dispute(index, now), now);
  if (!inquiry) withdraw(index, now);
  dues_.put({now + behaviour_.dispute_due, Happening::dispute_is_decided, index, 0});
}

void Account::withdraw(Index index, Time now) {
  Dispute& dispute = disputes_[index];
  dispute.state.withdrawal =
      move_money({"adjustment", Kind::dispute, index,
                  Money{-dispute.amount.minor, dispute.amount.currency}, fee_minor, now, now});
  books_.count_dispute(dispute.amount);
  tell("charge.dispute.funds_withdrawn", show_dispute(index, now), now);
}

DisputeVerdict Account::verdict_of(Index index) const {
  const DisputeState& state = disputes_[index].state;
  if (state.submissions == 0 || state.evidence == nullptr) return DisputeVerdict::lost;
  // What Stripe's test mode looks for in the evidence.
  if (*state.evidence == "winning_evidence") return DisputeVerdict::won;
  if (*state.evidence == "losing_evidence") return DisputeVerdict::lost;
  if (*state.evidence == "escalate_inquiry_evidence") return DisputeVerdict::escalated;
  Prng prng = Prng::stream(seed_, "dispute " + std::to_string(index));
  return prng.chance(behaviour_.dispute_won) ? DisputeVerdict::won : DisputeVerdict::lost;
}

void Account::decide_dispute(Index index, DisputeVerdict verdict, Time now) {
  Dispute& dispute = disputes_[index];
  ensure(!is_closed(dispute.state.status), "a dispute is decided once");
  if (is_inquiry(dispute.state.status)) {
    if (verdict != DisputeVerdict::escalated) {
      dispute.state.status = DisputeStatus::warning_closed;
      return tell("charge.dispute.closed", show_dispute(index, now), now);
    }
    dispute.state.status = DisputeStatus::needs_response;
    dispute.state.evidence = nullptr;
    dispute.due_by = now + behaviour_.dispute_due;
    tell("charge.dispute.updated", show_dispute(index, now), now);
    withdraw(index, now);
    dues_.put({dispute.due_by, Happening::dispute_is_decided, index, dispute.state.submissions});
    return;
  }
  dispute.state.status = verdict == DisputeVerdict::won ? DisputeStatus::won : DisputeStatus::lost;
  if (verdict == DisputeVerdict::won) {
    dispute.state.reinstatement =
        move_money({"adjustment", Kind::dispute, index, dispute.amount, 0, now, now});
    books_.count_dispute_won(dispute.amount);
    tell("charge.dispute.funds_reinstated", show_dispute(index, now), now);
  }
  tell("charge.dispute.closed", show_dispute(index, now), now);
}

void Account::submit_evidence(Index index, Time now) {
  DisputeState& state = disputes_[index].state;
  state.status =
      is_inquiry(state.status) ? DisputeStatus::warning_under_review : DisputeStatus::under_review;
  ++state.submissions;
  dues_.put(
      {now + behaviour_.dispute_review, Happening::dispute_is_decided, index, state.submissions});
}

void Account::close_refunded_inquiry(Index charge_index, Time now) {
  const ChargeState& charge = charges_[charge_index].state;
  if (charge.dispute == no_index || charge.refunded_minor < charge.captured_minor) return;
  const DisputeStatus status = disputes_[charge.dispute].state.status;
  if (!is_inquiry(status) || is_closed(status)) return;
  decide_dispute(charge.dispute, DisputeVerdict::won, now);
}

Reply Account::update_dispute(std::string_view id, const Form& form, Time now) {
  const std::optional<Index> index = find(Kind::dispute, id, disputes_);
  if (!index) return reply_of(missing(404, "dispute", id, "dispute"));
  if (const auto names = check_names(form, update_names); !names) return reply_of(names.error());
  const Checked<Expand> expand = read_expand(form, dispute_paths());
  if (!expand) return reply_of(expand.error());
  const Checked<bool> submit = read_flag(form, "submit", true);
  if (!submit) return reply_of(submit.error());
  constexpr std::string_view text_name = "evidence[uncategorized_text]";
  Checked<std::string> evidence = read_text(form, text_name, evidence_characters_max);
  if (!evidence) return reply_of(evidence.error());
  DisputeState& state = disputes_[*index].state;
  Checked<Metadata> metadata = read_metadata(form, *state.metadata);
  if (!metadata) return reply_of(metadata.error());
  const bool waits = state.status == DisputeStatus::needs_response ||
                     state.status == DisputeStatus::warning_needs_response;
  if (form.find(text_name)) {
    if (!waits) {
      return reply_of(parameter_error("", "evidence", "This dispute takes no more evidence."));
    }
    state.evidence = std::make_shared<const std::string>(std::move(*evidence));
    if (*submit) submit_evidence(*index, now);
  }
  state.metadata = std::make_shared<const Metadata>(std::move(*metadata));
  tell("charge.dispute.updated", show_dispute(*index, now), now);
  return show_dispute(*index, now, *expand);
}

Reply Account::close_dispute(std::string_view id, const Form& form, Time now) {
  const std::optional<Index> index = find(Kind::dispute, id, disputes_);
  if (!index) return reply_of(missing(404, "dispute", id, "dispute"));
  if (const auto names = check_names(form, plain_names); !names) return reply_of(names.error());
  const Checked<Expand> expand = read_expand(form, dispute_paths());
  if (!expand) return reply_of(expand.error());
  if (is_closed(disputes_[*index].state.status)) {
    return reply_of(parameter_error("", "dispute", "This dispute is already closed."));
  }
  decide_dispute(*index, DisputeVerdict::lost, now);
  return show_dispute(*index, now, *expand);
}

Reply Account::retrieve_dispute(std::string_view id, const Form& form, Time now) const {
  const std::optional<Index> index = find(Kind::dispute, id, disputes_);
  if (!index) return reply_of(missing(404, "dispute", id, "dispute"));
  if (const auto names = check_names(form, plain_names); !names) return reply_of(names.error());
  const Checked<Expand> expand = read_expand(form, dispute_paths());
  if (!expand) return reply_of(expand.error());
  return show_dispute(*index, now, *expand);
}

}  // namespace paysaga::sim::stripe
