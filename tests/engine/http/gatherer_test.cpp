#include "paysaga/engine/http/gatherer.hpp"

#include <future>

#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/http/world.hpp"
#include "engine/stripe/scripted_server.hpp"
#include "paysaga/storage/memory_log.hpp"

namespace paysaga::engine::http {
namespace {

using storage::PartitionId;
using storage::PartitionSet;

/// An engine that leads what it is told and asks others for the rest.
class Together final : public FakeEngine {
 public:
  explicit Together(Gatherer& gatherer) : gatherer_{gatherer} {}
  void gather(std::string_view name, Request request, const PartitionSet& partitions,
              Done<Gathered> done) override {
    gatherer_.gather(name, std::move(request), partitions, std::move(done));
  }

 private:
  Gatherer& gatherer_;
};

/// Takes connections and never answers.
class Mute {
 public:
  Mute() : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof place;
    auto* const address = reinterpret_cast<sockaddr*>(&place);
    REQUIRE(::bind(socket_, address, size) == 0);
    REQUIRE(::listen(socket_, 9) == 0);
    REQUIRE(::getsockname(socket_, address, &size) == 0);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(place.sin_port));
  }
  ~Mute() { ::close(socket_); }
  Mute(const Mute&) = delete;
  Mute& operator=(const Mute&) = delete;
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  int socket_;
  std::string url_;
};

/// A node that leads partition 0 and asks, and the log in which the claims of others stand.
struct Near {
  explicit Near(std::chrono::milliseconds answer_within = std::chrono::seconds{10})
      : gatherer{*log, "near", "http://127.0.0.1:1", answer_within} {
    engine.set_told({PartitionId{0}});
    ServerOptions options;
    options.listen.port = 0;
    auto started = Server::start(
        std::make_shared<Api>(engine, metrics, ApiOptions{.version = "1", .node = "near"}),
        options);
    REQUIRE(started);
    server = std::move(*started);
  }
  Reply ask(std::string_view target, std::string_view headers = "") const {
    return http::ask(server->port(), "GET", target, "", headers);
  }
  void claim(std::uint32_t partition, const std::string& node, const std::string& address) {
    std::string value = storage::encode(
        storage::Claim{{}, node, address, "paysaga", "payments,orders", 1, "1.2.3"});
    (void)world.append_foreign(PartitionId{partition},
                               {"", storage::claim_headers(value), std::move(value)});
  }

  storage::MemoryWorld world{storage::MemoryLogOptions{.partition_count = 4}};
  std::unique_ptr<storage::MemoryLog> log = world.open("near");
  Gatherer gatherer;
  Together engine{gatherer};
  Metrics metrics{"1", operation_names()};
  std::unique_ptr<Server> server;
};

/// 20 orders, which every engine has in its store: also those of partitions that it does not lead.
void fill(FakeEngine& engine) {
  for (int i = 0; i < 20; ++i) {
    engine.put(
        make_order("o" + std::to_string(i), order::Status::pending, payment::Status::captured));
  }
}

std::size_t count(const std::string& body, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = body.find(part, at)) != std::string::npos; ++at) ++found;
  return found;
}

}  // namespace

