#include "paysaga/engine/http/server.hpp"

#include <catch2/catch.hpp>

#include "engine/http/world.hpp"

namespace paysaga::engine::http {

TEST_CASE("server: requests on one connection are answered in order, also when pipelined",
          "[engine][http]") {
  World world;
  world.engine.settle("ord_1");
  Client client{world.server->port()};
  std::string bytes;
  constexpr int count = 50;
  for (int i = 0; i < count; ++i) {
    bytes += request_bytes("GET", i % 2 == 0 ? "/v1/orders/ord_1" : "/v1/orders/ord_2");
    bytes += request_bytes("POST", "/v1/orders/ord_1/cancel", R"({"reason":"x"})",
                           "Idempotency-Key: c" + std::to_string(i) + "\r\n");
  }
  REQUIRE(client.send(bytes));
  for (int i = 0; i < count; ++i) {
    CHECK(client.receive()->status == (i % 2 == 0 ? 200 : 404));
    const auto cancelled = client.receive();
    REQUIRE(cancelled);
    CHECK(holds(cancelled->body, "\"command_id\":\"c" + std::to_string(i) + "\""));
  }
}

TEST_CASE("server: HEAD has the header of GET and no body", "[engine][http]") {
  World world;
  Client client{world.server->port()};
  REQUIRE(client.send(request_bytes("HEAD", "/livez") + request_bytes("GET", "/livez")));
  const auto head = client.receive(false);
  const auto get = client.receive();
  REQUIRE(head);
  REQUIRE(get);
  CHECK(head->status == 200);
  CHECK(head->header("content-length") == get->header("content-length"));
  CHECK(get->body == "{\"status\":\"live\"}\n");
}

TEST_CASE("server: Connection: close and HTTP/1.0 end after the answer", "[engine][http]") {
  World world;
  for (const std::string_view bytes :
       {"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /livez HTTP/1.0\r\n\r\n"}) {
    Client client{world.server->port()};
    REQUIRE(client.send(bytes));
    CHECK(client.receive()->status == 200);
    CHECK(client.is_closed());
  }
}

TEST_CASE("server: what is too large or no HTTP is refused and the connection ends",
          "[engine][http]") {
  struct Row {
    std::string bytes;
    int status;
    std::string_view code;
  };
  ServerOptions options;
  options.body_bytes_max = 1'000;
  const std::string big(1'001, 'x');
  const std::vector<Row> rows = {
      {"GET /livez HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(17'000, 'x') + "\r\n\r\n", 431,
       "header_too_large"},
      {request_bytes("POST", "/v1/orders/o/cancel", big), 413, "body_too_large"},
      {"POST /v1/orders/o/cancel HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
       "99999999999\r\n\r\n",
       413, "body_too_large"},
      {"POST /v1/orders/o/cancel HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
       "3e9\r\n" +
           big + "\r\n0\r\n\r\n",
       413, "body_too_large"},
      {"POST /v1/orders/o/cancel HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400,
       "malformed"},
      {"GET /livez HTTP/1.1\r\n\r\n", 400, "host_missing"},
      {"GET /livez HTTP/9.9\r\nHost: localhost\r\n\r\n", 400, "malformed"},
      {std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS client says hello\r\n\r\n",
                   40},
       400, "malformed"},
      {"GET livez HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "malformed"},
  };
  World world{options};
  for (const Row& row : rows) {
    CAPTURE(row.bytes.substr(0, 100));
    Client client{world.server->port()};
    REQUIRE(client.send(row.bytes));
    const auto reply = client.receive();
    REQUIRE(reply);
    CHECK(reply->status == row.status);
    CHECK(holds(reply->body, row.code));
    if (row.code != "malformed" || row.bytes.find("GET livez") != 0) {
      client.end_sending();
      CHECK(client.is_closed());
    }
  }
  CHECK(world.ask("GET", "/livez").status == 200);
  CHECK(world.engine.commands().empty());
}

TEST_CASE("server: a body of the largest size is taken, whole or in chunks", "[engine][http]") {
  ServerOptions options;
  options.body_bytes_max = 1'000;
  World world{options};
  world.engine.settle("o");
  std::string body = R"({"reason":"x"})";
  body.resize(1'000, ' ');
  CHECK(world.ask("POST", "/v1/orders/o/cancel", body).status == 200);
  Client client{world.server->port()};
  REQUIRE(
      client.send("POST /v1/orders/o/cancel HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                  "application/json\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" +
                  body + "\r\n0\r\n\r\n"));
  CHECK(client.receive()->status == 200);
}

TEST_CASE("server: a client that expects it is told to go on", "[engine][http]") {
  World world;
  world.engine.settle("o");
  Client client{world.server->port()};
  const std::string body = R"({"reason":"x"})";
  REQUIRE(
      client.send("POST /v1/orders/o/cancel HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                  "application/json\r\nExpect: 100-continue\r\nContent-Length: " +
                  std::to_string(body.size()) + "\r\n\r\n"));
  CHECK(client.receive()->status == 100);
  REQUIRE(client.send(body));
  CHECK(client.receive()->status == 200);
}

TEST_CASE("server: a client that is silent in mid-request is let go", "[engine][http]") {
  ServerOptions options;
  options.idle_timeout = milliseconds{200};
  options.header_timeout = milliseconds{200};
  options.body_timeout = milliseconds{200};
  World world{options};
  for (const std::string_view begun :
       {"", "GET /livez HTT",
        "POST /v1/orders/o/cancel HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{",
        "POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
        "Content-Length: 50\r\n\r\n{"}) {
    CAPTURE(begun);
    Client client{world.server->port()};
    REQUIRE(client.send(begun));
    if (begun.find("/v1/commands") != std::string_view::npos) CHECK(client.receive_header());
    CHECK(client.is_closed());
  }
  CHECK(world.engine.commands().empty());
}

TEST_CASE("server: beyond the most connections a client is turned away", "[engine][http]") {
  ServerOptions options;
  options.connections_max = 2;
  World world{options};
  {
    Client first{world.server->port()};
    Client second{world.server->port()};
    REQUIRE(first.send(request_bytes("GET", "/livez")));
    REQUIRE(second.send(request_bytes("GET", "/livez")));
    CHECK(first.receive()->status == 200);
    CHECK(second.receive()->status == 200);
    Client third{world.server->port()};
    const auto refused = third.receive();
    REQUIRE(refused);
    CHECK(refused->status == 503);
    CHECK(refused->header("retry-after") == "1");
  }
  CHECK(eventually([&world] {
    Client client{world.server->port()};
    if (!client.send(request_bytes("GET", "/livez"))) return false;
    const auto reply = client.receive();
    return reply && reply->status == 200;
  }));
}

TEST_CASE("server: a taken port and a foreign address are clear errors", "[engine][http]") {
  World world;
  ServerOptions options;
  options.listen = {"127.0.0.1", world.server->port()};
  const auto taken = Server::start(world.api, options);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == ErrorCode::conflict);
  CHECK(holds(taken.error().detail, to_text(options.listen) + " is taken"));
  for (const std::string host : {"0.0.0.0", "::", "192.0.2.1", "example.com"}) {
    options.listen = {host, 0};
    const auto foreign = Server::start(world.api, options);
    REQUIRE_FALSE(foreign);
    CHECK(foreign.error().code == ErrorCode::malformed);
    CHECK(holds(foreign.error().detail, "only loopback addresses"));
  }
  options.listen = {"::1", 0};
  const auto six = Server::start(world.api, options);
  if (six) CHECK((*six)->url().find("http://[::1]:") == 0);  // Not every machine has IPv6.
}

TEST_CASE("server: stopping answers what was asked and takes nothing new", "[engine][http]") {
  World world;
  const std::uint16_t port = world.server->port();
  world.engine.hold();
  Client busy{port};
  REQUIRE(busy.send(request_bytes("POST", "/v1/orders/o/payment", initiate_body)));
  REQUIRE(eventually([&world] { return world.engine.held() == 1; }));
  Client idle{port};  // The last to be told: once it is closed, the busy one has been told, too.
  REQUIRE(idle.send(request_bytes("GET", "/livez")));
  REQUIRE(idle.receive());
  std::thread stopping{[&world] { world.server->stop(seconds{20}); }};
  CHECK(idle.is_closed());
  world.engine.release();
  const auto reply = busy.receive();
  stopping.join();
  REQUIRE(reply);
  CHECK(reply->status == 201);
  CHECK(reply->header("connection") == "close");
}

TEST_CASE("server: stopping without grace cuts, and late answers do no harm", "[engine][http]") {
  World world;
  world.engine.hold();
  Client busy{world.server->port()};
  REQUIRE(busy.send(request_bytes("POST", "/v1/orders/o/payment", initiate_body)));
  REQUIRE(eventually([&world] { return world.engine.held() == 1; }));
  world.server->stop(Duration{0});
  CHECK(busy.is_closed());
  world.server.reset();
  world.engine.release();
  CHECK(world.engine.commands().size() == 1);
}

TEST_CASE("server: what it answers is counted by operation", "[engine][http]") {
  World world;
  CHECK(world.ask("GET", "/v1/orders/none").status == 404);
  CHECK(world.ask("GET", "/nowhere").status == 404);
  const std::string text = world.ask("GET", "/metrics").body;
  CHECK(holds(text, R"(paysaga_http_requests_total{operation="order_show",status="4xx"} 1)"));
  CHECK(holds(text, R"(paysaga_http_requests_total{operation="none",status="4xx"} 1)"));
  CHECK(holds(text, R"(paysaga_http_requests_total{operation="order_show",status="2xx"} 0)"));
  CHECK(eventually([&world] {  // The connections before this one are closed in their own time.
    return holds(world.ask("GET", "/metrics").body, "\npaysaga_http_connections 1\n");
  }));
}

}  // namespace paysaga::engine::http
