#include "paysaga/sim/stripe/server.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <thread>

#include <boost/asio.hpp>
#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/stripe/world.hpp"

namespace paysaga::sim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using stripe::at;

/// What came back over one connection.
struct Reply {
  int status = 0;  // 0 if the connection closed before a head was there.
  std::string head;
  std::string body;
  bool whole = false;
};

/// A client with one connection that says exactly what it is told.
class Client {
 public:
  explicit Client(std::uint16_t port) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
    socket_.set_option(tcp::no_delay{true});
  }
  void say(std::string_view bytes) {
    boost::system::error_code ignored;  // A server that closes early is seen by `hear`.
    asio::write(socket_, asio::buffer(bytes), ignored);
  }
  Reply hear() {
    Reply reply;
    std::size_t length = 0;
    for (;;) {
      const std::size_t head = buffer_.find("\r\n\r\n");
      if (reply.status == 0 && head != std::string::npos) {
        reply.head = buffer_.substr(0, head + 2);
        reply.status = std::stoi(reply.head.substr(9, 3));
        const std::size_t mark = reply.head.find("Content-Length: ");
        length = std::stoul(reply.head.substr(mark + 16));
        buffer_.erase(0, head + 4);
      }
      reply.whole = reply.status != 0 && buffer_.size() >= length;
      std::array<char, 4096> bytes{};
      boost::system::error_code error;
      const std::size_t count = reply.whole ? 0 : socket_.read_some(asio::buffer(bytes), error);
      if (reply.whole || error) {
        reply.body = buffer_.substr(0, length);
        buffer_.erase(0, reply.body.size());
        return reply;
      }
      buffer_.append(bytes.data(), count);
    }
  }
  Reply post(const std::string& path, const std::string& body, const std::string& key = "k") {
    say("POST " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk_test_x\r\n" +
        (key.empty() ? "" : "Idempotency-Key: " + key + "\r\n") +
        "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return hear();
  }
  Reply get(const std::string& path) {
    say("GET " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk_test_x\r\n\r\n");
    return hear();
  }
  Reply create(const std::string& order) {
    return post("/v1/payment_intents",
                "amount=4200&currency=eur&payment_method_types[]=card&metadata[order_id]=" + order,
                "create-" + order);
  }
  Reply confirm(const std::string& id) {
    return post("/v1/payment_intents/" + id + "/confirm", "payment_method=pm_card_visa",
                "confirm-" + id);
  }

 private:
  asio::io_context context_;
  tcp::socket socket_{context_};
  std::string buffer_;
};

std::uint16_t started(StripeServer& server, const StripeServerOptions& options = {}) {
  const Result<std::uint16_t> port = server.start(options);
  REQUIRE(port);
  return *port;
}

/// A directory of its own that is gone at the end.
struct ScratchDirectory {
  ScratchDirectory() {
    path = (std::filesystem::temp_directory_path() / "paysaga_stripe_XXXXXX").string();
    REQUIRE(::mkdtemp(path.data()) != nullptr);
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path); }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  std::string path;
};

}  // namespace

TEST_CASE("stripe server: a payment over one connection that stays open", "[sim][stripe]") {
  StripeServer server;
  Client client{started(server)};
  const Reply created = client.create("o1");
  CHECK(created.status == 200);
  CHECK(created.head.find("Content-Type: application/json\r\n") != std::string::npos);
  CHECK(created.head.find("Request-Id: req_") != std::string::npos);
  CHECK(created.head.find("Connection: close") == std::string::npos);
  const Reply confirmed = client.confirm(at(created.body, "id"));
  CHECK(at(confirmed.body, "status") == "succeeded");
  const Reply again = client.create("o1");
  CHECK(again.head.find("Idempotent-Replayed: true") != std::string::npos);
  CHECK(again.body == created.body);
  CHECK(at(client.get("/_sim/books").body, "totals.EUR.charged") == "4200");
  const Result<std::string> books = server.books(false, "o1");
  REQUIRE(books);
  CHECK(at(*books, "orders.0.charged") == "4200");
  CHECK(server.violations() == 0);
}

TEST_CASE("stripe server: several requests in one breath are answered in order", "[sim][stripe]") {
  StripeServer server;
  Client client{started(server)};
  std::string breath;
  for (int i = 0; i < 5; ++i) {
    breath += "GET /v1/refunds/re_" + std::to_string(i) +
              " HTTP/1.1\r\nAuthorization: Bearer sk_test_x\r\n\r\n";
  }
  client.say(breath);
  for (int i = 0; i < 5; ++i) {
    CHECK(at(client.hear().body, "error.message") ==
          "No such refund: 're_" + std::to_string(i) + "'");
  }
}

