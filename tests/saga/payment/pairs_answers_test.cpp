#include <catch2/catch.hpp>

#include "saga/payment/pairs.hpp"

using namespace paysaga;
using namespace paysaga::payment;
using namespace paysaga::payment::trial;

TEST_CASE("pairs: creating: the create is answered", "[saga][payment]") {
  const World world = in_status(Status::creating);
  expect(intents_table(world, "create") + answers_table(world, "create"),
         R"(
requires_payment_method confirming: confirm 1.1 | PAYMENT_PROCESSING
requires_confirmation   confirming: confirm 1.1 | PAYMENT_PROCESSING
requires_action         action_required: read | PAYMENT_ACTION_REQUIRED
processing              processing: read | PAYMENT_PROCESSING
requires_capture        authorized: read | PAYMENT_AUTHORIZED
succeeded               captured: | PAYMENT_COMPLETED
canceled                cancelled: | PAYMENT_CANCELLED
other                   processing: read | PAYMENT_PROCESSING
another intent          creating: create 1.1? | PAYMENT_OUTCOME_UNKNOWN
no intents              creating: create 1.1? | PAYMENT_OUTCOME_UNKNOWN
another refund          creating: create 1.1? | PAYMENT_OUTCOME_UNKNOWN
no refunds              creating: create 1.1? | PAYMENT_OUTCOME_UNKNOWN
declined                declined: | PAYMENT_FAILED
refused                 cancelled: | PAYMENT_FAILED final, PAYMENT_CANCELLED final
refused unexpected      cancelled: | PAYMENT_FAILED final, PAYMENT_CANCELLED final
not sent                creating: create 1.1
unauthorized            creating: create 1.1
unknown                 creating: create 1.1? | PAYMENT_OUTCOME_UNKNOWN
unknown replayed        creating: create 1.1? | PAYMENT_OUTCOME_UNKNOWN
key misused             creating: misused
key expired             creating: create 1.1? | PAYMENT_OUTCOME_UNKNOWN
)");
}

