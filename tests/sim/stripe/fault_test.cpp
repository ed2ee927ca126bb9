#include <algorithm>

#include <catch2/catch.hpp>

#include "sim/stripe/world.hpp"

namespace paysaga::sim::stripe {
namespace {

std::size_t intents(const World& world) {
  std::size_t count = 0;
  for (const OrderBook& book : world.model.books().orders()) count += book.intents.size();
  return count;
}

}  // namespace

TEST_CASE("fault: each kind does what it says, and a repeat finds what it left", "[sim][stripe]") {
  struct Row {
    Fault fault;
    Delivery delivery;
    int status;             // As it is delivered; 0 if nothing is.
    std::size_t intents;    // Made by it.
    bool replayed;          // Whether the same request later is answered from what was kept.
    int status_afterwards;  // Of that same request.
  };
  const Row row = GENERATE(Row{Fault::drop_before_commit, Delivery::none, 0, 0, false, 200},
                           Row{Fault::drop_after_commit, Delivery::none, 0, 1, true, 200},
                           Row{Fault::error_500_unsaved, Delivery::whole, 500, 0, false, 200},
                           Row{Fault::rate_limit_429, Delivery::whole, 429, 0, false, 200},
                           Row{Fault::lock_timeout_429, Delivery::whole, 429, 0, false, 200},
                           Row{Fault::slow, Delivery::whole, 200, 1, true, 200},
                           Row{Fault::truncated, Delivery::cut, 200, 1, true, 200});
  CAPTURE(to_text(row.fault));
  World world;
  world.set_rate(row.fault, 1);
  const Answer answer = world.create("o1", "", "k1");
  CHECK(answer.delivery == row.delivery);
  if (row.delivery != Delivery::none) CHECK(answer.status == row.status);
  CHECK(intents(world) == row.intents);
  world.set_rate(row.fault, 0);
  const Answer again = world.create("o1", "", "k1");
  CHECK(again.status == row.status_afterwards);
  CHECK((again.header("Idempotent-Replayed") == "true") == row.replayed);
  CHECK(intents(world) == 1);
}

TEST_CASE("fault: a saved 500 is kept, whether it was done or not", "[sim][stripe]") {
  int done = 0;
  for (int i = 0; i < 40; ++i) {
    World world{ModelOptions{static_cast<std::uint64_t>(i), {}, {}, hours{24}}};
    const std::string id = world.intent("o1");
    world.set_rate(Fault::error_500_saved, 1);
    const Answer first = world.confirm(id, "pm_card_visa", "k1");
    world.set_rate(Fault::error_500_saved, 0);
    CHECK(first.status == 500);
    CHECK(first.header("Stripe-Should-Retry").empty());
    const Answer again = world.confirm(id, "pm_card_visa", "k1");
    CHECK(again.body == first.body);
    CHECK(again.header("Idempotent-Replayed") == "true");
    CHECK(again.header("Stripe-Should-Retry") == "false");
    // Only reading tells what became of it.
    const bool paid = at(world.retrieve(id).body, "status") == "succeeded";
    done += paid ? 1 : 0;
    const Answer fresh = world.confirm(id, "pm_card_visa", "k2");
    CHECK(outcome(fresh) == (paid ? "400 payment_intent_unexpected_state" : "200 succeeded"));
    CHECK(world.model.books().violations() == 0);
  }
  CHECK((done > 8 && done < 32));
}

TEST_CASE("fault: a page of the edge hides what was done or not", "[sim][stripe]") {
  int done = 0;
  for (int i = 0; i < 40; ++i) {
    World world{ModelOptions{static_cast<std::uint64_t>(i), {}, {}, hours{24}}};
    world.set_rate(Fault::html_502, 1);
    const Answer page = world.create("o1", "", "k1");
    CHECK(page.status == 502);
    CHECK(page.content_type == "text/html");
    CHECK(page.header("Request-Id").empty());
    done += static_cast<int>(intents(world));
    world.set_rate(Fault::html_502, 0);
    CHECK(outcome(world.create("o1", "", "k1")) == "200 requires_payment_method");
    CHECK(intents(world) == 1);
  }
  CHECK((done > 8 && done < 32));
}

TEST_CASE("fault: errors of the client stay what they are under a saved 500", "[sim][stripe]") {
  for (int i = 0; i < 20; ++i) {
    World world{ModelOptions{static_cast<std::uint64_t>(i), {}, {}, hours{24}}};
    world.set_rate(Fault::error_500_saved, 1);
    const int status = world.post("/v1/payment_intents", "amount=1&currency=eur", "k").status;
    CHECK((status == 400 || status == 500));
    CHECK(intents(world) == 0);
  }
}

TEST_CASE("fault: hints to clients are in the headers", "[sim][stripe]") {
  World world;
  world.set_rate(Fault::rate_limit_429, 1);
  const Answer limited = world.create("o1");
  CHECK(outcome(limited) == "429 rate_limit");
  CHECK(limited.header("Stripe-Rate-Limited-Reason") == "global-rate");
  CHECK(limited.header("Stripe-Should-Retry").empty());
  world.set_rate(Fault::rate_limit_429, 0);
  world.set_rate(Fault::lock_timeout_429, 1);
  const Answer locked = world.create("o1");
  CHECK(outcome(locked) == "429 lock_timeout");
  CHECK(locked.header("Stripe-Should-Retry") == "true");
  world.set_rate(Fault::lock_timeout_429, 0);
  CHECK(world.create("o1").header("Stripe-Version") == "2026-08-26.dahlia");
}

TEST_CASE("fault: rates hold, and one rate moves no other fault", "[sim][stripe]") {
  const auto faults_of = [](double drop, double slow) {
    Faults faults;
    faults.rate(Fault::drop_before_commit) = drop;
    faults.rate(Fault::slow) = slow;
    FaultDice dice{7};
    std::vector<Fault> drawn;
    for (int i = 0; i < 5000; ++i) drawn.push_back(dice.draw(faults).fault);
    return drawn;
  };
  const std::vector<Fault> both = faults_of(0.1, 0.2);
  const std::vector<Fault> slow = faults_of(0, 0.2);
  const auto drops = std::count(both.begin(), both.end(), Fault::drop_before_commit);
  const auto slows = std::count(slow.begin(), slow.end(), Fault::slow);
  CHECK((drops > 400 && drops < 600));
  CHECK((slows > 880 && slows < 1120));
  for (std::size_t i = 0; i < both.size(); ++i) {
    if (both[i] != Fault::drop_before_commit) CHECK(both[i] == slow[i]);
  }
}

TEST_CASE("fault: latency is fixed plus jitter, and the effect falls within it", "[sim][stripe]") {
  Faults faults;
  faults.latency = milliseconds{300};
  faults.jitter = milliseconds{100};
  FaultDice dice{1};
  Duration shortest = hours{1};
  Duration longest{0};
  for (int i = 0; i < 1000; ++i) {
    const Draw draw = dice.draw(faults);
    shortest = std::min(shortest, draw.answer_after);
    longest = std::max(longest, draw.answer_after);
    REQUIRE((draw.effect_after >= Duration{0} && draw.effect_after <= draw.answer_after));
  }
  CHECK((shortest >= milliseconds{300} && shortest < milliseconds{310}));
  CHECK((longest <= milliseconds{400} && longest > milliseconds{390}));
}

TEST_CASE("fault: read and changed while it runs", "[sim][stripe]") {
  World world;
  CHECK(at(world.get("/_sim/faults").body, "slow") == "0");
  const Answer changed = world.post("/_sim/faults", "slow=0.25&latency_ms=30&drop_before_commit=1");
  CHECK(changed.status == 200);
  CHECK(at(changed.body, "slow") == "0.25");
  CHECK(at(changed.body, "latency_ms") == "30");
  for (const char* bad : {"slow=2", "slow=-0.1", "slow=nan", "slow=", "none=1", "typo=0.1",
                          "latency_ms=-1", "latency_ms=1.5", "slow=0.5&typo=1"}) {
    CAPTURE(bad);
    CHECK(world.post("/_sim/faults", bad).status == 400);
  }
  CHECK(world.get("/_sim/faults").body == changed.body);
  // The control endpoints themselves are never broken.
  CHECK(world.get("/_sim/books?summary=1").delivery == Delivery::whole);
}

TEST_CASE("authorization: test keys only, and the key is never repeated", "[sim][stripe]") {
  struct Row {
    const char* header;
    int status;
  };
  const Row row = GENERATE(Row{"Bearer sk_test_abc", 200}, Row{"Bearer rk_test_abc", 200},
                           Row{"Basic c2tfdGVzdF9hYmM6", 200} /* sk_test_abc: */, Row{"", 401},
                           Row{"Bearer ", 401}, Row{"Bearer sk_test_", 401},
                           Row{"Bearer sk_live_abc", 401}, Row{"Bearer pk_test_abc", 401},
                           Row{"Basic c2tfbGl2ZV9hYmM6", 401}, Row{"Token sk_test_abc", 401});
  CAPTURE(row.header);
  World world;
  const Answer answer = world.serve({"GET", "/v1/payment_intents", {}, row.header, {}, {}, {}});
  CHECK(answer.status == row.status);
  CHECK(answer.body.find("abc") == std::string::npos);
}

TEST_CASE("requests: what is not simulated is said plainly", "[sim][stripe]") {
  World world;
  Request connect{"GET", "/v1/payment_intents", {}, "Bearer sk_test_x", {}, {}, "acct_1"};
  CHECK(outcome(world.serve(connect)) == "400 parameter_unknown");
  CHECK(world.get("/v1/customers").status == 404);
}

}  // namespace paysaga::sim::stripe
