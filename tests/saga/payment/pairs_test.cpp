#include <sstream>

#include <catch2/catch.hpp>

#include "saga/payment/play.hpp"

// Every status with every input, and every call with every answer: what follows, in one line each.

using namespace paysaga;
using namespace paysaga::payment;
using namespace paysaga::payment::trial;

namespace {

struct Named {
  std::string name;
  Act act;
};

World after_rows(std::vector<Act> acts) {
  World world;
  for (const Act& act : acts) {
    if (const auto input = act(world)) world.decide(*input);
  }
  return world;
}

World in_status(Status status) {
  const Act begin = initiate(42'00, visa);
  const auto seen = [](IntentStatus s) { return shows("confirm", s); };
  switch (status) {
    case Status::creating:
      return after_rows({begin});
    case Status::ready:
      return after_rows({initiate(42'00), made()});
    case Status::confirming:
      return after_rows({begin, made()});
    case Status::action_required:
      return after_rows({begin, made(), seen(IntentStatus::requires_action)});
    case Status::processing:
      return after_rows({begin, made(), seen(IntentStatus::processing)});
    case Status::declined:
      return after_rows({begin, made(), declined("do_not_honor")});
    case Status::authorized:
      return after_rows({begin, made(), seen(IntentStatus::requires_capture)});
    case Status::capturing: {
      World world = in_status(Status::authorized);
      world.payment->status = Status::capturing;
      return world;
    }
    case Status::captured:
      return after_rows({begin, made(), succeeded()});
    case Status::cancelling:
      return after_rows({initiate(42'00), made(), cancel()});
    case Status::cancelled:
      return after_rows(
          {initiate(42'00), made(), cancel(), shows("cancel", IntentStatus::canceled)});
  }
  return {};
}

std::string outcome(World world, const Act& act) {
  const auto verdict = world.decide(*act(world));
  const std::string status = world.payment ? std::string{to_text(world.payment->status)} : "none";
  const std::string text = told(verdict);
  return text.empty() ? status : status + ": " + text;
}

/// The name is padded so that the tables can be read.
std::string line(const std::string& name, const std::string& text) {
  std::string padded = name;
  padded.resize(std::max<std::size_t>(name.size() + 1, 24), ' ');
  return padded + text + "\n";
}

std::string inputs_table(const World& world) {
  World late = world;
  late.pass(minutes{30});
  std::string table;
  for (const auto& [name, act] : std::vector<Named>{{"initiate same", initiate(42'00, visa)},
                                                    {"initiate other", initiate(1'00, visa)},
                                                    {"confirm", confirm(mastercard)},
                                                    {"cancel", cancel()},
                                                    {"cancel final", cancel_for_good()},
                                                    {"refund", refund("r1")},
                                                    {"compensate", compensate("c1")},
                                                    {"stray answer", stray()},
                                                    {"wake", wake()}}) {
    table += line(name, outcome(world, act));
  }
  table += line("wake when expired", outcome(late, wake()));
  table += line("confirm when expired", outcome(late, confirm(mastercard)));
  return table;
}

/// What each kind of answer does that brings no news of its own.
std::string answers_table(const World& world, const std::string& part) {
  IntentObject intent = world.intent(IntentStatus::succeeded);
  intent.id = IntentId::of("pi_other");
  intent.amount.minor = 1;
  const RefundObject refund = refund_object("re_other", "other", 1, RefundStatus::succeeded, 7);
  const Decline decline{"card_declined", "do_not_honor", {}, std::nullopt};
  std::string table;
  for (const auto& [name, act] : std::vector<Named>{
           {"another intent", answered(part, answer::Intent{intent})},
           {"no intents", answered(part, answer::Intents{})},
           {"another refund", answered(part, answer::Refund{refund})},
           {"no refunds", answered(part, answer::Refunds{})},
           {"declined", answered(part, answer::Declined{decline, "No.", std::nullopt})},
           {"refused", refused(part, "some_refusal")},
           {"refused unexpected", refused(part, "payment_intent_unexpected_state")},
           {"not sent", not_sent(part)},
           {"unauthorized", answered(part, answer::Unauthorized{"401"})},
           {"unknown", unknown(part)},
           {"unknown replayed", replayed(part)},
           {"key misused", answered(part, answer::KeyMisused{"other body"})},
           {"key expired", answered(part, answer::KeyExpired{})},
       }) {
    table += line(name, outcome(world, act));
  }
  return table;
}

std::string intents_table(const World& world, const std::string& part) {
  std::string table;
  for (int i = 0; i <= static_cast<int>(IntentStatus::other); ++i) {
    const auto status = static_cast<IntentStatus>(i);
    table += line(std::string{to_text(status)}, outcome(world, shows(part, status)));
  }
  return table;
}

std::string refunds_table(const World& world, const std::string& part, const std::string& id) {
  std::string table;
  for (int i = 0; i <= static_cast<int>(RefundStatus::other); ++i) {
    const auto status = static_cast<RefundStatus>(i);
    table += line(std::string{to_text(status)}, outcome(world, refund_is(part, id, status, 42'00)));
  }
  return table;
}

/// Compares line by line, so that a difference names its line.
void expect(const std::string& table, const std::string& expected) {
  std::istringstream is{table};
  std::istringstream should{expected.substr(1)};  // The raw literal begins with a line's end.
  std::string a;
  std::string b;
  while (std::getline(should, b)) {
    std::getline(is, a);
    CHECK(a == b);
  }
  CHECK_FALSE(std::getline(is, a));
}

}  // namespace

TEST_CASE("pairs: none: a payment begins with payment.initiate, all else is early or ignored",
          "[saga][payment]") {
  expect(inputs_table(World{}),
         R"(
initiate same           creating: create 1.1 | PAYMENT_INITIATED
initiate other          creating: create 1.1 | PAYMENT_INITIATED
confirm                 none: parked
cancel                  none: parked
cancel final            none: parked
refund                  none: parked
compensate              none: parked
stray answer            none: ignored
wake                    none: ignored
wake when expired       none: ignored
confirm when expired    none: parked
)");
}

TEST_CASE("pairs: creating: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::creating)),
         R"(
initiate same           creating: ignored
initiate other          creating: refused amount_differs | COMMAND_REFUSED
confirm                 creating: create 1.1
cancel                  cancelling: create 1.1
cancel final            cancelling: create 1.1
refund                  creating: refused nothing_captured | PAYMENT_REFUND_FAILED, COMMAND_REFUSED
compensate              creating: refused nothing_captured | PAYMENT_REFUND_FAILED
stray answer            creating: ignored
wake                    creating: ignored
wake when expired       creating: ignored
confirm when expired    creating: refused expired | COMMAND_REFUSED
)");
}

TEST_CASE("pairs: ready: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::ready)),
         R"(
initiate same           ready: ignored
initiate other          ready: refused amount_differs | COMMAND_REFUSED
confirm                 confirming: confirm 1.1 | PAYMENT_PROCESSING
cancel                  cancelling: cancel 1.1
cancel final            cancelling: cancel 1.1
refund                  ready: refused nothing_captured | PAYMENT_REFUND_FAILED, COMMAND_REFUSED
compensate              ready: refused nothing_captured | PAYMENT_REFUND_FAILED
stray answer            ready: ignored
wake                    ready: ignored
wake when expired       cancelling: cancel 1.1
confirm when expired    ready: refused expired | COMMAND_REFUSED
)");
}

TEST_CASE("pairs: confirming: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::confirming)),
         R"(
initiate same           confirming: ignored
initiate other          confirming: refused amount_differs | COMMAND_REFUSED
confirm                 confirming: refused in_progress | COMMAND_REFUSED
cancel                  cancelling: confirm 1.1, cancel 1.1
cancel final            cancelling: confirm 1.1, cancel 1.1
refund                  confirming: parked
compensate              confirming: parked
stray answer            confirming: ignored
wake                    confirming: ignored
wake when expired       confirming: ignored
confirm when expired    confirming: refused in_progress | COMMAND_REFUSED
)");
}

TEST_CASE("pairs: action_required: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::action_required)),
         R"(
initiate same           action_required: ignored
initiate other          action_required: refused amount_differs | COMMAND_REFUSED
confirm                 action_required: refused in_progress | COMMAND_REFUSED
cancel                  cancelling: cancel 1.1
cancel final            cancelling: cancel 1.1
refund                  action_required: refused nothing_captured | PAYMENT_REFUND_FAILED, COMMAND_REFUSED
compensate              action_required: refused nothing_captured | PAYMENT_REFUND_FAILED
stray answer            action_required: ignored
wake                    action_required: ignored
wake when expired       cancelling: cancel 1.1
confirm when expired    action_required: refused in_progress | COMMAND_REFUSED
)");
}

TEST_CASE("pairs: processing: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::processing)),
         R"(
initiate same           processing: ignored
initiate other          processing: refused amount_differs | COMMAND_REFUSED
confirm                 processing: refused in_progress | COMMAND_REFUSED
cancel                  cancelling: read
cancel final            cancelling: read
refund                  processing: parked
compensate              processing: parked
stray answer            processing: ignored
wake                    processing: ignored
wake when expired       processing: ignored
confirm when expired    processing: refused in_progress | COMMAND_REFUSED
)");
}

TEST_CASE("pairs: declined: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::declined)),
         R"(
initiate same           declined: ignored
initiate other          declined: refused amount_differs | COMMAND_REFUSED
confirm                 confirming: confirm 2.1 | PAYMENT_PROCESSING
cancel                  cancelling: cancel 1.1
cancel final            cancelling: cancel 1.1
refund                  declined: refused nothing_captured | PAYMENT_REFUND_FAILED, COMMAND_REFUSED
compensate              declined: refused nothing_captured | PAYMENT_REFUND_FAILED
stray answer            declined: ignored
wake                    declined: ignored
wake when expired       cancelling: cancel 1.1
confirm when expired    declined: refused expired | COMMAND_REFUSED
)");
}

TEST_CASE("pairs: authorized: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::authorized)),
         R"(
initiate same           authorized: ignored
initiate other          authorized: refused amount_differs | COMMAND_REFUSED
confirm                 authorized: refused authorized | COMMAND_REFUSED
cancel                  cancelling: cancel 1.1
cancel final            cancelling: cancel 1.1
refund                  authorized: refused nothing_captured | PAYMENT_REFUND_FAILED, COMMAND_REFUSED
compensate              authorized: refused nothing_captured | PAYMENT_REFUND_FAILED
stray answer            authorized: ignored
wake                    authorized: ignored
wake when expired       authorized: ignored
confirm when expired    authorized: refused authorized | COMMAND_REFUSED
)");
}

TEST_CASE("pairs: capturing: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::capturing)),
         R"(
initiate same           capturing: ignored
initiate other          capturing: refused amount_differs | COMMAND_REFUSED
confirm                 capturing: refused capturing | COMMAND_REFUSED
cancel                  cancelling: read
cancel final            cancelling: read
refund                  capturing: parked
compensate              capturing: parked
stray answer            capturing: ignored
wake                    capturing: ignored
wake when expired       capturing: ignored
confirm when expired    capturing: refused capturing | COMMAND_REFUSED
)");
}

TEST_CASE("pairs: captured: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::captured)),
         R"(
initiate same           captured: ignored
initiate other          captured: refused amount_differs | COMMAND_REFUSED
confirm                 captured: refused captured | COMMAND_REFUSED
cancel                  captured: refused captured | COMMAND_REFUSED
cancel final            captured: refused captured | COMMAND_REFUSED
refund                  captured: refund r1 1.1
compensate              captured: refund c1 1.1
stray answer            captured: ignored
wake                    captured: ignored
wake when expired       captured: ignored
confirm when expired    captured: refused captured | COMMAND_REFUSED
)");
}

TEST_CASE("pairs: cancelling: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::cancelling)),
         R"(
initiate same           cancelling: parked
initiate other          cancelling: refused amount_differs | COMMAND_REFUSED
confirm                 cancelling: refused cancel_requested | COMMAND_REFUSED
cancel                  cancelling: cancel 1.1
cancel final            cancelling: cancel 1.1
refund                  cancelling: parked
compensate              cancelling: parked
stray answer            cancelling: ignored
wake                    cancelling: ignored
wake when expired       cancelling: ignored
confirm when expired    cancelling: refused cancel_requested | COMMAND_REFUSED
)");
}

TEST_CASE("pairs: cancelled: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::cancelled)),
         R"(
initiate same           creating: create 2.1 | PAYMENT_INITIATED
initiate other          cancelled: refused amount_differs | COMMAND_REFUSED
confirm                 cancelled: refused cancelled | COMMAND_REFUSED
cancel                  cancelled: | PAYMENT_CANCELLED cancel_requested
cancel final            cancelled: | PAYMENT_CANCELLED final cancel_requested
refund                  cancelled: refused nothing_captured | PAYMENT_REFUND_FAILED cancel_requested, COMMAND_REFUSED
compensate              cancelled: refused nothing_captured | PAYMENT_REFUND_FAILED cancel_requested
stray answer            cancelled: ignored
wake                    cancelled: ignored
wake when expired       cancelled: | PAYMENT_CANCELLED final
confirm when expired    cancelled: refused cancelled | COMMAND_REFUSED
)");
}

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
requires_payment_method authorized: read
requires_confirmation   authorized: read
requires_action         authorized: read
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

TEST_CASE("pairs: capturing: the intent is read", "[saga][payment]") {
  const World world = in_status(Status::capturing);
  expect(intents_table(world, "read:") + answers_table(world, "read:"),
         R"(
requires_payment_method capturing: read
requires_confirmation   capturing: read
requires_action         capturing: read
processing              capturing: read
requires_capture        capturing: read
succeeded               captured: | PAYMENT_COMPLETED
canceled                cancelled: | PAYMENT_CANCELLED
other                   capturing: read
another intent          capturing: read
no intents              capturing: read
another refund          capturing: read
no refunds              capturing: read
declined                capturing: read
refused                 capturing: read
refused unexpected      capturing: read
not sent                capturing: read
unauthorized            capturing: read
unknown                 capturing: read
unknown replayed        capturing: read
key misused             capturing: misused
key expired             capturing: read
)");
}

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
succeeded               captured: | PAYMENT_COMPLETED cancel_requested
canceled                cancelled: | PAYMENT_CANCELLED cancel_requested
other                   cancelling: read
another intent          cancelling: create 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
no intents              cancelling: create 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
another refund          cancelling: create 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
no refunds              cancelling: create 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
declined                cancelled: | PAYMENT_FAILED cancel_requested, PAYMENT_CANCELLED cancel_requested
refused                 cancelled: | PAYMENT_CANCELLED cancel_requested
refused unexpected      cancelled: | PAYMENT_CANCELLED cancel_requested
not sent                cancelling: create 1.1
unauthorized            cancelling: create 1.1
unknown                 cancelling: create 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
unknown replayed        cancelling: create 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
key misused             cancelling: misused
key expired             cancelling: create 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
)");
}

TEST_CASE("pairs: cancelling: the create is looked for", "[saga][payment]") {
  const World world = after_rows({initiate(42'00, visa), cancel(), replayed("create")});
  expect(answers_table(world, "create"),
         R"(
another intent          cancelling: create 1.1?
no intents              cancelled: | PAYMENT_OUTCOME_KNOWN cancel_requested, PAYMENT_CANCELLED cancel_requested
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
succeeded               captured: | PAYMENT_COMPLETED cancel_requested
canceled                cancelled: | PAYMENT_CANCELLED cancel_requested
other                   cancelling: read
another intent          cancelling: cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
no intents              cancelling: cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
another refund          cancelling: cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
no refunds              cancelling: cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
declined                cancelling: cancel 1.2
refused                 cancelling: cancel 1.1!
refused unexpected      cancelling: cancel 1.1!
not sent                cancelling: cancel 1.1
unauthorized            cancelling: cancel 1.1
unknown                 cancelling: cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
unknown replayed        cancelling: cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
key misused             cancelling: misused
key expired             cancelling: cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
)");
}

TEST_CASE("pairs: cancelling: a lost cancel is read", "[saga][payment]") {
  const World world = after_rows({initiate(42'00), made(), cancel(), unknown("cancel:")});
  expect(intents_table(world, "cancel:") + answers_table(world, "cancel:"),
         R"(
requires_payment_method cancelling: cancel 1.1?
requires_confirmation   cancelling: cancel 1.1?
requires_action         cancelling: cancel 1.1?
processing              cancelling: read | PAYMENT_OUTCOME_KNOWN cancel_requested
requires_capture        cancelling: cancel 1.1?
succeeded               captured: | PAYMENT_OUTCOME_KNOWN cancel_requested, PAYMENT_COMPLETED cancel_requested
canceled                cancelled: | PAYMENT_OUTCOME_KNOWN cancel_requested, PAYMENT_CANCELLED cancel_requested
other                   cancelling: read | PAYMENT_OUTCOME_KNOWN cancel_requested
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
succeeded               captured: | PAYMENT_COMPLETED cancel_requested
canceled                cancelled: | PAYMENT_CANCELLED cancel_requested
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
succeeded               captured: | PAYMENT_COMPLETED cancel_requested
canceled                cancelled: | PAYMENT_CANCELLED cancel_requested
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
succeeded               captured: | PAYMENT_COMPLETED cancel_requested
canceled                cancelled: | PAYMENT_CANCELLED cancel_requested
other                   cancelling: read
another intent          cancelling: confirm 1.1, cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
no intents              cancelling: confirm 1.1, cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
another refund          cancelling: confirm 1.1, cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
no refunds              cancelling: confirm 1.1, cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
declined                cancelling: confirm 1.1, cancel 1.2
refused                 cancelling: confirm 1.1, cancel 1.1!
refused unexpected      cancelling: confirm 1.1, cancel 1.1!
not sent                cancelling: confirm 1.1, cancel 1.1
unauthorized            cancelling: confirm 1.1, cancel 1.1
unknown                 cancelling: confirm 1.1, cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
unknown replayed        cancelling: confirm 1.1, cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
key misused             cancelling: misused
key expired             cancelling: confirm 1.1, cancel 1.1? | PAYMENT_OUTCOME_UNKNOWN cancel_requested
)");
}
