#include <algorithm>

#include "actors/by_hand.hpp"
#include "actors/store_around.hpp"
#include "paysaga/actors/no_provider.hpp"
#include "paysaga/storage/codec_event.hpp"
#include "saga/oracle.hpp"

namespace paysaga::actors::trial {
namespace {

using paysaga::trial::Fate;
using paysaga::trial::Oracle;
using paysaga::trial::RefundFate;

/// A provider that remembers the truth, and answers at once.
class OracleProvider final : public PaymentProvider {
 public:
  explicit OracleProvider(const Clock& clock) : clock_{clock} {}
  void call(ProviderCall call, Done done) override {
    done(ProviderReply{oracle.answer(call.call, clock_.now()), "req", milliseconds{1}});
  }
  [[nodiscard]] const RequestEncoder& encoder() const override { return encoder_; }
  Oracle oracle;

 private:
  const Clock& clock_;
  payment::trial::PlainEncoder encoder_;
};

/// One group: its journal, its store and its node, which may be down.
struct Group {
  explicit Group(Roles roles_) : roles{roles_} {}
  void start(PaymentProvider& provider) {
    node.emplace(world, store, roles, provider);
    node->lead();
  }
  Roles roles;
  HandWorld world;
  storage::MemoryStore store = world.new_store();
  std::optional<HandNode> node;
};

std::string types_in(const std::vector<std::string>& values) {
  std::string types;
  for (const std::string& value : values) {
    const auto event = storage::decode_event(value);
    REQUIRE(event.has_value());
    types.append(" ").append(to_text(event->type));
  }
  return types;
}

/// One node with both roles.
class Together {
 public:
  Together() { group_.start(provider_); }
  ~Together() { group_.node.reset(); }  // Before its provider.
  Together(const Together&) = delete;
  Together& operator=(const Together&) = delete;
  std::string say(const std::string& json) {
    const std::string answer = group_.node->say(json);
    pass(seconds{1});
    return answer;
  }
  void pass(Duration duration) { group_.world.pass(duration); }
  [[nodiscard]] Oracle& oracle() { return provider_.oracle; }
  [[nodiscard]] Saga order() const { return group_.node->saga("o1"); }
  [[nodiscard]] MoneyTotals money() const { return order().payment->money; }
  [[nodiscard]] std::string told(const std::string& topic) const {
    return types_in(group_.world.published(topic));
  }

 private:
  Group group_{Roles::both};
  OracleProvider provider_{group_.world.clock};
};

/// Two groups on the same topics: what one of them publishes is copied to the other's log.
class Apart {
 public:
  explicit Apart(bool with_orders = true) {
    payments.start(provider_);
    if (with_orders) start_orders();
  }
  ~Apart() {  // Before their provider.
    payments.node.reset();
    orders.node.reset();
  }
  Apart(const Apart&) = delete;
  Apart& operator=(const Apart&) = delete;
  void start_orders() {
    orders.start(none_);
    settle();
  }
  std::string say(const std::string& json) {
    const bool of_order = is_order_command(parsed(json).input.command);
    const std::string answer = (of_order ? orders : payments).node->say(json);
    pass(seconds{1});
    return answer;
  }
  void pass(Duration duration) {
    for (Group* group : {&payments, &orders}) group->world.pass(duration);
    settle();
  }
  void settle() {
    // What is published may need a tick of its publisher.
    while (carry()) {
      for (Group* group : {&payments, &orders}) group->world.tick();
    }
  }
  /// Every topic from its beginning again.
  void forget_what_was_carried() { carried_.clear(); }

  [[nodiscard]] Oracle& oracle() { return provider_.oracle; }
  [[nodiscard]] Saga order() const { return orders.node->saga("o1"); }
  [[nodiscard]] MoneyTotals money() const { return payments.node->saga("o1").payment->money; }
  [[nodiscard]] std::string told(const std::string& topic) const {
    const bool of_orders = topic == "order-events" || topic == "customer-notifications";
    return types_in((of_orders ? orders : payments).world.published(topic));
  }

  Group payments{Roles::payments};
  Group orders{Roles::orders};