TEST_CASE("pairs: creating: the create is looked for", "[saga][payment]") {
  const World world = after_rows({initiate(42'00, visa), replayed("create")});
  expect(answers_table(world, "create"),
         R"(
another intent          creating: create 1.1?
no intents              creating: create 1.2 | PAYMENT_OUTCOME_KNOWN
another refund          creating: create 1.1?
no refunds              creating: create 1.1?
declined                creating: create 1.1?
refused                 creating: create 1.1?
refused unexpected      creating: create 1.1?
not sent                creating: create 1.1?
unauthorized            creating: create 1.1?
unknown                 creating: create 1.1?
unknown replayed        creating: create 1.1?
key misused             creating: misused
key expired             creating: create 1.1?
)");
}

TEST_CASE("pairs: confirming: the confirm is answered", "[saga][payment]") {
  const World world = in_status(Status::confirming);
  expect(intents_table(world, "confirm") + answers_table(world, "confirm"),
         R"(
requires_payment_method declined: | PAYMENT_FAILED
requires_confirmation   declined: | PAYMENT_FAILED
requires_action         action_required: read | PAYMENT_ACTION_REQUIRED
processing              processing: read | PAYMENT_PROCESSING
requires_capture        authorized: read | PAYMENT_AUTHORIZED
succeeded               captured: | PAYMENT_COMPLETED
canceled                cancelled: | PAYMENT_CANCELLED
other                   processing: read | PAYMENT_PROCESSING
another intent          confirming: confirm 1.1? | PAYMENT_OUTCOME_UNKNOWN
no intents              confirming: confirm 1.1? | PAYMENT_OUTCOME_UNKNOWN
another refund          confirming: confirm 1.1? | PAYMENT_OUTCOME_UNKNOWN
no refunds              confirming: confirm 1.1? | PAYMENT_OUTCOME_UNKNOWN
declined                declined: | PAYMENT_FAILED
refused                 cancelling: cancel 1.1 | PAYMENT_FAILED final
refused unexpected      confirming: confirm 1.1!
not sent                confirming: confirm 1.1
unauthorized            confirming: confirm 1.1
unknown                 confirming: confirm 1.1? | PAYMENT_OUTCOME_UNKNOWN
unknown replayed        confirming: confirm 1.1? | PAYMENT_OUTCOME_UNKNOWN
key misused             confirming: misused
key expired             confirming: confirm 1.1? | PAYMENT_OUTCOME_UNKNOWN
)");
}

TEST_CASE("pairs: confirming: a lost confirm is read", "[saga][payment]") {
  const World world = after_rows({initiate(42'00, visa), made(), unknown("confirm")});
  expect(intents_table(world, "confirm") + answers_table(world, "confirm"),
         R"(
requires_payment_method confirming: confirm 1.1?
requires_confirmation   confirming: confirm 1.1?
requires_action         action_required: read | PAYMENT_OUTCOME_KNOWN, PAYMENT_ACTION_REQUIRED
processing              processing: read | PAYMENT_OUTCOME_KNOWN, PAYMENT_PROCESSING
requires_capture        authorized: read | PAYMENT_OUTCOME_KNOWN, PAYMENT_AUTHORIZED
succeeded               captured: | PAYMENT_OUTCOME_KNOWN, PAYMENT_COMPLETED
canceled                cancelled: | PAYMENT_OUTCOME_KNOWN, PAYMENT_CANCELLED
other                   processing: read | PAYMENT_OUTCOME_KNOWN, PAYMENT_PROCESSING
another intent          confirming: confirm 1.1?
no intents              confirming: confirm 1.1?
another refund          confirming: confirm 1.1?
no refunds              confirming: confirm 1.1?
declined                confirming: confirm 1.1?
refused                 confirming: confirm 1.1?
refused unexpected      confirming: confirm 1.1?
not sent                confirming: confirm 1.1?
unauthorized            confirming: confirm 1.1?
unknown                 confirming: confirm 1.1?
unknown replayed        confirming: confirm 1.1?
key misused             confirming: misused
key expired             confirming: confirm 1.1?
)");
}

TEST_CASE("pairs: confirming: a refused confirm is read", "[saga][payment]") {
  const World world = after_rows(
      {initiate(42'00, visa), made(), refused("confirm", "payment_intent_unexpected_state")});
  expect(intents_table(world, "confirm") + answers_table(world, "confirm"),
         R"(
requires_payment_method cancelling: cancel 1.1 | PAYMENT_FAILED final
requires_confirmation   cancelling: cancel 1.1 | PAYMENT_FAILED final
requires_action         action_required: read | PAYMENT_ACTION_REQUIRED
processing              processing: read | PAYMENT_PROCESSING
requires_capture        authorized: read | PAYMENT_AUTHORIZED
succeeded               captured: | PAYMENT_COMPLETED
canceled                cancelled: | PAYMENT_CANCELLED
other                   processing: read | PAYMENT_PROCESSING
another intent          confirming: confirm 1.1!
no intents              confirming: confirm 1.1!
another refund          confirming: confirm 1.1!
no refunds              confirming: confirm 1.1!
declined                confirming: confirm 1.1!
refused                 confirming: confirm 1.1!
refused unexpected      confirming: confirm 1.1!
not sent                confirming: confirm 1.1!
unauthorized            confirming: confirm 1.1!
unknown                 confirming: confirm 1.1!
unknown replayed        confirming: confirm 1.1!
key misused             confirming: misused
key expired             confirming: confirm 1.1!
)");
}

TEST_CASE("pairs: action_required: the intent is read", "[saga][payment]") {
  const World world = in_status(Status::action_required);
  expect(intents_table(world, "read:") + answers_table(world, "read:"),
         R"(
requires_payment_method declined: | PAYMENT_FAILED
requires_confirmation   declined: | PAYMENT_FAILED
requires_action         action_required: read
processing              processing: read | PAYMENT_PROCESSING
requires_capture        authorized: read | PAYMENT_AUTHORIZED
succeeded               captured: | PAYMENT_COMPLETED
canceled                cancelled: | PAYMENT_CANCELLED
other                   processing: read | PAYMENT_PROCESSING
another intent          action_required: read
no intents              action_required: read
another refund          action_required: read
no refunds              action_required: read
declined                action_required: read
refused                 action_required: read
refused unexpected      action_required: read
not sent                action_required: read
unauthorized            action_required: read
unknown                 action_required: read
unknown replayed        action_required: read
key misused             action_required: misused
key expired             action_required: read
)");
}

TEST_CASE("pairs: processing: the intent is read", "[saga][payment]") {
  const World world = in_status(Status::processing);
  expect(intents_table(world, "read:") + answers_table(world, "read:"),
         R"(
requires_payment_method declined: | PAYMENT_FAILED
requires_confirmation   declined: | PAYMENT_FAILED
requires_action         action_required: read | PAYMENT_ACTION_REQUIRED
processing              processing: read
requires_capture        authorized: read | PAYMENT_AUTHORIZED
succeeded               captured: | PAYMENT_COMPLETED
canceled                cancelled: | PAYMENT_CANCELLED
other                   processing: read
another intent          processing: read
no intents              processing: read
another refund          processing: read
no refunds              processing: read
declined                processing: read
refused                 processing: read
refused unexpected      processing: read
not sent                processing: read
unauthorized            processing: read
unknown                 processing: read
unknown replayed        processing: read
key misused             processing: misused
key expired             processing: read
)");
}

TEST_CASE("pairs: authorized: the intent is read", "[saga][payment]") {
  const World world = in_status(Status::authorized);
  expect(intents_table(world, "read:") + answers_table(world, "read:"),
         R"(
requires_payment_method cancelling: cancel 1.1
requires_confirmation   cancelling: cancel 1.1
requires_action         cancelling: cancel 1.1
processing              authorized: read
requires_capture        authorized: read
succeeded               captured: | PAYMENT_COMPLETED
canceled                cancelled: | PAYMENT_CANCELLED
other                   authorized: read
another intent          authorized: read
no intents              authorized: read
another refund          authorized: read
no refunds              authorized: read
declined                authorized: read
refused                 authorized: read
refused unexpected      authorized: read
not sent                authorized: read
unauthorized            authorized: read
unknown                 authorized: read
unknown replayed        authorized: read
key misused             authorized: misused
key expired             authorized: read
)");
}

TEST_CASE("pairs: capturing: the capture is answered", "[saga][payment]") {
  const World world = in_status(Status::capturing);
  expect(intents_table(world, "capture") + answers_table(world, "capture"),
         R"(
requires_payment_method cancelling: cancel 1.1
requires_confirmation   cancelling: cancel 1.1
requires_action         cancelling: cancel 1.1
processing              capturing: read
requires_capture        authorized: read | PAYMENT_AUTHORIZED
succeeded               captured: | PAYMENT_COMPLETED
canceled                cancelled: | PAYMENT_CANCELLED
other                   capturing: read
another intent          capturing: capture 1.1? | PAYMENT_OUTCOME_UNKNOWN
no intents              capturing: capture 1.1? | PAYMENT_OUTCOME_UNKNOWN
another refund          capturing: capture 1.1? | PAYMENT_OUTCOME_UNKNOWN
no refunds              capturing: capture 1.1? | PAYMENT_OUTCOME_UNKNOWN
declined                authorized: read | REFUSED
refused                 capturing: capture 1.1!
refused unexpected      capturing: capture 1.1!
not sent                capturing: capture 1.1
unauthorized            capturing: capture 1.1
unknown                 capturing: capture 1.1? | PAYMENT_OUTCOME_UNKNOWN
unknown replayed        capturing: capture 1.1? | PAYMENT_OUTCOME_UNKNOWN
key misused             capturing: misused
key expired             capturing: capture 1.1? | PAYMENT_OUTCOME_UNKNOWN
)");
}

TEST_CASE("pairs: capturing: a lost capture is looked up", "[saga][payment]") {
  World world = in_status(Status::capturing);
  world.decide(*unknown("capture")(world));
  expect(intents_table(world, "capture") + answers_table(world, "capture"),
         R"(
requires_payment_method capturing: capture 1.1?
requires_confirmation   capturing: capture 1.1?
requires_action         capturing: capture 1.1?
processing              capturing: capture 1.1?
requires_capture        capturing: capture 1.1?
succeeded               captured: | PAYMENT_OUTCOME_KNOWN, PAYMENT_COMPLETED
canceled                cancelled: | PAYMENT_OUTCOME_KNOWN, PAYMENT_CANCELLED
other                   capturing: capture 1.1?
another intent          capturing: capture 1.1?
no intents              capturing: capture 1.1?
another refund          capturing: capture 1.1?
no refunds              capturing: capture 1.1?
declined                capturing: capture 1.1?
refused                 capturing: capture 1.1?
refused unexpected      capturing: capture 1.1?
not sent                capturing: capture 1.1?
unauthorized            capturing: capture 1.1?
unknown                 capturing: capture 1.1?
unknown replayed        capturing: capture 1.1?
key misused             capturing: misused
key expired             capturing: capture 1.1?
)");
}
