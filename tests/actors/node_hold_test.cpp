#include "paysaga/actors/node_hold.hpp"

#include "actors/by_hand.hpp"

namespace paysaga::actors::trial {
namespace {

/// Answers everything well, and tells what it was asked.
class Listener final : public PaymentProvider {
 public:
  void call(ProviderCall call, Done done) override {
    const auto& operation = call.call.operation;
    heard.emplace_back(operation ? to_text(*operation) : "reads");
    if (away) return done({answer::NotSent{"unreachable", {}}, {}, {}});
    done({ScriptedProvider::good(call), {}, {}});
  }
  [[nodiscard]] const RequestEncoder& encoder() const override { return encoder_; }
  [[nodiscard]] std::string told() {
    std::string all;
    for (const std::string& one : std::exchange(heard, {})) all += one + " ";
    return all;
  }
  std::vector<std::string> heard;
  bool away = false;

 private:
  payment::trial::PlainEncoder encoder_;
};

struct Stage {
  HandWorld world;
  storage::MemoryStore store = world.new_store();
  Listener provider;
  HandNode node{world, store, Roles::both, provider};

  Stage() { node.lead(); }
  void hold(std::vector<NodeHold> holds) {
    node.node->hold(std::move(holds));
    world.settle();
  }
  void pass() {
    for (int i = 0; i < 8; ++i) world.pass(seconds{1});
  }
  [[nodiscard]] payment::Status status(const std::string& order) const {
    return node.saga(order).payment->status;
  }
  [[nodiscard]] ProviderInfo provider_info() {
    Box<ProviderInfo> box;
    node.node->provider(box.fill());
    world.settle();
    return box.get();
  }
};

NodeHold hold_of(HoldScope scope, const std::string& name, bool closed = false) {
  return NodeHold{scope, name, closed, "the bank asks", "OPS-7", {}};
}

Call call_of(std::optional<OperationKind> operation) {
  Call call{.id = "c", .kind = operation ? CallKind::send : CallKind::read_intent, .request = {}};
  call.operation = operation;
  return call;
}

}  // namespace

TEST_CASE("node hold: which calls each of them forbids", "[actors][hold]") {
  struct Row {
    NodeHold hold;
    std::string forbidden;
  };
  const Row rows[] = {
      {hold_of(HoldScope::node, "n1"), "create confirm capture cancel refund reads "},
      {hold_of(HoldScope::provider, "stripe"), "create confirm capture cancel refund reads "},
      {hold_of(HoldScope::operation, "confirm"), "confirm "},
      {hold_of(HoldScope::operation, "reads"), "reads "},
      {hold_of(HoldScope::breaker, "here"), "create confirm capture cancel refund reads "},
      {hold_of(HoldScope::breaker, "all"), "create confirm capture cancel refund reads "},
      {hold_of(HoldScope::breaker, "elsewhere"), ""},
      {hold_of(HoldScope::breaker, "here", true), ""},
  };
  for (const Row& row : rows) {
    CAPTURE(hold_scopes[static_cast<std::size_t>(row.hold.scope)], row.hold.name);
    const CallHolds holds{{row.hold}};
    std::string forbidden;
    for (int i = 0; i <= static_cast<int>(OperationKind::refund); ++i) {
      const auto kind = static_cast<OperationKind>(i);
      if (holds.forbid(call_of(kind), "here")) forbidden.append(to_text(kind)).append(" ");
    }
    if (holds.forbid(call_of(std::nullopt), "here")) forbidden += "reads ";
    CHECK(forbidden == row.forbidden);
  }
}

TEST_CASE(
    "node hold: of an operation: others go on, nothing is journalled for it, and it is made "
    "once the hold is cleared",
    "[actors][hold]") {
  Stage stage;
  stage.hold({hold_of(HoldScope::operation, "confirm")});
  CHECK(stage.node.say(initiate("c1", "o1")) == "accepted");
  CHECK(stage.node.say(confirm("c2", "o1")) == "accepted");
  stage.pass();
  CHECK(stage.provider.told() == "create ");
  CHECK(stage.status("o1") == payment::Status::confirming);
  const std::size_t counted = counted_in(stage.world.log, p0).size();
  stage.pass();
  CHECK(stage.provider.told().empty());
  CHECK(counted_in(stage.world.log, p0).size() == counted);
  CHECK(stage.provider_info().holds.size() == 1);
  stage.hold({});
  stage.pass();
  CHECK(stage.provider.told() == "confirm ");
  CHECK(stage.status("o1") == payment::Status::captured);
}

TEST_CASE("node hold: of the provider: no call is started at all", "[actors][hold]") {
  Stage stage;
  stage.hold({hold_of(HoldScope::provider, "stripe")});
  CHECK(stage.node.say(initiate("c1", "o1")) == "accepted");
  stage.pass();
  CHECK(stage.provider.told().empty());
  stage.hold({});
  stage.pass();
  CHECK(stage.provider.told() == "create ");
}

TEST_CASE("node hold: a breaker that is forced closed lets calls out, though it has opened",
          "[actors][hold]") {
  Stage stage;
  stage.provider.away = true;
  for (int i = 0; i < 8; ++i) {
    const std::string number = std::to_string(i);
    CHECK(stage.node.say(initiate("c" + number, "o" + number)) == "accepted");
  }
  for (int i = 0; i < 30; ++i) stage.world.pass(seconds{4});
  REQUIRE(stage.provider_info().all.open);
  CHECK(stage.provider_info().all.why == "unreachable");
  // The probe alone, now and then.
  static_cast<void>(stage.provider.told());
  stage.pass();
  const std::size_t probes = stage.provider.heard.size();
  CHECK(probes <= 1);
  stage.hold({hold_of(HoldScope::breaker, "all", true)});
  for (int i = 0; i < 30; ++i) stage.world.pass(seconds{4});
  CHECK(stage.provider.heard.size() > probes + 8);
  stage.provider.away = false;
  for (int i = 0; i < 30; ++i) stage.world.pass(seconds{4});
  for (int i = 0; i < 8; ++i)
    CHECK(stage.status("o" + std::to_string(i)) == payment::Status::ready);
  CHECK_FALSE(stage.provider_info().all.open);
  CHECK(stage.provider_info().all.why.empty());
}

}  // namespace paysaga::actors::trial