 private:
  bool carry() {
    bool moved = false;
    for (const char* topic : {"payment-initiated", "payment-processing", "payment-completed",
                              "payment-failed", "payment-cancelled", "payment-refunded"}) {
      moved = carry(topic, payments.world, orders.world) || moved;
    }
    for (const char* topic : {"payment-refund-initiated", "payment-commands"}) {
      moved = carry(topic, orders.world, payments.world) || moved;
    }
    return moved;
  }
  bool carry(const std::string& topic, HandWorld& from, HandWorld& to) {
    const auto entries = from.log.topic(topic, p0);
    std::size_t& done = carried_[topic];
    const bool moved = done < entries.size();
    for (; done < entries.size(); ++done) to.put(topic, p0, entries[done].record);
    to.settle();
    return moved;
  }

  OracleProvider provider_{payments.world.clock};
  NoProvider none_;
  std::map<std::string, std::size_t> carried_;
};

std::string pay_with(const std::string& method) {
  return R"({"command":"payment.initiate","command_id":"c1","order_id":"o1","customer_id":"cus_1",)"
         R"("amount":{"minor":4200,"currency":"EUR"})" +
         (method.empty() ? "" : R"(,"payment_method":")" + method + '"') + "}";
}
std::string order_command(const std::string& name, const std::string& id) {
  return R"({"command":"order.)" + name + R"(","command_id":")" + id +
         R"(","order_id":"o1","reason":"closed_today"})";
}
std::string refund(const std::string& id, int minor) {
  return R"({"command":"refund.request","command_id":")" + id +
         R"(","order_id":"o1","reason":"goodwill","amount":{"minor":)" + std::to_string(minor) +
         R"(,"currency":"EUR"}})";
}

/// The same acts on a node of both roles and on two groups.
struct Life {
  template <class Acts>
  Life(std::string called, Acts acts) : name{std::move(called)}, together{acts}, apart{acts} {}
  std::string name;
  std::function<void(Together&)> together;
  std::function<void(Apart&)> apart;
};

