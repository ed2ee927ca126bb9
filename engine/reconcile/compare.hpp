#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/saga/operation.hpp"

namespace paysaga::engine::reconcile {

/// A payment intent as the provider lists it, with its newest charge.
struct SeenIntent {
  std::string id;
  IntentStatus status = IntentStatus::other;
  Money amount;
  std::int64_t captured_minor = 0;
  std::int64_t refunded_minor = 0;
  bool disputed = false;
  std::string order;  // Our metadata; empty: nobody's of ours.
  std::string ledger;
};

struct SeenRefund {
  std::string id;
  std::string intent;
  RefundStatus status = RefundStatus::other;
  Money amount;
  std::string order;
  std::string ledger;
};

/// An order as the engine has it now: what its JSON says.
struct KnownOrder {
  std::string order;
  std::string payment_status;  // "captured"; empty: no payment.
  std::optional<Money> amount;
  std::int64_t captured_minor = 0;
  std::int64_t refunding_minor = 0;
  std::int64_t refunded_minor = 0;
  std::string intent;
  std::vector<std::string> refunds;  // The provider's ids.
  bool disputed = false;             // It knows of a dispute, over or not.
  bool moving = false;               // A call of it has no answer yet.
};

enum class Difference {
  order_unknown,    // Money was taken for an order that is not here.
  charge_unknown,   // Money was taken, or is held, by an intent that its order does not know.
  two_successes,    // Two intents of one order have taken money.
  payment_unknown,  // The provider does not know the order's intent.
  amount_differs,
  captured_differs,
  refunded_differs,
  refund_unknown,  // Its order does not know of the refund.
  dispute_unknown,
  status_differs,
};
inline constexpr std::size_t difference_count = 10;

/// "two_successes".
[[nodiscard]] std::string_view to_text(Difference difference);
/// What it means and what to do, one sentence each.
[[nodiscard]] std::string_view meaning_of(Difference difference);

struct Finding {
  Difference what;
  std::string order;
  std::string object;          // The intent or refund at the provider.
  std::string here;            // What the engine says: "captured 42.00 EUR".
  std::string there;           // What the provider says.
  std::optional<Money> money;  // That is in question.
  friend bool operator==(const Finding&, const Finding&) = default;
};

/// What differs between an intent of ours and its order; null: there is no such order. Pure.
[[nodiscard]] std::vector<Finding> compare(const SeenIntent& there, const KnownOrder* here);
/// The same of a refund of one of our intents.
[[nodiscard]] std::vector<Finding> compare(const SeenRefund& there, const KnownOrder* here);
/// True for what no call under way of the order can explain: money of another intent.
[[nodiscard]] bool is_final(Difference difference);
/// An order whose intent the provider does not know.
[[nodiscard]] Finding unknown_there(const KnownOrder& here);

/// Errors: malformed, with what is missing.
[[nodiscard]] Result<SeenIntent> read_seen_intent(std::string_view json);
[[nodiscard]] Result<SeenRefund> read_seen_refund(std::string_view json);
[[nodiscard]] Result<KnownOrder> read_known_order(std::string_view json);

}  // namespace paysaga::engine::reconcile
