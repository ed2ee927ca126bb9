#include "paysaga/saga/payment/decline.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

namespace paysaga::payment {
namespace {

struct Row {
  std::string_view code;
  DeclineClass decline_class;
};

constexpr auto retry_later = DeclineClass::retry_later;
constexpr auto ask_customer = DeclineClass::ask_customer;
constexpr auto customer_must_fix = DeclineClass::customer_must_fix;
constexpr auto never_with_this_card = DeclineClass::never_with_this_card;

// Advice, decline codes and codes in one table: the texts do not overlap.
constexpr std::array rows{
    Row{"approve_with_id", retry_later},
    Row{"card_velocity_exceeded", retry_later},
    Row{"insufficient_funds", retry_later},
    Row{"issuer_not_available", retry_later},
    Row{"processing_error", retry_later},
    Row{"reenter_transaction", retry_later},
    Row{"try_again_later", retry_later},
    Row{"withdrawal_count_limit_exceeded", retry_later},

    Row{"call_issuer", ask_customer},
    Row{"card_declined", ask_customer},
    Row{"card_not_supported", ask_customer},
    Row{"currency_not_supported", ask_customer},
    Row{"do_not_honor", ask_customer},
    Row{"duplicate_transaction", ask_customer},
    Row{"generic_decline", ask_customer},
    Row{"invalid_amount", ask_customer},
    Row{"no_action_taken", ask_customer},
    Row{"not_permitted", ask_customer},
    Row{"service_not_allowed", ask_customer},
    Row{"testmode_decline", ask_customer},
    Row{"transaction_not_allowed", ask_customer},

    Row{"authentication_required", customer_must_fix},
    Row{"confirm_card_data", customer_must_fix},
    Row{"expired_card", customer_must_fix},
    Row{"new_account_information_available", customer_must_fix},
    Row{"offline_pin_required", customer_must_fix},
    Row{"online_or_offline_pin_required", customer_must_fix},
    Row{"payment_intent_authentication_failure", customer_must_fix},
    Row{"pin_try_exceeded", customer_must_fix},
    Row{"resource_missing", customer_must_fix},

    Row{"do_not_try_again", never_with_this_card},
    Row{"fraudulent", never_with_this_card},
    Row{"invalid_account", never_with_this_card},
    Row{"lost_card", never_with_this_card},
    Row{"merchant_blacklist", never_with_this_card},
    Row{"pickup_card", never_with_this_card},
    Row{"restricted_card", never_with_this_card},
    Row{"revocation_of_all_authorizations", never_with_this_card},
    Row{"revocation_of_authorization", never_with_this_card},
    Row{"security_violation", never_with_this_card},
    Row{"stolen_card", never_with_this_card},
    Row{"stop_payment_order", never_with_this_card},
};

std::optional<DeclineClass> class_of(std::string_view code) {
  const auto row = std::ranges::find(rows, code, &Row::code);
  if (row != rows.end()) return row->decline_class;
  if (code.starts_with("incorrect_") || code.starts_with("invalid_")) return customer_must_fix;
  return std::nullopt;
}

std::string_view text_of(DeclineClass decline_class) {
  switch (decline_class) {
    case DeclineClass::retry_later:
      return "Your bank could not approve the payment now. Try again later or use another card.";
    case DeclineClass::ask_customer:
      return "Your card was declined. Use another card or ask your bank.";
    case DeclineClass::customer_must_fix:
      return "Check your card details and try again, or use another card.";
    case DeclineClass::never_with_this_card:
      return "Your card was declined. Please use another card.";
  }
  std::abort();  // Every class has its text; here memory is corrupt.
}

}  // namespace

DeclineClass classify(const Decline& decline) {
  for (const std::string& code : {decline.advice_code, decline.decline_code, decline.code}) {
    if (const auto found = class_of(code)) return *found;
  }
  return ask_customer;
}

const std::string& decline_code(const Decline& decline) {
  return decline.decline_code.empty() ? decline.code : decline.decline_code;
}

std::string_view customer_text(const Decline& decline) {
  const DeclineClass decline_class = classify(decline);
  // The reasons below name a card as lost or suspected only to us.
  if (decline_class == never_with_this_card) return text_of(decline_class);
  const std::string& code = decline_code(decline);
  if (code == "insufficient_funds") {
    return "Your card has insufficient funds. Try again later or use another card.";
  }
  if (code == "expired_card") return "Your card has expired. Please use another card.";
  if (code == "incorrect_cvc" || code == "invalid_cvc") {
    return "The security code of your card is wrong. Check it and try again.";
  }
  if (code == "authentication_required" || code == "payment_intent_authentication_failure") {
    return "Your bank asks you to confirm this payment. Try again and confirm it.";
  }
  if (code == "resource_missing") {
    return "This payment method cannot be used. Please choose another.";
  }
  return text_of(decline_class);
}

std::string_view to_text(DeclineClass decline_class) {
  switch (decline_class) {
    case DeclineClass::retry_later:
      return "retry_later";
    case DeclineClass::ask_customer:
      return "ask_customer";
    case DeclineClass::customer_must_fix:
      return "customer_must_fix";
    case DeclineClass::never_with_this_card:
      return "never_with_this_card";
  }
  std::abort();  // Every class has its text; here memory is corrupt.
}

}  // namespace paysaga::payment
