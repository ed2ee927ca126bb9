#include "paysaga/saga/operation.hpp"

#include <cstdlib>

namespace paysaga {

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
    case IntentStatus::other:
      return "other";
  }
  std::abort();
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
    case RefundStatus::other:
      return "other";
  }
  std::abort();
}

std::string_view to_text(DisputeState state) {
  switch (state) {
    case DisputeState::inquiry:
      return "inquiry";
    case DisputeState::inquiry_closed:
      return "inquiry_closed";
    case DisputeState::opened:
      return "opened";
    case DisputeState::won:
      return "won";
    case DisputeState::lost:
      return "lost";
  }
  std::abort();
}

std::string_view to_text(DisputeFunds funds) {
  switch (funds) {
    case DisputeFunds::untouched:
      return "untouched";
    case DisputeFunds::withdrawn:
      return "withdrawn";
    case DisputeFunds::reinstated:
      return "reinstated";
  }
  std::abort();
}

std::string_view to_text(OperationKind kind) {
  switch (kind) {
    case OperationKind::create:
      return "create";
    case OperationKind::confirm:
      return "confirm";
    case OperationKind::capture:
      return "capture";
    case OperationKind::cancel:
      return "cancel";
    case OperationKind::refund:
      return "refund";
  }
  std::abort();
}

std::string_view to_text(Phase phase) {
  switch (phase) {
    case Phase::intended:
      return "intended";
    case Phase::done:
      return "done";
    case Phase::declined:
      return "declined";
    case Phase::refused:
      return "refused";
    case Phase::unknown:
      return "unknown";
  }
  std::abort();
}

IntentStatus parse_intent_status(std::string_view text) {
  for (int i = 0; i < static_cast<int>(IntentStatus::other); ++i) {
    if (to_text(static_cast<IntentStatus>(i)) == text) return static_cast<IntentStatus>(i);
  }
  return IntentStatus::other;
}

RefundStatus parse_refund_status(std::string_view text) {
  for (int i = 0; i < static_cast<int>(RefundStatus::other); ++i) {
    if (to_text(static_cast<RefundStatus>(i)) == text) return static_cast<RefundStatus>(i);
  }
  return RefundStatus::other;
}

}  // namespace paysaga
