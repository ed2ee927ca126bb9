#include "paysaga/engine/reconcile/reconciler.hpp"

#include <future>
#include <map>

#include <catch2/catch.hpp>

#include "storage/store_world.hpp"

namespace paysaga::engine::reconcile {
namespace {

const Time now = time_from_micros(1'700'000'000'000'000);

std::string intent(const std::string& id, const std::string& order, int captured) {
  return R"({"id":")" + id + R"(","object":"payment_intent","status":"succeeded","amount":100,)" +
         R"("currency":"eur","amount_received":)" + std::to_string(captured) +
         R"(,"created":1699999999,"metadata":{"order_id":")" + order + R"(","ledger":"ours"}})";
}

std::string order(const std::string& id, const std::string& intent, int captured,
                  const std::string& phase = "done") {
  return R"({"order_id":")" + id + R"(","status":"PENDING","updated_at":")" +
         paysaga::to_text(now) +
         R"(","amount":{"minor":100,"currency":"EUR"},"money":{"captured":)" +
         std::to_string(captured) +
         R"(,"refunding":0,"refunded":0},"payment":{"status":"captured","payment_intent_id":")" +
         intent + R"(","operations":[{"phase":")" + phase + R"("}]},"refunds":[],"disputes":[]})";
}

/// Stripe and the engine, as far as one comparison looks at them.
struct World {
  World() : reconciler{ports()} {}

  Reconciler::Ports ports() {
    return {.ask = [this](const actors::ProviderCall& call,
                          const actors::PaymentProvider::Done& done) { ask(call, done); },
            .get = [this](const std::string& target,
                          const std::function<void(int, std::string)>& done) { get(target, done); },
            .sweep = [this](Time from) { swept_from = from; },
            .ledger = "ours",
            .directory = scratch.at("reports"),
            .ended = [this](const Report& report) { ended.set_value(report); },
            .again_after = milliseconds{1}};
  }

  void ask(const actors::ProviderCall& call, const actors::PaymentProvider::Done& done) {
    const std::string& target = call.call.request.target;
    if (failures-- > 0) return done({answer::Unknown{"timeout", false, {}}, {}, {}});
    if (target.starts_with("GET /v1/payment_intents?")) {
      // Two to a page, newest first.
      const std::size_t cursor = target.find("starting_after=");
      const std::string after =
          cursor == std::string::npos ? "" : target.substr(cursor + 15, target.find('&', cursor));
      answer::Page page;
      bool past = after.empty();
      for (const auto& [id, json] : intents) {
        if (past && page.objects.size() == 2) page.has_more = true;
        if (past && page.objects.size() < 2) page.objects.push_back(json);
        past = past || after.starts_with(id);
      }
      return done({std::move(page), {}, {}});
    }
    if (target.starts_with("GET /v1/payment_intents/")) {
      const std::string id = target.substr(24, target.find('?') - 24);
      if (intents.contains(id)) return done({answer::Page{{intents.at(id)}, false}, {}, {}});
      if (older.contains(id)) return done({answer::Page{{older.at(id)}, false}, {}, {}});
      return done({answer::Refused{"resource_missing", {}, {}, {}}, {}, {}});
    }
    done({answer::Page{}, {}, {}});  // No refunds.
  }

  void get(const std::string& target, const std::function<void(int, std::string)>& done) {
    if (target.starts_with("/v1/orders?")) {
      std::string list;
      for (const auto& [id, json] : orders) list += (list.empty() ? "" : ",") + json;
      return done(200, R"({"orders":[)" + list + R"(],"next":null,"incomplete":[]})");
    }
    const auto found = orders.find(target.substr(std::string{"/v1/orders/"}.size()));
    if (found == orders.end()) return done(404, "{}");
    done(200, found->second);
  }

  Report run() {
    REQUIRE(reconciler.begin(now - hours{24}, now));
    return ended.get_future().get();
  }

  storage::ScratchDirectory scratch;
  std::map<std::string, std::string, std::greater<>> intents;  // Created in the span.
  std::map<std::string, std::string> older;
  std::map<std::string, std::string> orders;
  int failures = 0;
  std::optional<Time> swept_from;
  std::promise<Report> ended;
  Reconciler reconciler;
};

}  // namespace

TEST_CASE("reconciler: every page is compared, and the events of that time are swept first",
          "[engine]") {
  World world;
  for (const char* number : {"1", "2", "3", "4", "5"}) {
    const std::string id = std::string{"pi_"} + number;
    const std::string of = std::string{"ord_"} + number;
    world.intents[id] = intent(id, of, 100);
    world.orders[of] = order(of, id, 100);
  }
  world.orders["ord_2"] = order("ord_2", "pi_2", 0);
  world.failures = 3;  // It goes on until there is an answer.
  const Report report = world.run();
  CHECK(report.state == State::done);
  CHECK(report.intents == 5);
  CHECK(report.orders == 5);
  CHECK(world.swept_from == now - hours{24});
  REQUIRE(report.findings.size() == 1);
  CHECK(report.findings.front().what == Difference::captured_differs);
  CHECK(report.findings.front().order == "ord_2");
  CHECK(report.sums.at("EUR").there.captured_minor == 500);
  CHECK(report.sums.at("EUR").here.captured_minor == 400);
  CHECK(newest_report(world.scratch.at("reports")) == report_json(report) + "\n");
}

TEST_CASE("reconciler: an order under way is no finding", "[engine]") {
  World world;
  world.intents["pi_1"] = intent("pi_1", "ord_1", 100);
  world.orders["ord_1"] = order("ord_1", "pi_1", 0, "unknown");
  const Report report = world.run();
  CHECK(report.findings.empty());
  CHECK(report.moving == 1);
}

TEST_CASE("reconciler: a second payment is named whatever is under way", "[engine]") {
  World world;
  world.intents["pi_1"] = intent("pi_1", "ord_1", 100);
  world.intents["pi_2"] = intent("pi_2", "ord_1", 100);
  world.orders["ord_1"] = order("ord_1", "pi_1", 100, "intended");
  const Report report = world.run();
  REQUIRE(report.findings.size() == 1);
  CHECK(report.findings.front().what == Difference::two_successes);
}

TEST_CASE("reconciler: an order whose intent is older is read, one whose intent is nowhere named",
          "[engine]") {
  World world;
  world.orders["ord_1"] = order("ord_1", "pi_1", 100);
  world.orders["ord_2"] = order("ord_2", "pi_2", 100);
  world.older["pi_1"] = intent("pi_1", "ord_1", 100);
  const Report report = world.run();
  REQUIRE(report.findings.size() == 1);
  CHECK(report.findings.front().what == Difference::payment_unknown);
  CHECK(report.findings.front().order == "ord_2");
}

TEST_CASE("reconciler: one run at a time; one that is stopped says so", "[engine]") {
  World world;
  world.failures = 1'000;
  REQUIRE(world.reconciler.begin(now - hours{24}, now));
  const auto second = world.reconciler.begin(now - hours{24}, now);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::conflict);
  world.reconciler.stop();
  const Report report = world.ended.get_future().get();
  CHECK(report.state == State::failed);
  CHECK(report.why.find("shuts down") != std::string::npos);
  CHECK_FALSE(world.reconciler.begin(now, now));
}

}  // namespace paysaga::engine::reconcile
