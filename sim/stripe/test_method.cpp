#include "paysaga/sim/stripe/test_method.hpp"

#include <array>

namespace paysaga::sim::stripe {
namespace {

constexpr std::string_view declined_text = "Your card was declined.";

constexpr Decline generic{"card_declined", "generic_decline", "", declined_text};
constexpr Decline insufficient_funds{"card_declined", "insufficient_funds", "try_again_later",
                                     "Your card has insufficient funds."};
constexpr Decline lost_card{"card_declined", "lost_card", "do_not_try_again", declined_text};
constexpr Decline stolen_card{"card_declined", "stolen_card", "do_not_try_again", declined_text};
constexpr Decline expired_card{"expired_card", "expired_card", "confirm_card_data",
                               "Your card has expired."};
constexpr Decline incorrect_cvc{"incorrect_cvc", "incorrect_cvc", "confirm_card_data",
                                "Your card's security code is incorrect."};
constexpr Decline processing_error{"processing_error", "processing_error", "try_again_later",
                                   "An error occurred while processing your card."};
constexpr Decline velocity{"card_declined", "card_velocity_exceeded", "try_again_later",
                           "Your card was declined for making repeated attempts too often."};
constexpr Decline fraudulent{"card_declined", "fraudulent", "do_not_try_again", declined_text};

constexpr Decline account_closed{"account_closed", "", "", "The bank account has been closed."};
constexpr Decline no_account{"no_account", "", "", "The bank account could not be located."};
constexpr Decline not_authorized{"debit_not_authorized", "", "",
                                 "The customer did not authorize this debit."};

constexpr TestMethod succeeding(std::string_view token, std::string_view brand,
                                std::string_view last4) {
  return {token, brand, last4};
}
constexpr TestMethod declining(std::string_view token, std::string_view last4,
                               const Decline& decline) {
  return {token, "visa", last4, &decline};
}
constexpr TestMethod refunded(std::string_view token, std::string_view last4, RefundCourse course) {
  return {token, "visa", last4, nullptr, course};
}
/// The bank asks the customer, and then declines or not.
constexpr TestMethod authenticated(std::string_view token, std::string_view last4,
                                   const Decline* decline = nullptr) {
  return {token, "visa", last4, decline, RefundCourse::succeeds, Authentication::required};
}
constexpr TestMethod disputed(std::string_view token, std::string_view last4,
                              DisputeCourse course) {
  return {token, "visa", last4, nullptr, RefundCourse::succeeds, Authentication::none, course};
}
constexpr TestMethod bank_account(std::string_view token, std::string_view last4,
                                  const Decline* decline = nullptr) {
  TestMethod method{token, "STRIPE TEST BANK", last4, decline};
  method.type = MethodType::us_bank_account;
  return method;
}

constexpr std::array methods{
    succeeding("pm_card_visa", "visa", "4242"),
    succeeding("pm_card_visa_debit", "visa", "5556"),
    succeeding("pm_card_mastercard", "mastercard", "4444"),
    succeeding("pm_card_mastercard_debit", "mastercard", "3222"),
    succeeding("pm_card_mastercard_prepaid", "mastercard", "5100"),
    succeeding("pm_card_amex", "amex", "8431"),
    succeeding("pm_card_discover", "discover", "9424"),
    succeeding("pm_card_diners", "diners", "0004"),
    succeeding("pm_card_jcb", "jcb", "0505"),
    succeeding("pm_card_unionpay", "unionpay", "0005"),
    succeeding("pm_card_bypassPending", "visa", "0077"),
    succeeding("pm_card_threeDSecureOptional", "visa", "3055"),
    refunded("pm_card_pendingRefund", "7726", RefundCourse::succeeds_later),
    refunded("pm_card_refundFail", "5126", RefundCourse::fails_later),
    declining("pm_card_chargeDeclined", "0002", generic),
    declining("pm_card_chargeDeclinedInsufficientFunds", "9995", insufficient_funds),
    declining("pm_card_chargeDeclinedLostCard", "9987", lost_card),
    declining("pm_card_chargeDeclinedStolenCard", "9979", stolen_card),
    declining("pm_card_chargeDeclinedExpiredCard", "0069", expired_card),
    declining("pm_card_chargeDeclinedIncorrectCvc", "0127", incorrect_cvc),
    declining("pm_card_chargeDeclinedProcessingError", "0119", processing_error),
    declining("pm_card_chargeDeclinedVelocityLimitExceeded", "6975", velocity),
    declining("pm_card_chargeDeclinedFraudulent", "0019", fraudulent),
    declining("pm_card_radarBlock", "0019", fraudulent),
    declining("pm_card_chargeCustomerFail", "0341", generic),
    authenticated("pm_card_authenticationRequired", "3155"),
    authenticated("pm_card_authenticationRequiredOnSetup", "3155"),
    authenticated("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", "3178",
                  &insufficient_funds),
    authenticated("pm_card_threeDSecureRequired", "3220"),
    authenticated("pm_card_threeDSecure2Required", "3220"),
    authenticated("pm_card_threeDSecureRequiredChargeDeclined", "1629", &generic),
    disputed("pm_card_createDispute", "0259", DisputeCourse::fraudulent),
    disputed("pm_card_createDisputeProductNotReceived", "2685",
             DisputeCourse::product_not_received),
    disputed("pm_card_createDisputeInquiry", "1976", DisputeCourse::inquiry),
    bank_account("pm_usBankAccount", "6789"),
    bank_account("pm_usBankAccount_success", "6789"),
    bank_account("pm_usBankAccount_accountClosed", "1116", &account_closed),
    bank_account("pm_usBankAccount_noAccount", "1113", &no_account),
    bank_account("pm_usBankAccount_insufficientFunds", "2227", &account_is_empty),
    bank_account("pm_usBankAccount_debitNotAuthorized", "3335", &not_authorized),
};

/// Starts of tokens that need what is not simulated.
constexpr std::array not_simulated{
    std::string_view{"pm_card_createIssuer"},
    std::string_view{"pm_card_createMultiple"},
    std::string_view{"pm_card_riskLevel"},
};

}  // namespace

const Decline authentication_failed{"payment_intent_authentication_failure", "", "",
                                    "The provided payment method has failed authentication.",
                                    "invalid_request_error"};
const Decline authentication_required{
    "authentication_required", "authentication_required", "",
    "Your card was declined. This transaction requires authentication."};
const Decline account_is_empty{"insufficient_funds", "", "", "The account has insufficient funds."};

std::string_view to_text(MethodType type) {
  return type == MethodType::card ? "card" : "us_bank_account";
}

MethodLookup find_test_method(std::string_view token) {
  for (const TestMethod& method : methods) {
    if (method.token == token) return {&method};
  }
  // Stripe spells most declining tokens with the brand: pm_card_visa_chargeDeclined.
  constexpr std::string_view branded = "pm_card_visa_";
  constexpr std::string_view plain = "pm_card_";
  if (token.starts_with(branded)) {
    const std::string_view rest = token.substr(branded.size());
    for (const TestMethod& method : methods) {
      if (method.token.starts_with(plain) && method.token.substr(plain.size()) == rest) {
        return {&method};
      }
    }
  }
  for (const std::string_view start : not_simulated) {
    if (token.starts_with(start)) return {nullptr, MethodProblem::not_simulated};
  }
  return {nullptr, MethodProblem::unknown};
}

}  // namespace paysaga::sim::stripe
