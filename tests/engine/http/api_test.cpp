#include <catch2/catch.hpp>

#include "engine/http/world.hpp"

namespace paysaga::engine::http {

namespace {
using actors::Submitted;
constexpr std::string_view reason_body = R"({"reason":"changed my mind"})";
}  // namespace

TEST_CASE("api: each command resource submits its command under its key", "[engine][http]") {
  struct Row {
    std::string_view path;
    std::string_view body;
    std::string_view command;
    int status;
  };
  const std::vector<Row> rows = {
      {"payment", initiate_body, "payment.initiate", 201},
      {"payment/confirm", R"({"payment_method":"pm_card_visa"})", "payment.confirm", 200},
      {"payment/cancel", R"({"reason":"late","final":true})", "payment.cancel", 200},
      {"cancel", reason_body, "order.cancel", 200},
      {"rejected", reason_body, "order.rejected", 200},
      {"delivery_failed", reason_body, "order.delivery_failed", 200},
      {"fulfilled", "", "order.fulfilled", 200},
      {"refunds", R"({"reason":"cold"})", "refund.request", 201},
  };
  World world;
  world.engine.settle("ord_1");
  for (const Row& row : rows) {
    CAPTURE(row.path);
    const std::string id = "c-" + std::string{row.command};
    const Reply reply = world.ask("POST", "/v1/orders/ord_1/" + std::string{row.path}, row.body,
                                  "Idempotency-Key: " + id + "\r\n");
    CHECK(reply.status == row.status);
    CHECK(holds(reply.body, R"("outcome":"accepted")"));
    CHECK(holds(reply.body, R"("repeat_safe":true)"));
    CHECK(holds(reply.body, R"("order":{"order_id":"ord_1")"));
    CHECK(world.engine.commands().back() == std::string{row.command} + " " + id + " ord_1");
    CHECK(reply.header("location") == (row.status == 201 ? "/v1/orders/ord_1" : ""));
  }
}

TEST_CASE("api: a command without a key says that its repeat is not safe", "[engine][http]") {
  World world;
  const Reply first = world.ask("POST", "/v1/orders/ord_1/payment", initiate_body);
  const Reply second = world.ask("POST", "/v1/orders/ord_1/payment", initiate_body);
  CHECK(first.status == 201);
  CHECK(second.status == 201);
  CHECK(holds(first.body, R"("repeat_safe":false)"));
  CHECK(holds(first.body, "no Idempotency-Key was given"));
  const auto commands = world.engine.commands();
  REQUIRE(commands.size() == 2);
  CHECK(commands[0] != commands[1]);
}

TEST_CASE("api: the same key again is answered again, with another body refused",
          "[engine][http]") {
  World world;
  const auto post = [&world](std::string_view body) {
    return world.ask("POST", "/v1/orders/ord_1/payment", body, "Idempotency-Key: \"c1\"\r\n");
  };
  CHECK(post(initiate_body).header("idempotency-replayed").empty());
  const Reply again = post(initiate_body);
  CHECK(again.status == 202);  // Its payment is still being made.
  CHECK(again.header("idempotency-replayed") == "true");
  CHECK(holds(again.body, R"("outcome":"repeated")"));
  world.engine.settle("ord_1");
  CHECK(post(initiate_body).status == 200);
  const Reply other = post(R"({"amount":{"minor":4300,"currency":"EUR"},"customer_id":"cus_1"})");
  CHECK(other.status == 422);
  CHECK(other.header("content-type") == "application/problem+json");
  CHECK(holds(other.body, R"("code":"id_reused")"));
  CHECK(holds(other.body, R"("state":"PENDING")"));
}

TEST_CASE("api: a key that is being answered is in progress", "[engine][http]") {
  World world;
  world.engine.hold();
  Client slow{world.server->port()};
  const std::string bytes =
      request_bytes("POST", "/v1/orders/ord_1/payment", initiate_body, "Idempotency-Key: c1\r\n");
  REQUIRE(slow.send(bytes));
  REQUIRE(eventually([&world] { return world.engine.held() == 1; }));
  const Reply meanwhile =
      world.ask("POST", "/v1/orders/ord_1/payment", initiate_body, "Idempotency-Key: c1\r\n");
  CHECK(meanwhile.status == 409);
  CHECK(holds(meanwhile.body, R"("code":"in_progress")"));
  CHECK(holds(meanwhile.body, R"("retryable":true)"));
  world.engine.release();
  CHECK(slow.receive()->status == 201);
  const Reply after =
      world.ask("POST", "/v1/orders/ord_1/payment", initiate_body, "Idempotency-Key: c1\r\n");
  CHECK(after.header("idempotency-replayed") == "true");
}

TEST_CASE("api: what came of a command decides the status", "[engine][http]") {
  struct Row {
    Submitted::Kind kind;
    std::string code;
    int status;
    std::string_view part;
    std::string_view retry_after;
    std::string_view replayed;
  };
  using Kind = Submitted::Kind;
  const std::vector<Row> rows = {
      {Kind::refused, "order_closed", 409, R"("code":"order_closed")", "", ""},
      {Kind::refused, "id_reused", 422, R"("code":"id_reused")", "", ""},
      {Kind::repeated, "amount_differs", 409, R"("code":"amount_differs")", "", "true"},
      {Kind::parked, "", 202, R"("outcome":"parked")", "", ""},
      {Kind::quarantined, "quarantined", 202, R"("outcome":"quarantined")", "", ""},
      {Kind::unknown_order, "", 404, R"("code":"unknown_order")", "", ""},
      {Kind::overloaded, "", 503, R"("code":"overloaded")", "1", ""},
      {Kind::not_leading, "", 503, R"("code":"not_leading")", "1", ""},
      {Kind::outcome_unknown, "", 503, R"("code":"outcome_unknown")", "1", ""},
  };
  World world;
  for (const Row& row : rows) {
    CAPTURE(row.code, row.status, row.part);
    world.engine.answer_with({row.kind, row.code, "why", nullptr});
    const Reply reply =
        world.ask("POST", "/v1/orders/ord_1/cancel", reason_body, "Idempotency-Key: c1\r\n");
    CHECK(reply.status == row.status);
    CHECK(holds(reply.body, row.part));
    CHECK(reply.header("retry-after") == row.retry_after);
    CHECK(reply.header("idempotency-replayed") == row.replayed);
    CHECK(holds(reply.body, R"("retryable":true)") == (row.status == 503));
  }
}

TEST_CASE("api: a refusal names the state and what it allows", "[engine][http]") {
  World world;
  world.engine.answer_with(
      {Submitted::Kind::refused, "in_progress", "a call is being made",
       std::make_shared<const Saga>(
           make_order("ord_1", order::Status::payment_failed, payment::Status::declined))});
  const Reply reply = world.ask("POST", "/v1/orders/ord_1/cancel", reason_body);
  CHECK(reply.status == 409);
  CHECK(holds(reply.body, R"("order_id":"ord_1")"));
  CHECK(holds(reply.body, R"("state":"PAYMENT_FAILED")"));
  CHECK(holds(reply.body, R"("allowed_actions":["payment.confirm",)"));
  CHECK(holds(reply.body, R"("detail":"a call is being made")"));
}

TEST_CASE("api: Prefer: wait answers when nothing is under way any more", "[engine][http]") {
  World world;
  Client client{world.server->port()};
  REQUIRE(client.send(request_bytes("POST", "/v1/orders/ord_1/payment", initiate_body,
                                    "Idempotency-Key: c1\r\nPrefer: wait=7\r\n")));
  REQUIRE(eventually([&world] { return world.engine.last_wait() == Duration{seconds{7}}; }));
  world.engine.settle("ord_1");
  const auto reply = client.receive();
  REQUIRE(reply);
  CHECK(reply->status == 201);
  CHECK(reply->header("preference-applied") == "wait");
  CHECK(holds(reply->body, R"("status":"PENDING")"));

  const Reply shown =
      world.ask("GET", "/v1/orders/ord_1", "", "Prefer: respond-async, wait=900\r\n");
  CHECK(shown.status == 200);
  CHECK(world.engine.last_wait() == Duration{seconds{60}});
  CHECK(world.ask("GET", "/v1/orders/ord_2", "", "Prefer: wait=1\r\n").status == 404);
}

TEST_CASE("api: reads give what the engine has", "[engine][http]") {
  struct Row {
    std::string_view target;
    int status;
    std::string_view part;
  };
  const std::vector<Row> rows = {
      {"/v1/orders/ord_1", 200, R"({"order_id":"ord_1","status":"PENDING"})"},
      {"/v1/orders/ord_9", 404, R"("code":"unknown_order")"},
      {"/v1/orders/o%2Frd", 400, R"("code":"malformed")"},
      {"/v1/orders/o%zz", 400, R"("code":"malformed")"},
      {"/v1/orders/damaged", 500, R"("code":"corrupt")"},
      {"/v1/orders/ord_1/timeline", 200,
       R"("timeline":[{"summary":"after  limit 100"}],"next":"17")"},
      {"/v1/orders/ord_1/timeline?after=17&limit=5", 200, R"("after 17 limit 5")"},
      {"/v1/orders/ord_9/timeline", 404, R"("code":"unknown_order")"},
      {"/v1/orders", 200,
       R"({"orders":[{"order_id":"ord_1","status":"PENDING"}],"next":null,"incomplete":[]})"},
      {"/v1/orders?after=bad", 400, "no cursor"},
      {"/v1/orders?limit=0", 400, "limit is a number from 1 to 1000"},
      {"/v1/orders?limit=1001", 400, "limit is a number"},
      {"/v1/orders?limit=x", 400, "limit is a number"},
      {"/v1/orders?older_than=5", 400, R"("code":"malformed")"},
      {"/v1/orders?open=yes", 400, "open is true or false"},
      {"/v1/orders?state=PENDING", 400, "unknown parameter \\\"state\\\""},
      {"/v1/order-counts", 200,
       R"({"counts":[{"status":"PENDING","currency":"EUR","orders":1,"open":0,)"},
      {"/v1/order-counts?by=currency", 200, R"({"counts":[{"currency":"EUR","orders":1,)"},
      {"/v1/order-counts?by=colour", 400, "counted by status, reason, currency or waiting"},
      {"/v1/order-counts?limit=1", 400, "unknown parameter"},
      {"/v1/actors", 200, R"("mailbox":100)"},
      {"/v1/actors?limit=3", 200, R"("mailbox":3)"},
      {"/v1/actors/ord_1", 200, R"("calls_in_flight":["confirm 1"])"},
      {"/v1/actors/ord_9", 404, R"("code":"unknown_order")"},
      {"/v1/actors/ord_2", 404, R"("code":"actor_at_rest")"},
      {"/v1/partitions", 200, R"("lag":3,"publish_lag":2)"},
      {"/v1/dead-letters?limit=9&after=x", 200, R"("dead_letters":[{"after":"x","limit":9}])"},
      {"/v1/dead-letters/payment-commands/3/7", 200, R"("dead_letter_id")"},
      {"/v1/dead-letters/payment-commands%2F3%2F7", 200, R"("dead_letter_id")"},
      {"/v1/dead-letters/none", 404, R"("code":"not_found")"},
      {"/livez", 200, R"({"status":"live"})"},
      {"/readyz", 200, R"({"status":"ready"})"},
      {"/version", 200, R"("version":"1.2.3","node":"n1","livemode":false)"},
      {"/openapi.json", 200, R"("openapi": "3.1.0")"},
      {"/", 200, R"(<a href="/v1/orders">)"},
      {"/metrics", 200, "paysaga_consumer_lag_records{partition=\"3\"} 4"},
      {"/nothing", 404, R"("code":"unknown_path")"},
      {"/v1/orders/ord_1/nothing", 404, R"("code":"unknown_path")"},
  };
  World world;
  world.engine.settle("ord_1");
  for (const Row& row : rows) {
    if (row.target == "/v1/actors/ord_2") world.engine.settle("ord_2");
    CAPTURE(row.target);
    const Reply reply = world.ask("GET", row.target);
    CAPTURE(reply.body);
    CHECK(reply.status == row.status);
    CHECK(holds(reply.body, row.part));
    if (row.status >= 400) CHECK(reply.header("content-type") == "application/problem+json");
  }
}

TEST_CASE("api: the filters of a list reach the store", "[engine][http]") {
  World world;
  const Reply reply = world.ask(
      "GET",
      "/v1/orders?status=REFUND_PENDING&customer=cus_1&older_than=1h&stuck=outcome_unknown&"
      "open=true&oldest_first=true&limit=7&after=abc");
  CAPTURE(reply.body);
  REQUIRE(reply.status == 200);
  const storage::OrderQuery query = world.engine.last_query();
  CHECK(query.status == order::Status::refund_pending);
  CHECK(query.customer->text() == "cus_1");
  CHECK(query.stuck);
  CHECK(query.stuck_reason == "outcome_unknown");
  CHECK(query.open);
  CHECK(query.oldest_first);
  CHECK(query.limit == 7);
  CHECK(query.after == "abc");
  const auto age = std::chrono::system_clock::now() - *query.older_than;
  CHECK(age >= hours{1});
  CHECK(age < hours{2});
  CHECK(world.ask("GET", "/v1/orders?stuck=true").status == 200);
  CHECK(world.engine.last_query().stuck);
  CHECK(world.engine.last_query().stuck_reason.empty());
}

TEST_CASE("api: a node that is not ready says so", "[engine][http]") {
  World world;
  world.engine.set_ready(false);
  const Reply reply = world.ask("GET", "/readyz");
  CHECK(reply.status == 503);
  CHECK(reply.header("retry-after") == "1");
  CHECK(world.ask("GET", "/livez").status == 200);
}

TEST_CASE("api: a quarantine is lifted with a reason only", "[engine][http]") {
  World world;
  world.engine.settle("ord_1");
  CHECK(world.ask("POST", "/v1/orders/ord_1/resume", R"({"reason":"fixed"})").status == 200);
  CHECK(world.engine.commands().back() == "resume ord_1 fixed");
  CHECK(world.ask("POST", "/v1/orders/ord_1/skip", R"({"reason":"bad input"})").status == 200);
  CHECK(world.engine.commands().back() == "skip ord_1 bad input");
  CHECK(world.ask("POST", "/v1/orders/ord_1/skip", R"({"why":"bad"})").status == 400);
  CHECK(world.ask("POST", "/v1/orders/ord_1/skip", R"({"reason":7})").status == 400);
  CHECK(world.ask("POST", "/v1/orders/ord_1/skip").status == 415);
  const Reply refused = world.ask("POST", "/v1/orders/busy/resume", R"({"reason":"x"})");
  CHECK(refused.status == 409);
  CHECK(holds(refused.body, R"("order_id":"busy")"));
  CHECK(world.ask("POST", "/v1/orders/free/skip", R"({"reason":"x"})").status == 503);
}

TEST_CASE("api: an order is held and resumed by commands, with a reason and a ticket",
          "[engine][http]") {
  World world;
  world.engine.settle("free");
  const std::string why = R"({"reason":"the bank asks","ticket":"OPS-7"})";
  CHECK(world.ask("POST", "/v1/orders/free/hold", why).status < 300);
  CHECK(holds(world.engine.commands().back(), "order.hold"));
  CHECK(world.ask("POST", "/v1/orders/free/resume", why).status < 300);
  CHECK(holds(world.engine.commands().back(), "order.resume"));
  CHECK(world.ask("POST", "/v1/orders/free/hold", R"({"ticket":"OPS-7"})").status == 400);
  CHECK(world.ask("POST", "/v1/orders/free/hold", R"({"reason":"x","ticket":7})").status == 400);
}

TEST_CASE("api: a dead letter is redriven or discarded, with a reason", "[engine][http]") {
  World world;
  const std::string letter = "/v1/dead-letters/payment-commands/3/7";
  CHECK(world.ask("POST", letter + "/redrive", R"({"reason":"repaired"})").status == 200);
  CHECK(world.engine.commands().back() == "redrive payment-commands/3/7 repaired");
  CHECK(world.ask("POST", letter + "/redrive", R"({"reason":"r","force":true})").status == 200);
  CHECK(world.engine.commands().back() == "insist on payment-commands/3/7 r");
  const Reply gone = world.ask("POST", letter + "/discard", R"({"reason":"a test"})");
  CHECK(gone.status == 200);
  CHECK(holds(gone.body, R"("dead_letter_id")"));
  CHECK(world.engine.commands().back() == "discard payment-commands/3/7 a test");
  CHECK(world
            .ask("POST", "/v1/dead-letters/payment-commands%2F3%2F7/discard",
                 R"({"reason":"a test"})")
            .status == 200);
  CHECK(world.ask("POST", letter + "/redrive", R"({"reason":""})").status == 400);
  CHECK(world.ask("POST", letter + "/redrive", R"({"reason":"r","force":1})").status == 400);
  CHECK(world.ask("POST", letter + "/discard", R"({"reason":"r","force":true})").status == 400);
  CHECK(world.ask("POST", letter + "/redrive").status == 415);
  CHECK(world.ask("POST", letter, R"({"reason":"r"})").status == 405);
  CHECK(world.ask("GET", letter + "/redrive").status == 404);
  const Reply refused = world.ask("POST", "/v1/dead-letters/t/3/9/redrive", R"({"reason":"r"})");
  CHECK(refused.status == 409);
  CHECK(holds(refused.body, "it was discarded"));
  CHECK(world.ask("POST", "/v1/dead-letters/t/3/9/discard", R"({"reason":"r"})").status == 404);
}

TEST_CASE("api: bad requests are refused in words, and nothing is submitted", "[engine][http]") {
  struct Row {
    std::string_view method;
    std::string_view target;
    std::string_view body;
    std::string_view headers;
    int status;
    std::string_view part;
  };
  const std::vector<Row> rows = {
      {"POST", "/v1/orders/ord_1/payment", "{", "", 400, R"("code":"malformed")"},
      {"POST", "/v1/orders/ord_1/payment", "[]", "", 400, "object"},
      {"POST", "/v1/orders/ord_1/payment", "\xff\xfe", "", 400, R"("code":"malformed")"},
      {"POST", "/v1/orders/ord_1/payment",
       R"({"amount":{"minor":1.5,"currency":"EUR"},"customer_id":"c"})", "", 400,
       "decimals are refused"},
      {"POST", "/v1/orders/ord_1/payment",
       R"({"amount":{"minor":-5,"currency":"EUR"},"customer_id":"c"})", "", 400,
       R"("code":"malformed")"},
      {"POST", "/v1/orders/ord_1/payment",
       R"({"amount":{"minor":500,"currency":"XXZ"},"customer_id":"c"})", "", 400, "currency"},
      {"POST", "/v1/orders/ord_1/payment", "", "", 400, "amount is missing"},
      {"POST", "/v1/orders/ord_1/cancel", R"({"reason":"card 4242424242424242"})", "", 400,
       "card number"},
      {"POST", "/v1/orders/ord_1/cancel", R"({"reason":"x","order_id":"ord_2"})", "", 400, "ord_2"},
      {"POST", "/v1/orders/ord_1/cancel", R"({"reason":"x"})", "Content-Type: text/plain\r\n", 415,
       "application/json"},
      {"POST", "/v1/orders/ord_1/cancel", R"({"reason":"x"})",
       "Content-Type: application/json; charset=utf-8\r\n", 404, "unknown_order"},
      {"POST", "/v1/orders/ord_1/cancel", R"({"reason":"x"})", "Idempotency-Key: a b\r\n", 400,
       "Idempotency-Key"},
      {"POST", "/v1/orders/ord_1/cancel", R"({"reason":"x"})", "Idempotency-Key: \r\n", 400,
       "Idempotency-Key"},
      {"POST", "/v1/orders/a%20b/cancel", R"({"reason":"x"})", "", 400, "an id has"},
      {"GET", "/v1/orders/ord_1/cancel", "", "", 405, "this address takes POST"},
      {"DELETE", "/v1/orders/ord_1", "", "", 405, "this address takes GET, HEAD"},
      {"POST", "/metrics", "", "", 405, "GET"},
      {"BREW", "/livez", "", "", 405, "GET"},
      {"POST", "/v1/commands", "{}", "", 415, "application/x-ndjson"},
      {"GET", "/v1/commands", "", "", 405, "POST"},
  };
  World world;
  for (const Row& row : rows) {
    CAPTURE(row.method, row.target, row.body, row.headers);
    const Reply reply = world.ask(row.method, row.target, row.body, row.headers);
    CAPTURE(reply.body);
    CHECK(reply.status == row.status);
    CHECK(holds(reply.body, row.part));
    CHECK(reply.header("content-type") == "application/problem+json");
    if (row.status == 405) CHECK_FALSE(reply.header("allow").empty());
  }
  CHECK(world.engine.commands().size() == 1);  // The one for an order that is not there.
}

TEST_CASE("api: with tokens only who has one is answered, but for the probes", "[engine][http]") {
  World world{{}, {"first-token", "second-token"}};
  CHECK(world.ask("GET", "/v1/orders").status == 401);
  CHECK(world.ask("GET", "/v1/orders").header("www-authenticate") == "Bearer");
  CHECK(world.ask("GET", "/v1/orders", "", "Authorization: Bearer wrong\r\n").status == 401);
  CHECK(world.ask("GET", "/v1/orders", "", "Authorization: Bearer second-token\r\n").status == 200);
  CHECK(world.ask("GET", "/nothing").status == 401);
  CHECK(world.ask("POST", "/v1/commands", "{}", "Content-Type: application/x-ndjson\r\n").status ==
        401);
  CHECK(world.ask("GET", "/livez").status == 200);
  CHECK(world.ask("GET", "/readyz").status == 200);
}

TEST_CASE("api: a page of another site cannot reach the node", "[engine][http]") {
  World world;
  Client client{world.server->port()};
  REQUIRE(client.send("GET /v1/orders HTTP/1.1\r\nHost: evil.example:7480\r\n\r\n"));
  CHECK(client.receive()->status == 403);
  CHECK(
      world.ask("POST", "/v1/orders/o/fulfilled", "", "Origin: https://evil.example\r\n").status ==
      403);
  CHECK(world.ask("POST", "/v1/orders/o/fulfilled", "", "Origin: null\r\n").status == 403);
  CHECK(world.ask("POST", "/v1/orders/o/fulfilled", "", "Origin: http://localhost\r\n").status ==
        404);
  CHECK(world.engine.commands().size() == 1);
}

TEST_CASE("api: an order is not shown as it was under a former lead", "[engine][http]") {
  World world;
  REQUIRE(world.ask("POST", "/v1/orders/o1/payment", initiate_body).status == 201);
  world.engine.set_current(false);
  for (const std::string_view target : {"/v1/orders/o1", "/v1/orders/o1/timeline"}) {
    CAPTURE(target);
    const Reply reply = world.ask("GET", target);
    CHECK(reply.status == 503);
    CHECK(holds(reply.body, R"("code":"not_leading")"));
    CHECK(holds(reply.body, R"("retryable":true)"));
  }
  CHECK(world.ask("GET", "/v1/orders").status == 200);
  CHECK(world.ask("GET", "/v1/actors/o1").status == 503);
  world.engine.set_current(true);
  CHECK(world.ask("GET", "/v1/orders/o1").status == 200);
}

TEST_CASE("api: while the engine starts it says so, and decides nothing", "[engine][http]") {
  FakeEngine engine;
  Metrics metrics{"1", operation_names()};
  const auto api = std::make_shared<Api>(metrics, ApiOptions{.version = "1", .node = "n1"});
  ServerOptions options;
  options.listen.port = 0;
  const auto server = Server::start(api, options);
  REQUIRE(server);
  const std::uint16_t port = (*server)->port();
  for (const std::string_view target : {"/livez", "/metrics", "/version", "/openapi.json", "/"}) {
    CAPTURE(target);
    CHECK(ask(port, "GET", target).status == 200);
  }
  for (const std::string_view target : {"/readyz", "/v1/orders", "/v1/orders/o1", "/v1/actors",
                                        "/v1/partitions", "/v1/dead-letters"}) {
    CAPTURE(target);
    const Reply reply = ask(port, "GET", target);
    CHECK(reply.status == 503);
    CHECK(holds(reply.body, R"("code":"not_ready")"));
  }
  CHECK(ask(port, "POST", "/v1/orders/o1/payment", initiate_body).status == 503);
  CHECK(
      ask(port, "POST", "/v1/commands", "{}\n", "Content-Type: application/x-ndjson\r\n").status ==
      503);
  api->started(engine);
  CHECK(ask(port, "GET", "/readyz").status == 200);
  CHECK(ask(port, "POST", "/v1/orders/o1/payment", initiate_body).status == 201);
  CHECK(engine.commands().size() == 1);
}

}  // namespace paysaga::engine::http
