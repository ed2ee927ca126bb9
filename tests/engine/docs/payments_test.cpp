// What docs/payments.md says of the saga is true: each row of its tables goes through the real
// decision.

#include <algorithm>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "engine/docs/page.hpp"
#include "paysaga/saga/payment/decline.hpp"
#include "paysaga/storage/codec_webhook.hpp"
#include "saga/payment/pairs.hpp"

namespace paysaga::docs {
namespace {

using namespace payment;
using namespace payment::trial;

/// What follows from an input: the status if it is another, what is under way, what is told.
std::string follows(World world, const Act& act) {
  const Status before = world.payment->status;
  const auto verdict = world.decide(*act(world));
  if (verdict.outcome == Outcome::ignored) return "nothing";
  if (verdict.outcome == Outcome::misused) return "the order is stopped";
  const Status after = world.payment->status;
  std::string text{before == after ? "stays" : to_text(after)};
  std::string rest = told(verdict);
  if (const std::size_t bar = rest.find("| "); bar != std::string::npos) {
    rest.replace(bar > 0 ? bar - 1 : bar, bar > 0 ? 3 : 2, bar > 0 ? "; " : "");
  }
  return rest.empty() ? text : text + "; " + rest;
}

/// A look at the intent that is under way, in each situation in which there is one.
struct Situation {
  World world;
  std::string call;
};
std::map<std::string, Situation> situations() {
  const auto after = [](Status status, const Act& act) {
    World world = in_status(status);
    world.decide(*act(world));
    return world;
  };
  return {
      {"creating, its outcome unknown", {after(Status::creating, replayed("create")), "create"}},
      {"ready", {after(Status::ready, webhook(News::intent)), "read:"}},
      {"confirming, its answer awaited",
       {after(Status::confirming, webhook(News::intent)), "read:"}},
      {"confirming, its outcome unknown",
       {after(Status::confirming, unknown("confirm")), "confirm"}},
      {"action_required", {in_status(Status::action_required), "read:"}},
      {"processing", {in_status(Status::processing), "read:"}},
      {"declined", {after(Status::declined, webhook(News::intent)), "read:"}},
      {"authorized", {in_status(Status::authorized), "read:"}},
      {"capturing, its outcome unknown", {after(Status::capturing, unknown("capture")), "capture"}},
      {"cancelling, its outcome unknown", {after(Status::cancelling, unknown("cancel")), "cancel"}},
      {"cancelling, processing at Stripe", {after(Status::processing, cancel()), "read:"}},
  };
}

/// A create is looked for in a list.
Act look_shows(const std::string& call, IntentStatus status) {
  if (call != "create") return shows(call, status);
  return [=](World& world) -> std::optional<payment::Input> {
    return AnswerInput{world.call(call).id, answer::Intents{{world.intent(status)}}, {}, {}};
  };
}

World refunding(bool compensation) {
  World world = in_status(Status::captured);
  world.decide(*(compensation ? compensate("r1") : refund("r1"))(world));
  return world;
}

/// The world in which an operation's call is under way.
World under_way_of(const std::string& operation) {
  if (operation == "create") return in_status(Status::creating);
  if (operation == "confirm") return in_status(Status::confirming);
  if (operation == "capture") return in_status(Status::capturing);
  if (operation == "cancel") return in_status(Status::cancelling);
  if (operation == "refund") return refunding(false);
  REQUIRE(operation == "compensation");
  return refunding(true);
}

std::string call_of(const std::string& operation) {
  return operation == "compensation" ? "refund" : operation;
}

/// "refused resource_missing of payment_method".
Act refusal(const std::string& call, const std::string& text) {
  const std::size_t of = text.find(" of ");
  return refused(call, text.substr(0, of), of == std::string::npos ? "" : text.substr(of + 4));
}

Act answer_act(const std::string& operation, const std::string& answer) {
  const std::string call = call_of(operation);
  if (answer == "not sent") return not_sent(call);
  if (answer == "in progress") {
    return answered(call, answer::NotSent{"409", std::nullopt, true, true});
  }
  if (answer == "unauthorized") return answered(call, answer::Unauthorized{"401"});
  if (answer == "unknown") return unknown(call);
  if (answer == "unknown, replayed") return replayed(call);
  if (answer == "key misused") return answered(call, answer::KeyMisused{"another request"});
  if (answer == "key expired") return answered(call, answer::KeyExpired{});
  if (answer == "declined") {
    if (operation == "confirm") return declined("insufficient_funds");
    const Decline decline{"card_declined", "insufficient_funds", {}, std::nullopt};
    return answered(call, answer::Declined{decline, "No.", std::nullopt});
  }
  const std::string shown = "refused payment_intent_unexpected_state, the intent is ";
  if (answer.starts_with(shown)) {
    return unexpected(call, parse_intent_status(answer.substr(shown.size())));
  }
  INFO(answer);
  REQUIRE(answer.starts_with("refused "));
  return refusal(call, answer.substr(8));
}

}  // namespace

TEST_CASE("docs/payments.md: what a look at the intent leads to", "[docs]") {
  std::set<std::pair<std::string, std::string>> seen;
  const auto all = situations();
  for (const auto& row : table_of("## A look at the intent").rows) {
    INFO(row[0] << " | " << row[1]);
    REQUIRE(all.contains(row[0]));
    const Situation& situation = all.at(row[0]);
    for (const std::string& status : parts_of(row[1])) {
      CAPTURE(status);
      const IntentStatus shown = parse_intent_status(status);
      CHECK((shown == IntentStatus::other) == (status == "any other"));
      CHECK(seen.emplace(row[0], status).second);
      CHECK(row[2] == follows(situation.world, look_shows(situation.call, shown)));
    }
  }
  CHECK(seen.size() == all.size() * (static_cast<std::size_t>(IntentStatus::other) + 1));
}

TEST_CASE("docs/payments.md: what a webhook leads to", "[docs]") {
  const Table table = table_of("## Webhooks");
  const std::vector<News> news = {News::intent, News::decline, News::refund, News::dispute};
  REQUIRE(table.columns.size() == news.size() + 1);
  std::set<std::string> seen;
  for (const auto& row : table.rows) {
    for (int i = 0; i <= static_cast<int>(Status::cancelled); ++i) {
      const auto status = static_cast<Status>(i);
      if (to_text(status) != row[0]) continue;
      seen.insert(row[0]);
      for (std::size_t column = 0; column < news.size(); ++column) {
        INFO(row[0] << " | " << table.columns[column + 1]);
        CHECK(row[column + 1] == follows(in_status(status), webhook(news[column])));
      }
    }
  }
  CHECK(seen.size() == static_cast<std::size_t>(Status::cancelled) + 1);
  CHECK(seen.size() == table.rows.size());
}

TEST_CASE("docs/payments.md: what each type of webhook is news of", "[docs]") {
  const std::map<std::string, std::optional<News>> named = {{"intent", News::intent},
                                                            {"decline", News::decline},
                                                            {"refund", News::refund},
                                                            {"dispute", News::dispute},
                                                            {"nothing", std::nullopt}};
  std::set<std::string> kinds;
  std::set<std::string> types;
  for (const auto& row : table_of("### Types").rows) {
    REQUIRE(named.contains(row[0]));
    kinds.insert(row[0]);
    for (const std::string& type : parts_of(row[1])) {
      INFO(type);
      types.insert(type);
      const auto event = storage::parse_webhook(
          R"({"id":"evt_1","object":"event","livemode":false,"type":")" + type +
          R"(","data":{"object":{"object":"charge","payment_intent":"pi_1"}}})");
      REQUIRE(event);
      CHECK(event->news == named.at(row[0]));
    }
  }
  CHECK(kinds.size() == named.size());
  for (const std::string& type : rows_in("storage/codec_webhook.cpp")) {
    INFO(type);
    CHECK(types.contains(type));
  }
}

