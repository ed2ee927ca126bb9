#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "paysaga/saga/money.hpp"
#include "paysaga/saga/time.hpp"
#include "paysaga/sim/stripe/object.hpp"

namespace paysaga::sim::stripe {

enum class IntentStatus : std::uint8_t {
  requires_payment_method,
  requires_confirmation,
  requires_action,
  processing,
  requires_capture,
  succeeded,
  canceled,
};
[[nodiscard]] std::string_view to_text(IntentStatus status);
/// True for states that nothing leaves.
[[nodiscard]] bool is_final(IntentStatus status);
/// True for states in which another attempt to pay may begin.
[[nodiscard]] bool is_confirmable(IntentStatus status);

/// Which methods an intent takes; `automatic` ones may send the customer to another site and back.
enum class MethodTypes : std::uint8_t {
  card,
  us_bank_account,
  card_or_bank_account,
  automatic,
  automatic_without_redirects,
};
[[nodiscard]] bool takes(MethodTypes types, MethodType type);

/// What an intent says in words.
struct IntentWords {
  Metadata metadata;
  std::string description;
  std::string customer;
  std::string receipt_email;
  std::string statement_descriptor_suffix;
};

/// Why the last attempt to pay failed.
struct Failure {
  const Decline* decline = nullptr;  // Null if it did not.
  Method method;
  Index charge = no_index;  // None if the customer's authentication failed.
};

/// What of an intent changes. It is small, so an answer that has to be repeated later word for
/// word keeps a copy of this, not of its text.
struct IntentState {
  IntentStatus status = IntentStatus::requires_payment_method;
  Money amount;
  std::int64_t capturable_minor = 0;
  std::int64_t received_minor = 0;
  std::shared_ptr<const IntentWords> words;
  Method method;
  Failure failure;          // last_payment_error.
  Index charge = no_index;  // latest_charge.
  Time canceled_at;
  std::string_view cancellation_reason;  // A literal of the enum; empty if none.
  std::shared_ptr<const std::string> return_url =
      nullptr;  // Null: the client's SDK shows the bank.
};

struct Intent {
  Time created;
  MethodTypes types;
  Index order;  // In the books.
  std::string_view capture_method;
  bool authentication_forced;  // request_three_d_secure: any card asks the customer.
  IntentState state;
  std::uint32_t attempts = 0;  // Confirmations: what falls due belongs to one of them.

  [[nodiscard]] bool manual() const { return capture_method == "manual"; }
};

}  // namespace paysaga::sim::stripe
