#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "paysaga/saga/money.hpp"
#include "paysaga/saga/time.hpp"
#include "paysaga/sim/stripe/intent.hpp"

namespace paysaga::sim::stripe {

enum class ChargeStatus : std::uint8_t { pending, succeeded, failed };
[[nodiscard]] std::string_view to_text(ChargeStatus status);

/// What of a charge changes.
struct ChargeState {
  ChargeStatus status = ChargeStatus::pending;
  bool captured = false;
  bool released = false;  // Authorized, and given up without a capture.
  std::int64_t captured_minor = 0;
  std::int64_t refunded_minor = 0;  // Refunds that did not fail; those pending are counted.
  const Decline* decline = nullptr;
  Index dispute = no_index;
  Index transaction = no_index;
};

struct Charge {
  Index intent;
  Method method;
  Money amount;
  Time created;
  std::shared_ptr<const IntentWords> words;  // The intent's, when the charge was made.
  std::optional<Time> capture_before;        // Of an authorization.
  ChargeState state;
  std::vector<Index> refunds;

  [[nodiscard]] bool succeeded() const { return state.status == ChargeStatus::succeeded; }
};

}  // namespace paysaga::sim::stripe
