#include "paysaga/sim/stripe/object.hpp"

namespace paysaga::sim::stripe {

std::string_view to_text(IntentStatus status) {
  switch (status) {
    case IntentStatus::requires_payment_method:
      return "requires_payment_method";
    case IntentStatus::requires_confirmation:
      return "requires_confirmation";
    case IntentStatus::succeeded:
      return "succeeded";
    case IntentStatus::canceled:
      return "canceled";
  }
  ensure(false, "an intent has a status");
  return {};
}

std::string_view to_text(RefundStatus status) {
  switch (status) {
    case RefundStatus::pending:
      return "pending";
    case RefundStatus::succeeded:
      return "succeeded";
    case RefundStatus::failed:
      return "failed";
  }
  ensure(false, "a refund has a status");
  return {};
}

std::string_view find(const Metadata& metadata, std::string_view name) {
  for (const auto& [key, value] : metadata) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace paysaga::sim::stripe
