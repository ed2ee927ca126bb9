// The words of Stripe for the states of its objects.

#include "paysaga/sim/stripe/charge.hpp"
#include "paysaga/sim/stripe/dispute.hpp"
#include "paysaga/sim/stripe/intent.hpp"
#include "paysaga/sim/stripe/refund.hpp"

namespace paysaga::sim::stripe {

std::string_view to_text(IntentStatus status) {
  switch (status) {
    case IntentStatus::requires_payment_method:
      return "requires_payment_method";
    case IntentStatus::requires_confirmation:
      return "requires_confirmation";
    case IntentStatus::requires_action:
      return "requires_action";
    case IntentStatus::processing:
      return "processing";
    case IntentStatus::requires_capture:
      return "requires_capture";
    case IntentStatus::succeeded:
      return "succeeded";
    case IntentStatus::canceled:
      return "canceled";
  }
  ensure(false, "an intent has a status");
  return {};
}

bool is_final(IntentStatus status) {
  return status == IntentStatus::succeeded || status == IntentStatus::canceled;
}

bool is_confirmable(IntentStatus status) {
  return status == IntentStatus::requires_payment_method ||
         status == IntentStatus::requires_confirmation || status == IntentStatus::requires_action;
}

bool takes(MethodTypes types, MethodType type) {
  if (types == MethodTypes::card) return type == MethodType::card;
  return types != MethodTypes::us_bank_account || type == MethodType::us_bank_account;
}

std::string_view to_text(ChargeStatus status) {
  switch (status) {
    case ChargeStatus::pending:
      return "pending";
    case ChargeStatus::succeeded:
      return "succeeded";
    case ChargeStatus::failed:
      return "failed";
  }
  ensure(false, "a charge has a status");
  return {};
}

std::string_view to_text(RefundStatus status) {
  switch (status) {
    case RefundStatus::pending:
      return "pending";
    case RefundStatus::requires_action:
      return "requires_action";
    case RefundStatus::succeeded:
      return "succeeded";
    case RefundStatus::failed:
      return "failed";
    case RefundStatus::canceled:
      return "canceled";
  }
  ensure(false, "a refund has a status");
  return {};
}

bool counts(RefundStatus status) {
  return status != RefundStatus::failed && status != RefundStatus::canceled;
}

std::string_view to_text(DisputeStatus status) {
  switch (status) {
    case DisputeStatus::warning_needs_response:
      return "warning_needs_response";
    case DisputeStatus::warning_under_review:
      return "warning_under_review";
    case DisputeStatus::warning_closed:
      return "warning_closed";
    case DisputeStatus::needs_response:
      return "needs_response";
    case DisputeStatus::under_review:
      return "under_review";
    case DisputeStatus::won:
      return "won";
    case DisputeStatus::lost:
      return "lost";
  }
  ensure(false, "a dispute has a status");
  return {};
}

bool is_closed(DisputeStatus status) {
  return status == DisputeStatus::warning_closed || status == DisputeStatus::won ||
         status == DisputeStatus::lost;
}

bool is_inquiry(DisputeStatus status) {
  return status == DisputeStatus::warning_needs_response ||
         status == DisputeStatus::warning_under_review || status == DisputeStatus::warning_closed;
}

}  // namespace paysaga::sim::stripe
