#include <catch2/catch.hpp>

#include "saga/payment/pairs.hpp"

using namespace paysaga;
using namespace paysaga::payment;
using namespace paysaga::payment::trial;

TEST_CASE("pairs: none: a payment begins with payment.initiate, all else is early or ignored",
          "[saga][payment]") {
  expect(inputs_table(World{}),
         R"(
initiate same           creating: create 1.1 | PAYMENT_INITIATED
initiate other          creating: create 1.1 | PAYMENT_INITIATED
confirm                 none: parked
capture                 none: parked
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
initiate other          creating: refused amount_differs | REFUSED
confirm                 creating: create 1.1
capture                 creating: refused creating | REFUSED
cancel                  cancelling: create 1.1
cancel final            cancelling: create 1.1
refund                  creating: refused nothing_captured | PAYMENT_REFUND_FAILED, REFUSED
compensate              creating: refused nothing_captured | PAYMENT_REFUND_FAILED
stray answer            creating: ignored
wake                    creating: ignored
wake when expired       creating: ignored
confirm when expired    creating: refused expired | REFUSED
)");
}

TEST_CASE("pairs: ready: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::ready)),
         R"(
initiate same           ready: ignored
initiate other          ready: refused amount_differs | REFUSED
confirm                 confirming: confirm 1.1 | PAYMENT_PROCESSING
capture                 ready: refused ready | REFUSED
cancel                  cancelling: cancel 1.1
cancel final            cancelling: cancel 1.1
refund                  ready: refused nothing_captured | PAYMENT_REFUND_FAILED, REFUSED
compensate              ready: refused nothing_captured | PAYMENT_REFUND_FAILED
stray answer            ready: ignored
wake                    ready: ignored
wake when expired       cancelling: cancel 1.1
confirm when expired    ready: refused expired | REFUSED
)");
}

TEST_CASE("pairs: confirming: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::confirming)),
         R"(
initiate same           confirming: ignored
initiate other          confirming: refused amount_differs | REFUSED
confirm                 confirming: refused in_progress | REFUSED
capture                 confirming: refused confirming | REFUSED
cancel                  cancelling: confirm 1.1, cancel 1.1
cancel final            cancelling: confirm 1.1, cancel 1.1
refund                  confirming: parked
compensate              confirming: parked
stray answer            confirming: ignored
wake                    confirming: ignored
wake when expired       confirming: ignored
confirm when expired    confirming: refused in_progress | REFUSED
)");
}

TEST_CASE("pairs: action_required: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::action_required)),
         R"(
initiate same           action_required: ignored
initiate other          action_required: refused amount_differs | REFUSED
confirm                 action_required: refused in_progress | REFUSED
capture                 action_required: refused action_required | REFUSED
cancel                  cancelling: cancel 1.1
cancel final            cancelling: cancel 1.1
refund                  action_required: refused nothing_captured | PAYMENT_REFUND_FAILED, REFUSED
compensate              action_required: refused nothing_captured | PAYMENT_REFUND_FAILED
stray answer            action_required: ignored
wake                    action_required: ignored
wake when expired       cancelling: cancel 1.1
confirm when expired    action_required: refused in_progress | REFUSED
)");
}

TEST_CASE("pairs: processing: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::processing)),
         R"(
initiate same           processing: ignored
initiate other          processing: refused amount_differs | REFUSED
confirm                 processing: refused in_progress | REFUSED
capture                 processing: refused processing | REFUSED
cancel                  cancelling: read
cancel final            cancelling: read
refund                  processing: parked
compensate              processing: parked
stray answer            processing: ignored
wake                    processing: ignored
wake when expired       processing: ignored
confirm when expired    processing: refused in_progress | REFUSED
)");
}

