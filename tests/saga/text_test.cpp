#include <set>

#include <catch2/catch.hpp>

#include "paysaga/saga/input.hpp"

namespace paysaga {
namespace {

IntentObject intent(IntentStatus status) {
  return IntentObject{.id = IntentId::of("pi_1"),
                      .status = status,
                      .amount = {4200, *Currency::parse("EUR")},
                      .latest_charge = std::nullopt,
                      .last_error = std::nullopt,
                      .order = {},
                      .ledger = {}};
}

template <class E>
std::set<std::string_view> texts_to(E last) {
  std::set<std::string_view> texts;
  for (int i = 0; i <= static_cast<int>(last); ++i) texts.insert(to_text(static_cast<E>(i)));
  CHECK(texts.size() == static_cast<std::size_t>(last) + 1);
  return texts;
}

}  // namespace

TEST_CASE("operation: a provider's statuses are read by its words, the rest is `other`",
          "[saga][operation]") {
  for (const std::string_view text : texts_to(IntentStatus::other)) {
    CHECK(to_text(parse_intent_status(text)) == text);
  }
  for (const std::string_view text : texts_to(RefundStatus::other)) {
    CHECK(to_text(parse_refund_status(text)) == text);
  }
  CHECK(parse_intent_status("requires_source") == IntentStatus::other);
  CHECK(parse_intent_status("") == IntentStatus::other);
  CHECK(parse_refund_status("Succeeded") == RefundStatus::other);
}

TEST_CASE("call: kinds, lanes, phases and operations have names of their own", "[saga][call]") {
  CHECK(texts_to(CallKind::list_disputes).contains("read_intent"));
  CHECK(texts_to(Lane::reconcile).contains("customer"));
  CHECK(texts_to(Phase::unknown).contains("intended"));
  CHECK(texts_to(OperationKind::refund).contains("confirm"));
  CHECK(texts_to(DisputeState::lost).contains("inquiry_closed"));
  CHECK(texts_to(DisputeFunds::reinstated).contains("withdrawn"));
}

TEST_CASE("call: every answer is told in a few words", "[saga][call]") {
  const std::pair<Answer, const char*> rows[] = {
      {answer::Intent{intent(IntentStatus::succeeded)}, "intent succeeded"},
      {answer::Intents{{intent(IntentStatus::canceled)}}, "1 intents"},
      {answer::Refunds{}, "0 refunds"},
      {answer::Disputes{}, "0 disputes"},
      {answer::Declined{{"card_declined", "insufficient_funds", "", {}}, "no", {}},
       "declined insufficient_funds"},
      {answer::Declined{{"expired_card", "", "", {}}, "no", {}}, "declined expired_card"},
      {answer::Refused{"resource_missing", "intent", "", {}}, "refused resource_missing"},
      {answer::NotSent{"dns", {}, false, false}, "not_sent dns"},
      {answer::Unauthorized{"401"}, "unauthorized 401"},
      {answer::Unknown{"timeout", false, {}}, "unknown timeout"},
      {answer::KeyMisused{""}, "key_misused"},
      {answer::KeyExpired{}, "key_expired"},
  };
  for (const auto& [answer, text] : rows) CHECK(to_text(answer) == text);
}

TEST_CASE("input: commands have names and belong to one machine", "[saga][input]") {
  const Money money{4200, *Currency::parse("EUR")};
  const CustomerId customer = CustomerId::of("cus_1");
  const std::tuple<Command, const char*, bool> rows[] = {
      {command::PaymentInitiate{money, customer, {}, {}, false, {}}, "payment.initiate", false},
      {command::PaymentConfirm{MethodId::of("pm_1"), {}}, "payment.confirm", false},
      {command::PaymentCapture{}, "payment.capture", false},
      {command::PaymentCancel{"", true}, "payment.cancel", false},
      {command::OrderCancel{""}, "order.cancel", true},
      {command::OrderRejected{""}, "order.rejected", true},
      {command::OrderDeliveryFailed{""}, "order.delivery_failed", true},
      {command::OrderFulfilled{}, "order.fulfilled", true},
      {command::RefundRequest{RefundId::of("r1"), {}, "", false, {}}, "refund.request", false},
      {command::OrderHold{"", ""}, "order.hold", true},
      {command::OrderResume{"", ""}, "order.resume", true},
  };
  CHECK(std::size(rows) == std::variant_size_v<Command>);
  for (const auto& [command, text, of_order] : rows) {
    CHECK(to_text(command) == text);
    CHECK(is_order_command(command) == of_order);
  }
}

}  // namespace paysaga
