#include "paysaga/engine/stripe/webhooks.hpp"

#include <future>

#include <catch2/catch.hpp>

#include "actors/log_around.hpp"
#include "paysaga/engine/stripe/request_encoder.hpp"
#include "paysaga/storage/memory_log.hpp"
#include "paysaga/storage/memory_store.hpp"
#include "storage/store_world.hpp"

namespace paysaga::engine::stripe {
namespace {

constexpr std::string_view topic = "payment-webhook-received";
const Time now = time_from_micros(1'700'000'000'000'000);

std::string event(const std::string& type, const std::string& object) {
  return R"({"id":"evt_1","object":"event","livemode":false,"type":")" + type +
         R"(","data":{"object":)" + object + "}}";
}

std::string intent_of(const std::string& order, const std::string& ledger) {
  return R"({"id":"pi_1","object":"payment_intent","client_secret":"pi_1_secret_x",)"
         R"("metadata":{"order_id":")" +
         order + R"(","ledger":")" + ledger + R"("}})";
}

std::string refund_of(const std::string& intent) {
  return R"({"id":"re_1","object":"refund","metadata":{},"payment_intent":")" + intent + R"("})";
}

/// Answers a read of an intent with what it was told.
class ReadProvider final : public actors::PaymentProvider {
 public:
  void call(actors::ProviderCall call, Done done) override {
    ++calls;
    target = call.call.request.target;
    done({answer, {}, {}});
  }
  [[nodiscard]] const RequestEncoder& encoder() const override { return encoder_; }

  Answer answer = answer::Unknown{"timeout", false, std::nullopt};
  std::string target;
  int calls = 0;

 private:
  StripeEncoder encoder_;
};

/// Takes nothing.
class FullLog final : public actors::trial::LogAround {
 public:
  using LogAround::LogAround;
  void put(storage::Output, Done<storage::Offset> done) override {
    done(fail(ErrorCode::unavailable, "the disk is full"));
  }
};

struct World {
  explicit World(WebhookOptions with = options())
      : webhooks{std::move(with), *log, store, provider} {}

  static WebhookOptions options() {
    return {{{"main", "whsec_main"}, {"next", "whsec_next"}}, std::string{topic}, "ours", false};
  }

  WebhookAnswer send(const std::string& body, std::string_view signature) {
    std::promise<WebhookAnswer> answered;
    auto answer = answered.get_future();
    webhooks.take(body, signature, now, [&](WebhookAnswer a) { answered.set_value(std::move(a)); });
    return answer.get();
  }
  WebhookAnswer take(const std::string& body, const std::string& secret = "whsec_main") {
    return send(body, sign_webhook(body, secret, now));
  }
  [[nodiscard]] std::vector<storage::LogEntry> put() const {
    std::vector<storage::LogEntry> all;
    for (std::uint32_t i = 0; i < log->partition_count(); ++i) {
      for (auto& entry : memory.topic(topic, storage::PartitionId{i})) all.push_back(entry);
    }
    return all;
  }
  /// What Stripe shows of pi_9.
  void show(const std::string& order, const std::string& ledger) {
    provider.answer = answer::Intent{IntentObject{.id = IntentId::of("pi_9"),
                                                  .status = IntentStatus::succeeded,
                                                  .amount = Money{1, *Currency::parse("EUR")},
                                                  .order = order,
                                                  .ledger = ledger}};
  }

  storage::MemoryWorld memory;
  std::unique_ptr<storage::MemoryLog> log = memory.open("node");
  storage::MemoryStore store{storage::identity_of_tests()};
  ReadProvider provider;
  Webhooks webhooks;
};

}  // namespace

TEST_CASE("webhooks: one of ours is durable on its order's partition before it is answered",
          "[engine]") {
  World world;
  const std::string body = event("payment_intent.succeeded", intent_of("ord_7", "ours"));
  for (const char* secret : {"whsec_main", "whsec_next"}) {
    CHECK(world.take(body, secret).result == WebhookResult::stored);
  }
  const auto put = world.put();
  REQUIRE(put.size() == 2);  // A repeat is kept, too: its order knows it by its id.
  const storage::PartitionId home{partition_of(OrderId::of("ord_7"), world.log->partition_count())};
  CHECK(world.memory.topic(topic, home).size() == 2);
  CHECK(put.front().record.key == "ord_7");
  CHECK(put.front().record.value.find("_secret_") == std::string::npos);
  CHECK(put.front().record.headers.front() == storage::Header{"ce_id", "evt_1"});
}

