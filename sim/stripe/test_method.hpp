#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace paysaga::sim::stripe {

/// What becomes of a refund to a method after its first answer.
enum class RefundCourse : std::uint8_t {
  succeeds,
  succeeds_later,  // pending first.
  fails_later,     // succeeded first, then failed: expired_or_canceled_card.
};

/// What the bank of a card asks of the customer.
enum class Authentication : std::uint8_t { none, required };

/// What a customer does about a charge that succeeded.
enum class DisputeCourse : std::uint8_t { none, fraudulent, product_not_received, inquiry };

enum class MethodType : std::uint8_t { card, us_bank_account };
[[nodiscard]] std::string_view to_text(MethodType type);

/// Why a payment fails.
struct Decline {
  std::string_view code;
  std::string_view decline_code;  // Empty if Stripe gives none.
  std::string_view advice_code;   // Likewise.
  std::string_view message;
  std::string_view type = "card_error";
};

/// The customer's bank did not recognise the customer.
extern const Decline authentication_failed;
/// The bank wants the customer, who is not there.
extern const Decline authentication_required;
/// A bank account without the money.
extern const Decline account_is_empty;

/// A test payment method of Stripe and what it does.
struct TestMethod {
  std::string_view token;
  std::string_view brand;  // Of a card; the bank of an account.
  std::string_view last4;
  const Decline* decline = nullptr;  // Null if charges succeed.
  RefundCourse refunds = RefundCourse::succeeds;
  Authentication authentication = Authentication::none;
  DisputeCourse dispute = DisputeCourse::none;
  MethodType type = MethodType::card;
};

enum class MethodProblem : std::uint8_t {
  unknown,        // No such payment method.
  not_simulated,  // Stripe has it; this simulator does not do it yet.
};

struct MethodLookup {
  const TestMethod* method = nullptr;
  MethodProblem problem = MethodProblem::unknown;  // Only if `method` is null.
};

/// What a token of Stripe's for tests stands for.
/// Source: docs.stripe.com/testing.
[[nodiscard]] MethodLookup find_test_method(std::string_view token);

}  // namespace paysaga::sim::stripe
