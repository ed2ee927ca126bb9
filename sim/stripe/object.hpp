#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "paysaga/saga/money.hpp"
#include "paysaga/saga/time.hpp"
#include "paysaga/sim/stripe/card.hpp"
#include "paysaga/sim/stripe/id.hpp"

namespace paysaga::sim::stripe {

inline constexpr Index no_index = std::numeric_limits<Index>::max();

using Metadata = std::vector<std::pair<std::string, std::string>>;

enum class IntentStatus : std::uint8_t {
  requires_payment_method,
  requires_confirmation,
  succeeded,
  canceled,
};
[[nodiscard]] std::string_view to_text(IntentStatus status);

/// Which methods an intent takes; `automatic` ones may send the customer to another site and back.
enum class MethodTypes : std::uint8_t { card, automatic, automatic_without_redirects };

/// A payment method: each use of a test token makes one with an id of its own.
struct Method {
  const Card* card = nullptr;  // Null if there is none.
  Index number = no_index;
};

/// What of an intent changes. It is small, so an answer that has to be repeated later word for
/// word keeps a copy of this, not of its text.
struct IntentState {
  IntentStatus status = IntentStatus::requires_payment_method;
  Method method;
  Method declined;          // The method of `last_payment_error`, whose charge is `charge`.
  Index charge = no_index;  // latest_charge.
  Time canceled_at;
  std::string_view cancellation_reason;  // A literal of the enum; empty if none.
};

struct Intent {
  Money amount;
  Time created;
  MethodTypes types;
  Index order;  // In the books.
  Metadata metadata;
  std::string description;
  std::string customer;
  std::string receipt_email;
  std::string statement_descriptor_suffix;
  std::string_view capture_method;
  IntentState state;
};

struct Charge {
  Index intent;
  Method method;
  bool succeeded;
  Time created;
  std::int64_t refunded_minor = 0;  // Refunds that did not fail; those pending are counted.
  std::vector<Index> refunds;
};

enum class RefundStatus : std::uint8_t { pending, succeeded, failed };
[[nodiscard]] std::string_view to_text(RefundStatus status);

struct Refund {
  Index charge;
  Money amount;
  Time created;
  RefundStatus status;
  std::string_view reason;  // A literal of the enum; empty if none.
  Metadata metadata;
};

/// The value of `name`; empty if there is none.
[[nodiscard]] std::string_view find(const Metadata& metadata, std::string_view name);

}  // namespace paysaga::sim::stripe