TEST_CASE("stripe server: many connections at once lose nothing and double nothing",
          "[sim][stripe]") {
  StripeServer server;
  const std::uint16_t port = started(server);
  constexpr int threads = 8;
  constexpr int orders = 50;
  std::vector<std::thread> clients;
  clients.reserve(threads);
  for (int t = 0; t < threads; ++t) {
    clients.emplace_back([port, t] {
      Client client{port};
      for (int i = 0; i < orders; ++i) {
        // Two clients share each order and its keys.
        const std::string order = "o" + std::to_string(t / 2) + "_" + std::to_string(i);
        client.confirm(at(client.create(order).body, "id"));
      }
    });
  }
  for (std::thread& client : clients) client.join();
  const std::string books = *server.books();
  CHECK(at(books, "totals.EUR.charges") == std::to_string(threads / 2 * orders));
  CHECK(at(books, "violations_total") == "0");
  CHECK(at(books, "answers.200") == std::to_string(threads * orders * 2));
}

TEST_CASE("stripe server: faults reach the wire", "[sim][stripe]") {
  StripeServer server;
  const std::uint16_t port = started(server);
  const auto with = [&](stripe::Fault fault, const std::string& order) {
    stripe::Faults faults;
    faults.rate(fault) = 1;
    server.set_faults(faults);
    Client client{port};
    Reply reply = client.create(order);
    server.set_faults({});
    return reply;
  };
  const auto intents = [&](const std::string& order) {
    return at(*server.books(false, order), "orders.0.intents.0") != "absent";
  };
  CHECK(with(stripe::Fault::drop_before_commit, "o1").status == 0);
  CHECK_FALSE(intents("o1"));
  CHECK(with(stripe::Fault::drop_after_commit, "o2").status == 0);
  CHECK(intents("o2"));
  const Reply cut = with(stripe::Fault::truncated, "o3");
  CHECK(cut.status == 200);
  CHECK_FALSE(cut.whole);
  CHECK(cut.body.size() > 100);
  CHECK(intents("o3"));
  const Reply page = with(stripe::Fault::html_502, "o4");
  CHECK(page.status == 502);
  CHECK(page.body.starts_with("<html>"));
  CHECK(with(stripe::Fault::rate_limit_429, "o5").status == 429);
}

TEST_CASE("stripe server: a slow request holds up nobody else", "[sim][stripe]") {
  StripeServer server;
  stripe::Faults slow;
  slow.latency = milliseconds{400};
  StripeServerOptions options;
  options.faults = slow;
  const std::uint16_t port = started(server, options);
  const auto begun = std::chrono::steady_clock::now();
  Client waiting{port};
  int status = 0;
  std::thread first{[&] { status = waiting.create("o1").status; }};
  // Control requests have no latency: ask until the first request has arrived.
  Client other{port};
  bool arrived = false;
  for (int i = 0; i < 100'000 && !arrived; ++i) {
    arrived = at(other.get("/_sim/books?summary=1").body, "requests.create_intent") == "1";
  }
  CHECK(arrived);
  CHECK(std::chrono::steady_clock::now() - begun < milliseconds{400});
  first.join();
  CHECK(status == 200);
  CHECK(std::chrono::steady_clock::now() - begun >= milliseconds{400});
}

TEST_CASE("stripe server: what is no request, or too large a one, is refused", "[sim][stripe]") {
  StripeServer server;
  const std::uint16_t port = started(server);
  const auto reply_to = [&](const std::string& bytes) {
    Client client{port};
    client.say(bytes);
    return client.hear();
  };
  CHECK(reply_to("nonsense\r\n\r\n").status == 400);
  CHECK(reply_to("POST /v1/refunds HTTP/1.1\r\nContent-Length: 300000\r\n\r\n").status == 413);
  CHECK(
      reply_to("GET /v1/refunds HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n").status ==
      431);
  const Reply closing = reply_to(
      "GET /v1/refunds HTTP/1.1\r\nAuthorization: Bearer sk_test_x\r\nConnection: close\r\n\r\n");
  CHECK(closing.status == 200);
  CHECK(closing.head.find("Connection: close") != std::string::npos);
  // After all that it still serves.
  CHECK(Client{port}.create("o1").status == 200);
}

