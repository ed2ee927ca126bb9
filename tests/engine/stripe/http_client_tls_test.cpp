#include <atomic>
#include <future>

#include <catch2/catch.hpp>

#include "engine/stripe/certificates.hpp"
#include "engine/stripe/scripted_server.hpp"
#include "paysaga/engine/stripe/http_client.hpp"

namespace paysaga::engine::stripe {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

void answer_all(Peer& peer) {
  while (peer.read_request()) peer.send(answer_text(200, std::to_string(peer.number())));
}

HttpClientOptions options_for(std::string host, std::uint16_t port, const Identity& root) {
  HttpClientOptions options{BaseUrl{true, std::move(host), port}, to_pem(root)};
  options.connections_max = 1;
  return options;
}

HttpResult exchange(HttpClient& client) {
  auto promise = std::make_shared<std::promise<HttpResult>>();
  HttpRequest request{"POST", "/p", {}, "x=1", true};
  request.send_before = steady_clock::now() + 1min;
  client.send(std::move(request),
              [promise](HttpResult result) { promise->set_value(std::move(result)); });
  auto result = promise->get_future();
  REQUIRE(result.wait_for(20s) == std::future_status::ready);
  return result.get();
}

std::string detail_of(const HttpResult& result) {
  const auto& failure = std::get<TransportFailure>(result);
  CHECK(failure.fault == Fault::tls);
  CHECK_FALSE(failure.maybe_sent);
  return failure.detail;
}

}  // namespace

TEST_CASE("http client: TLS to the host that the certificate names", "[stripe][http]") {
  const Identity root = make_root();
  struct Row {
    std::string host;
    std::string name;
  };
  const Row rows[] = {{"localhost", "DNS:localhost"}, {"127.0.0.1", "IP:127.0.0.1"}};
  for (const Row& row : rows) {
    INFO(row.host);
    const Identity identity = make_server_identity(root, row.name);
    ScriptedServer server{answer_all, &identity};
    const auto client = HttpClient::start(options_for(row.host, server.port(), root)).value();
    for (int i = 0; i < 5; ++i) {
      CHECK(std::get<HttpResponse>(exchange(*client)).body == "1");
    }
    CHECK(server.connections() == 1);
  }
}

TEST_CASE("http client: TLS to anybody else is refused before a byte is sent", "[stripe][http]") {
  const Identity root = make_root();
  const Identity other_root = make_root("other root");
  const Identity false_root = make_root();  // The name of the trusted one, another key.
  struct Row {
    std::string name;
    const Identity* trusted;
    std::string_view detail;
  };
  const Row rows[] = {
      {"DNS:other.example", &root, "hostname mismatch"},
      {"DNS:*.localhost", &root, "hostname mismatch"},
      {"IP:127.0.0.1", &root, "hostname mismatch"},
      {"DNS:localhost", &other_root, "unable to get local issuer certificate"},
      {"DNS:localhost", &false_root, "certificate signature failure"},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    const Identity identity = make_server_identity(root, row.name);
    std::atomic<bool> read = false;
    ScriptedServer server{[&read](Peer& peer) { read = peer.read_request().has_value(); },
                          &identity};
    {
      const auto client =
          HttpClient::start(options_for("localhost", server.port(), *row.trusted)).value();
      CHECK_THAT(detail_of(exchange(*client)), Catch::Contains(std::string{row.detail}));
    }
    CHECK_FALSE(read);
  }
}

TEST_CASE("http client: a server that speaks no TLS, or nothing at all", "[stripe][http]") {
  const Identity root = make_root();
  SECTION("plain text instead of a handshake") {
    ScriptedServer server{[](Peer& peer) {
      peer.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
      peer.wait_closed();
    }};
    const auto client = HttpClient::start(options_for("localhost", server.port(), root)).value();
    CHECK_FALSE(detail_of(exchange(*client)).empty());
  }
  SECTION("silence: the time to connect holds the handshake, too") {
    ScriptedServer server{[](Peer& peer) { peer.wait_closed(); }};
    HttpClientOptions options = options_for("localhost", server.port(), root);
    options.connect_timeout = 50ms;
    const auto client = HttpClient::start(std::move(options)).value();
    const auto failure = std::get<TransportFailure>(exchange(*client));
    CHECK(failure.fault == Fault::connect_timeout);
    CHECK_FALSE(failure.maybe_sent);
  }
}

TEST_CASE("http client: the deadline counts again after connecting", "[stripe][http]") {
  const Identity root = make_root();
  const Identity identity = make_server_identity(root, "DNS:localhost");
  std::atomic<int> later = 0;
  std::promise<bool> read;
  ScriptedServer server{[&read](Peer& peer) { read.set_value(peer.read_request().has_value()); },
                        &identity, [&later] { later = 61; }};
  HttpClientOptions options = options_for("localhost", server.port(), root);
  options.now = [&later] { return steady_clock::now() + std::chrono::seconds{later}; };
  const auto client = HttpClient::start(std::move(options)).value();
  const auto failure = std::get<TransportFailure>(exchange(*client));
  CHECK(failure.fault == Fault::expired);
  CHECK_FALSE(failure.maybe_sent);
  CHECK_FALSE(read.get_future().get());
}

TEST_CASE("http client: a stale TLS connection is repeated over a new one", "[stripe][http]") {
  const Identity root = make_root();
  const Identity identity = make_server_identity(root, "DNS:localhost");
  ScriptedServer server{[](Peer& peer) {
                          if (!peer.read_request()) return;
                          peer.send(answer_text(200, std::to_string(peer.number())));
                          if (peer.number() > 1) return peer.wait_closed();
                          peer.read_request();
                        },
                        &identity};
  const auto client = HttpClient::start(options_for("localhost", server.port(), root)).value();
  CHECK(std::get<HttpResponse>(exchange(*client)).body == "1");
  const auto second = std::get<HttpResponse>(exchange(*client));
  CHECK(second.body == "2");
  CHECK(second.repeated);
}

TEST_CASE("http client: roots that are none are an error at the start", "[stripe][http]") {
  HttpClientOptions options{BaseUrl{true, "localhost", 1}, "no certificate"};
  const auto client = HttpClient::start(std::move(options));
  REQUIRE_FALSE(client.has_value());
  CHECK_THAT(client.error().detail, Catch::Contains("TLS roots cannot be read"));
}

}  // namespace paysaga::engine::stripe
