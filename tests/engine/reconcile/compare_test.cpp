#include "paysaga/engine/reconcile/compare.hpp"

#include <catch2/catch.hpp>

namespace paysaga::engine::reconcile {
namespace {

const Currency eur = *Currency::parse("EUR");

SeenIntent paid() {
  return {.id = "pi_1",
          .status = IntentStatus::succeeded,
          .amount = {4200, eur},
          .captured_minor = 4200,
          .order = "ord_1",
          .ledger = "ours"};
}

KnownOrder pending() {
  return {.order = "ord_1",
          .payment_status = "captured",
          .amount = Money{4200, eur},
          .captured_minor = 4200,
          .intent = "pi_1"};
}

std::string differences(const SeenIntent& there, const KnownOrder* here) {
  std::string text;
  for (const Finding& finding : compare(there, here)) {
    text.append(text.empty() ? "" : " ").append(to_text(finding.what));
  }
  return text;
}

}  // namespace

TEST_CASE("reconcile: what differs between an intent and its order", "[engine]") {
  struct Row {
    const char* title;
    std::function<void(SeenIntent&, KnownOrder&)> change;
    const char* differs;
  };
  const Row rows[] = {
      {"nothing", [](auto&, auto&) {}, ""},
      {"another amount", [](auto& t, auto&) { t.amount.minor = 4100; }, "amount_differs"},
      {"another currency",
       [](auto& t, auto&) {
         t.amount = Money{4200, *Currency::parse("USD")};
       },
       "amount_differs"},
      {"captured there only",
       [](auto&, auto& h) {
         h.captured_minor = 0;
         h.payment_status = "confirming";
       },
       "captured_differs"},
      {"captured here only",
       [](auto& t, auto&) {
         t.captured_minor = 0;
         t.status = IntentStatus::canceled;
       },
       "captured_differs"},
      {"refunded there only", [](auto& t, auto&) { t.refunded_minor = 1; }, "refunded_differs"},
      {"refunded here only", [](auto&, auto& h) { h.refunded_minor = 1; }, "refunded_differs"},
      {"a refund on its way, counted there",
       [](auto& t, auto& h) { t.refunded_minor = h.refunding_minor = 4200; }, ""},
      {"a refund on its way, not counted there", [](auto&, auto& h) { h.refunding_minor = 4200; },
       ""},
      {"disputed", [](auto& t, auto&) { t.disputed = true; }, "dispute_unknown"},
      {"a known dispute", [](auto& t, auto& h) { t.disputed = h.disputed = true; }, ""},
      {"another intent has taken money, too", [](auto& t, auto&) { t.id = "pi_2"; },
       "two_successes"},
      {"another intent has taken the money",
       [](auto& t, auto& h) {
         t.id = "pi_2";
         h.captured_minor = 0;
       },
       "charge_unknown"},
      {"another intent holds money",
       [](auto& t, auto&) {
         t.id = "pi_2";
         t.captured_minor = 0;
         t.status = IntentStatus::requires_capture;
       },
       "charge_unknown"},
      {"another intent has taken money, and given it back",
       [](auto& t, auto&) {
         t.id = "pi_2";
         t.refunded_minor = 4200;
       },
       ""},
      {"an intent of a former attempt",
       [](auto& t, auto&) {
         t.id = "pi_0";
         t.captured_minor = 0;
         t.status = IntentStatus::canceled;
       },
       ""},
      {"a status of which nothing is known",
       [](auto& t, auto& h) {
         t.status = IntentStatus::other;
         t.captured_minor = h.captured_minor = 0;
       },
       ""},
      {"the customer has acted, and nobody knows",
       [](auto& t, auto& h) {
         t.status = IntentStatus::processing;
         h.payment_status = "action_required";
         t.captured_minor = h.captured_minor = 0;
       },
       "status_differs"},
  };
  for (const Row& row : rows) {
    SeenIntent there = paid();
    KnownOrder here = pending();
    row.change(there, here);
    INFO(row.title);
    CHECK(differences(there, &here) == row.differs);
  }
}

TEST_CASE("reconcile: money of an order that is not here is named, an unpaid intent is not",
          "[engine]") {
  SeenIntent there = paid();
  CHECK(differences(there, nullptr) == "order_unknown");
  there.refunded_minor = 4200;
  CHECK(differences(there, nullptr).empty());
  there.captured_minor = there.refunded_minor = 0;
  there.status = IntentStatus::requires_payment_method;
  CHECK(differences(there, nullptr).empty());
  there.status = IntentStatus::requires_capture;
  CHECK(differences(there, nullptr) == "order_unknown");
}

TEST_CASE("reconcile: a refund that its order does not know is named", "[engine]") {
  KnownOrder here = pending();
  SeenRefund there{.id = "re_1",
                   .intent = "pi_1",
                   .status = RefundStatus::succeeded,
                   .amount = {100, eur},
                   .order = "ord_1",
                   .ledger = "ours"};
  CHECK(compare(there, &here).front().what == Difference::refund_unknown);
  there.intent = "pi_2";  // Of a stranger, which is named itself.
  CHECK(compare(there, &here).empty());
  there.intent = "pi_1";
  there.status = RefundStatus::failed;
  CHECK(compare(there, &here).empty());
  there.status = RefundStatus::pending;
  here.refunds = {"re_0", "re_1"};
  CHECK(compare(there, &here).empty());
}

TEST_CASE("reconcile: both sides are read out of their JSON", "[engine]") {
  const auto intent = read_seen_intent(
      R"({"id":"pi_1","object":"payment_intent","status":"succeeded","amount":4200,"currency":"eur",
      "amount_received":4200,"created":1700000000,"metadata":{"order_id":"ord_1","ledger":"ours"},
      "latest_charge":{"id":"ch_1","amount_refunded":200,"disputed":true}})");
  REQUIRE(intent);
  CHECK(intent->captured_minor == 4200);
  CHECK(intent->refunded_minor == 200);
  CHECK(intent->disputed);
  CHECK(intent->order == "ord_1");
  CHECK(intent->ledger == "ours");
  const auto refund = read_seen_refund(
      R"({"id":"re_1","status":"pending","amount":200,"currency":"eur","payment_intent":"pi_1"})");
  REQUIRE(refund);
  CHECK(refund->intent == "pi_1");
  CHECK(refund->status == RefundStatus::pending);
  const auto order = read_known_order(
      R"({"order_id":"ord_1","status":"PENDING","amount":{"minor":4200,"currency":"EUR"},
      "money":{"captured":4200,"refunding":100,"refunded":200},"payment":{"status":"captured",
      "payment_intent_id":"pi_1","operations":[{"phase":"done"},{"phase":"unknown"}]},
      "refunds":[{"provider_refund_id":"re_1"},{"provider_refund_id":null}],"disputes":[{}]})");
  REQUIRE(order);
  CHECK(order->amount == Money{4200, eur});
  CHECK(order->refunding_minor == 100);
  CHECK(order->refunds == std::vector<std::string>{"re_1"});
  CHECK(order->moving);
  CHECK(order->disputed);
  for (const char* broken : {"", "[]", "{}", R"({"id":"x"})"}) {
    CHECK_FALSE(read_seen_intent(broken));
    CHECK_FALSE(read_seen_refund(broken));
    CHECK_FALSE(read_known_order(broken));
  }
}

}  // namespace paysaga::engine::reconcile
