#include "paysaga/engine/http/command_stream.hpp"

#include <catch2/catch.hpp>

#include "engine/http/world.hpp"

namespace paysaga::engine::http {
namespace {

std::string initiate_line(int number) {
  const std::string n = std::to_string(number);
  return R"({"command":"payment.initiate","command_id":"c)" + n + R"(","order_id":"ord_)" + n +
         R"(","amount":{"minor":4200,"currency":"EUR"},"customer_id":"cus_1"})" + "\n";
}

std::string stream_head(std::string_view rest) {
  return "POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n" +
         std::string{rest} + "\r\n";
}

std::string sized_stream(const std::string& lines) {
  return stream_head("Content-Length: " + std::to_string(lines.size()) + "\r\n") + lines;
}

/// The whole result of a stream over a connection of its own.
std::string results_of(World& world, const std::string& lines) {
  Client client{world.server->port()};
  REQUIRE(client.send(sized_stream(lines)));
  const auto reply = client.receive();
  REQUIRE(reply);
  CHECK(reply->status == 200);
  CHECK(reply->header("content-type") == "application/x-ndjson");
  return reply->body;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t from = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', from)) {
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  CHECK(from == text.size());
  return lines;
}

}  // namespace

TEST_CASE("commands: a bad line gets a result that names it, the others go on", "[engine][http]") {
  World world;
  std::string text = initiate_line(1);
  text += "{\"command\":\n";
  text += "\n  \r\n";  // Empty lines have numbers and no results.
  text += R"({"command":"payment.inititate","command_id":"c9","order_id":"ord_9"})"
          "\n";
  text += "\xff\xfe\x00binary\n";
  text += R"({"command":"order.cancel","command_id":"c8","order_id":"ord_8","reason":"early"})"
          "\r\n";
  text += R"({"command":"order.cancel","command_id":"c1","order_id":"ord_1","reason":"other"})"
          "\n";
  text += R"({"command":"order.cancel","command_id":"c7","order_id":"ord_1","reason":"x"})";
  const auto results = lines_of(results_of(world, text));
  REQUIRE(results.size() == 7);
  CHECK(results[0] == R"({"line":1,"command_id":"c1","order_id":"ord_1","outcome":"accepted",)"
                      R"("status":"PAYMENT_PROCESSING"})");
  CHECK(holds(results[1], R"({"line":2,"outcome":"malformed","code":"malformed","detail":")"));
  CHECK(
      holds(results[2], R"({"line":5,"command_id":"c9","order_id":"ord_9","outcome":"malformed")"));
  CHECK(holds(results[2], "did you mean payment.initiate?"));
  CHECK(holds(results[3], R"({"line":6,"outcome":"malformed")"));
  CHECK(holds(results[4], R"({"line":7,"command_id":"c8","order_id":"ord_8","outcome":"parked")"));
  CHECK(holds(results[5], R"("line":8)"));
  CHECK(holds(results[5], R"("outcome":"refused","code":"id_reused")"));
  CHECK(
      holds(results[6], R"({"line":9,"command_id":"c7","order_id":"ord_1","outcome":"accepted")"));
}

TEST_CASE("commands: a line that is too long is passed over without being kept", "[engine][http]") {
  World world;
  std::string text = initiate_line(1);
  text += std::string(10'000'000, 'x') + "\n" + initiate_line(2);
  const auto results = lines_of(results_of(world, text));
  REQUIRE(results.size() == 3);
  CHECK(holds(results[1], R"({"line":2,"outcome":"malformed","code":"line_too_long")"));
  CHECK(holds(results[2], R"("line":3,"command_id":"c2")"));
}

TEST_CASE("commands: what nothing was decided on may be sent again", "[engine][http]") {
  using Kind = actors::Submitted::Kind;
  World world;
  for (const auto& [kind, outcome] :
       {std::pair{Kind::overloaded, "overloaded"}, std::pair{Kind::not_leading, "not_leading"},
        std::pair{Kind::outcome_unknown, "outcome_unknown"}}) {
    world.engine.answer_with({kind, "", "try again", nullptr});
    const std::string result = results_of(world, initiate_line(1));
    CHECK(holds(result, std::string{R"("outcome":")"} + outcome));
    CHECK(holds(result, R"("retryable":true)"));
  }
}

TEST_CASE("commands: 10,000 lines to a slow reader keep their order", "[engine][http]") {
  World world;
  constexpr int count = 10'000;
  Client client{world.server->port(), 4'096};
  std::thread sender{[&client] {
    client.send(stream_head("Transfer-Encoding: chunked\r\n"));
    std::string piece;
    for (int i = 1; i <= count; ++i) {
      piece += initiate_line(i);
      if (piece.size() < 7'000 && i < count) continue;
      char size[16];
      std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
      client.send(size + piece + "\r\n");
      piece.clear();
    }
    client.send("0\r\n\r\n");
  }};
  const auto header = client.receive_header();
  std::string text;
  std::size_t chunks = 0;
  for (auto chunk = client.receive_chunk(); chunk && !chunk->empty();
       chunk = client.receive_chunk()) {
    text += *chunk;
    // Yields between reads: the receive buffer of 4 KiB stays full, so the server has to wait.
    if (++chunks % 4 == 0) std::this_thread::yield();
  }
  sender.join();
  REQUIRE(header);
  const auto results = lines_of(text);
  REQUIRE(results.size() == count);
  for (int i = 1; i <= count; ++i) {
    const std::string expected =
        R"({"line":)" + std::to_string(i) + R"(,"command_id":"c)" + std::to_string(i) + "\"";
    REQUIRE(holds(results[static_cast<std::size_t>(i - 1)], expected));
  }
  CHECK(world.engine.commands().size() == count);
}

TEST_CASE("commands: no more lines are read than may be in flight", "[engine][http]") {
  ServerOptions options;
  options.stream.lines_in_flight_max = 10;
  World world{options};
  world.engine.hold();
  Client client{world.server->port()};
  std::string text;
  for (int i = 1; i <= 100; ++i) text += initiate_line(i);
  REQUIRE(client.send(sized_stream(text)));
  REQUIRE(eventually([&world] { return world.engine.held() == 10; }));
  CHECK(world.ask("GET", "/livez").status == 200);  // Time in which it could have read on.
  CHECK(world.engine.held() == 10);
  world.engine.release();
  const auto reply = client.receive();
  REQUIRE(reply);
  CHECK(lines_of(reply->body).size() == 100);
}

TEST_CASE(
    "commands: a line is answered while the next is not sent yet, and the connection lives on",
    "[engine][http]") {
  World world;
  Client client{world.server->port()};
  REQUIRE(client.send(stream_head("Transfer-Encoding: chunked\r\n")));
  REQUIRE(client.receive_header());
  for (int i = 1; i <= 3; ++i) {
    const std::string line = initiate_line(i);
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", line.size());
    REQUIRE(client.send(size + line + "\r\n"));
    const auto chunk = client.receive_chunk();
    REQUIRE(chunk);
    CHECK(holds(*chunk, "\"line\":" + std::to_string(i) + ","));
  }
  REQUIRE(client.send("0\r\n\r\n" + request_bytes("GET", "/livez")));
  CHECK(client.receive_chunk()->empty());
  CHECK(client.receive()->status == 200);
}

TEST_CASE("commands: a connection that breaks within a line submits nothing of it",
          "[engine][http]") {
  World world;
  {
    Client client{world.server->port()};
    const std::string two = initiate_line(1) + initiate_line(2);
    // Cut where the last line would already be a whole command without its newline.
    REQUIRE(client.send(stream_head("Content-Length: 5000\r\n") + two.substr(0, two.size() - 1)));
    client.end_sending();
    REQUIRE(client.receive_header());
    const auto chunk = client.receive_chunk();  // The first line's result, or nothing more.
    CHECK((!chunk || holds(*chunk, "\"line\":1,")));
  }
  world.server->stop(seconds{20});
  CHECK(world.engine.commands() == std::vector<std::string>{"payment.initiate c1 ord_1"});
}

TEST_CASE("commands: a stop answers the lines read and names the first that was not",
          "[engine][http]") {
  World world;
  Client client{world.server->port()};
  REQUIRE(client.send(stream_head("Content-Length: 50000\r\n") + initiate_line(1)));
  REQUIRE(client.receive_header());
  REQUIRE(holds(*client.receive_chunk(), "\"line\":1,"));
  std::thread stopping{[&world] { world.server->stop(seconds{20}); }};
  const auto last = client.receive_chunk();
  const auto end = client.receive_chunk();
  stopping.join();
  REQUIRE(last);
  CHECK(holds(*last, R"({"line":2,"outcome":"stopping")"));
  REQUIRE(end);
  CHECK(end->empty());
}

TEST_CASE("commands: HTTP/1.0 and a wrong type begin no stream", "[engine][http]") {
  World world;
  Client old{world.server->port()};
  REQUIRE(
      old.send("POST /v1/commands HTTP/1.0\r\nHost: localhost\r\nContent-Type: "
               "application/x-ndjson\r\nContent-Length: 2\r\n\r\n{}"));
  CHECK(old.receive()->status == 400);
  CHECK(world.ask("POST", "/v1/commands", "{}").status == 415);
  CHECK(world.engine.commands().empty());
}

}  // namespace paysaga::engine::http
