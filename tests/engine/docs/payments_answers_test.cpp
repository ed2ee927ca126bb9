// What docs/payments.md says of Stripe's answers is true: each row goes through the real table of
// answers.

#include <set>

#include <catch2/catch.hpp>

#include "engine/docs/page.hpp"
#include "paysaga/engine/stripe/classify.hpp"
#include "paysaga/engine/stripe/objects.hpp"
#include "saga/payment/pairs.hpp"

namespace paysaga::docs {
namespace {

using namespace engine::stripe;

const std::string intent_json =
    R"({"id":"pi_1","object":"payment_intent","amount":4200,"currency":"eur",)"
    R"("status":"succeeded","livemode":false})";
const std::string refund_json =
    R"({"id":"re_1","object":"refund","amount":4200,"currency":"eur","status":"succeeded"})";

std::string list_of(const std::string& item) {
  return R"({"object":"list","has_more":false,"data":[)" + item + "]}";
}

std::string name_of(const Answer& answer) {
  return std::visit(Overload{
                        [](const answer::Intent&) { return std::string{"done"}; },
                        [](const answer::Intents&) { return std::string{"done"}; },
                        [](const answer::Refund&) { return std::string{"done"}; },
                        [](const answer::Refunds&) { return std::string{"done"}; },
                        [](const answer::Disputes&) { return std::string{"done"}; },
                        [](const answer::Page&) { return std::string{"done"}; },
                        [](const answer::Declined&) { return std::string{"declined"}; },
                        [](const answer::Refused&) { return std::string{"refused"}; },
                        [](const answer::NotSent& a) {
                          return std::string{a.in_progress ? "in progress" : "not sent"};
                        },
                        [](const answer::Unauthorized&) { return std::string{"unauthorized"}; },
                        [](const answer::Unknown& a) {
                          return std::string{a.replayed_error ? "unknown, replayed" : "unknown"};
                        },
                        [](const answer::KeyMisused&) { return std::string{"key misused"}; },
                        [](const answer::KeyExpired&) { return std::string{"key expired"}; },
                    },
                    answer);
}

/// "card_error card_declined" is an error object of this type and code.
std::string body_of(const std::string& cell, const std::string& asked_for) {
  if (cell == "what was asked for") return asked_for;
  if (cell == "another object") return R"({"id":"cus_1","object":"customer","livemode":false})";
  if (cell == "live mode in a test node") {
    return R"({"id":"pi_1","object":"payment_intent","amount":4200,"currency":"eur",)"
           R"("status":"succeeded","livemode":true})";
  }
  if (cell == "no JSON") return "<html>Bad Gateway</html>";
  const std::size_t space = cell.find(' ');
  const std::string code = space == std::string::npos ? "" : cell.substr(space + 1);
  return R"({"error":{"type":")" + cell.substr(0, space) + R"(","code":")" + code + R"("}})";
}

Headers headers_of(const std::string& cell) {
  const std::size_t colon = cell.find(": ");
  if (colon == std::string::npos) return {};
  return {{cell.substr(0, colon), cell.substr(colon + 2)}};
}

bool is_open_dispute(const payment::trial::World& world) {
  return world.payment->money.disputed > 0;
}

}  // namespace

TEST_CASE("docs/payments.md: what each HTTP answer is taken for", "[docs]") {
  const Table table = table_of("## Answers");
  REQUIRE(table.columns.size() == 6);
  std::set<int> statuses;
  for (const auto& row : table.rows) {
    INFO(row[0] << " | " << row[1] << " | " << row[2]);
    const int status = std::stoi(row[0]);
    statuses.insert(status);
    const auto taken_for = [&](Expect expect, const std::string& asked_for) {
      const bool repeated = row[2] == "a repeat";
      const HttpResponse response{status, headers_of(row[2]), body_of(row[1], asked_for), repeated};
      return name_of(classify(expect, response, false).answer);
    };
    CHECK(row[3] == taken_for(Expect::intent, intent_json));
    CHECK(row[4] == taken_for(Expect::refund, refund_json));
    CHECK(row[5] == taken_for(Expect::refunds, list_of(refund_json)));
  }
  CHECK(statuses.size() >= 15);
}

TEST_CASE("docs/payments.md: what no answer is taken for", "[docs]") {
  std::set<std::string> seen;
  for (const auto& row : table_of("### No answer").rows) {
    for (const std::string& name : parts_of(row[0])) {
      for (int i = 0; i <= static_cast<int>(Fault::too_large); ++i) {
        const auto fault = static_cast<Fault>(i);
        if (to_text(fault) != name) continue;
        INFO(name);
        seen.insert(name);
        const auto taken_for = [&](bool maybe_sent) {
          return name_of(
              classify(Expect::intent, TransportFailure{fault, maybe_sent, ""}, false).answer);
        };
        if (!row[1].empty()) CHECK(row[1] == taken_for(false));
        CHECK(row[2] == taken_for(true));
      }
    }
  }
  CHECK(seen.size() == static_cast<std::size_t>(Fault::too_large) + 1);
}

TEST_CASE("docs/payments.md: what the status of a dispute means", "[docs]") {
  using namespace payment::trial;
  for (const auto& row : table_of("## Disputes").rows) {
    INFO(row[0] << " | " << row[1]);
    const std::string moved = row[1] == "taken"        ? R"({"amount":-1000})"
                              : row[1] == "given back" ? R"({"amount":-1000},{"amount":1000})"
                                                       : "";
    for (const std::string& status : parts_of(row[0])) {
      const Reading read =
          read_body(list_of(R"({"id":"dp_1","object":"dispute","livemode":false,"amount":1000,)"
                            R"("currency":"eur","status":")" +
                            status + R"(","balance_transactions":[)" + moved + "]}"));
      const auto& page = std::get<ListPage>(read.body);
      REQUIRE(page.disputes.size() == 1);
      CHECK(row[2] == to_text(page.disputes.front().state));
      World world = in_status(payment::Status::captured);
      world.decide(*webhook(News::dispute)(world));
      const auto verdict = world.decide(*disputes_are(page.disputes)(world));
      const std::string event =
          verdict.events.empty() ? "-" : std::string{to_text(verdict.events.front().type)};
      CHECK(row[3] == event);
      const auto asked = world.look(*refund("r1")(world));
      const bool refused = asked.outcome == Outcome::refused;
      CHECK(row[4] == (refused ? "refused " + asked.code
                               : to_text(Money{asked.next->refunds.back().amount_minor,
                                               asked.next->amount.currency})));
      CHECK(refused == is_open_dispute(world));
    }
  }
}

}  // namespace paysaga::docs
