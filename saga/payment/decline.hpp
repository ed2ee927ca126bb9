#pragma once

#include <string>
#include <string_view>

#include "paysaga/saga/operation.hpp"

namespace paysaga::payment {

/// What a decline asks of people. Nobody but the customer starts another attempt.
enum class DeclineClass {
  retry_later,           // The same card may do, later.
  ask_customer,          // Better another card, or a word with the bank.
  customer_must_fix,     // Something was wrong that the customer can put right.
  never_with_this_card,  // No further attempt with this card.
};

/// The class of a decline: the provider's advice first, then its decline code, then its code. What
/// nobody knows is `ask_customer`.
/// Source: Stripe publishes no such split; the table is the cautious reading of its decline codes.
[[nodiscard]] DeclineClass classify(const Decline& decline);

/// The code that people search for: the decline code, or else the code.
[[nodiscard]] const std::string& decline_code(const Decline& decline);

/// One or two sentences fit for the customer. Never says that a card is lost, stolen or suspected.
[[nodiscard]] std::string_view customer_text(const Decline& decline);

/// "retry_later".
[[nodiscard]] std::string_view to_text(DeclineClass decline_class);

}  // namespace paysaga::payment
