#pragma once

#include <optional>
#include <string_view>

namespace paysaga::sim::stripe {

/// What becomes of a refund to a card after its first answer.
enum class RefundCourse {
  succeeds,
  succeeds_later,  // pending first.
  fails_later,     // succeeded first, then failed: expired_or_canceled_card.
};

/// Why a bank declines a card.
struct Decline {
  std::string_view code;
  std::string_view decline_code;
  std::string_view advice_code;  // Empty if Stripe gives none.
  std::string_view message;
};

/// A test card of Stripe and what it does.
struct Card {
  std::string_view token;
  std::string_view brand;
  std::string_view last4;
  const Decline* decline = nullptr;  // Null if charges succeed.
  RefundCourse refunds = RefundCourse::succeeds;
};

enum class CardProblem {
  unknown,        // No such payment method.
  not_simulated,  // Stripe has it; this simulator does not do it yet.
};

struct CardLookup {
  const Card* card = nullptr;
  CardProblem problem = CardProblem::unknown;  // Only if `card` is null.
};

/// The card of a test payment method.
/// Source: docs.stripe.com/testing.
[[nodiscard]] CardLookup find_card(std::string_view payment_method);

}  // namespace paysaga::sim::stripe
