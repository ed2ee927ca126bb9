#include <catch2/catch.hpp>

#include "saga/payment/pairs.hpp"

using namespace paysaga;
using namespace paysaga::payment;
using namespace paysaga::payment::trial;

namespace {

/// What each webhook leads to in this status.
std::string news_table(const World& world) {
  std::string table;
  for (const auto& [name, act] : std::vector<std::pair<std::string, Act>>{
           {"intent", webhook(News::intent)},
           {"decline", webhook(News::decline)},
           {"refund", webhook(News::refund)},
           {"other intent", webhook(News::intent, "pi_other")}}) {
    World after = world;
    const auto verdict = after.decide(*act(after));
    const std::string status = after.payment ? std::string{to_text(after.payment->status)} : "none";
    table += std::string{name}.append(": ").append(status) + ": " + told(verdict) + "\n";
  }
  return table;
}

World processing() {
  return after_rows({initiate(42'00, visa), made(), shows("confirm", IntentStatus::processing)});
}

RefundObject elsewhere(const std::string& id, std::int64_t minor) {
  RefundObject seen = refund_object(id, "", 1, RefundStatus::succeeded, minor);
  seen.ledger.clear();
  return seen;
}

}  // namespace

TEST_CASE("webhook: each kind of news in every status", "[saga][payment]") {
  std::string table = "none\n" + news_table(World{});
  for (int i = 0; i <= static_cast<int>(Status::cancelled); ++i) {
    const auto status = static_cast<Status>(i);
    table += std::string{to_text(status)} + "\n" + news_table(in_status(status));
  }
  expect(table, R"(
none
intent: none: ignored
decline: none: ignored
refund: none: ignored
other intent: none: ignored
creating
intent: creating: ignored
decline: creating: ignored
refund: creating: create 1.1
other intent: creating: ignored
ready
intent: ready: read
decline: ready: read
refund: ready: read
other intent: ready: ignored
confirming
intent: confirming: confirm 1.1, read
decline: confirming: confirm 1.1, read
refund: confirming: confirm 1.1, read
other intent: confirming: ignored
action_required
intent: action_required: read
decline: action_required: read
refund: action_required: read
other intent: action_required: ignored
processing
intent: processing: read
decline: processing: read
refund: processing: read
other intent: processing: ignored
declined
intent: declined: read
decline: declined: ignored
refund: declined: read
other intent: declined: ignored
authorized
intent: authorized: read
decline: authorized: read
refund: authorized: read
other intent: authorized: ignored
capturing
intent: capturing: ignored
decline: capturing: ignored
refund: capturing: capture 1.1
other intent: capturing: ignored
captured
intent: captured: ignored
decline: captured: ignored
refund: captured: read
other intent: captured: ignored
cancelling
intent: cancelling: ignored
decline: cancelling: ignored
refund: cancelling: cancel 1.1
other intent: cancelling: ignored
cancelled
intent: cancelled: ignored
decline: cancelled: ignored
refund: cancelled: ignored
other intent: cancelled: ignored
)");
}

TEST_CASE("webhook: a look that it asks for begins at once, and an older one counts no more",
          "[saga][payment]") {
  World world = processing();
  const std::string older = world.call("read:").id;
  play(world, {{webhook(News::intent), "processing", "read"}});
  CHECK(world.call("read:").not_before == world.now);
  const AnswerInput late{older, answer::Intent{world.intent(IntentStatus::processing)}, {}, {}};
  play(world, {
                  {[=](World&) { return late; }, "processing", "ignored"},
                  {succeeded("read:"), "captured", "| PAYMENT_COMPLETED"},
                  {webhook(News::intent), "captured", "ignored"},
                  {webhook(News::decline), "captured", "ignored"},
              });
}

TEST_CASE("webhook: an old processing after the success moves nothing", "[saga][payment]") {
  World world = processing();
  play(world, {
                  {webhook(News::intent), "processing", "read"},
                  {succeeded("read:"), "captured", "| PAYMENT_COMPLETED"},
                  {webhook(News::intent), "captured", "ignored"},
              });
  CHECK(world.payment->money.captured == 42'00);
  CHECK(world.calls().empty());
}

TEST_CASE("webhook: a confirm whose answer is late is known by a look beside it",
          "[saga][payment]") {
  World world = in_status(Status::confirming);
  const std::string sent = world.call(":confirm:").id;
  play(world, {{webhook(News::intent), "confirming", "confirm 1.1, read"}});
  CHECK(world.call("read:").not_before == world.now + seconds{2});
  play(world, {
                  {webhook(News::intent), "confirming", "ignored"},  // A look is planned already.
                  {succeeded("read:"), "captured", "| PAYMENT_COMPLETED"},
              });
  const AnswerInput late{sent, answer::Unknown{"timeout", false, std::nullopt}, {}, {}};
  play(world, {{[=](World&) { return late; }, "captured", "ignored"}});
}

TEST_CASE("webhook: the answer that comes first makes the look beside it needless",
          "[saga][payment]") {
  World world = in_status(Status::confirming);
  play(world, {
                  {webhook(News::intent), "confirming", "confirm 1.1, read"},
                  {succeeded(), "captured", "| PAYMENT_COMPLETED"},
              });
  CHECK(world.calls().empty());
}

TEST_CASE("webhook: a look beside an unanswered confirm takes only what no confirm can change",
          "[saga][payment]") {
  World world = in_status(Status::confirming);
  play(world, {
                  {webhook(News::decline), "confirming", "confirm 1.1, read"},
                  {shows_decline("read:", "do_not_honor"), "confirming", "confirm 1.1"},
                  {webhook(News::intent), "confirming", "confirm 1.1, read"},
                  {shows("read:", IntentStatus::requires_action), "confirming", "confirm 1.1"},
                  {declined("do_not_honor"), "declined", "| PAYMENT_FAILED"},
              });
}

TEST_CASE("webhook: a lost confirm is looked at now, not when its wait is over",
          "[saga][payment]") {
  World world = in_status(Status::confirming);
  play(world, {{unknown("confirm"), "confirming", "confirm 1.1? | PAYMENT_OUTCOME_UNKNOWN"}});
  CHECK(world.call("confirm").not_before > world.now);
  play(world, {{webhook(News::intent), "confirming", "confirm 1.1?"}});
  CHECK(world.call("confirm").not_before == world.now);
  CHECK(world.call("confirm").kind == CallKind::read_intent);
  play(world, {{succeeded(), "captured", "| PAYMENT_OUTCOME_KNOWN, PAYMENT_COMPLETED"}});
}

TEST_CASE("webhook: a payment that its customer made without us is found", "[saga][payment]") {
  World world = in_status(Status::ready);
  play(world, {
                  {webhook(News::intent), "ready", "read"},
                  {shows("read:", IntentStatus::requires_payment_method), "ready", ""},
                  {webhook(News::intent), "ready", "read"},
                  {unknown("read:"), "ready", "read"},
                  {shows_decline("read:", "do_not_honor"), "declined", "| PAYMENT_FAILED"},
                  {webhook(News::intent), "declined", "read"},
                  {succeeded("read:"), "captured", "| PAYMENT_COMPLETED"},
              });
  World cancelled = in_status(Status::ready);
  play(cancelled, {
                      {webhook(News::intent), "ready", "read"},
                      {shows("read:", IntentStatus::canceled), "cancelled", "| PAYMENT_CANCELLED"},
                  });
}

TEST_CASE("webhook: a refund that is made elsewhere is adopted once", "[saga][payment]") {
  World world = in_status(Status::captured);
  play(world,
       {
           {webhook(News::refund), "captured", "read"},
           {unknown("refunds:"), "captured", "read"},
           {refunds_are("refunds:", {elsewhere("re_9", 10'00)}), "captured", "| PAYMENT_REFUNDED"},
           {webhook(News::refund), "captured", "read"},
           {refunds_are("refunds:", {elsewhere("re_9", 10'00)}), "captured", ""},
       });
  CHECK(world.payment->money.refunded == 10'00);
  CHECK(world.payment->refunds.front().external);
}

TEST_CASE("webhook: a refund that had succeeded and failed later is told of", "[saga][payment]") {
  World world = in_status(Status::captured);
  play(world, {
                  {refund("r1"), "captured", "refund r1 1.1"},
                  {refund_is("refund", "r1", RefundStatus::succeeded, 42'00), "captured",
                   "| PAYMENT_REFUNDED"},
              });
  RefundObject failed = refund_object(world.payment->refunds.front().provider_id->text(), "r1", 1,
                                      RefundStatus::failed, 42'00);
  play(world, {
                  {webhook(News::refund), "captured", "read"},
                  {refunds_are("refunds:", {failed}), "captured", "| PAYMENT_REFUND_FAILED"},
              });
  CHECK(world.payment->money.refunded == 0);
}

TEST_CASE("webhook: refunds that were told of before the payment is known are listed then",
          "[saga][payment]") {
  World world = in_status(Status::confirming);
  play(world,
       {
           {webhook(News::refund), "confirming", "confirm 1.1, read"},
           {succeeded(), "captured", "read | PAYMENT_COMPLETED"},
           {refunds_are("refunds:", {elsewhere("re_9", 10'00)}), "captured", "| PAYMENT_REFUNDED"},
       });
  CHECK(world.payment->money.refunded == 10'00);
  CHECK(world.calls().empty());
}
