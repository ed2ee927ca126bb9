#include "paysaga/engine/http/runtime_engine.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

#include "engine/http/world.hpp"
#include "paysaga/engine/runtime.hpp"
#include "paysaga/engine/stripe/request_encoder.hpp"

namespace paysaga::engine::http {
namespace {

constexpr std::string_view secret = "pi_secret_that_nobody_keeps";

/// True if a file below the directory holds the text.
bool stands_in(const std::filesystem::path& directory, std::string_view text) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator{directory}) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file{entry.path(), std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
    if (bytes.find(text) != std::string::npos) return true;
  }
  return false;
}

/// Grants every request at once, from within the call.
class GrantingProvider final : public actors::PaymentProvider {
 public:
  void call(actors::ProviderCall call, Done done) override {
    const std::string& target = call.call.request.target;
    if (call.call.kind == CallKind::page) {
      const std::string shown = R"({"id":"pi_)" + call.order.text() +
                                R"(","status":"requires_payment_method","client_secret":")" +
                                std::string{secret} + R"(","next_action":null})";
      return done({answer::Page{{shown}, false}, "req_2", milliseconds{1}});
    }
    IntentObject intent{
        .id = IntentId::of("pi_" + call.order.text()),
        .status = IntentStatus::requires_payment_method,
        .amount = Money{4200, Currency::parse("EUR").value()},
        .order = call.order.text(),
        .attempt = 1,
        .ledger = ledger,
        .created = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now())};
    if (target.ends_with("/confirm")) {
      intent.status = IntentStatus::succeeded;
      intent.received_minor = 4200;
      intent.latest_charge = ChargeId::of("ch_" + call.order.text());
    }
    done({answer::Intent{intent}, "req_1", milliseconds{1}});
  }
  [[nodiscard]] const RequestEncoder& encoder() const override { return encoder_; }

  std::string ledger;

 private:
  stripe::StripeEncoder encoder_;
};

/// A whole node on a directory of its own, behind HTTP.
class Node {
 public:
  Node() {
    std::string made = (std::filesystem::temp_directory_path() / "paysaga-http-XXXXXX").string();
    REQUIRE(::mkdtemp(made.data()) != nullptr);
    directory_ = made;
    config::Settings settings;
    settings.node.data = directory_ / "data";
    settings.kafka.partitions = 2;
    auto started = Runtime::start(settings, {&provider_, &metrics_});
    REQUIRE(started);
    runtime_ = std::move(*started);
    provider_.ledger = runtime_->ledger();
    engine_ = std::make_unique<RuntimeEngine>(
        runtime_->node(), runtime_->store(), RuntimeEngine::Neighbours{},
        [this] { return runtime_->checkpoint(); }, RuntimeEngine::Provider{&provider_.encoder()});
    auto api = std::make_shared<Api>(*engine_, metrics_, ApiOptions{.version = "1", .node = "n"});
    ServerOptions options;
    options.listen.port = 0;
    auto server = Server::start(std::move(api), options);
    REQUIRE(server);
    server_ = std::move(*server);
    REQUIRE(eventually([this] { return ask("GET", "/readyz").status == 200; }));
  }
  ~Node() {
    server_->stop(seconds{10});
    runtime_->stop(seconds{10});
    engine_.reset();
    runtime_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  Reply ask(std::string_view method, std::string_view target, std::string_view body = "",
            std::string_view headers = "") {
    return http::ask(server_->port(), method, target, body, headers);
  }
  [[nodiscard]] std::filesystem::path data() const { return directory_ / "data"; }

 private:
  std::filesystem::path directory_;
  GrantingProvider provider_;
  Metrics metrics_{"1", operation_names()};
  std::unique_ptr<Runtime> runtime_;
  std::unique_ptr<RuntimeEngine> engine_;
  std::unique_ptr<Server> server_;
};

constexpr std::string_view pay_body =
    R"({"amount":{"minor":4200,"currency":"EUR"},"customer_id":"c_1","payment_method":"pm_1"})";

}  // namespace