TEST_CASE("gatherer: a list is that of all nodes, each order once, page by page",
          "[engine][http]") {
  World two;
  World three;
  Near near;
  near.claim(1, "gone", "http://127.0.0.1:9");
  near.claim(1, "two", two.server->url());
  near.claim(2, "three", three.server->url());
  near.claim(3, "two", two.server->url());
  two.engine.set_told({PartitionId{1}, PartitionId{3}});
  three.engine.set_told({PartitionId{2}});
  for (FakeEngine* engine : {static_cast<FakeEngine*>(&near.engine), &two.engine, &three.engine}) {
    fill(*engine);
  }
  const Reply all = near.ask("/v1/orders");
  CHECK(all.status == 200);
  CHECK(count(all.body, R"("order_id":)") == 20);
  CHECK(holds(all.body, R"("next":null,"incomplete":[])"));

  for (const std::string_view order : {"", "&oldest_first=true"}) {
    std::string paged;
    std::string after;
    int pages = 0;
    do {
      const Reply page = near.ask("/v1/orders?limit=3" + std::string{order} + after);
      REQUIRE(page.status == 200);
      CHECK(holds(page.body, R"("incomplete":[])"));
      paged += page.body;
      const std::size_t at = page.body.find(R"("next":")");
      after = at == std::string::npos
                  ? ""
                  : "&after=" + page.body.substr(at + 8, page.body.find('"', at + 8) - at - 8);
    } while (!after.empty() && ++pages < 99);
    CHECK(count(paged, R"("order_id":)") == 20);
    for (int i = 0; i < 20; ++i) {
      CHECK(count(paged, R"("order_id":"o)" + std::to_string(i) + '"') == 1);
    }
  }
  // Whoever is asked by another node, or for what is here, asks nobody.
  CHECK(count(near.ask("/v1/orders?here=true").body, R"("order_id":)") < 20);
  const Reply part = near.ask("/v1/orders", "paysaga-forwarded: x\r\npaysaga-partitions: 0,2\r\n");
  CHECK(holds(part.body, R"("partitions_told":[0],"places":["0.o)"));
  CHECK(near.ask("/v1/orders?limit=0").status == 400);
  CHECK(near.ask("/v1/orders?here=x").status == 400);
}

TEST_CASE("gatherer: which partitions nobody tells of, and why", "[engine][http]") {
  World two;
  Near near;
  two.engine.set_told({PartitionId{3}});
  struct Row {
    const char* what;
    std::string address;
    std::string_view why;
  };
  for (const Row& row : {Row{"dead", "http://127.0.0.1:9", "did not answer: refused"},
                         Row{"leads it no more", two.server->url(), "does not lead it now"},
                         Row{"our own", "http://127.0.0.1:1", "does not lead it now"},
                         Row{"no address", "nowhere", "did not answer"}}) {
    CAPTURE(row.what);
    near.claim(1, "x", row.address);
    near.claim(3, "two", two.server->url());
    for (const std::string_view list : {"orders", "actors", "partitions", "dead-letters"}) {
      const Reply reply = near.ask("/v1/" + std::string{list});
      CAPTURE(reply.body);
      CHECK(reply.status == 200);
      CHECK(holds(reply.body, R"("incomplete":[{"partition":1,"node":")"));
      CHECK(holds(reply.body, row.why));
      CHECK(holds(reply.body, R"({"partition":2,"node":null,"why":"no node has led)"));
      CHECK(count(reply.body, R"("why":)") == 2);
    }
  }
}

TEST_CASE("gatherer: the counts of all nodes are one sum a group", "[engine][http]") {
  World two;
  World three;
  Near near;
  near.claim(1, "two", two.server->url());
  near.claim(2, "three", three.server->url());
  near.claim(3, "two", two.server->url());
  two.engine.set_told({PartitionId{1}, PartitionId{3}});
  three.engine.set_told({PartitionId{2}});
  for (FakeEngine* engine : {static_cast<FakeEngine*>(&near.engine), &two.engine, &three.engine}) {
    fill(*engine);
  }
  const Reply whole = near.ask("/v1/order-counts");
  CAPTURE(whole.body);
  CHECK(whole.status == 200);
  CHECK(holds(whole.body, R"({"counts":[{"status":"PENDING","currency":"EUR","orders":20,)"));
  CHECK(holds(whole.body, R"("amount_minor":84000,)"));
  CHECK(count(whole.body, R"("status":)") == 1);
  CHECK(holds(whole.body, R"("next":null,"incomplete":[])"));
  CHECK_FALSE(holds(near.ask("/v1/order-counts?here=true").body, R"("orders":20)"));
}

TEST_CASE("gatherer: counts that cannot be read are missing, not left out", "[engine][http]") {
  stripe::ScriptedServer strange{[](stripe::Peer& peer) {
    const std::string body =
        R"({"counts":[{"status":"PENDING","orders":"many"}],"next":null,"partitions_told":[2],)"
        R"("places":["0."]})";
    while (peer.read_request()) {
      peer.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    }
  }};
  Near near;
  near.engine.set_told({PartitionId{0}, PartitionId{1}, PartitionId{3}});
  near.claim(2, "strange", "http://127.0.0.1:" + std::to_string(strange.port()));
  const Reply reply = near.ask("/v1/order-counts");
  CAPTURE(reply.body);
  CHECK(reply.status == 200);
  CHECK(
      holds(reply.body, R"("incomplete":[{"partition":2,"node":null,"why":"its node told counts)"));
}

TEST_CASE("gatherer: a partition that went to another node is asked for there", "[engine][http]") {
  World two;
  World three;
  Near near;
  near.engine.set_told({PartitionId{0}, PartitionId{1}, PartitionId{3}});
  two.engine.set_told({PartitionId{2}});
  near.claim(2, "two", two.server->url());
  CHECK(holds(near.ask("/v1/orders").body, R"("incomplete":[])"));  // Now it is remembered.
  two.engine.set_told({});
  three.engine.set_told({PartitionId{2}});
  near.claim(2, "three", three.server->url());
  CHECK(holds(near.ask("/v1/orders").body, R"("incomplete":[])"));
}

TEST_CASE("gatherer: who does not answer in time is missing", "[engine][http]") {
  Near near{std::chrono::milliseconds{200}};
  const Mute mute;
  near.engine.set_told({PartitionId{0}, PartitionId{1}, PartitionId{3}});
  near.claim(2, "mute", mute.url());
  const Reply reply = near.ask("/v1/orders");
  CHECK(reply.status == 200);
  CHECK(holds(reply.body, R"("incomplete":[{"partition":2,"node":"mute","why":"the node at )"));
}

TEST_CASE("gatherer: what is under way when it ends is answered", "[engine][http]") {
  const Mute mute;
  storage::MemoryWorld world{storage::MemoryLogOptions{.partition_count = 1}};
  const auto log = world.open("near");
  std::string value = storage::encode(
      storage::Claim{{}, "mute", mute.url(), "paysaga", "payments,orders", 1, "1.2.3"});
  (void)world.append_foreign(PartitionId{0}, {"", storage::claim_headers(value), std::move(value)});
  std::promise<Gathered> gathered;
  {
    Gatherer gatherer{*log, "near", "http://127.0.0.1:1", std::chrono::minutes{5}};
    gatherer.gather("orders", Request{"GET", "/v1/orders", {}, ""}, {PartitionId{0}},
                    [&gathered](Gathered all) { gathered.set_value(std::move(all)); });
  }
  const Gathered all = gathered.get_future().get();
  CHECK(all.parts.empty());
  CHECK(all.missing.size() == 1);
}

}  // namespace paysaga::engine::http
