#include "paysaga/sim/stripe/card.hpp"

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

constexpr std::array cards{
    Card{"pm_card_visa", "visa", "4242"},
    Card{"pm_card_visa_debit", "visa", "5556"},
    Card{"pm_card_mastercard", "mastercard", "4444"},
    Card{"pm_card_mastercard_debit", "mastercard", "3222"},
    Card{"pm_card_mastercard_prepaid", "mastercard", "5100"},
    Card{"pm_card_amex", "amex", "8431"},
    Card{"pm_card_discover", "discover", "9424"},
    Card{"pm_card_diners", "diners", "0004"},
    Card{"pm_card_jcb", "jcb", "0505"},
    Card{"pm_card_unionpay", "unionpay", "0005"},
    Card{"pm_card_bypassPending", "visa", "0077"},
    Card{"pm_card_pendingRefund", "visa", "7726", nullptr, RefundCourse::succeeds_later},
    Card{"pm_card_refundFail", "visa", "5126", nullptr, RefundCourse::fails_later},
    Card{"pm_card_chargeDeclined", "visa", "0002", &generic},
    Card{"pm_card_chargeDeclinedInsufficientFunds", "visa", "9995", &insufficient_funds},
    Card{"pm_card_chargeDeclinedLostCard", "visa", "9987", &lost_card},
    Card{"pm_card_chargeDeclinedStolenCard", "visa", "9979", &stolen_card},
    Card{"pm_card_chargeDeclinedExpiredCard", "visa", "0069", &expired_card},
    Card{"pm_card_chargeDeclinedIncorrectCvc", "visa", "0127", &incorrect_cvc},
    Card{"pm_card_chargeDeclinedProcessingError", "visa", "0119", &processing_error},
    Card{"pm_card_chargeDeclinedVelocityLimitExceeded", "visa", "6975", &velocity},
    Card{"pm_card_chargeDeclinedFraudulent", "visa", "0019", &fraudulent},
    Card{"pm_card_radarBlock", "visa", "0019", &fraudulent},
    Card{"pm_card_chargeCustomerFail", "visa", "0341", &generic},
};

/// Starts of tokens that need what is not simulated yet: authentication and disputes.
constexpr std::array not_simulated{
    std::string_view{"pm_card_authenticationRequired"}, std::string_view{"pm_card_threeDSecure"},
    std::string_view{"pm_card_createDispute"},          std::string_view{"pm_card_createIssuer"},
    std::string_view{"pm_card_createMultiple"},         std::string_view{"pm_card_riskLevel"},
};

}  // namespace

CardLookup find_card(std::string_view payment_method) {
  for (const Card& card : cards) {
    if (card.token == payment_method) return {&card};
  }
  // Stripe spells most declining tokens with the brand: pm_card_visa_chargeDeclined.
  constexpr std::string_view branded = "pm_card_visa_";
  constexpr std::string_view plain = "pm_card_";
  if (payment_method.starts_with(branded)) {
    const std::string_view rest = payment_method.substr(branded.size());
    for (const Card& card : cards) {
      if (card.token.substr(plain.size()) == rest) return {&card};
    }
  }
  for (const std::string_view start : not_simulated) {
    if (payment_method.starts_with(start)) return {nullptr, CardProblem::not_simulated};
  }
  return {nullptr, CardProblem::unknown};
}

}  // namespace paysaga::sim::stripe