TEST_CASE("pairs: declined: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::declined)),
         R"(
initiate same           declined: ignored
initiate other          declined: refused amount_differs | REFUSED
confirm                 confirming: confirm 2.1 | PAYMENT_PROCESSING
capture                 declined: refused declined | REFUSED
cancel                  cancelling: cancel 1.1
cancel final            cancelling: cancel 1.1
refund                  declined: refused nothing_captured | PAYMENT_REFUND_FAILED, REFUSED
compensate              declined: refused nothing_captured | PAYMENT_REFUND_FAILED
stray answer            declined: ignored
wake                    declined: ignored
wake when expired       cancelling: cancel 1.1
confirm when expired    declined: refused expired | REFUSED
)");
}

TEST_CASE("pairs: authorized: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::authorized)),
         R"(
initiate same           authorized: ignored
initiate other          authorized: refused amount_differs | REFUSED
confirm                 authorized: refused authorized | REFUSED
capture                 capturing: capture 1.1 | PAYMENT_PROCESSING
cancel                  cancelling: cancel 1.1
cancel final            cancelling: cancel 1.1
refund                  authorized: refused nothing_captured | PAYMENT_REFUND_FAILED, REFUSED
compensate              authorized: refused nothing_captured | PAYMENT_REFUND_FAILED
stray answer            authorized: ignored
wake                    authorized: ignored
wake when expired       authorized: ignored
confirm when expired    authorized: refused authorized | REFUSED
)");
}

TEST_CASE("pairs: capturing: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::capturing)),
         R"(
initiate same           capturing: ignored
initiate other          capturing: refused amount_differs | REFUSED
confirm                 capturing: refused capturing | REFUSED
capture                 capturing: refused capturing | REFUSED
cancel                  cancelling: capture 1.1
cancel final            cancelling: capture 1.1
refund                  capturing: parked
compensate              capturing: parked
stray answer            capturing: ignored
wake                    capturing: ignored
wake when expired       capturing: ignored
confirm when expired    capturing: refused capturing | REFUSED
)");
}

TEST_CASE("pairs: captured: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::captured)),
         R"(
initiate same           captured: ignored
initiate other          captured: refused amount_differs | REFUSED
confirm                 captured: refused captured | REFUSED
capture                 captured: refused captured | REFUSED
cancel                  captured: refused captured | REFUSED
cancel final            captured: refused captured | REFUSED
refund                  captured: refund r1 1.1
compensate              captured: refund c1 1.1
stray answer            captured: ignored
wake                    captured: ignored
wake when expired       captured: ignored
confirm when expired    captured: refused captured | REFUSED
)");
}

TEST_CASE("pairs: cancelling: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::cancelling)),
         R"(
initiate same           cancelling: parked
initiate other          cancelling: refused amount_differs | REFUSED
confirm                 cancelling: refused cancel_requested | REFUSED
capture                 cancelling: refused cancel_requested | REFUSED
cancel                  cancelling: cancel 1.1
cancel final            cancelling: cancel 1.1
refund                  cancelling: parked
compensate              cancelling: parked
stray answer            cancelling: ignored
wake                    cancelling: ignored
wake when expired       cancelling: ignored
confirm when expired    cancelling: refused cancel_requested | REFUSED
)");
}

TEST_CASE("pairs: cancelled: every input", "[saga][payment]") {
  expect(inputs_table(in_status(Status::cancelled)),
         R"(
initiate same           creating: create 2.1 | PAYMENT_INITIATED
initiate other          cancelled: refused amount_differs | REFUSED
confirm                 cancelled: refused cancelled | REFUSED
capture                 cancelled: refused cancelled | REFUSED
cancel                  cancelled: | PAYMENT_CANCELLED wished
cancel final            cancelled: | PAYMENT_CANCELLED final wished
refund                  cancelled: refused nothing_captured | PAYMENT_REFUND_FAILED wished, REFUSED
compensate              cancelled: refused nothing_captured | PAYMENT_REFUND_FAILED wished
stray answer            cancelled: ignored
wake                    cancelled: ignored
wake when expired       cancelled: | PAYMENT_CANCELLED final
confirm when expired    cancelled: refused cancelled | REFUSED
)");
}
