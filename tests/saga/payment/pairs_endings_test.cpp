#include <catch2/catch.hpp>

#include "saga/payment/pairs.hpp"

using namespace paysaga;
using namespace paysaga::payment;
using namespace paysaga::payment::trial;

TEST_CASE("pairs: captured: the refund is answered", "[saga][payment]") {
  const World world = after_rows({initiate(42'00, visa), made(), succeeded(), refund("r1")});
  expect(refunds_table(world, "refund", "r1") + answers_table(world, "refund"),
         R"(
pending                 captured: refund r1 pending
requires_action         captured: refund r1 pending
succeeded               captured: | PAYMENT_REFUNDED
failed                  captured: | PAYMENT_REFUND_FAILED
canceled                captured: | PAYMENT_REFUND_FAILED
other                   captured: refund r1 pending
another intent          captured: refund r1 1.1? | PAYMENT_OUTCOME_UNKNOWN
no intents              captured: refund r1 1.1? | PAYMENT_OUTCOME_UNKNOWN
another refund          captured: refund r1 1.1? | PAYMENT_OUTCOME_UNKNOWN
no refunds              captured: refund r1 1.1? | PAYMENT_OUTCOME_UNKNOWN
declined                captured: | PAYMENT_REFUND_FAILED
refused                 captured: | PAYMENT_REFUND_FAILED
refused unexpected      captured: | PAYMENT_REFUND_FAILED
not sent                captured: refund r1 1.1
unauthorized            captured: refund r1 1.1
unknown                 captured: refund r1 1.1? | PAYMENT_OUTCOME_UNKNOWN
unknown replayed        captured: refund r1 1.1? | PAYMENT_OUTCOME_UNKNOWN
key misused             captured: misused
key expired             captured: refund r1 1.1? | PAYMENT_OUTCOME_UNKNOWN
)");
}

TEST_CASE("pairs: captured: a lost refund is looked for", "[saga][payment]") {
  const World world =
      after_rows({initiate(42'00, visa), made(), succeeded(), refund("r1"), replayed("refund")});
  expect(answers_table(world, "refund"),
         R"(
another intent          captured: refund r1 1.1?
no intents              captured: refund r1 1.1?
another refund          captured: refund r1 1.1?
no refunds              captured: refund r1 1.1?
declined                captured: refund r1 1.1?
refused                 captured: refund r1 1.1?
refused unexpected      captured: refund r1 1.1?
not sent                captured: refund r1 1.1?
unauthorized            captured: refund r1 1.1?
unknown                 captured: refund r1 1.1?
unknown replayed        captured: refund r1 1.1?
key misused             captured: misused
key expired             captured: refund r1 1.1?
)");
}

TEST_CASE("pairs: captured: a pending refund is read", "[saga][payment]") {
  const World world = after_rows({initiate(42'00, visa), made(), succeeded(), refund("r1"),
                                  refund_is("refund", "r1", RefundStatus::pending, 42'00)});
  expect(refunds_table(world, "refund:", "r1") + answers_table(world, "refund:"),
         R"(
pending                 captured: refund r1 pending
requires_action         captured: refund r1 pending
succeeded               captured: | PAYMENT_REFUNDED
failed                  captured: | PAYMENT_REFUND_FAILED
canceled                captured: | PAYMENT_REFUND_FAILED
other                   captured: refund r1 pending
another intent          captured: refund r1 pending
no intents              captured: refund r1 pending
another refund          captured: refund r1 pending
no refunds              captured: refund r1 pending
declined                captured: refund r1 pending
refused                 captured: refund r1 pending
refused unexpected      captured: refund r1 pending
not sent                captured: refund r1 pending
unauthorized            captured: refund r1 pending
unknown                 captured: refund r1 pending
unknown replayed        captured: refund r1 pending
key misused             captured: misused
key expired             captured: refund r1 pending
)");
}

TEST_CASE("pairs: captured: a compensation is answered", "[saga][payment]") {
  const World world = after_rows({initiate(42'00, visa), made(), succeeded(), compensate("c1")});
  expect(refunds_table(world, "refund", "c1") + answers_table(world, "refund"),
         R"(
pending                 captured: refund c1 pending
requires_action         captured: refund c1 pending
succeeded               captured: | PAYMENT_REFUNDED
failed                  captured: | PAYMENT_REFUND_FAILED, COMPENSATION_STUCK
canceled                captured: | PAYMENT_REFUND_FAILED, COMPENSATION_STUCK
other                   captured: refund c1 pending
another intent          captured: refund c1 1.1? | PAYMENT_OUTCOME_UNKNOWN
no intents              captured: refund c1 1.1? | PAYMENT_OUTCOME_UNKNOWN
another refund          captured: refund c1 1.1? | PAYMENT_OUTCOME_UNKNOWN
no refunds              captured: refund c1 1.1? | PAYMENT_OUTCOME_UNKNOWN
declined                captured: | PAYMENT_REFUND_FAILED, COMPENSATION_STUCK
refused                 captured: | PAYMENT_REFUND_FAILED, COMPENSATION_STUCK
refused unexpected      captured: | PAYMENT_REFUND_FAILED, COMPENSATION_STUCK
not sent                captured: refund c1 1.1
unauthorized            captured: refund c1 1.1
unknown                 captured: refund c1 1.1? | PAYMENT_OUTCOME_UNKNOWN
unknown replayed        captured: refund c1 1.1? | PAYMENT_OUTCOME_UNKNOWN
key misused             captured: misused
key expired             captured: refund c1 1.1? | PAYMENT_OUTCOME_UNKNOWN
)");
}

TEST_CASE("pairs: cancelling: the create is answered", "[saga][payment]") {
  const World world = after_rows({initiate(42'00, visa), cancel()});
  expect(intents_table(world, "create") + answers_table(world, "create"),
         R"(
requires_payment_method cancelling: cancel 1.1
requires_confirmation   cancelling: cancel 1.1
requires_action         cancelling: cancel 1.1
processing              cancelling: read
requires_capture        cancelling: cancel 1.1
succeeded               captured: | PAYMENT_COMPLETED wished
canceled                cancelled: | PAYMENT_CANCELLED wished
other                   cancelling: read
another intent          cancelling: create 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
no intents              cancelling: create 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
another refund          cancelling: create 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
no refunds              cancelling: create 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
declined                cancelled: | PAYMENT_FAILED wished, PAYMENT_CANCELLED wished
refused                 cancelled: | PAYMENT_CANCELLED wished
refused unexpected      cancelled: | PAYMENT_CANCELLED wished
not sent                cancelling: create 1.1
unauthorized            cancelling: create 1.1
unknown                 cancelling: create 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
unknown replayed        cancelling: create 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
key misused             cancelling: misused
key expired             cancelling: create 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
)");
}

TEST_CASE("pairs: cancelling: the create is looked for", "[saga][payment]") {
  const World world = after_rows({initiate(42'00, visa), cancel(), replayed("create")});
  expect(answers_table(world, "create"),
         R"(
another intent          cancelling: create 1.1?
no intents              cancelled: | PAYMENT_OUTCOME_KNOWN wished, PAYMENT_CANCELLED wished
another refund          cancelling: create 1.1?
no refunds              cancelling: create 1.1?
declined                cancelling: create 1.1?
refused                 cancelling: create 1.1?
refused unexpected      cancelling: create 1.1?
not sent                cancelling: create 1.1?
unauthorized            cancelling: create 1.1?
unknown                 cancelling: create 1.1?
unknown replayed        cancelling: create 1.1?
key misused             cancelling: misused
key expired             cancelling: create 1.1?
)");
}

TEST_CASE("pairs: cancelling: the cancel is answered", "[saga][payment]") {
  const World world = in_status(Status::cancelling);
  expect(intents_table(world, "cancel:") + answers_table(world, "cancel:"),
         R"(
requires_payment_method cancelling: cancel 1.2
requires_confirmation   cancelling: cancel 1.2
requires_action         cancelling: cancel 1.2
processing              cancelling: read
requires_capture        cancelling: cancel 1.2
succeeded               captured: | PAYMENT_COMPLETED wished
canceled                cancelled: | PAYMENT_CANCELLED wished
other                   cancelling: read
another intent          cancelling: cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
no intents              cancelling: cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
another refund          cancelling: cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
no refunds              cancelling: cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
declined                cancelling: cancel 1.2
refused                 cancelling: cancel 1.1!
refused unexpected      cancelling: cancel 1.1!
not sent                cancelling: cancel 1.1
unauthorized            cancelling: cancel 1.1
unknown                 cancelling: cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
unknown replayed        cancelling: cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
key misused             cancelling: misused
key expired             cancelling: cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
)");
}

TEST_CASE("pairs: cancelling: a lost cancel is read", "[saga][payment]") {
  const World world = after_rows({initiate(42'00), made(), cancel(), unknown("cancel:")});
  expect(intents_table(world, "cancel:") + answers_table(world, "cancel:"),
         R"(
requires_payment_method cancelling: cancel 1.1?
requires_confirmation   cancelling: cancel 1.1?
requires_action         cancelling: cancel 1.1?
processing              cancelling: read | PAYMENT_OUTCOME_KNOWN wished
requires_capture        cancelling: cancel 1.1?
succeeded               captured: | PAYMENT_OUTCOME_KNOWN wished, PAYMENT_COMPLETED wished
canceled                cancelled: | PAYMENT_OUTCOME_KNOWN wished, PAYMENT_CANCELLED wished
other                   cancelling: read | PAYMENT_OUTCOME_KNOWN wished
another intent          cancelling: cancel 1.1?
no intents              cancelling: cancel 1.1?
another refund          cancelling: cancel 1.1?
no refunds              cancelling: cancel 1.1?
declined                cancelling: cancel 1.1?
refused                 cancelling: cancel 1.1?
refused unexpected      cancelling: cancel 1.1?
not sent                cancelling: cancel 1.1?
unauthorized            cancelling: cancel 1.1?
unknown                 cancelling: cancel 1.1?
unknown replayed        cancelling: cancel 1.1?
key misused             cancelling: misused
key expired             cancelling: cancel 1.1?
)");
}

TEST_CASE("pairs: cancelling: a refused cancel is read", "[saga][payment]") {
  const World world =
      after_rows({initiate(42'00), made(), cancel(), refused("cancel:", "some_refusal")});
  expect(intents_table(world, "cancel:") + answers_table(world, "cancel:"),
         R"(
requires_payment_method cancelling: cancel 1.2
requires_confirmation   cancelling: cancel 1.2
requires_action         cancelling: cancel 1.2
processing              cancelling: read
requires_capture        cancelling: cancel 1.2
succeeded               captured: | PAYMENT_COMPLETED wished
canceled                cancelled: | PAYMENT_CANCELLED wished
other                   cancelling: read
another intent          cancelling: cancel 1.1!
no intents              cancelling: cancel 1.1!
another refund          cancelling: cancel 1.1!
no refunds              cancelling: cancel 1.1!
declined                cancelling: cancel 1.1!
refused                 cancelling: cancel 1.1!
refused unexpected      cancelling: cancel 1.1!
not sent                cancelling: cancel 1.1!
unauthorized            cancelling: cancel 1.1!
unknown                 cancelling: cancel 1.1!
unknown replayed        cancelling: cancel 1.1!
key misused             cancelling: misused
key expired             cancelling: cancel 1.1!
)");
}

TEST_CASE("pairs: cancelling: the intent is read", "[saga][payment]") {
  const World world = after_rows(
      {initiate(42'00, visa), made(), shows("confirm", IntentStatus::processing), cancel()});
  expect(intents_table(world, "read:") + answers_table(world, "read:"),
         R"(
requires_payment_method cancelling: cancel 1.1
requires_confirmation   cancelling: cancel 1.1
requires_action         cancelling: cancel 1.1
processing              cancelling: read
requires_capture        cancelling: cancel 1.1
succeeded               captured: | PAYMENT_COMPLETED wished
canceled                cancelled: | PAYMENT_CANCELLED wished
other                   cancelling: read
another intent          cancelling: read
no intents              cancelling: read
another refund          cancelling: read
no refunds              cancelling: read
declined                cancelling: read
refused                 cancelling: read
refused unexpected      cancelling: read
not sent                cancelling: read
unauthorized            cancelling: read
unknown                 cancelling: read
unknown replayed        cancelling: read
key misused             cancelling: misused
key expired             cancelling: read
)");
}

TEST_CASE("pairs: cancelling: the cancel behind a confirm is answered", "[saga][payment]") {
  const World world = after_rows({initiate(42'00, visa), made(), cancel()});
  expect(intents_table(world, "cancel:") + answers_table(world, "cancel:"),
         R"(
requires_payment_method cancelling: confirm 1.1, cancel 1.2
requires_confirmation   cancelling: confirm 1.1, cancel 1.2
requires_action         cancelling: confirm 1.1, cancel 1.2
processing              cancelling: read
requires_capture        cancelling: confirm 1.1, cancel 1.2
succeeded               captured: | PAYMENT_COMPLETED wished
canceled                cancelled: | PAYMENT_CANCELLED wished
other                   cancelling: read
another intent          cancelling: confirm 1.1, cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
no intents              cancelling: confirm 1.1, cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
another refund          cancelling: confirm 1.1, cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
no refunds              cancelling: confirm 1.1, cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
declined                cancelling: confirm 1.1, cancel 1.2
refused                 cancelling: confirm 1.1, cancel 1.1!
refused unexpected      cancelling: confirm 1.1, cancel 1.1!
not sent                cancelling: confirm 1.1, cancel 1.1
unauthorized            cancelling: confirm 1.1, cancel 1.1
unknown                 cancelling: confirm 1.1, cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
unknown replayed        cancelling: confirm 1.1, cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
key misused             cancelling: misused
key expired             cancelling: confirm 1.1, cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN wished
)");
}
