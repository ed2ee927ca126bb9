#include "paysaga/engine/stripe/http_client.hpp"

#include <atomic>
#include <future>
#include <set>

#include <catch2/catch.hpp>

#include "engine/stripe/scripted_server.hpp"

namespace paysaga::engine::stripe {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

HttpClientOptions options_for(std::uint16_t port) {
  HttpClientOptions options{BaseUrl{false, "127.0.0.1", port}};
  options.connections_max = 1;
  return options;
}

std::unique_ptr<HttpClient> start(HttpClientOptions options) {
  return HttpClient::start(std::move(options)).value();
}

HttpRequest get(std::string target = "/a") {
  return {"GET", std::move(target), {}, "", true};
}
HttpRequest post(bool repeatable) {
  return {"POST", "/p", {}, "x=1", repeatable};
}

std::future<HttpResult> send(HttpClient& client, HttpRequest request) {
  auto promise = std::make_shared<std::promise<HttpResult>>();
  client.send(std::move(request),
              [promise](HttpResult result) { promise->set_value(std::move(result)); });
  return promise->get_future();
}

std::string line_of(const HttpResult& result) {
  if (const auto* response = std::get_if<HttpResponse>(&result)) {
    return std::to_string(response->status) + " " + response->body +
           (response->repeated ? " repeated" : "");
  }
  const auto& failure = std::get<TransportFailure>(result);
  return std::string{to_text(failure.fault)} + (failure.maybe_sent ? " maybe_sent" : " not_sent");
}

std::string line_of(std::future<HttpResult> result) {
  if (result.wait_for(20s) != std::future_status::ready) return "no answer in 20 s";
  return line_of(result.get());
}

std::string exchange(HttpClient& client, HttpRequest request = get()) {
  return line_of(send(client, std::move(request)));
}

/// Answers every request of every connection with its number.
void answer_all(Peer& peer) {
  while (peer.read_request()) peer.send(answer_text(200, std::to_string(peer.number())));
}

/// What one exchange ends with when the server says `text` and then closes.
std::string exchange_with(std::string text, std::size_t response_bytes_max = 1'000) {
  ScriptedServer server{[text](Peer& peer) {
    if (!peer.read_request()) return;
    peer.send(text);
  }};
  HttpClientOptions options = options_for(server.port());
  options.response_bytes_max = response_bytes_max;
  const auto client = start(std::move(options));
  return exchange(*client, post(true));
}

std::uint16_t refusing_port() {
  ScriptedServer server{answer_all};
  return server.port();
}

}  // namespace

TEST_CASE("http client: one connection carries request after request", "[stripe][http]") {
  ScriptedServer server{answer_all};
  const auto client = start(options_for(server.port()));
  for (int i = 0; i < 20; ++i) CHECK(exchange(*client) == "200 1");
  CHECK(server.connections() == 1);
}

TEST_CASE("http client: the bytes of a request", "[stripe][http]") {
  std::promise<std::string> seen;
  ScriptedServer server{[&seen](Peer& peer) {
    seen.set_value(peer.read_request().value_or(""));
    peer.send(answer_text(200, "ok"));
  }};
  const auto client = start(options_for(server.port()));
  HttpRequest request = post(true);
  request.headers = {{"Idempotency-Key", "k 1"}, {"X", "y"}};
  CHECK(exchange(*client, std::move(request)) == "200 ok");
  CHECK(seen.get_future().get() ==
        "POST /p HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
            "\r\nIdempotency-Key: k 1\r\nX: y\r\n"
            "Content-Length: 3\r\n\r\nx=1");
}

TEST_CASE("http client: more requests than connections wait their turn", "[stripe][http]") {
  ScriptedServer server{answer_all};
  HttpClientOptions options = options_for(server.port());
  options.connections_max = 4;
  options.threads = 2;
  const auto client = start(std::move(options));
  std::vector<std::future<HttpResult>> results;
  for (int i = 0; i < 500; ++i) results.push_back(send(*client, get()));
  for (auto& result : results) CHECK(line_of(std::move(result)).starts_with("200 "));
  CHECK(server.connections() <= 4);
}