TEST_CASE("webhooks: what is not to be kept says why, and keeps nothing", "[engine]") {
  World world;
  const std::string good = event("payment_intent.succeeded", intent_of("ord_7", "ours"));
  std::string live = good;
  live.replace(live.find("false"), 5, "true");
  const auto result = [&](const std::string& body) { return world.take(body).result; };
  CHECK(world.take(good, "whsec_other").result == WebhookResult::bad_signature);
  CHECK(world.send(good, "").result == WebhookResult::bad_signature);
  const std::string old = sign_webhook(good, "whsec_main", now - minutes{6});
  CHECK(world.send(good, old).result == WebhookResult::bad_signature);
  CHECK(result("nonsense") == WebhookResult::malformed);
  CHECK(result(live) == WebhookResult::other_mode);
  CHECK(result(event("charge.succeeded", intent_of("ord_7", "ours"))) == WebhookResult::unhandled);
  CHECK(result(event("payment_intent.succeeded", intent_of("ord_7", "theirs"))) ==
        WebhookResult::foreign);
  CHECK(result(event("payment_intent.succeeded", intent_of("no order", "ours"))) ==
        WebhookResult::foreign);
  CHECK(result(event("payment_intent.succeeded", R"({"id":"pi_5","object":"payment_intent"})")) ==
        WebhookResult::foreign);
  CHECK(world.put().empty());
  CHECK(world.provider.calls == 0);
}

TEST_CASE("webhooks: without a secret none is taken", "[engine]") {
  World world;
  Webhooks closed{{{}, std::string{topic}, "ours", false}, *world.log, world.store, world.provider};
  const std::string body = event("payment_intent.succeeded", intent_of("ord_7", "ours"));
  WebhookAnswer answer;
  closed.take(body, sign_webhook(body, "", now), now, [&](WebhookAnswer a) { answer = a; });
  CHECK(answer.result == WebhookResult::bad_signature);
  CHECK(answer.detail.find("stripe.webhook_secrets") != std::string::npos);
}

TEST_CASE("webhooks: what lacks our metadata finds its order by the intent", "[engine]") {
  World world;
  storage::Journal journal;
  journal.decide("ord_3", storage::make_saga("ord_3", {.version = 1, .intent = "pi_3"}));
  REQUIRE(journal.apply_to(world.store));
  CHECK(world.take(event("refund.created", refund_of("pi_3"))).result == WebhookResult::stored);
  CHECK(world.provider.calls == 0);
  REQUIRE(world.put().size() == 1);
  CHECK(world.put().front().record.key == "ord_3");

  world.show("ord_9", "ours");
  CHECK(world.take(event("refund.created", refund_of("pi_9"))).result == WebhookResult::stored);
  CHECK(world.provider.target == "GET /v1/payment_intents/pi_9");
  CHECK(world.put().size() == 2);
  world.show("ord_9", "theirs");
  CHECK(world.take(event("refund.created", refund_of("pi_9"))).result == WebhookResult::foreign);
  CHECK(world.put().size() == 2);
}

TEST_CASE("webhooks: while its order cannot be found Stripe is to send it again", "[engine]") {
  World world;
  const WebhookAnswer answer = world.take(event("refund.created", refund_of("pi_9")));
  CHECK(answer.result == WebhookResult::unavailable);
  CHECK(world.put().empty());
}

TEST_CASE("webhooks: what cannot be kept is to be sent again", "[engine]") {
  World world;
  FullLog full{world.memory.open("full")};
  Webhooks webhooks{World::options(), full, world.store, world.provider};
  const std::string body = event("payment_intent.succeeded", intent_of("ord_7", "ours"));
  WebhookAnswer answer;
  webhooks.take(body, sign_webhook(body, "whsec_main", now), now,
                [&](WebhookAnswer a) { answer = std::move(a); });
  CHECK(answer.result == WebhookResult::unavailable);
  CHECK(answer.detail == "it cannot be kept now: the disk is full");
}

TEST_CASE("webhooks: while an operator holds reads, one that needs a read is asked for again",
          "[engine][hold]") {
  WebhookOptions options = World::options();
  options.held = [](const Call& call) { return call.kind == CallKind::read_intent; };
  World world{std::move(options)};
  world.show("ord_7", "ours");
  const WebhookAnswer answer = world.take(event("refund.created", refund_of("pi_9")));
  CHECK(answer.result == WebhookResult::unavailable);
  CHECK(world.provider.calls == 0);
  const std::string known = event("payment_intent.succeeded", intent_of("ord_7", "ours"));
  CHECK(world.take(known).result == WebhookResult::stored);
}

}  // namespace paysaga::engine::stripe