TEST_CASE("runtime engine: the client secret goes to whoever asked, and nowhere else",
          "[engine][http]") {
  Node node;
  const Reply made = node.ask("POST", "/v1/orders/ord_1/payment",
                              R"({"amount":{"minor":4200,"currency":"EUR"},"customer_id":"c_1"})",
                              "Idempotency-Key: c1\r\nPrefer: wait=20\r\n");
  REQUIRE(made.status == 201);
  const Reply shown = node.ask("GET", "/v1/orders/ord_1/payment/next-action");
  CAPTURE(shown.body);
  CHECK(shown.status == 200);
  CHECK(shown.header("cache-control") == "no-store");
  CHECK(holds(shown.body, R"("client_secret":"pi_secret_that_nobody_keeps")"));
  for (const std::string_view read : {"/v1/orders/ord_1", "/v1/orders/ord_1/timeline"}) {
    CHECK_FALSE(holds(node.ask("GET", read).body, secret));
  }
  CHECK(stands_in(node.data(), "payment.initiate"));
  CHECK_FALSE(stands_in(node.data(), secret));
}

TEST_CASE("runtime engine: one order through HTTP, actors, journal and store", "[engine][http]") {
  Node node;
  const Reply paid = node.ask("POST", "/v1/orders/ord_1/payment", pay_body,
                              "Idempotency-Key: c1\r\nPrefer: wait=20\r\n");
  CAPTURE(paid.body);
  REQUIRE(paid.status == 201);
  CHECK(holds(paid.body, R"("status":"PENDING","open":true,"customer_id":"c_1")"));
  CHECK(holds(paid.body, R"("captured":4200)"));

  const Reply again =
      node.ask("POST", "/v1/orders/ord_1/payment", pay_body, "Idempotency-Key: c1\r\n");
  CHECK(again.status == 200);
  CHECK(again.header("idempotency-replayed") == "true");
  const Reply other =
      node.ask("POST", "/v1/orders/ord_1/cancel", R"({"reason":"x"})", "Idempotency-Key: c1\r\n");
  CHECK(other.status == 422);
  CHECK(holds(other.body, R"("code":"id_reused")"));

  const Reply shown = node.ask("GET", "/v1/orders/ord_1");
  CHECK(holds(shown.body, R"("payment_intent_id":"pi_ord_1","charge_id":"ch_ord_1")"));
  const Reply timeline = node.ask("GET", "/v1/orders/ord_1/timeline?limit=2");
  CHECK(holds(timeline.body, R"("input":"payment.initiate","input_id":"c1")"));
  CHECK_FALSE(holds(timeline.body, R"("next":null)"));
  const std::size_t next = timeline.body.rfind("\"next\":\"") + 8;
  const std::string after = timeline.body.substr(next, timeline.body.find('"', next) - next);
  const Reply rest = node.ask("GET", "/v1/orders/ord_1/timeline?after=" + after);
  CHECK(rest.status == 200);
  CHECK_FALSE(holds(rest.body, R"("input":"payment.initiate")"));
  CHECK(node.ask("GET", "/v1/orders/ord_1/timeline?after=x").status == 400);
  CHECK(node.ask("GET", "/v1/orders/ord_2").status == 404);
  CHECK(node.ask("GET", "/v1/orders/ord_2/timeline").status == 404);

  CHECK(node.ask("POST", "/v1/orders/ord_1/fulfilled").status == 200);
  for (const std::string_view replayed : {"", "true"}) {
    const Reply refused = node.ask("POST", "/v1/orders/ord_1/cancel", R"({"reason":"late"})",
                                   "Idempotency-Key: c2\r\n");
    CAPTURE(refused.body);
    CHECK(refused.status == 409);
    CHECK(refused.header("idempotency-replayed") == replayed);
    CHECK(holds(refused.body, R"("code":"order_closed")"));
    CHECK(holds(refused.body, R"("state":"FULFILLED","allowed_actions":["refund.request"])"));
  }
  const Reply unknown = node.ask("POST", "/v1/orders/ord_9/cancel", R"({"reason":"x"})");
  CHECK(unknown.status == 404);
  CHECK(node.ask("GET", "/v1/orders/ord_9").status == 404);  // Nothing was kept of it.
}

