#include "paysaga/engine/http/forwarder.hpp"

#include <future>

#include <catch2/catch.hpp>

#include "engine/http/world.hpp"
#include "paysaga/saga/topic.hpp"
#include "paysaga/storage/memory_log.hpp"

namespace paysaga::engine::http {
namespace {

constexpr storage::PartitionId p0{0};

/// An engine that leads nothing.
class Elsewhere final : public FakeEngine {
 public:
  explicit Elsewhere(Forwarder& forwarder) : forwarder_{forwarder} {}
  [[nodiscard]] bool elsewhere(const OrderId& /*order*/) const override { return true; }
  void forward(const OrderId& order, Request request, Done<Response> done) override {
    forwarder_.forward(p0, order, std::move(request), std::move(done));
  }
  [[nodiscard]] bool led_elsewhere(storage::PartitionId /*partition*/) const override {
    return true;
  }
  void forward_to(storage::PartitionId /*partition*/, Request request,
                  Done<Response> done) override {
    forwarder_.forward(p0, std::nullopt, std::move(request), std::move(done));
  }

 private:
  Forwarder& forwarder_;
};

storage::LogRecord claim_of(const std::string& node, const std::string& address) {
  std::string value =
      storage::encode(storage::Claim{{}, node, address, "paysaga", "payments,orders", 1, "1.2.3"});
  return {"", storage::claim_headers(value), std::move(value)};
}

/// A node that asks, and the log in which the claims of others stand.
struct Near {
  Near() {
    ServerOptions options;
    options.listen.port = 0;
    auto started = Server::start(
        std::make_shared<Api>(engine, metrics, ApiOptions{.version = "1", .node = "near"}),
        options);
    REQUIRE(started);
    server = std::move(*started);
  }
  Reply ask(std::string_view method, std::string_view target, std::string_view body = "",
            std::string_view headers = "") const {
    return http::ask(server->port(), method, target, body, headers);
  }

