#include "paysaga/actors/decided.hpp"

#include "actors/by_hand.hpp"

namespace paysaga::actors::trial {
namespace {

std::string refund(const std::string& id, int minor) {
  return R"({"command":"refund.request","command_id":"c-)" + id +
         R"(","order_id":"o1","refund_id":")" + id + R"(","reason":"cold","amount":{"minor":)" +
         std::to_string(minor) + R"(,"currency":"EUR"}})";
}

RefundObject succeeded(const std::string& id, int minor) {
  return {.id = ProviderRefundId::of("re_" + id),
          .status = RefundStatus::succeeded,
          .amount = {minor, *Currency::parse("EUR")},
          .failure_reason = {},
          .refund = id,
          .attempt = 1,
          .ledger = ledger};
}

/// Answers the newest call, which is of this kind.
void answer(HandWorld& world, const std::string& target, const Answer& answer) {
  const std::size_t last = world.provider.calls() - 1;
  REQUIRE(world.provider.at(last).call.request.target == target);
  world.provider.answer(last, answer);
  world.settle();
}

void answer_well(HandWorld& world, const std::string& target) {
  answer(world, target, ScriptedProvider::good(world.provider.at(world.provider.calls() - 1)));
}

}  // namespace

TEST_CASE("decided: a provider that contradicts itself stops its order and nothing else",
          "[actors]") {
  struct Row {
    const char* what;
    int listed_minor;  // Of the refund that it had refused.
    const char* stopped;
  };
  for (const Row& row :
       {Row{"what it lists is possible", 2'100, ""},
        Row{"it lists more than there is", 4'200,
            "the decision would break a rule: refunding and refunded are at most captured"}}) {
    INFO(row.what);
    HandWorld world;
    auto store = world.new_store();
    std::optional<HandNode> node{std::in_place, world, store};
    node->lead();
    CHECK(node->say(initiate("c1", "o1")) == "accepted");
    answer_well(world, "create");
    CHECK(node->say(confirm("c2", "o1")) == "accepted");
    answer_well(world, "confirm");
    CHECK(node->say(refund("r1", row.listed_minor)) == "accepted");
    answer(world, "refund", answer::Refused{"not_now", {}, {}, std::nullopt});
    CHECK(node->say(refund("r2", 2'100)) == "accepted");  // It runs from here on.
    CHECK(node->say(cancel("c3", "o1")) == "accepted");   // The rest is to be given back.
    answer(world, "refund", answer::Refused{"amount_too_large", "amount", {}, std::nullopt});
    for (int i = 0; i < 20; ++i) world.tick();
    answer(world, "list_refunds", answer::Refunds{{succeeded("r1", row.listed_minor)}});

    const auto stopped = node->seen.told("stopped");
    const std::string why = row.stopped;
    CHECK((stopped.empty() ? "" : stopped[0]) == why);
    CHECK(store.quarantine(OrderId::of("o1"))->has_value() == !why.empty());
    CHECK_FALSE(check(node->saga("o1")).has_value());  // The store has none of it.
    CHECK(node->node->ready());
    CHECK(node->say(initiate("c4", "o2")) == "accepted");
    CHECK(node->say(refund("r3", 100)) == (why.empty() ? "refused" : "quarantined"));
    if (why.empty()) continue;
    node.reset();
    node.emplace(world, store);  // Whoever leads next finds it stopped.
    node->lead();
    CHECK(node->say(refund("r4", 100)) == "quarantined");
    CHECK(node->say(initiate("c5", "o3")) == "accepted");
  }
}

}  // namespace paysaga::actors::trial