TEST_CASE("http client: what comes back, whole or not", "[stripe][http]") {
  struct Row {
    std::string_view text;
    std::string_view line;
  };
  const std::string large(2'000, 'x');
  const std::string large_answer = answer_text(200, large);
  const std::string many_interim = [] {
    std::string text;
    for (int i = 0; i < 20; ++i) text += "HTTP/1.1 102 Processing\r\n\r\n";
    return text;
  }();
  const Row rows[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "200 ok"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
       "200 abc"},
      {"HTTP/1.1 200 OK\r\n\r\nuntil the end", "200 until the end"},
      {"HTTP/1.1 204 No Content\r\n\r\n", "204 "},
      {"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 7\r\n\r\n<html/>", "502 <html/>"},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
       "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
       "200 ok"},
      {many_interim, "malformed maybe_sent"},
      {"HTTP/1.1 101 Switching Protocols\r\n\r\n", "malformed maybe_sent"},
      {"", "dropped maybe_sent"},
      {"HTTP/1.1 200 OK\r\nContent-Le", "dropped maybe_sent"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "dropped maybe_sent"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "dropped maybe_sent"},
      {"HTTP/1.1 100 Continue\r\n\r\n", "dropped maybe_sent"},
      {"SSH-2.0-OpenSSH\r\n\r\n", "malformed maybe_sent"},
      {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "malformed maybe_sent"},
      {large_answer, "too_large maybe_sent"},
  };
  for (const Row& row : rows) {
    INFO(row.text.substr(0, 80));
    CHECK(exchange_with(std::string{row.text}) == row.line);
  }
  CHECK(exchange_with(large_answer, 2'000) == "200 " + large);
}

TEST_CASE("http client: a connection that the server ends is not used again", "[stripe][http]") {
  ScriptedServer server{[](Peer& peer) {
    if (!peer.read_request()) return;
    peer.send(answer_text(200, std::to_string(peer.number()), "Connection: close\r\n"));
  }};
  const auto client = start(options_for(server.port()));
  CHECK(exchange(*client, post(false)) == "200 1");
  CHECK(exchange(*client, post(false)) == "200 2");
}

TEST_CASE("http client: bytes that nobody asked for end a connection", "[stripe][http]") {
  ScriptedServer server{[](Peer& peer) {
    if (!peer.read_request()) return;
    const std::string number = std::to_string(peer.number());
    peer.send(answer_text(200, number) + answer_text(200, "stray"));
    peer.wait_closed();
  }};
  const auto client = start(options_for(server.port()));
  CHECK(exchange(*client, post(false)) == "200 1");
  CHECK(exchange(*client, post(false)) == "200 2");
}

TEST_CASE("http client: nothing listens: certainly not sent", "[stripe][http]") {
  const auto client = start(options_for(refusing_port()));
  CHECK(exchange(*client, post(true)) == "refused not_sent");
}

TEST_CASE("http client: a name that cannot exist: certainly not sent", "[stripe][http]") {
  HttpClientOptions options = options_for(1);
  options.url.host = std::string(70, 'a') + ".invalid";  // A label has at most 63 bytes.
  const auto client = start(std::move(options));
  CHECK(exchange(*client, post(true)) == "dns not_sent");
}

TEST_CASE("http client: a stale connection", "[stripe][http]") {
  // The first connection answers once; the second request on it is read, then it ends.
  ScriptedServer* running = nullptr;
  bool refuse = false;
  bool reset = false;
  ScriptedServer server{[&](Peer& peer) {
    if (!peer.read_request()) return;
    peer.send(answer_text(200, std::to_string(peer.number())));
    if (peer.number() > 1) return peer.wait_closed();
    if (!peer.read_request()) return;
    if (refuse) running->stop_listening();
    if (reset) peer.reset();
  }};
  running = &server;
  const auto client = start(options_for(server.port()));
  SECTION("repeats what is repeatable, once, and says so") {
    reset = GENERATE(false, true);
    CHECK(exchange(*client, post(true)) == "200 1");
    CHECK(exchange(*client, post(true)) == "200 2 repeated");
    CHECK(server.connections() == 2);
  }
  SECTION("repeats nothing else") {
    CHECK(exchange(*client, post(false)) == "200 1");
    CHECK(exchange(*client, post(false)) == "dropped maybe_sent");
    CHECK(server.connections() == 1);
  }
  SECTION("a repeat that is refused leaves the outcome unknown") {
    refuse = true;
    CHECK(exchange(*client, post(true)) == "200 1");
    CHECK(exchange(*client, post(true)) == "refused maybe_sent");
  }
}

TEST_CASE("http client: a new connection that ends is no stale one", "[stripe][http]") {
  const bool reset = GENERATE(false, true);
  ScriptedServer server{[reset](Peer& peer) {
    peer.read_request();
    if (reset) peer.reset();
  }};
  const auto client = start(options_for(server.port()));
  CHECK(exchange(*client, post(true)) == "dropped maybe_sent");
  CHECK(server.connections() == 1);
}

TEST_CASE("http client: an old idle connection is left for a new one", "[stripe][http]") {
  ScriptedServer server{answer_all};
  HttpClientOptions options = options_for(server.port());
  std::atomic<int> later = 0;
  options.now = [&later] { return steady_clock::now() + std::chrono::seconds{later}; };
  const auto client = start(std::move(options));
  CHECK(exchange(*client) == "200 1");
  CHECK(exchange(*client) == "200 1");
  later = 31;
  CHECK(exchange(*client) == "200 2");
}

TEST_CASE("http client: silence and dripping end with the timeout", "[stripe][http]") {
  const bool drips = GENERATE(false, true);
  ScriptedServer server{[drips](Peer& peer) {
    if (!peer.read_request()) return;
    if (drips) {
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
      peer.drip('x');
    }
    peer.wait_closed();
  }};
  HttpClientOptions options = options_for(server.port());
  options.request_timeout = 60ms;
  options.response_bytes_max = 2'000'000;
  const auto client = start(std::move(options));
  CHECK(exchange(*client, post(true)) == "timeout maybe_sent");
  CHECK(server.connections() == 1);
}

TEST_CASE("http client: past its deadline nothing is sent", "[stripe][http]") {
  ScriptedServer server{answer_all};
  const auto client = start(options_for(server.port()));
  HttpRequest late = get();
  late.send_before = steady_clock::now();
  CHECK(exchange(*client, late) == "expired not_sent");
  CHECK(server.connections() == 0);
  CHECK(exchange(*client) == "200 1");
  CHECK(exchange(*client, late) == "expired not_sent");  // With an idle connection at hand.
  CHECK(exchange(*client) == "200 1");
}

TEST_CASE("http client: the queue is bounded in number and time", "[stripe][http]") {
  std::promise<void> first_came;
  ScriptedServer server{[&first_came](Peer& peer) {
    peer.read_request();
    first_came.set_value();
    peer.wait_closed();
  }};
  HttpClientOptions options = options_for(server.port());
  options.queue_max = 2;
  SECTION("in number; a stop answers everybody once") {
    const auto client = start(std::move(options));
    auto first = send(*client, get());
    first_came.get_future().wait();
    auto second = send(*client, get());
    auto third = send(*client, get());
    CHECK(exchange(*client) == "overloaded not_sent");
    client->stop();
    CHECK(line_of(std::move(first)) == "stopped maybe_sent");
    CHECK(line_of(std::move(second)) == "stopped not_sent");
    CHECK(line_of(std::move(third)) == "stopped not_sent");
    CHECK(exchange(*client) == "stopped not_sent");
  }
  SECTION("in time") {
    options.queue_timeout = 20ms;
    const auto client = start(std::move(options));
    auto first = send(*client, get());
    first_came.get_future().wait();
    CHECK(exchange(*client) == "overloaded not_sent");
    client->stop();
    CHECK(line_of(std::move(first)) == "stopped maybe_sent");
  }
}

TEST_CASE("http client: a lower lane goes first", "[stripe][http]") {
  std::promise<void> first_came;
  std::promise<void> all_queued;
  std::vector<std::string> targets;
  ScriptedServer server{[&](Peer& peer) {
    while (const auto request = peer.read_request()) {
      targets.push_back(request->substr(0, request->find(" HTTP")));
      if (targets.size() == 1) {
        first_came.set_value();
        all_queued.get_future().wait();
      }
      peer.send(answer_text(200, ""));
    }
  }};
  const auto client = start(options_for(server.port()));
  auto first = send(*client, get("/first"));
  first_came.get_future().wait();
  std::vector<std::future<HttpResult>> results;
  for (const std::size_t lane : {std::size_t{2}, std::size_t{1}, std::size_t{0}}) {
    HttpRequest request = get("/" + std::to_string(lane));
    request.lane = lane;
    results.push_back(send(*client, std::move(request)));
  }
  all_queued.set_value();
  for (auto& result : results) CHECK(line_of(std::move(result)) == "200 ");
  client->stop();
  CHECK(targets == std::vector<std::string>{"GET /first", "GET /0", "GET /1", "GET /2"});
}

TEST_CASE("http client: a stop in the middle of a storm answers each exactly once",
          "[stripe][http]") {
  ScriptedServer server{answer_all};
  HttpClientOptions options = options_for(server.port());
  options.connections_max = 3;
  const auto client = start(std::move(options));
  constexpr int requests = 2'000;
  std::atomic<int> answers = 0;
  std::thread sender{[&] {
    for (int i = 0; i < requests; ++i) client->send(get(), [&answers](HttpResult) { ++answers; });
  }};
  client->stop();
  sender.join();
  CHECK(answers == requests);
}

}  // namespace paysaga::engine::stripe