  storage::MemoryWorld world{storage::MemoryLogOptions{.partition_count = 1}};
  std::unique_ptr<storage::MemoryLog> log = world.open("near");
  Forwarder forwarder{*log, "near", "http://127.0.0.1:1"};
  Elsewhere engine{forwarder};
  Metrics metrics{"1", operation_names()};
  std::unique_ptr<Server> server;
};

std::string address_of(Owners& owners) {
  std::promise<std::string> found;
  owners.find(p0, [&found](const Result<storage::Claim>& claim) {
    found.set_value(claim ? claim->address : std::string{to_text(claim.error().code)});
  });
  return found.get_future().get();
}

}  // namespace

TEST_CASE("forwarder: a request goes to the node whose claim is the latest, and its answer back",
          "[engine][http]") {
  World far;
  Near near;
  (void)near.world.append_foreign(p0, claim_of("gone", "http://127.0.0.1:9"));
  (void)near.world.append_foreign(p0, claim_of("far", far.server->url()));
  const Reply made =
      near.ask("POST", "/v1/orders/ord_1/payment", initiate_body, "Idempotency-Key: c1\r\n");
  CHECK(made.status == 201);
  CHECK(made.header("location") == "/v1/orders/ord_1");
  CHECK(far.engine.commands() == std::vector<std::string>{"payment.initiate c1 ord_1"});
  CHECK(near.engine.commands().empty());

  const Reply shown = near.ask("GET", "/v1/orders/ord_1");
  CHECK(shown.status == 200);
  CHECK(holds(shown.body, R"("order_id":"ord_1")"));
  CHECK(near.ask("GET", "/v1/orders/ord_2").status == 404);

  // What was passed on once goes no further.
  const Reply again = near.ask("GET", "/v1/orders/ord_1", "", "paysaga-forwarded: other\r\n");
  CHECK(again.status == 404);
}

TEST_CASE("forwarder: a dead letter is shown and settled where its partition is led",
          "[engine][http]") {
  World far;
  Near near;
  (void)near.world.append_foreign(p0, claim_of("far", far.server->url()));
  const std::string letter = "/v1/dead-letters/payment-commands/3/7";
  CHECK(holds(near.ask("GET", letter).body, R"("dead_letter_id")"));
  CHECK(near.ask("POST", letter + "/redrive", R"({"reason":"r"})").status == 200);
  CHECK(near.ask("POST", letter + "/discard", R"({"reason":"d"})").status == 200);
  CHECK(far.engine.commands() == std::vector<std::string>{"redrive payment-commands/3/7 r",
                                                          "discard payment-commands/3/7 d"});
  CHECK(near.engine.commands().empty());
  // No partition of ours: nobody is asked.
  CHECK(near.ask("GET", "/v1/dead-letters/payment-commands/4/7").status == 404);

  // Who has not caught up does not show what it knew, also to another node.
  far.engine.set_told({});
  const Reply early = near.ask("GET", letter);
  CHECK(early.status == 503);
  CHECK(holds(early.body, R"("code":"not_leading")"));
}

TEST_CASE("forwarder: the lines of a stream come back under their own numbers", "[engine][http]") {
  World far;
  Near near;
  (void)near.world.append_foreign(p0, claim_of("far", far.server->url()));
  const std::string lines =
      R"({"command":"order.fulfilled","command_id":"c0"})"
      "\n"
      R"({"command":"payment.initiate","command_id":"c1","order_id":"o1","amount":{"minor":4200,)"
      R"("currency":"EUR"},"customer_id":"cus_1"})"
      "\n";
  const Reply reply =
      near.ask("POST", "/v1/commands", lines, "Content-Type: application/x-ndjson\r\n");
  CHECK(reply.status == 200);
  CHECK(holds(reply.body, R"({"line":1,"command_id":"c0","outcome":"malformed")"));
  CHECK(holds(reply.body, R"({"line":2,"command_id":"c1","order_id":"o1","outcome":"accepted")"));
  CHECK(far.engine.commands() == std::vector<std::string>{"payment.initiate c1 o1"});
}

TEST_CASE("forwarder: without a leader that answers, the same may be sent again",
          "[engine][http]") {
  struct Row {
    const char* what;
    std::optional<std::string> claim;
    std::string_view detail;
  };
  for (const Row& row : {Row{"nobody ever led", std::nullopt, "no node has led"},
                         Row{"nobody is there", "http://127.0.0.1:9", "not reachable"},
                         Row{"the claim is our own", "http://127.0.0.1:1", "changes its leader"},
                         Row{"no address", "nowhere", "cannot be asked"}}) {
    CAPTURE(row.what);
    Near near;
    if (row.claim) (void)near.world.append_foreign(p0, claim_of("x", *row.claim));
    const Reply reply =
        near.ask("POST", "/v1/orders/o1/payment", initiate_body, "Idempotency-Key: c1\r\n");
    CHECK(reply.status == 503);
    CHECK(holds(reply.body, R"("code":"not_leading")"));
    CHECK(holds(reply.body, R"("retryable":true)"));
    CHECK(holds(reply.body, row.detail));
  }
}

TEST_CASE("owners: the publisher's position names the claim, later ones overrule it", "[engine]") {
  storage::MemoryWorld world{storage::MemoryLogOptions{.partition_count = 1}};
  const auto log = world.open("a");
  Owners owners{*log};
  CHECK(address_of(owners) == "not_found");
  const storage::Offset epoch = world.append_foreign(p0, claim_of("a", "http://a"));
  std::promise<bool> published;
  const storage::Position position{.next = epoch + 1, .epoch = epoch};
  log->publish({}, {{p0, position.next, storage::encode(position)}}, true,
               [&published](const auto& done) { published.set_value(done.has_value()); });
  REQUIRE(published.get_future().get());
  CHECK(address_of(owners) == "http://a");
  (void)world.append_foreign(p0, claim_of("b", "http://b"));
  CHECK(address_of(owners) == "http://a");  // It is remembered for a while.
  owners.forget(p0);
  CHECK(address_of(owners) == "http://b");
}

}  // namespace paysaga::engine::http
