#pragma once

#include <cstdint>
#include <string_view>

#include "paysaga/saga/money.hpp"
#include "paysaga/saga/time.hpp"
#include "paysaga/sim/stripe/object.hpp"

namespace paysaga::sim::stripe {

enum class RefundStatus : std::uint8_t { pending, requires_action, succeeded, failed, canceled };
[[nodiscard]] std::string_view to_text(RefundStatus status);
/// True if the money of such a refund is, or is on its way to be, the customer's.
[[nodiscard]] bool counts(RefundStatus status);

/// What of a refund changes.
struct RefundState {
  RefundStatus status = RefundStatus::succeeded;
  std::string_view failure_reason;  // A literal; empty unless it failed.
  SharedMetadata metadata;
  Index failure_transaction = no_index;  // The money coming back.
};

struct Refund {
  Index charge;
  Money amount;
  Time created;
  std::string_view reason;  // A literal of the enum; empty if none.
  Index transaction;
  RefundState state;
};

}  // namespace paysaga::sim::stripe
