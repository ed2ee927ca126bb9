#include "actors/by_hand.hpp"

namespace paysaga::actors::trial {
namespace {

/// A payment service that nobody reaches until it is back.
class AwayProvider final : public PaymentProvider {
 public:
  void call(ProviderCall call, Done done) override {
    ++calls;
    done(
        {back ? ScriptedProvider::good(call) : Answer{answer::NotSent{"unreachable", {}}}, {}, {}});
  }
  [[nodiscard]] const RequestEncoder& encoder() const override { return encoder_; }
  bool back = false;
  int calls = 0;

 private:
  payment::trial::PlainEncoder encoder_;
};

}  // namespace

TEST_CASE("provider: one that names no endpoints of its own has one for each kind of call",
          "[actors]") {
  const AwayProvider provider;
  for (int i = 0; i <= static_cast<int>(CallKind::list_disputes); ++i) {
    const Call call{.id = "c", .kind = static_cast<CallKind>(i), .request = {}, .key = {}};
    REQUIRE(provider.endpoint_of(call) < provider.endpoints().size());
    CHECK(provider.endpoints()[provider.endpoint_of(call)] == to_text(call.kind));
  }
}

TEST_CASE("outage: what waits for the provider writes nothing meanwhile, and goes on afterwards",
          "[actors]") {
  constexpr int orders = 40;
  HandWorld world;
  auto store = world.new_store();
  AwayProvider provider;
  HandNode node{world, store, Roles::both, provider};
  node.lead();
  for (int i = 0; i < orders; ++i) {
    const std::string number = std::to_string(i);
    CHECK(node.say(initiate("c" + number, "o" + number)) == "accepted");
  }
  const std::size_t before = counted_in(world.log, p0).size();
  const int called = provider.calls;
  for (int i = 0; i < 120; ++i) world.pass(seconds{10});
  // A probe every half minute, and what each order had begun with.
  CHECK(provider.calls - called <= 50);
  CHECK(counted_in(world.log, p0).size() - before <= 50 + orders);
  provider.back = true;
  for (int i = 0; i < 15; ++i) world.pass(seconds{10});
  for (int i = 0; i < orders; ++i) {
    const Saga saga = node.saga("o" + std::to_string(i));
    REQUIRE(saga.payment.has_value());
    CHECK(saga.payment->status == payment::Status::ready);
  }
}

}  // namespace paysaga::actors::trial
