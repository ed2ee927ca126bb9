#include "paysaga/engine/stripe/event_sweep.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

namespace paysaga::engine::stripe {
namespace {

const Time start = time_from_micros(1'700'000'000'000'000);

/// The number behind `name` in a query; none if it is not there.
std::optional<std::int64_t> number_in(const std::string& target, const std::string& name) {
  const std::size_t at = target.find(name + "=");
  if (at == std::string::npos) return std::nullopt;
  return std::stoll(target.substr(at + name.size() + 1));
}

/// Events of Stripe by their ids, which are newer the higher they are.
struct World {
  explicit World(SweepOptions options = {}) : sweep{options, ports()} {}

  EventSweep::Ports ports() {
    return {.ask = [this](const actors::ProviderCall& call,
                          const actors::PaymentProvider::Done& done) { ask(call, done); },
            .take =
                [this](const std::string& body, const Webhooks::Done& done) {
                  taken.push_back(id_of_object(body));
                  const bool lost = taken.back() == broken;
                  done({lost ? WebhookResult::unavailable : WebhookResult::stored, "the disk"});
                },
            .load = [this] { return swept; },
            .save = [this](Time until) { swept = until; },
            .done = [this](const SweepReport& report) { reports.push_back(report); }};
  }

  void happens(Time at) { events.emplace_back(at, "evt_" + std::to_string(events.size() + 1)); }

  void ask(const actors::ProviderCall& call, const actors::PaymentProvider::Done& done) {
    const std::string& target = call.call.request.target;
    CHECK(call.call.lane == Lane::reconcile);
    asked.push_back(target);
    if (down) return done({answer::NotSent{"down", std::nullopt}, {}, {}});
    const auto limit = static_cast<std::size_t>(number_in(target, "limit").value());
    const std::int64_t from = number_in(target, "created[gte]").value_or(0);
    const std::int64_t to = number_in(target, "created[lt]").value_or(INT64_MAX);
    const std::size_t cursor = target.find("starting_after=evt_");
    const std::int64_t after =
        cursor == std::string::npos ? INT64_MAX : std::stoll(target.substr(cursor + 19));
    answer::Page page;
    for (auto event = events.rbegin(); event != events.rend(); ++event) {
      const std::int64_t at = micros_of(event->first) / 1'000'000;
      if (at < from || at >= to || std::stoll(event->second.substr(4)) >= after) continue;
      if (page.objects.size() == limit) {
        page.has_more = true;
        break;
      }
      page.objects.push_back(R"({"id":")" + event->second + R"(","created":)" + std::to_string(at) +
                             "}");
    }
    done({std::move(page), {}, {}});
  }

  /// Which were taken, each once, in the order of their numbers.
  [[nodiscard]] std::vector<std::string> known() const {
    std::vector<std::string> ids = taken;
    std::ranges::sort(ids);
    const auto twice = std::ranges::unique(ids);
    ids.erase(twice.begin(), twice.end());
    return ids;
  }

  std::vector<std::pair<Time, std::string>> events;
  std::vector<std::string> taken;
  std::vector<std::string> asked;
  std::vector<SweepReport> reports;
  std::optional<Time> swept;
  std::string broken;  // The event that cannot be kept.
  bool down = false;
  EventSweep sweep;
};

}  // namespace

TEST_CASE("sweep: every event of every page of every window is taken", "[engine]") {
  SweepOptions options;
  options.page_size = 3;
  World world{options};
  for (int i = 0; i < 40; ++i) world.happens(start - hours{20} + i * minutes{30});
  world.sweep.tick(start);
  CHECK(world.known().size() == 40);
  CHECK(world.taken.size() == 40);  // No event was fetched twice.
  REQUIRE(world.reports.size() == 1);
  CHECK(world.reports.front().events == 40);
  CHECK(world.reports.front().stored == 40);
  CHECK(world.swept == world.events.back().first);
  CHECK(world.asked.back().find("types[]=refund.failed") != std::string::npos);
}

TEST_CASE("sweep: the next begins where the last ended, a little before, when it is due",
          "[engine]") {
  World world;
  world.happens(start);
  world.sweep.tick(start);
  CHECK(world.asked.size() == 121);  // 30 days in windows of six hours.
  world.asked.clear();
  world.sweep.tick(start + minutes{9});
  CHECK(world.asked.empty());
  world.happens(start - minutes{1});  // It was listed late.
  world.happens(start + minutes{10});
  world.sweep.tick(start + minutes{10});
  REQUIRE(world.asked.size() == 2);
  CHECK(number_in(world.asked.back(), "created[gte]") ==
        micros_of(start - minutes{15}) / 1'000'000);
  CHECK(world.known().size() == 3);
}

TEST_CASE("sweep: what was passed on is not passed on once more", "[engine]") {
  World world;
  for (int i = 0; i < 5; ++i) world.happens(start - minutes{i});
  world.broken = "evt_4";
  world.sweep.tick(start);
  world.broken.clear();
  for (int i = 1; i <= 3; ++i) world.sweep.tick(start + i * minutes{10});
  CHECK(world.known().size() == 5);
  CHECK(world.taken.size() == 6);  // The one that could not be kept twice.
}

TEST_CASE("sweep: a clock that is days ahead, and then right again, loses nothing", "[engine]") {
  World world;
  world.happens(start - hours{1});
  world.sweep.tick(start + hours{48});
  world.happens(start + minutes{10});
  world.sweep.sweep_since(start);  // A node that begins anew.
  world.sweep.tick(start + hours{1});
  CHECK(world.known().size() == 2);
  CHECK(world.swept == start + minutes{10});
}

TEST_CASE("sweep: where nothing has ever happened nothing is swept", "[engine]") {
  World world;
  world.sweep.tick(start);
  CHECK(world.asked.size() == 1);
  CHECK(world.reports.size() == 1);
  CHECK_FALSE(world.swept.has_value());
}

TEST_CASE("sweep: beside webhooks only the first fetches those that were delivered", "[engine]") {
  SweepOptions options;
  options.has_webhooks = true;
  World world{options};
  world.happens(start);
  world.swept = start - hours{1};
  const auto undelivered = [&] {
    return world.asked.back().find("delivery_success=false") != std::string::npos;
  };
  world.sweep.tick(start);
  CHECK_FALSE(undelivered());
  world.sweep.tick(start + minutes{10});
  CHECK(undelivered());
  world.sweep.sweep_since(start - hours{2});
  world.sweep.tick(start + minutes{11});  // At once, whatever is due.
  CHECK_FALSE(undelivered());
  CHECK(number_in(world.asked.back(), "created[gte]") == micros_of(start - hours{2}) / 1'000'000);
  CHECK(world.swept == start);
}

TEST_CASE("sweep: what fails is swept again, what was done before it is not", "[engine]") {
  World world;
  world.swept = start - hours{12};
  world.happens(start - hours{11});
  world.happens(start - hours{2});
  SECTION("an event that cannot be kept") {
    world.broken = "evt_2";
  }
  SECTION("Stripe is away") {
    world.down = true;
  }
  world.sweep.tick(start);
  REQUIRE(world.reports.size() == 1);
  CHECK_FALSE(world.reports.front().failure.empty());
  CHECK(*world.swept < start - hours{2});
  world.broken.clear();
  world.down = false;
  world.taken.clear();
  world.sweep.tick(start + seconds{59});
  CHECK(world.taken.empty());
  world.sweep.tick(start + minutes{1});
  CHECK(world.taken.back() == "evt_2");
  CHECK(world.reports.back().failure.empty());
  CHECK(world.swept == start - hours{2});
}

TEST_CASE("sweep: what was asked for is not forgotten by a failure", "[engine]") {
  World world;
  world.swept = start;
  world.happens(start - hours{30});
  world.happens(start);
  world.sweep.sweep_since(start - hours{48});
  world.down = true;
  world.sweep.tick(start + minutes{1});
  world.down = false;
  world.sweep.tick(start + minutes{2});
  CHECK(world.known() == std::vector<std::string>{"evt_1", "evt_2"});
  CHECK(world.swept == start);
}

TEST_CASE("sweep: Stripe keeps 30 days, so no more are asked for", "[engine]") {
  World world;
  world.swept = start - hours{24 * 90};
  world.happens(start);
  world.sweep.tick(start);
  CHECK(number_in(world.asked[1], "created[gte]") == micros_of(start - hours{24 * 30}) / 1'000'000);
}

}  // namespace paysaga::engine::stripe
