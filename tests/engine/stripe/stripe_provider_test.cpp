#include "paysaga/engine/stripe/stripe_provider.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>

#include <catch2/catch.hpp>

#include "engine/stripe/scripted_server.hpp"

namespace paysaga::engine::stripe {
namespace {

using namespace std::chrono_literals;

class FixedClock final : public actors::Clock {
 public:
  [[nodiscard]] Time now() const override { return Time{seconds{1'700'000'000}}; }
};
const FixedClock fixed_clock;

std::string intent_json(std::string_view id) {
  return R"({"id":")" + std::string{id} +
         R"(","object":"payment_intent","amount":5,"currency":"eur","status":"succeeded",)"
         R"("livemode":false})";
}

std::string list_json(std::string_view items, bool has_more) {
  return R"({"object":"list","has_more":)" + std::string{has_more ? "true" : "false"} +
         R"(,"data":[)" + std::string{items} + "]}";
}

StripeOptions options_for(std::uint16_t port) {
  StripeOptions options;
  options.base_url = "http://127.0.0.1:" + std::to_string(port);
  options.key = config::Secret{"sk_test_abc"};
  options.connections_max = 2;
  return options;
}

actors::ProviderCall confirm_call(Time send_until = Time::max()) {
  const Request request{"POST /v1/payment_intents/pi_1/confirm", "payment_method=pm_x"};
  return {Call{"call-1", CallKind::send, Lane::customer, request,
               IdempotencyKey::of("ps1:l:o:confirm:1:1"), Time{}, send_until},
          OrderId::of("ord_7"), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"};
}

actors::ProviderCall read_call(CallKind kind, std::string target) {
  return {Call{"call-2", kind, Lane::reconcile, Request{std::move(target), ""}, std::nullopt,
               Time{}, Time::max()},
          OrderId::of("ord_7"), "not a traceparent"};
}

actors::ProviderReply reply_to(actors::PaymentProvider& provider, actors::ProviderCall call) {
  auto promise = std::make_shared<std::promise<actors::ProviderReply>>();
  provider.call(std::move(call),
                [promise](actors::ProviderReply reply) { promise->set_value(std::move(reply)); });
  auto reply = promise->get_future();
  REQUIRE(reply.wait_for(20s) == std::future_status::ready);
  return reply.get();
}

}  // namespace

TEST_CASE("stripe provider: the stored bytes go out under their key", "[stripe]") {
  std::promise<std::string> seen;
  ScriptedServer server{[&seen](Peer& peer) {
    seen.set_value(peer.read_request().value_or(""));
    peer.send(answer_text(200, intent_json("pi_1"), "Request-Id: req_42\r\n"));
  }};
  std::promise<ExchangeReport> reported;
  const auto provider =
      StripeProvider::start(options_for(server.port()), fixed_clock,
                            [&reported](const ExchangeReport& r) { reported.set_value(r); })
          .value();
  const auto reply = reply_to(*provider, confirm_call());
  CHECK(std::get<answer::Intent>(reply.answer).intent.id == IntentId::of("pi_1"));
  CHECK(reply.request_id == "req_42");
  CHECK(reply.took > Duration{0});
  CHECK(seen.get_future().get() ==
        "POST /v1/payment_intents/pi_1/confirm HTTP/1.1\r\n"
        "Host: 127.0.0.1:" +
            std::to_string(server.port()) +
            "\r\n"
            "Authorization: Bearer sk_test_abc\r\n"
            "Stripe-Version: 2026-08-26.dahlia\r\n"
            "User-Agent: paysaga\r\n"
            "Accept: application/json\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            "Idempotency-Key: ps1:l:o:confirm:1:1\r\n"
            "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
            "Content-Length: 19\r\n\r\n"
            "payment_method=pm_x");
  const ExchangeReport report = reported.get_future().get();
  CHECK(report.endpoint == "confirm_intent");
  CHECK(report.outcome == "done");
  CHECK(report.status == 200);
}

TEST_CASE("stripe provider: a new key goes out with the next call, a wrong one never", "[stripe]") {
  std::mutex mutex;
  std::vector<std::string> keys;
  ScriptedServer server{[&](Peer& peer) {
    while (const auto request = peer.read_request()) {
      const std::size_t at = request->find("Bearer ") + 7;
      const std::lock_guard lock{mutex};
      keys.push_back(request->substr(at, request->find("\r\n", at) - at));
      peer.send(answer_text(200, intent_json("pi_1")));
    }
  }};
  const auto provider = StripeProvider::start(options_for(server.port()), fixed_clock).value();
  const auto call = [&] { reply_to(*provider, confirm_call()); };
  call();
  CHECK(provider->replace_key(config::Secret{"rk_test_new"}).has_value());
  call();
  for (const char* wrong : {"sk_live_abc", "rk_live_abc", "", "sk_test_\r\nX: y"}) {
    INFO(wrong);
    const auto refused = provider->replace_key(config::Secret{wrong});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().detail.find("abc") == std::string::npos);
    call();
  }
  const std::lock_guard lock{mutex};
  CHECK(keys == std::vector<std::string>{"sk_test_abc", "rk_test_new", "rk_test_new", "rk_test_new",
                                         "rk_test_new", "rk_test_new"});
}

TEST_CASE("stripe provider: a list is read to its end", "[stripe]") {
  std::mutex mutex;
  std::vector<std::string> targets;
  ScriptedServer server{[&](Peer& peer) {
    while (const auto request = peer.read_request()) {
      const std::string target = request->substr(0, request->find(" HTTP"));
      const std::lock_guard lock{mutex};
      targets.push_back(target);
      const bool first = targets.size() == 1;
      const std::string items =
          first ? intent_json("pi_3") + "," + intent_json("pi_2") : intent_json("pi_1");
      peer.send(answer_text(200, list_json(items, first)));
    }
  }};
  const auto provider = StripeProvider::start(options_for(server.port()), fixed_clock).value();
  const auto reply =
      reply_to(*provider, read_call(CallKind::list_intents, "GET /v1/payment_intents?limit=100"));
  const auto& intents = std::get<answer::Intents>(reply.answer).intents;
  REQUIRE(intents.size() == 3);
  CHECK(intents[2].id == IntentId::of("pi_1"));
  CHECK(targets ==
        std::vector<std::string>{"GET /v1/payment_intents?limit=100",
                                 "GET /v1/payment_intents?limit=100&starting_after=pi_2"});
}

TEST_CASE("stripe provider: half a list is no answer", "[stripe]") {
  const bool endless = GENERATE(true, false);
  std::atomic<int> requests = 0;
  ScriptedServer server{[&](Peer& peer) {
    while (peer.read_request()) {
      if (++requests == 1 || endless) {
        peer.send(answer_text(200, list_json(intent_json("pi_1"), true)));
      } else {
        peer.send(answer_text(500, "{}"));
      }
    }
  }};
  StripeOptions options = options_for(server.port());
  options.list_pages_max = 5;
  const auto provider = StripeProvider::start(options, fixed_clock).value();
  const auto reply =
      reply_to(*provider, read_call(CallKind::list_intents, "GET /v1/payment_intents"));
  CHECK(std::holds_alternative<answer::Unknown>(reply.answer));
  CHECK(requests == (endless ? 5 : 2));
}

TEST_CASE("stripe provider: a key that is too old is not sent", "[stripe]") {
  std::atomic<int> requests = 0;
  ScriptedServer server{[&requests](Peer& peer) {
    while (peer.read_request()) {
      ++requests;
      peer.send(answer_text(200, intent_json("pi_1")));
    }
  }};
  const auto provider = StripeProvider::start(options_for(server.port()), fixed_clock).value();
  const Time now = fixed_clock.now();
  for (const Time until : {Time{}, now - hours{1}, now}) {
    const auto reply = reply_to(*provider, confirm_call(until));
    CHECK(std::holds_alternative<answer::KeyExpired>(reply.answer));
  }
  CHECK(requests == 0);
  const auto reply = reply_to(*provider, confirm_call(now + hours{1}));
  CHECK(std::holds_alternative<answer::Intent>(reply.answer));
  CHECK(requests == 1);
}

TEST_CASE("stripe provider: stored bytes that are no request stop the order only", "[stripe]") {
  ScriptedServer server{[](Peer& peer) { peer.wait_closed(); }};
  const auto provider = StripeProvider::start(options_for(server.port()), fixed_clock).value();
  for (const char* target : {"", "POST", "DELETE /v1/x", "POST v1/x", "POST /v2/x",
                             "POST /v1/x HTTP/1.1\r\nX: y", "GET /v1/\x01"}) {
    auto call = confirm_call();
    call.call.request.target = target;
    CHECK(std::holds_alternative<answer::KeyMisused>(reply_to(*provider, call).answer));
  }
  auto keyless = confirm_call();
  keyless.call.key.reset();
  CHECK(std::holds_alternative<answer::KeyMisused>(reply_to(*provider, keyless).answer));
  CHECK(server.connections() == 0);
}

TEST_CASE("stripe provider: a stop answers every call once, and later calls", "[stripe]") {
  std::promise<void> came;
  ScriptedServer server{[&came](Peer& peer) {
    peer.read_request();
    came.set_value();
    peer.wait_closed();
  }};
  StripeOptions options = options_for(server.port());
  options.connections_max = 1;
  const auto provider = StripeProvider::start(options, fixed_clock).value();
  std::mutex mutex;
  std::vector<std::string_view> outcomes;
  const auto note = [&](const actors::ProviderReply& reply) {
    const std::lock_guard lock{mutex};
    outcomes.push_back(outcome_of(reply.answer));
  };
  provider->call(confirm_call(), note);
  came.get_future().wait();
  provider->call(confirm_call(), note);
  provider->stop();
  provider->call(confirm_call(), note);
  std::sort(outcomes.begin(), outcomes.end());
  CHECK(outcomes == std::vector<std::string_view>{"not_sent", "not_sent", "unknown"});
}

TEST_CASE("stripe provider: settings that are refused at the start", "[stripe]") {
  struct Row {
    std::string url;
    std::string key;
    bool livemode;
    std::string version;
    ErrorCode code;
  };
  const Row rows[] = {
      {"stripe.com", "sk_test_x", false, "v", ErrorCode::malformed},
      {"https://api.stripe.com", "", false, "v", ErrorCode::malformed},
      {"https://api.stripe.com", "sk_test_x", false, "v\r\nX: y", ErrorCode::malformed},
      {"http://127.0.0.1:1", "sk_live_SECRET", true, "v", ErrorCode::forbidden},
      {"https://api.stripe.com", "sk_test_SECRET", true, "v", ErrorCode::forbidden},
  };
  for (const Row& row : rows) {
    StripeOptions options;
    options.base_url = row.url;
    options.key = config::Secret{row.key};
    options.livemode = row.livemode;
    options.api_version = row.version;
    const auto provider = StripeProvider::start(options, fixed_clock);
    REQUIRE_FALSE(provider.has_value());
    CHECK(provider.error().code == row.code);
    CHECK(provider.error().detail.find("SECRET") == std::string::npos);
    CHECK(StripeProvider::over(options, fixed_clock, nullptr).error().code == row.code);
  }
}

}  // namespace paysaga::engine::stripe