TEST_CASE("stripe server: a client that stalls in the middle of a request is let go",
          "[sim][stripe]") {
  StripeServer server;
  StripeServerOptions options;
  options.request_timeout = milliseconds{50};
  options.idle_timeout = milliseconds{100};
  const std::uint16_t port = started(server, options);
  Client stalling{port};
  stalling.say("POST /v1/refunds HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
  CHECK(stalling.hear().status == 0);
  Client idle{port};
  CHECK(idle.hear().status == 0);
}

TEST_CASE("stripe server: more connections than allowed are closed", "[sim][stripe]") {
  StripeServer server;
  StripeServerOptions options;
  options.connections_max = 1;
  const std::uint16_t port = started(server, options);
  Client first{port};
  CHECK(first.create("o1").status == 200);
  CHECK(Client{port}.create("o2").status == 0);
  CHECK(first.create("o3").status == 200);
}

TEST_CASE("stripe server: addresses and ports that cannot be had are said", "[sim][stripe]") {
  StripeServer first;
  StripeServerOptions options;
  options.port = started(first);
  StripeServer second;
  const auto taken = second.start(options);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == ErrorCode::conflict);
  CHECK(taken.error().detail.find(std::to_string(options.port)) != std::string::npos);
  options.address = "localhost.nowhere";
  CHECK(second.start(options).error().code == ErrorCode::malformed);
  options.address = "192.0.2.1";
  options.port = 0;
  CHECK(second.start(options).error().code == ErrorCode::unavailable);
  CHECK_FALSE(second.books());
}

TEST_CASE("stripe server: stopped and started again it is the same Stripe", "[sim][stripe]") {
  const ScratchDirectory directory;
  StripeServerOptions options;
  options.journal = directory.path + "/stripe";
  options.seed = 11;
  std::string id;
  std::string created;
  {
    StripeServer server;
    Client client{started(server, options)};
    created = client.create("o1").body;
    id = at(created, "id");
    client.confirm(id);
  }
  options.seed = 12;  // Counts for new journals only.
  StripeServer server;
  Client client{started(server, options)};
  CHECK(at(client.get("/v1/payment_intents/" + id).body, "status") == "succeeded");
  const Reply again = client.create("o1");
  CHECK(again.body == created);
  CHECK(again.head.find("Idempotent-Replayed: true") != std::string::npos);
  CHECK(at(client.create("o2").body, "id") != id);
  StripeServer second;
  options.port = 0;
  CHECK(second.start(options).error().code == ErrorCode::conflict);
}

TEST_CASE("stripe server: killed at any moment it has forgotten no answer", "[sim][stripe]") {
  const ScratchDirectory directory;
  StripeServerOptions options;
  options.journal = directory.path + "/stripe";
  std::vector<std::string> paid;  // Intents whose confirmation was answered.
  for (int life = 0; life < 5; ++life) {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      StripeServer server;
      const Result<std::uint16_t> port = server.start(options);
      const std::uint16_t number = port.value_or(0);
      if (::write(pipe[1], &number, sizeof number) != sizeof number) ::_exit(1);
      for (;;) ::pause();
    }
    std::uint16_t port = 0;
    REQUIRE(::read(pipe[0], &port, sizeof port) == sizeof port);
    ::close(pipe[0]);
    ::close(pipe[1]);
    REQUIRE(port != 0);
    Client client{port};
    std::thread killer;
    for (int i = 0;; ++i) {
      const std::string order = std::to_string(life) + "_" + std::to_string(i);
      const Reply created = client.create(order);
      if (!created.whole) break;
      const std::string id = at(created.body, "id");
      const Reply confirmed = client.confirm(id);
      if (!confirmed.whole) break;
      REQUIRE(at(confirmed.body, "status") == "succeeded");
      paid.push_back(id);
      // While the next requests are on their way.
      if (i == 20 + life) killer = std::thread{[child] { ::kill(child, SIGKILL); }};
    }
    killer.join();
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
  }
  StripeServer server;
  Client client{started(server, options)};
  REQUIRE(paid.size() >= 5 * 20);
  for (const std::string& id : paid) {
    CHECK(at(client.get("/v1/payment_intents/" + id).body, "status") == "succeeded");
  }
  CHECK(server.violations() == 0);
}

}  // namespace paysaga::sim