TEST_CASE("runtime engine: lists, pages, actors, partitions and gauges", "[engine][http]") {
  Node node;
  for (const char* id : {"ord_1", "ord_2", "ord_3"}) {
    const Reply reply = node.ask("POST", std::string{"/v1/orders/"} + id + "/payment", pay_body,
                                 "Prefer: wait=20\r\n");
    REQUIRE(reply.status == 201);
  }
  REQUIRE(node.ask("POST", "/v1/orders/ord_2/fulfilled").status == 200);
  const Reply open = node.ask("GET", "/v1/orders?open=true&oldest_first=true&limit=1");
  CAPTURE(open.body);
  CHECK(holds(open.body, R"("order_id":"ord_1")"));
  const std::size_t next = open.body.rfind("\"next\":\"") + 8;
  const std::string after = open.body.substr(next, open.body.find('"', next) - next);
  const Reply second =
      node.ask("GET", "/v1/orders?open=true&oldest_first=true&limit=5&after=" + after);
  CHECK(holds(second.body, R"("order_id":"ord_3")"));
  CHECK_FALSE(holds(second.body, R"("order_id":"ord_2")"));
  CHECK(holds(second.body, R"("next":null)"));
  CHECK(holds(node.ask("GET", "/v1/orders?status=fulfilled").body, R"("order_id":"ord_2")"));
  CHECK(node.ask("GET", "/v1/orders?status=DONE").status == 400);
  CHECK(node.ask("GET", "/v1/orders?after=nonsense").status == 400);

  CHECK(holds(node.ask("GET", "/v1/partitions").body,
              R"({"partition":1,"node":"n","role":"leading")"));
  CHECK(node.ask("GET", "/v1/actors").status == 200);
  CHECK(node.ask("GET", "/v1/actors/ord_9").status == 404);
  CHECK(holds(node.ask("GET", "/v1/dead-letters").body,
              R"({"dead_letters":[],"next":null,"incomplete":[]})"));
  CHECK(node.ask("GET", "/v1/dead-letters/payment-commands/0/1").status == 404);
  CHECK(node.ask("POST", "/v1/orders/ord_1/resume", R"({"reason":"x"})").status == 409);

  const std::string metrics = node.ask("GET", "/metrics").body;
  CHECK(holds(metrics, "\npaysaga_sagas_open{status=\"PENDING\"} 2\n"));
  CHECK(holds(metrics, "\npaysaga_partitions_owned 2\n"));
  CHECK(holds(metrics, R"(paysaga_events_total{kind="payment.initiate",outcome="accepted"} 3)"));
  CHECK(holds(metrics, R"(paysaga_provider_requests_total{call="send",outcome="done"} 6)"));
  CHECK(holds(metrics, "\npaysaga_timers_overdue 0\n"));
}

TEST_CASE("runtime engine: a checkpoint stands in the data directory", "[engine][http]") {
  Node node;
  CHECK(node.ask("GET", "/v1/checkpoints").status == 405);
  CHECK(node.ask("POST", "/v1/checkpoints", "", "Origin: http://elsewhere.example\r\n").status ==
        403);
  const Reply made = node.ask("POST", "/v1/checkpoints");
  REQUIRE(made.status == 200);
  CHECK(holds(made.body, R"({"directory":")" + (node.data() / "checkpoint-").string()));
  const std::string path = made.body.substr(14, made.body.rfind('"') - 14);
  for (const char* file : {"state/CURRENT", "log/CURRENT"}) {
    CHECK(std::filesystem::exists(std::filesystem::path{path} / file));
  }
}

}  // namespace paysaga::engine::http