TEST_CASE("docs/payments.md: what an answer means for each operation", "[docs]") {
  const Table table = table_of("## What an answer means");
  REQUIRE(table.columns.size() == 7);
  for (const auto& row : table.rows) {
    for (std::size_t column = 1; column < table.columns.size(); ++column) {
      const std::string& operation = table.columns[column];
      INFO(row[0] << " | " << operation);
      if (row[column].empty()) continue;  // Stripe does not answer so.
      CHECK(row[column] == follows(under_way_of(operation), answer_act(operation, row[0])));
    }
  }
}

TEST_CASE("docs/payments.md: what the status of a refund means", "[docs]") {
  const Table table = table_of("## Refunds");
  REQUIRE(table.columns.size() == 5);
  const auto after = [](World world, RefundStatus status) {
    world.decide(*refund_is("refund", "r1", status, 42'00)(world));
    return world;
  };
  const World pending = after(refunding(false), RefundStatus::pending);
  World done = after(refunding(false), RefundStatus::succeeded);
  done.decide(*webhook(News::refund)(done));
  std::size_t seen = 0;
  for (const auto& row : table.rows) {
    INFO(row[0]);
    const RefundStatus status = parse_refund_status(row[0]);
    CHECK((status == RefundStatus::other) == (row[0] == "any other"));
    ++seen;
    const Act listed = refunds_are("refunds:", {refund_object("re_r1_1", "r1", 1, status, 42'00)});
    CHECK(row[1] == follows(refunding(false), refund_is("refund", "r1", status, 42'00)));
    CHECK(row[2] == follows(pending, refund_is("refund:", "r1", status, 42'00)));
    CHECK(row[3] == follows(done, listed));
    CHECK(row[4] == follows(refunding(true), refund_is("refund", "r1", status, 42'00)));
  }
  CHECK(seen == static_cast<std::size_t>(RefundStatus::other) + 1);
}

TEST_CASE("docs/payments.md: the class of each decline, and what the customer is told", "[docs]") {
  std::set<std::string> seen;
  std::set<std::string> classes;
  for (const auto& row : table_of("## Declines").rows) {
    classes.insert(row[0]);
    for (const std::string& code : parts_of(row[1])) {
      INFO(code);
      const Decline decline{"card_declined", code, {}, std::nullopt};
      CHECK(to_text(classify(decline)) == row[0]);
      CHECK(seen.insert(code).second);
      // A code of its own, where Stripe gives no decline code.
      CHECK(to_text(classify(Decline{code, {}, {}, std::nullopt})) == row[0]);
    }
    // A word that the class' first code tells, where no code has words of its own.
    const std::string first = parts_of(row[1]).front();
    CHECK(customer_text(Decline{"card_declined", first, {}, std::nullopt}) == row[2]);
  }
  CHECK(classes.size() == 4);
  for (const std::string& code : rows_in("saga/payment/decline.cpp")) {
    INFO(code);
    CHECK(seen.contains(code));
  }
  CHECK(to_text(classify(Decline{"never_heard_of", "nor_of_this", {}, std::nullopt})) ==
        "ask_customer");
}

}  // namespace paysaga::docs
