#include <catch2/catch.hpp>

#include "engine/http/world.hpp"

namespace paysaga::engine::http {
namespace {

using stripe::WebhookResult;

/// Answers each webhook as it was told.
class Taking final : public FakeEngine {
 public:
  void take_webhook(std::string body, std::string signature,
                    Done<stripe::WebhookAnswer> done) override {
    taken = signature + " " + body;
    done({result, "why"});
  }
  WebhookResult result = WebhookResult::stored;
  std::string taken;
};

struct Hooks {
  explicit Hooks(ServerOptions options = {}, std::vector<std::string> tokens = {}) {
    api = std::make_shared<Api>(engine, metrics, ApiOptions{.version = "1", .tokens = tokens});
    options.listen.port = 0;
    auto started = Server::start(api, options);
    REQUIRE(started);
    server = std::move(*started);
  }
  Reply send(std::string_view body, std::string_view headers = "Stripe-Signature: t=1,v1=a\r\n") {
    return ask(server->port(), "POST", "/webhooks/stripe", body, headers);
  }
  std::string metric(const std::string& result) {
    const std::string text = metrics.exposition({});
    const std::string name = "paysaga_webhooks_total{result=\"" + result + "\"} ";
    const auto at = text.find(name);
    return at == std::string::npos ? "none" : text.substr(at + name.size(), 1);
  }

  Taking engine;
  Metrics metrics{"1", operation_names()};
  std::shared_ptr<Api> api;
  std::unique_ptr<Server> server;
};

}  // namespace

TEST_CASE("webhook: each result has its status, and is counted", "[engine][http]") {
  struct Row {
    WebhookResult result;
    int status;
    std::string_view body;
  };
  Hooks hooks;
  CHECK(hooks.metric("bad_signature") == "0");
  for (const Row& row : {Row{WebhookResult::stored, 200, R"("result":"stored")"},
                         Row{WebhookResult::unhandled, 200, R"("result":"unhandled")"},
                         Row{WebhookResult::foreign, 200, R"("result":"foreign")"},
                         Row{WebhookResult::bad_signature, 400, R"("code":"bad_signature")"},
                         Row{WebhookResult::malformed, 400, R"("code":"malformed")"},
                         Row{WebhookResult::other_mode, 400, R"("code":"other_mode")"},
                         Row{WebhookResult::unavailable, 503, R"("retryable":true)"}}) {
    CAPTURE(row.body);
    hooks.engine.result = row.result;
    const Reply reply = hooks.send("{}");
    CHECK(reply.status == row.status);
    CHECK(holds(reply.body, row.body));
    CHECK(hooks.metric(std::string{to_text(row.result)}) == "1");
  }
}

TEST_CASE("webhook: the body comes as it was sent, byte for byte", "[engine][http]") {
  Hooks hooks;
  const std::string body = "{ \"a\" :\r\n\t1 }\n";
  CHECK(hooks.send(body).status == 200);
  CHECK(hooks.engine.taken == "t=1,v1=a " + body);
}

TEST_CASE("webhook: it needs no token and comes by any name; all else does not", "[engine][http]") {
  Hooks hooks{{}, {"secret-token"}};
  CHECK(hooks.send("{}").status == 200);
  CHECK(ask(hooks.server->port(), "GET", "/v1/orders").status == 401);
  Hooks open;
  int status = 0;
  open.api->handle({"POST", "/webhooks/stripe", {{"host", "pay.example.com"}}, "{}"},
                   [&](const Response& response) { status = response.status; });
  CHECK(status == 200);
}

TEST_CASE("webhook: what is too large is refused before it is read", "[engine][http]") {
  ServerOptions options;
  options.body_bytes_max = 4'096;
  Hooks hooks{options};
  CHECK(hooks.send(std::string(5'000, 'x')).status == 413);
  CHECK(hooks.engine.taken.empty());
}

TEST_CASE("webhook: a node without payments takes none", "[engine][http]") {
  World world;
  const Reply reply = world.ask("POST", "/webhooks/stripe", "{}");
  CHECK(reply.status == 503);
  CHECK(holds(reply.body, "runs no payments"));
}

}  // namespace paysaga::engine::http
