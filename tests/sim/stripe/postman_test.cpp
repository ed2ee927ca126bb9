// Webhooks over real sockets: the shop is in this thread, the simulator in its own.

#include <atomic>
#include <thread>

#include <boost/asio.hpp>
#include <catch2/catch.hpp>

#include "paysaga/engine/stripe/webhook_signature.hpp"
#include "paysaga/sim/stripe/server.hpp"
#include "sim/stripe/world.hpp"

namespace paysaga::sim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using stripe::at;

/// Sends a message and reads one: head and body.
struct Message {
  std::string head;
  std::string body;
};
Message read_message(tcp::socket& socket) {
  std::string bytes;
  const std::size_t head = asio::read_until(socket, asio::dynamic_buffer(bytes), "\r\n\r\n");
  Message message{bytes.substr(0, head), bytes.substr(head)};
  const std::size_t mark = message.head.find("Content-Length: ");
  const std::size_t length =
      mark == std::string::npos ? 0 : std::stoul(message.head.substr(mark + 16));
  std::string rest(length - message.body.size(), '\0');
  asio::read(socket, asio::buffer(rest));
  message.body += rest;
  return message;
}

/// Where events are delivered to, one connection each.
class Shop {
 public:
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/hooks";
  }
  Message take() {
    socket_ = tcp::socket{context_};
    acceptor_.accept(socket_);
    return read_message(socket_);
  }
  void answer(int status) {
    const std::string text = "HTTP/1.1 " + std::to_string(status) +
                             " X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    asio::write(socket_, asio::buffer(text));
    socket_.close();
  }

 private:
  asio::io_context context_;
  tcp::acceptor acceptor_{context_, {asio::ip::address_v4::loopback(), 0}};
  tcp::socket socket_{context_};
};

/// A simulator and what is asked of it.
struct Simulator {
  explicit Simulator(const StripeServerOptions& options = {}) { REQUIRE(server.start(options)); }

  std::string call(const std::string& method, const std::string& path,
                   const std::string& body = {}) const {
    asio::io_context context;
    tcp::socket socket{context};
    socket.connect({asio::ip::address_v4::loopback(), server.port()});
    asio::write(socket, asio::buffer(method + " " + path +
                                     " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk_test_x\r\n"
                                     "Content-Length: " +
                                     std::to_string(body.size()) + "\r\n\r\n" + body));
    return read_message(socket).body;
  }
  std::string pay() const {
    return call("POST", "/v1/payment_intents",
                "amount=4200&currency=eur&payment_method_types[]=card&confirm=true&"
                "payment_method=pm_card_visa");
  }
  /// The secret of an endpoint for successes.
  std::string listen(const Shop& shop) const {
    return at(call("POST", "/v1/webhook_endpoints",
                   "url=" + shop.url() + "&enabled_events[]=payment_intent.succeeded"),
              "secret");
  }
  /// Asks until the last delivery is over.
  std::string settled() const {
    std::string event;
    do {
      event = call("GET", "/v1/events?limit=1&type=payment_intent.succeeded");
    } while (at(event, "data.0.pending_webhooks") != "0");
    return event;
  }

  StripeServer server;
};

}  // namespace

TEST_CASE("postman: an event arrives signed, and is known to have arrived", "[sim][stripe]") {
  Simulator simulator;
  Shop shop;
  const std::string secret = simulator.listen(shop);
  const std::string intent = at(simulator.pay(), "id");
  const Message message = shop.take();
  CHECK(message.head.starts_with("POST /hooks HTTP/1.1\r\n"));
  CHECK(at(message.body, "data.object.id") == intent);
  const std::size_t mark = message.head.find("Stripe-Signature: t=");
  REQUIRE(mark != std::string::npos);
  const std::string signature =
      message.head.substr(mark + 18, message.head.find('\r', mark) - mark - 18);
  const Time signed_at = time_from_micros(std::stoll(signature.substr(2)) * 1'000'000);
  CHECK(signature == engine::stripe::sign_webhook(message.body, secret, signed_at));
  shop.answer(204);
  CHECK(at(simulator.settled(), "data.0.id") == at(message.body, "id"));
  CHECK(at(simulator.call("GET", "/v1/events?delivery_success=false"), "data") == "[]");
}

TEST_CASE("postman: what the shop refuses comes again", "[sim][stripe]") {
  StripeServerOptions options;
  options.behaviour.webhook_retry = milliseconds{1};
  Simulator simulator{options};
  Shop shop;
  simulator.listen(shop);
  simulator.pay();
  const std::string first = shop.take().body;
  shop.answer(500);
  const std::string again = shop.take().body;
  shop.answer(200);
  CHECK(at(first, "id") == at(again, "id"));
  simulator.settled();
  CHECK(at(simulator.call("GET", "/_sim/deliveries"), "data.1.status") == "500");
}

TEST_CASE("postman: an early event holds the answer back", "[sim][stripe]") {
  StripeServerOptions options;
  options.faults.rate(stripe::DeliveryFault::early) = 1;
  Simulator simulator{options};
  Shop shop;
  simulator.listen(shop);
  std::atomic<bool> answered{false};
  std::thread customer{[&] {
    simulator.pay();
    answered = true;
  }};
  const Message message = shop.take();
  CHECK_FALSE(answered);
  CHECK(at(message.body, "type") == "payment_intent.succeeded");
  shop.answer(200);
  customer.join();
  CHECK(answered);
}

TEST_CASE("postman: the end waits for no shop", "[sim][stripe]") {
  Simulator simulator;
  Shop shop;
  simulator.listen(shop);
  simulator.pay();
  shop.take();  // And never an answer.
  simulator.server.stop();
  CHECK(simulator.server.port() == 0);
}

}  // namespace paysaga::sim
