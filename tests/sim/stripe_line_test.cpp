#include "paysaga/sim/world/stripe_line.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "paysaga/engine/stripe/stripe_provider.hpp"

namespace paysaga::sim {
namespace {

const Time start{seconds{1'700'000'000}};
const Currency eur = Currency::parse("EUR").value();

class TimelineClock final : public actors::Clock {
 public:
  explicit TimelineClock(const Timeline& timeline) : timeline_{timeline} {}
  [[nodiscard]] Time now() const override { return timeline_.now(); }

 private:
  const Timeline& timeline_;
};

/// A node's real provider over a line to a simulated Stripe, all in virtual time.
struct Rig {
  struct Heard {
    Time at;
    actors::ProviderReply reply;
  };

  explicit Rig(StripeLineOptions options = {}, const stripe::Faults& faults = {},
               std::uint64_t seed = 7)
      : model{{seed, faults}} {
    options.on_arrival = [this](const stripe::Request& request, Time arrived) {
      CHECK(arrived == timeline.now());
      arrivals.push_back(request);
    };
    connect(std::move(options), seed);
  }

  void connect(StripeLineOptions options, std::uint64_t seed) {
    auto made = std::make_unique<StripeLine>(timeline, model, std::move(options),
                                             Prng::stream(seed, "network"));
    line = made.get();
    engine::stripe::StripeOptions stripe;
    stripe.key = config::Secret{"sk_test_simulated"};
    stripe.steady_now = steady_clock_of(timeline);
    provider = engine::stripe::StripeProvider::over(stripe, clock, std::move(made)).value();
  }

  void call(const std::string& id, CallKind kind, Request request, Time until = Time::max()) {
    std::optional<IdempotencyKey> key;
    if (kind == CallKind::send) key = IdempotencyKey::of("ps1:l:" + id);
    provider->call({Call{id, kind, Lane::customer, std::move(request), key, Time{}, until},
                    OrderId::of("ord_7"), ""},
                   [this, id, held = held](actors::ProviderReply reply) {
                     CHECK(heard.count(id) == 0);
                     heard.emplace(id, Heard{timeline.now(), std::move(reply)});
                   });
  }
  void create(const std::string& id, const std::string& order = "ord_7") {
    call(id, CallKind::send,
         provider->encoder().create({OrderId::of(order), 1, "l", Money{4'200, eur},
                                     CustomerId::of("cust_1"), std::nullopt}));
  }
  void confirm(const std::string& id, const IntentId& intent, Time until = Time::max()) {
    call(id, CallKind::send,
         provider->encoder().confirm(intent, MethodId::of("pm_card_visa"), false), until);
  }
  /// The id of an intent that is ready to be confirmed.
  IntentId created() {
    create("create");
    run();
    return std::get<answer::Intent>(answer("create")).intent.id;
  }
  void run() {
    while (timeline.run_next()) {
    }
  }
  void run_to(Time until) {
    while (timeline.next() && *timeline.next() <= until) timeline.run_next();
    timeline.move_to(until);
  }
  [[nodiscard]] const Answer& answer(const std::string& id) const {
    return heard.at(id).reply.answer;
  }
  [[nodiscard]] std::string text(const std::string& id) const { return to_text(answer(id)); }
  [[nodiscard]] std::uint64_t charges() const {
    const auto found = model.books().totals().find("EUR");
    return found == model.books().totals().end() ? 0 : found->second.charges;
  }
  void set_rate(stripe::Fault fault, double rate) {
    stripe::Faults faults = model.faults();
    faults.rate(fault) = rate;
    model.set_faults(faults);
  }

  Timeline timeline{start};
  TimelineClock clock{timeline};
  stripe::StripeModel model;
  std::vector<stripe::Request> arrivals;
  std::map<std::string, Heard> heard;
  std::shared_ptr<int> held = std::make_shared<int>(0);  // Counts the callbacks that live.
  StripeLine* line = nullptr;
  std::unique_ptr<engine::stripe::StripeProvider> provider;
};

StripeLineOptions travelling(Duration each_way) {
  StripeLineOptions options;
  options.travel_min = each_way;
  options.travel_max = each_way;
  return options;
}

}  // namespace

TEST_CASE("stripe line: a payment is created and confirmed in virtual time", "[sim][stripe]") {
  Rig rig{travelling(milliseconds{20})};
  const IntentId intent = rig.created();
  CHECK(rig.heard.at("create").at == start + milliseconds{40});
  CHECK(rig.heard.at("create").reply.took == milliseconds{40});
  CHECK(rig.heard.at("create").reply.request_id.starts_with("req_"));
  rig.confirm("confirm", intent);
  CHECK(rig.arrivals.size() == 1);  // Nothing happens but on the timeline.
  rig.run();
  const auto& paid = std::get<answer::Intent>(rig.answer("confirm")).intent;
  CHECK(paid.status == IntentStatus::succeeded);
  CHECK(paid.received_minor == 4'200);
  CHECK(rig.charges() == 1);

  REQUIRE(rig.arrivals.size() == 2);
  const stripe::Request& seen = rig.arrivals[1];
  CHECK(seen.method == "POST");
  CHECK(seen.target == "/v1/payment_intents/" + std::string{intent.text()} + "/confirm");
  CHECK(seen.body.find("payment_method=pm_card_visa") != std::string::npos);
  CHECK(seen.authorization == "Bearer sk_test_simulated");
  CHECK(seen.idempotency_key == "ps1:l:confirm");
  CHECK(seen.stripe_version == "2026-08-26.dahlia");
  CHECK(seen.stripe_account.empty());
}

TEST_CASE("stripe line: a list is read page by page", "[sim][stripe]") {
  Rig rig{travelling(milliseconds{10})};
  for (int i = 0; i < 120; ++i) rig.create("c" + std::to_string(i), "ord_" + std::to_string(i));
  rig.run();
  const Time asked = rig.timeline.now();
  rig.call("list", CallKind::list_intents,
           rig.provider->encoder().list_intents(start - hours{1}, start + hours{1}));
  rig.run();
  CHECK(std::get<answer::Intents>(rig.answer("list")).intents.size() == 120);
  CHECK(rig.heard.at("list").at == asked + milliseconds{40});  // Two pages.
}

TEST_CASE("stripe line: an answer that is lost leaves the charge unknown", "[sim][stripe]") {
  const stripe::Fault fault = GENERATE(stripe::Fault::drop_after_commit, stripe::Fault::truncated);
  Rig rig;
  const IntentId intent = rig.created();
  rig.set_rate(fault, 1);
  rig.confirm("confirm", intent);
  rig.run();
  CHECK(std::holds_alternative<answer::Unknown>(rig.answer("confirm")));
  CHECK(rig.charges() == 1);
  // The same bytes under the same key tell what became of it, and charge nothing.
  rig.set_rate(fault, 0);
  rig.heard.clear();
  rig.confirm("confirm", intent);
  rig.run();
  CHECK(std::get<answer::Intent>(rig.answer("confirm")).intent.status == IntentStatus::succeeded);
  CHECK(rig.charges() == 1);
}

TEST_CASE("stripe line: a drop before anything was done is unknown as well", "[sim][stripe]") {
  Rig rig;
  const IntentId intent = rig.created();
  rig.set_rate(stripe::Fault::drop_before_commit, 1);
  rig.confirm("confirm", intent);
  rig.run();
  CHECK(std::holds_alternative<answer::Unknown>(rig.answer("confirm")));
  CHECK(rig.charges() == 0);
}

TEST_CASE("stripe line: a slow answer is unknown after exactly the timeout", "[sim][stripe]") {
  stripe::Faults faults;
  faults.slow_min = seconds{60};
  faults.slow_max = seconds{60};
  Rig rig{StripeLineOptions{}, faults};
  const IntentId intent = rig.created();
  rig.set_rate(stripe::Fault::slow, 1);
  const Time sent = rig.timeline.now();
  rig.confirm("confirm", intent);
  rig.run_to(sent + seconds{30} - Duration{1});
  CHECK(rig.heard.count("confirm") == 0);
  rig.run_to(sent + seconds{30});
  CHECK(std::holds_alternative<answer::Unknown>(rig.answer("confirm")));
  CHECK(rig.heard.at("confirm").reply.took == seconds{30});
  rig.run();
  CHECK(rig.charges() == 1);  // It was done all the same, sooner or later.
}

TEST_CASE("stripe line: a request that travels longer than one waits still acts", "[sim][stripe]") {
  Rig rig{travelling(seconds{45})};
  rig.create("create");
  rig.run_to(start + seconds{30});
  CHECK(std::holds_alternative<answer::Unknown>(rig.answer("create")));
  CHECK(rig.arrivals.empty());
  rig.run();
  CHECK(rig.timeline.now() == start + seconds{45});  // The answer finds nobody: it is not sent.
  CHECK(rig.model.books().orders().size() == 1);
}

TEST_CASE("stripe line: an answer at the very timeout comes too late", "[sim][stripe]") {
  Rig late{travelling(seconds{15})};
  late.create("create");
  late.run();
  CHECK(std::holds_alternative<answer::Unknown>(late.answer("create")));
  Rig early{travelling(seconds{15} - Duration{1})};
  early.create("create");
  early.run();
  CHECK(std::holds_alternative<answer::Intent>(early.answer("create")));
}

TEST_CASE("stripe line: nothing is sent while Stripe cannot be reached", "[sim][stripe]") {
  Rig rig{travelling(milliseconds{20})};
  rig.line->set_reachable(false);
  rig.create("away");
  CHECK(rig.heard.empty());
  rig.run();
  CHECK(std::holds_alternative<answer::NotSent>(rig.answer("away")));
  CHECK(rig.timeline.now() == start + milliseconds{20});
  CHECK(rig.arrivals.empty());
  rig.line->set_reachable(true);
  rig.create("back");
  rig.line->set_reachable(false);  // What is under way is not concerned.
  rig.run();
  CHECK(std::holds_alternative<answer::Intent>(rig.answer("back")));
}

TEST_CASE("stripe line: a key that is too old is not sent", "[sim][stripe]") {
  Rig rig;
  const IntentId intent = rig.created();
  const Time now = rig.timeline.now();
  rig.confirm("old", intent, now);
  rig.confirm("fresh", intent, now + Duration{1});
  CHECK(rig.heard.size() == 1);
  rig.run();
  CHECK(std::holds_alternative<answer::KeyExpired>(rig.answer("old")));
  CHECK(std::holds_alternative<answer::Intent>(rig.answer("fresh")));
  CHECK(rig.arrivals.size() == 2);
}

TEST_CASE("stripe line: a stop answers all at once, and Stripe acts all the same",
          "[sim][stripe]") {
  Rig rig;
  rig.create("one");
  rig.line->set_reachable(false);
  rig.create("two");
  rig.provider->stop();
  CHECK(std::holds_alternative<answer::Unknown>(rig.answer("one")));
  CHECK(std::holds_alternative<answer::NotSent>(rig.answer("two")));
  rig.create("three");
  CHECK(std::holds_alternative<answer::NotSent>(rig.answer("three")));
  rig.provider.reset();
  rig.run();  // Safe without the line, and nobody is answered twice.
  CHECK(rig.arrivals.size() == 1);
  CHECK(rig.model.books().orders().size() == 1);
}

TEST_CASE("stripe line: nothing is answered after a crash", "[sim][stripe]") {
  Rig rig{travelling(milliseconds{20})};
  constexpr int orders = 200;
  for (int i = 0; i < orders; ++i) rig.create(std::to_string(i), "ord_" + std::to_string(i));
  CHECK(rig.held.use_count() == orders + 1);
  rig.line->cut();
  CHECK(rig.held.use_count() == 1);
  rig.create("later");
  rig.provider.reset();
  rig.run();
  CHECK(rig.held.use_count() == 1);
  CHECK(rig.heard.empty());
  // Those that had not arrived: about half still do.
  CHECK((rig.arrivals.size() > 70 && rig.arrivals.size() < 130));
  CHECK(rig.model.books().orders().size() == rig.arrivals.size());
}

TEST_CASE("stripe line: what has arrived before the crash is done after it", "[sim][stripe]") {
  stripe::Faults faults;
  faults.latency = seconds{10};
  Rig rig{travelling(milliseconds{20}), faults};
  const IntentId intent = rig.created();
  rig.confirm("confirm", intent);
  rig.run_to(rig.timeline.now() + milliseconds{20});
  CHECK(rig.arrivals.size() == 2);
  CHECK(rig.charges() == 0);
  rig.line->cut();
  rig.provider.reset();
  rig.run();
  CHECK(rig.heard.count("confirm") == 0);
  CHECK(rig.charges() == 1);
}

TEST_CASE("stripe line: the same seed gives the same answers at the same times", "[sim][stripe]") {
  const auto play = [](std::uint64_t seed) {
    stripe::Faults faults;
    for (double& rate : faults.rates) rate = 0.05;
    faults.latency = milliseconds{200};
    faults.jitter = seconds{2};
    faults.slow_max = seconds{60};
    Rig rig{StripeLineOptions{}, faults, seed};
    for (int i = 0; i < 100; ++i) rig.create(std::to_string(i), "ord_" + std::to_string(i));
    rig.run();
    CHECK(rig.heard.size() == 100);
    std::string all;
    for (const auto& [id, heard] : rig.heard) {
      all += id + ' ' + to_text(heard.at) + ' ' + rig.text(id) + ' ' + heard.reply.request_id +
             ' ' + to_text(heard.reply.took) + '\n';
    }
    return all + rig.model.books_json(false);
  };
  const std::string once = play(1);
  CHECK(once == play(1));
  CHECK(once != play(2));
}

}  // namespace paysaga::sim
