#include "paysaga/saga/payment/decline.hpp"

#include <set>

#include <catch2/catch.hpp>

using namespace paysaga;
using namespace paysaga::payment;

namespace {

struct Row {
  const char* code;
  const char* decline_code;
  const char* advice_code;
  const char* decline_class;
};

Decline of(const Row& row) {
  return Decline{row.code, row.decline_code, row.advice_code, std::nullopt};
}

}  // namespace

TEST_CASE("decline: advice first, then the decline code, then the code", "[saga][payment]") {
  const Row rows[] = {
      {"card_declined", "insufficient_funds", "", "retry_later"},
      {"card_declined", "insufficient_funds", "do_not_try_again", "never_with_this_card"},
      {"card_declined", "generic_decline", "try_again_later", "retry_later"},
      {"card_declined", "generic_decline", "confirm_card_data", "customer_must_fix"},
      {"card_declined", "generic_decline", "advice_of_tomorrow", "ask_customer"},
      {"card_declined", "card_velocity_exceeded", "", "retry_later"},
      {"processing_error", "", "", "retry_later"},
      {"card_declined", "do_not_honor", "", "ask_customer"},
      {"card_declined", "", "", "ask_customer"},
      {"card_declined", "code_of_tomorrow", "", "ask_customer"},
      {"code_of_tomorrow", "", "", "ask_customer"},
      {"expired_card", "", "", "customer_must_fix"},
      {"incorrect_cvc", "", "", "customer_must_fix"},
      {"invalid_expiry_year", "", "", "customer_must_fix"},
      {"authentication_required", "", "", "customer_must_fix"},
      {"card_declined", "invalid_amount", "", "ask_customer"},
      {"card_declined", "invalid_account", "", "never_with_this_card"},
      {"card_declined", "lost_card", "", "never_with_this_card"},
      {"card_declined", "stolen_card", "", "never_with_this_card"},
      {"card_declined", "fraudulent", "", "never_with_this_card"},
      {"card_declined", "stop_payment_order", "", "never_with_this_card"},
  };
  for (const Row& row : rows) {
    INFO(row.code << " " << row.decline_code << " " << row.advice_code);
    CHECK(to_text(classify(of(row))) == row.decline_class);
    CHECK_FALSE(customer_text(of(row)).empty());
  }
}

TEST_CASE("decline: the customer reads nothing of lost, stolen or suspected cards",
          "[saga][payment]") {
  std::set<std::string_view> texts;
  for (const char* code : {"lost_card", "stolen_card", "fraudulent", "pickup_card"}) {
    texts.insert(customer_text(of(Row{"card_declined", code, "", ""})));
  }
  CHECK(texts == std::set<std::string_view>{"Your card was declined. Please use another card."});
}