std::vector<Life> lives() {
  const std::string fulfil = R"({"command":"order.fulfilled","command_id":"c2","order_id":"o1"})";
  return {
      {"paid and fulfilled",
       [=](auto& stage) {
         CHECK(stage.say(pay_with("pm_ok")) == "accepted");
         CHECK(stage.say(fulfil) == "accepted");
       }},
      {"declined, then another card",
       [](auto& stage) {
         CHECK(stage.say(pay_with("pm_declined")) == "accepted");
         CHECK(stage.say(R"({"command":"payment.confirm","command_id":"c2","order_id":"o1",)"
                         R"("payment_method":"pm_ok"})") == "accepted");
       }},
      {"cancelled before the capture",
       [](auto& stage) {
         CHECK(stage.say(pay_with("")) == "accepted");
         CHECK(stage.say(order_command("cancel", "c2")) == "accepted");
       }},
      {"cancelled during the capture",
       [](auto& stage) {
         stage.oracle().fates = {Fate::answered, Fate::lost_after};
         CHECK(stage.say(pay_with("pm_ok")) == "accepted");
         CHECK(stage.say(order_command("cancel", "c2")) == "accepted");
         for (int i = 0; i < 20; ++i) stage.pass(minutes{1});
       }},
      {"cancelled after the capture",
       [](auto& stage) {
         CHECK(stage.say(pay_with("pm_ok")) == "accepted");
         CHECK(stage.say(order_command("cancel", "c2")) == "accepted");
       }},
      {"rejected after the capture, and the refund fails at first",
       [](auto& stage) {
         stage.oracle().refund_fates = {RefundFate::fails};
         CHECK(stage.say(pay_with("pm_ok")) == "accepted");
         CHECK(stage.say(order_command("rejected", "c2")) == "accepted");
         for (int i = 0; i < 20; ++i) stage.pass(minutes{1});
       }},
      {"a part is refunded, then it is not delivered",
       [](auto& stage) {
         CHECK(stage.say(pay_with("pm_ok")) == "accepted");
         CHECK(stage.say(refund("r1", 1'000)) == "accepted");
         CHECK(stage.say(order_command("delivery_failed", "c2")) == "accepted");
       }},
      {"not paid in time",
       [](auto& stage) {
         CHECK(stage.say(pay_with("")) == "accepted");
         for (int i = 0; i < 4; ++i) stage.pass(minutes{10});
       }},
  };
}

/// The order's end and its money as the order knows it, in one line.
std::string end_of(const Saga& saga) {
  const MoneyTotals& money = saga.order.payment.money;
  return status_text(saga) + " captured " + std::to_string(money.captured) + " refunded " +
         std::to_string(money.refunded);
}

std::size_t decisions_of(const Group& group) {
  return static_cast<std::size_t>(
      std::ranges::count_if(counted_in(group.world.log, p0),
                            [](const Counted& record) { return !record.decision.order.empty(); }));
}

/// A store that cannot read one order's state while it is told so.
class BadStore final : public StoreAround {
 public:
  using StoreAround::StoreAround;
  bool bad = false;
  [[nodiscard]] Result<std::optional<storage::StoredOrder>> load(
      const OrderId& order) const override {
    if (bad) return fail(ErrorCode::corrupt, "a bad byte");
    return StoreAround::load(order);
  }
};

}  // namespace

TEST_CASE("roles: two groups bring an order where one node brings it", "[actors][roles]") {
  for (const Life& life : lives()) {
    INFO(life.name);
    Together together;
    life.together(together);
    Apart apart;
    life.apart(apart);
    CHECK(end_of(apart.order()) == end_of(together.order()));
    CHECK(apart.money() == together.money());
    CHECK(apart.oracle().charged() == together.oracle().charged());
    CHECK(apart.oracle().given_back() == together.oracle().given_back());
    CHECK(apart.oracle().violations.empty());
    CHECK(apart.told("order-events") == together.told("order-events"));
    CHECK(apart.told("customer-notifications") == together.told("customer-notifications"));
    for (const char* topic : {"payment-completed", "payment-refunded", "payment-cancelled"}) {
      CHECK(apart.told(topic) == together.told(topic));
    }
    // Neither publishes what is the other's.
    CHECK(apart.orders.world.said("payment-events").empty());
    CHECK(apart.payments.world.said("order-events").empty());
    CHECK(apart.payments.node->seen.told("dead").empty());
    CHECK(apart.orders.node->seen.told("dead").empty());
  }
}

TEST_CASE("roles: payments go on while the orders are down, which catch up", "[actors][roles]") {
  Apart stage{false};
  CHECK(stage.payments.node->say(pay_with("pm_declined")) == "accepted");
  stage.pass(seconds{1});
  CHECK(
      stage.payments.node->say(R"({"command":"payment.confirm","command_id":"c2","order_id":"o1",)"
                               R"("payment_method":"pm_ok"})") == "accepted");
  stage.pass(seconds{1});
  CHECK(stage.payments.node->say(refund("r1", 1'000)) == "accepted");
  stage.pass(seconds{1});
  CHECK(stage.oracle().given_back() == 1'000);
  stage.orders.world.put("order-commands", p0, order_command("cancel", "c3"));
  stage.start_orders();
  stage.pass(seconds{1});
  CHECK(end_of(stage.order()) == "REFUNDED captured 4200 refunded 4200");
  CHECK(stage.oracle().given_back() == 4'200);
}

TEST_CASE("roles: what comes again over the topics changes nothing", "[actors][roles]") {
  Apart stage;
  CHECK(stage.say(pay_with("pm_ok")) == "accepted");
  CHECK(stage.say(order_command("cancel", "c2")) == "accepted");
  const std::size_t payments = decisions_of(stage.payments);
  const std::size_t orders = decisions_of(stage.orders);
  const Saga order = stage.order();
  stage.forget_what_was_carried();
  stage.pass(seconds{1});
  CHECK(decisions_of(stage.payments) == payments);
  CHECK(decisions_of(stage.orders) == orders);
  CHECK(stage.order() == order);
  CHECK(stage.oracle().given_back() == 4'200);
}

TEST_CASE("roles: a node that starts anew finds its orders and their history", "[actors][roles]") {
  Apart stage;
  CHECK(stage.say(pay_with("")) == "accepted");
  CHECK(stage.say(order_command("cancel", "c2")) == "accepted");
  CHECK(end_of(stage.order()) == "CANCELLED captured 0 refunded 0");
  const auto history_of = [](const storage::StateStore& store) {
    const auto rows = store.history(OrderId::of("o1"), 0, 100);
    REQUIRE(rows.has_value());
    std::string text;
    for (const storage::HistoryRow& row : *rows) text += row.input_id + " " + row.events + "\n";
    return text;
  };
  // The command that it asked the payments for is in the record, but is no event.
  const std::string before = history_of(stage.orders.store);
  CHECK(before.find("\"payment.cancel\"") == std::string::npos);
  stage.orders.node.reset();
  storage::MemoryStore anew = stage.orders.world.new_store();
  NoProvider none;
  HandNode node{stage.orders.world, anew, Roles::orders, none};
  node.lead();
  CHECK(history_of(anew) == before);
  CHECK(end_of(node.saga("o1")) == "CANCELLED captured 0 refunded 0");
}

TEST_CASE("roles: what is no payment event is kept whole with its cause", "[actors][roles]") {
  Apart stage;
  CHECK(stage.say(pay_with("pm_ok")) == "accepted");
  const auto published = stage.orders.world.published("order-events");
  const auto paid = stage.payments.world.published("payment-completed");
  std::string changed = paid.at(0);
  changed.replace(changed.find("\"status\":\"captured\""), 19, "\"status\":\"teleport\"");
  for (const std::string& value : {std::string{"{}"}, published.at(0), changed, pay_with("")}) {
    stage.orders.world.put("payment-completed", p0, value);
  }
  stage.pass(seconds{1});
  CHECK(stage.orders.node->seen.told("dead").size() == 4);
  CHECK(end_of(stage.order()) == "PENDING captured 4200 refunded 0");
}

TEST_CASE("roles: a command of the other role is answered other_role", "[actors][roles]") {
  Apart stage;
  const std::size_t before = stage.orders.world.log.journal(p0).size();
  const Box<Submitted> box = stage.orders.node->ask(pay_with("pm_ok"));
  stage.settle();
  CHECK(text_of(box.get().kind) == "refused");
  CHECK(box.get().code == "other_role");
  CHECK(stage.orders.world.log.journal(p0).size() == before);
  // Over a topic nobody waits for the answer: it is an event.
  CHECK(stage.say(pay_with("pm_ok")) == "accepted");
  stage.payments.world.put("payment-commands", p0, order_command("cancel", "c2"));
  stage.pass(seconds{1});
  CHECK(stage.told("payment-events").ends_with(" COMMAND_REFUSED"));
  CHECK(end_of(stage.order()) == "PENDING captured 4200 refunded 0");
}

TEST_CASE("roles: a journal of other roles stops the partition", "[actors][roles]") {
  HandWorld world;
  storage::MemoryStore store = world.new_store();
  OracleProvider provider{world.clock};
  {
    HandNode node{world, store, Roles::both, provider};
    node.lead();
  }
  storage::MemoryStore anew = world.new_store();
  HandNode node{world, anew, Roles::orders, provider};
  node.node->start();
  world.settle();
  CHECK_FALSE(node.node->ready());
  REQUIRE(node.seen.told("failed").size() == 1);
  CHECK(node.seen.told("failed")[0].find("roles \"payments,orders\"") != std::string::npos);
}

TEST_CASE("roles: a stopped order queues what it is told and decides it once it is resumed",
          "[actors][roles]") {
  Apart stage{false};
  BadStore store{stage.orders.store};
  NoProvider none;
  HandNode node{stage.orders.world, store, Roles::orders, none};
  node.lead();
  store.bad = true;
  CHECK(stage.payments.node->say(pay_with("pm_ok")) == "accepted");
  stage.pass(seconds{1});
  CHECK(node.seen.told("stopped").size() == 1);
  store.bad = false;
  Box<Result<std::monostate>> box;
  node.node->resume(OrderId::of("o1"), "the disk is whole again", box.fill());
  stage.pass(seconds{1});
  REQUIRE(box.times() == 1);
  CHECK(box.get().has_value());
  CHECK(end_of(node.saga("o1")) == "PENDING captured 4200 refunded 0");
  CHECK(node.seen.told("dead").empty());
}

}  // namespace paysaga::actors::trial
