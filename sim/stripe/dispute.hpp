#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "paysaga/saga/money.hpp"
#include "paysaga/saga/time.hpp"
#include "paysaga/sim/stripe/object.hpp"

namespace paysaga::sim::stripe {

/// An inquiry goes through the `warning_` states and moves no money.
enum class DisputeStatus : std::uint8_t {
  warning_needs_response,
  warning_under_review,
  warning_closed,
  needs_response,
  under_review,
  won,
  lost,
};
[[nodiscard]] std::string_view to_text(DisputeStatus status);
[[nodiscard]] bool is_closed(DisputeStatus status);
[[nodiscard]] bool is_inquiry(DisputeStatus status);

/// What of a dispute changes.
struct DisputeState {
  DisputeStatus status = DisputeStatus::needs_response;
  std::uint32_t submissions = 0;
  Index withdrawal = no_index;     // The transaction that took the money.
  Index reinstatement = no_index;  // The one that gave it back.
  SharedMetadata metadata;
  std::shared_ptr<const std::string> evidence;  // uncategorized_text; null if none was given.
};

struct Dispute {
  Index charge;
  Money amount;
  Time created;
  Time due_by;
  std::string_view reason;
  DisputeState state;
};

/// What somebody decides about a dispute.
enum class DisputeVerdict : std::uint8_t { won, lost, escalated };

}  // namespace paysaga::sim::stripe
