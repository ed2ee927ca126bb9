#include <catch2/catch.hpp>

#include "engine/http/world.hpp"
#include "paysaga/engine/http/fellows.hpp"
#include "paysaga/storage/memory_log.hpp"

namespace paysaga::engine::http {
namespace {

using actors::HoldScope;
using actors::NodeHold;

/// Keeps its holds in memory.
class Holder final : public FakeEngine {
 public:
  [[nodiscard]] std::vector<NodeHold> holds() const override { return kept; }
  [[nodiscard]] Result<void> set_hold(NodeHold hold) override {
    if (hold.name == "paypal") return fail(ErrorCode::malformed, "a hold names one of stripe");
    kept.push_back(std::move(hold));
    return {};
  }
  [[nodiscard]] Result<void> clear_hold(HoldScope scope, std::string_view name,
                                        std::string_view) override {
    const auto cleared = std::erase_if(
        kept, [&](const NodeHold& hold) { return hold.scope == scope && hold.name == name; });
    if (cleared == 0) return fail(ErrorCode::not_found, "there is no such hold");
    return {};
  }
  void ask_fellows(const Request& request, Done<std::vector<FellowAnswer>> done) override {
    if (fellows == nullptr) return done({});
    fellows->ask(request, std::move(done));
  }
  std::vector<NodeHold> kept;
  Fellows* fellows = nullptr;
};

struct HoldNode {
  explicit HoldNode(const std::string& name) {
    ServerOptions options;
    options.listen.port = 0;
    auto started = Server::start(
        std::make_shared<Api>(engine, metrics, ApiOptions{.version = "1", .node = name}), options);
    REQUIRE(started);
    server = std::move(*started);
  }
  Reply ask(std::string_view method, std::string_view target, std::string_view body = "") const {
    return http::ask(server->port(), method, target, body);
  }
  Holder engine;
  Metrics metrics{"1", operation_names()};
  std::unique_ptr<Server> server;
};

/// n1 is asked; n2 is another node of its group, and n3 has gone.
struct Group {
  Group() {
    claim(0, "n1", n1.server->url());
    claim(1, "n2", n2.server->url());
    claim(2, "n2", n2.server->url());
    n1.engine.fellows = &fellows;
  }
  void claim(std::uint32_t partition, const std::string& node, const std::string& address) {
    std::string value = storage::encode(
        storage::Claim{{}, node, address, "paysaga", "payments,orders", 1, "1.2.3"});
    (void)world.append_foreign(storage::PartitionId{partition},
                               {"", storage::claim_headers(value), std::move(value)});
  }
  HoldNode n1{"n1"};
  HoldNode n2{"n2"};
  storage::MemoryWorld world{storage::MemoryLogOptions{.partition_count = 4}};
  std::unique_ptr<storage::MemoryLog> log = world.open("n1");
  Fellows fellows{*log, "n1", n1.server->url(), std::chrono::seconds{10}};
};

constexpr std::string_view provider = R"({"scope":"provider","reason":"r","ticket":"OPS-7"})";

}  // namespace

TEST_CASE("holds: one node sets, shows and clears them", "[engine][http][hold]") {
  HoldNode node{"n1"};
  CHECK(holds(node.ask("GET", "/v1/holds").body, R"({"holds":[],"not_reached":[]})"));
  const Reply set = node.ask("POST", "/v1/holds", provider);
  CHECK(set.status == 200);
  CHECK(holds(set.body, R"("nodes":["n1"],"not_reached":[])"));
  CHECK(holds(node.ask("GET", "/v1/holds").body,
              R"({"node":"n1","scope":"provider","name":"stripe","reason":"r","ticket":"OPS-7",)"));
  CHECK(node.engine.kept.front().since > Time{});
  CHECK(node.ask("POST", "/v1/holds", R"({"scope":"node","reason":"r"})").status == 200);
  CHECK(node.engine.kept.back().name == "n1");
  CHECK(node.ask("POST", "/v1/holds/clear", provider).status == 200);
  CHECK(node.ask("POST", "/v1/holds/clear", provider).status == 404);
  CHECK(node.engine.kept.size() == 1);
  for (const std::string_view wrong :
       {"", "[]", R"({"scope":"provider"})", R"({"scope":"all","reason":"r"})",
        R"({"scope":"breaker","name":"x","reason":"r"})",
        R"({"scope":"provider","name":"paypal","reason":"r"})"}) {
    CAPTURE(wrong);
    CHECK(node.ask("POST", "/v1/holds", wrong).status >= 400);
  }
  CHECK(node.engine.kept.size() == 1);
}

TEST_CASE("holds: they are passed on to the other nodes that are known", "[engine][http][hold]") {
  Group group;
  const Reply set = group.n1.ask("POST", "/v1/holds", provider);
  CHECK(holds(set.body, R"("nodes":["n1","n2"],"not_reached":[])"));
  REQUIRE(group.n2.engine.kept.size() == 1);
  CHECK(group.n1.engine.kept == group.n2.engine.kept);
  const Reply list = group.n1.ask("GET", "/v1/holds");
  CHECK(holds(list.body, R"("node":"n1")"));
  CHECK(holds(list.body, R"("node":"n2")"));
  // Only there: it is cleared where it is.
  group.n1.engine.kept.clear();
  const Reply cleared = group.n1.ask("POST", "/v1/holds/clear", provider);
  CHECK(cleared.status == 200);
  CHECK(holds(cleared.body, R"("nodes":["n2"])"));
  CHECK(group.n2.engine.kept.empty());
}

TEST_CASE("holds: a hold of a node is that node's alone", "[engine][http][hold]") {
  Group group;
  const Reply other =
      group.n1.ask("POST", "/v1/holds", R"({"scope":"node","name":"n2","reason":"r"})");
  CHECK(holds(other.body, R"("nodes":["n2"],"not_reached":[])"));
  CHECK(group.n1.engine.kept.empty());
  CHECK(group.n2.engine.kept.size() == 1);
  CHECK(group.n1.ask("POST", "/v1/holds", R"({"scope":"node","name":"n9","reason":"r"})").status ==
        404);
}

TEST_CASE("holds: who was not reached is named", "[engine][http][hold]") {
  Group group;
  group.claim(3, "n3", "http://127.0.0.1:9");
  for (const Reply& reply :
       {group.n1.ask("POST", "/v1/holds", provider), group.n1.ask("GET", "/v1/holds"),
        group.n1.ask("POST", "/v1/holds/clear", provider)}) {
    CHECK(reply.status == 200);
    CHECK(holds(reply.body, R"("not_reached":[{"node":"n3","address":"http://127.0.0.1:9")"));
  }
  CHECK(group.n2.engine.kept.empty());
  const Reply nowhere =
      group.n1.ask("POST", "/v1/holds", R"({"scope":"node","name":"n9","reason":"r"})");
  CHECK(nowhere.status == 503);
  CHECK(holds(nowhere.body, "not reached: n3"));
}

}  // namespace paysaga::engine::http
