#include "paysaga/engine/node_holds.hpp"

#include <fstream>

#include <catch2/catch.hpp>

namespace paysaga::engine {
namespace {

using actors::HoldScope;
using actors::NodeHold;

struct Directory {
  Directory() {
    char name[] = "/tmp/paysaga-holds-XXXXXX";
    path = mkdtemp(name);
  }
  ~Directory() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

HoldNames names() {
  return {"n1", {"create_intent", "confirm_intent"}, true};
}

NodeHold hold_of(HoldScope scope, const std::string& name, bool closed = false) {
  return NodeHold{scope, name, closed, "the bank asks", "OPS-7", time_from_micros(1'000'000)};
}

std::string refusal(const std::string& json, bool clears = false) {
  const auto document = storage::JsonDocument::parse(json);
  const auto hold = read_hold(document->root(), clears);
  return hold ? to_text(*hold) : hold.error().detail;
}

}  // namespace

TEST_CASE("node holds: what was set is there after the process has died", "[engine][hold]") {
  const Directory data;
  std::vector<NodeHold> told;
  {
    auto holds = NodeHolds::open(data.path, names()).value();
    holds->on_change([&told](const auto& all) { told = all; });
    CHECK(holds->list().empty());
    CHECK(holds->set(hold_of(HoldScope::provider, "stripe")).has_value());
    CHECK(holds->set(hold_of(HoldScope::breaker, "confirm_intent", true)).has_value());
    CHECK(told.size() == 2);
    CHECK(holds->set(hold_of(HoldScope::breaker, "confirm_intent", false)).has_value());
    CHECK(told.size() == 2);
  }
  const std::vector<NodeHold> kept = kept_holds(data.path).value();
  CHECK(kept == told);
  CHECK(to_text(kept.back()) == "breaker confirm_intent open");
  auto holds = NodeHolds::open(data.path, names()).value();
  CHECK(holds->list() == kept);
  CHECK(holds->clear(HoldScope::provider, "stripe", "it is well").has_value());
  CHECK(holds->clear(HoldScope::provider, "stripe", "it is well").error().code ==
        ErrorCode::not_found);
  CHECK(kept_holds(data.path).value().size() == 1);
}

TEST_CASE("node holds: only what a node knows can be held", "[engine][hold]") {
  const Directory data;
  auto holds = NodeHolds::open(data.path, names()).value();
  for (const NodeHold& wrong :
       {hold_of(HoldScope::provider, "paypal"), hold_of(HoldScope::operation, "charge"),
        hold_of(HoldScope::breaker, "charges"), hold_of(HoldScope::node, "n2")}) {
    const auto refused = holds->set(wrong);
    CAPTURE(to_text(wrong));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::malformed);
    CHECK(refused.error().detail.find("one of") != std::string::npos);
  }
  CHECK(holds->set(hold_of(HoldScope::breaker, "all")).has_value());
  HoldNames orders = names();
  orders.makes_calls = false;
  auto others = NodeHolds::open(data.path / "none", orders).value();
  CHECK(others->set(hold_of(HoldScope::provider, "stripe")).error().code == ErrorCode::forbidden);
}

TEST_CASE("node holds: a file that cannot be read is not taken for none", "[engine][hold]") {
  for (const char* text :
       {"", "{", R"({"v":1})", R"({"v":1,"holds":[{"scope":"provider"}]})",
        R"({"v":1,"holds":[{"scope":"all","name":"x","reason":"y"}]})", R"({"v":2,"holds":[]})"}) {
    const Directory data;
    std::ofstream{data.path / "holds.json"} << text;
    const auto opened = NodeHolds::open(data.path, names());
    CAPTURE(text);
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().code == ErrorCode::corrupt);
    CHECK(opened.error().detail.find("holds.json") != std::string::npos);
  }
}

TEST_CASE("node holds: how they are written", "[engine][hold]") {
  CHECK(refusal(R"({"scope":"provider","name":"stripe","reason":"r"})") == "provider stripe");
  CHECK(refusal(R"({"scope":"breaker","name":"x","state":"closed","reason":"r"})") ==
        "breaker x closed");
  CHECK(refusal(R"({"scope":"breaker","name":"x","reason":"r"})", true) == "breaker x open");
  CHECK(refusal(R"({"scope":"breaker","name":"x","reason":"r"})").find("open or closed") !=
        std::string::npos);
  CHECK(refusal(R"({"scope":"provider","name":"stripe"})").find("say why") != std::string::npos);
  CHECK(refusal(R"({"scope":"orders","name":"x","reason":"r"})").find("scope is one of node") !=
        std::string::npos);
  CHECK(refusal(R"({"scope":"provider","state":"open","reason":"r"})").find("only a breaker") !=
        std::string::npos);
  CHECK(refusal("[]").find("an object") != std::string::npos);
}

}  // namespace paysaga::engine
