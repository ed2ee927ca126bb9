#include <cstdlib>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "paysaga/saga/verdict.hpp"
#include "saga/apart.hpp"

namespace paysaga::trial {
namespace {

constexpr std::uint64_t seeds = 3'000;
constexpr int acts_max = 120;

/// splitmix64: the same numbers everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_{seed} {}
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

/// Two groups under a random load: each topic is heard when it likes, some records twice, and the
/// orders are down for a while.
class Gale {
 public:
  explicit Gale(std::uint64_t seed) : dice_{seed} {
    const LateSuccess policies[] = {LateSuccess::refund, LateSuccess::accept, LateSuccess::hold};
    stage_.policy.late_success = policies[dice_.below(3)];
    faulty_ = !dice_.one_in(4);
    const char* const favourites[] = {"pm_ok", "pm_ok", "pm_3ds", "pm_slow", "pm_declined"};
    favourite_ = favourites[dice_.below(5)];
    command_every_ = 2 + dice_.below(10);
    cancels_every_ = 2 + dice_.below(20);
  }

  void blow() {
    const int acts = static_cast<int>(5 + dice_.below(acts_max));
    for (int i = 0; i < acts; ++i) {
      act();
      REQUIRE(stage_.oracle.violations.empty());
    }
  }

  void calm() {
    stage_.orders_down = false;
    stage_.oracle.fates.clear();
    stage_.oracle.look_fates.clear();
    stage_.oracle.refund_fates.clear();
    while (!in_flight_.empty()) answer();
    for (int round = 0; round < 12; ++round) {
      static_cast<void>(stage_.oracle.finish_intents(dice_.one_in(2), stage_.now));
      static_cast<void>(stage_.oracle.finish_refunds(true));
      stage_.pass(hours{24 * 8});
    }
    check_end();
  }

  [[nodiscard]] const Apart& stage() const { return stage_; }

 private:
  void act() {
    stage_.jitter = dice_.next();
    draw_faults();
    if (commands_ == 0 ? !dice_.one_in(8) : dice_.one_in(command_every_)) return command();
    const auto kind = dice_.below(40);
    if (kind < 8) return start_call();
    if (kind < 16) return answer();
    if (kind < 28) return hear();
    if (kind < 30) return hear_again();
    if (kind < 31) stage_.orders_down = !stage_.orders_down && dice_.one_in(2);
    if (kind < 35) return person_acts();
    let_time_pass();
  }

  void draw_faults() {
    Oracle& oracle = stage_.oracle;
    if (!faulty_) return;
    if (oracle.fates.empty() && dice_.one_in(2)) {
      oracle.fates.push_back(static_cast<Fate>(dice_.below(8)));
    }
    if (oracle.refund_fates.empty() && dice_.one_in(2)) {
      oracle.refund_fates.push_back(static_cast<RefundFate>(dice_.below(4)));
    }
  }

  MethodId any_method() {
    const char* const methods[] = {"pm_ok", "pm_declined", "pm_3ds", "pm_slow", "pm_gone"};
    return MethodId::of(dice_.one_in(2) ? favourite_ : methods[dice_.below(5)]);
  }

  Command any_command() {
    if (commands_ == 0 || dice_.one_in(10)) {
      return command::PaymentInitiate{
          .amount = {4200, *Currency::parse("EUR")},
          .customer = CustomerId::of("cus_1"),
          .method = dice_.one_in(6) ? std::nullopt : std::optional{any_method()},
          .expires_in = std::nullopt,
          .metadata = {}};
    }
    if (dice_.one_in(cancels_every_)) {
      switch (dice_.below(4)) {
        case 0:
          return command::PaymentCancel{"wish", dice_.one_in(2)};
        case 1:
          return command::OrderCancel{"wish"};
        case 2:
          return command::OrderRejected{"closed"};
        default:
          return command::OrderDeliveryFailed{"nobody home"};
      }
    }
    if (dice_.one_in(3)) return command::PaymentConfirm{any_method(), std::nullopt};
    if (dice_.one_in(4)) return command::OrderFulfilled{};
    const auto amount = static_cast<std::int64_t>(1 + dice_.below(2'500));
    return command::RefundRequest{RefundId::of("r" + std::to_string(dice_.below(6))),
                                  dice_.one_in(4) ? std::nullopt : std::optional{amount},
                                  "goodwill", false, std::nullopt};
  }

  void command() {
    const Command command = any_command();
    stage_.decide(command_input("c" + std::to_string(commands_++), command));
  }

  void start_call() {
    const Time now = stage_.now;
    for (const Call& call : pending_calls(stage_.payment, stage_.context(Roles::payments))) {
      if (call.not_before > now || in_flight_.contains(call.id) || dice_.one_in(4)) continue;
      const bool too_old = call.send_until < now;
      in_flight_.emplace(call.id,
                         too_old ? Answer{answer::KeyExpired{}} : stage_.oracle.answer(call, now));
      return;
    }
  }

  void answer() {
    if (in_flight_.empty()) return;
    auto chosen = in_flight_.begin();
    std::advance(chosen, static_cast<std::ptrdiff_t>(dice_.below(in_flight_.size())));
    const AnswerInput input{chosen->first, chosen->second, "req_1", milliseconds{5}};
    in_flight_.erase(chosen);
    static_cast<void>(stage_.decide(Roles::payments, input));
  }

  void hear() {
    const std::vector<Topic> topics = stage_.waiting();
    if (!topics.empty()) stage_.hear(topics[dice_.below(topics.size())]);
  }

  void hear_again() {
    if (!stage_.heard.empty()) stage_.hear_again(dice_.below(stage_.heard.size()));
  }

  void person_acts() {
    if (dice_.one_in(2)) {
      static_cast<void>(stage_.oracle.finish_intents(!dice_.one_in(3), stage_.now));
    } else {
      static_cast<void>(stage_.oracle.finish_refunds(!dice_.one_in(3)));
    }
  }

  void let_time_pass() {
    const Duration waits[] = {seconds{3}, seconds{61}, minutes{6}, minutes{31}};
    stage_.now += waits[dice_.below(4)];
    stage_.oracle.tick(stage_.now);
    static_cast<void>(stage_.decide(Roles::payments, WakeInput{}));
    static_cast<void>(stage_.decide(Roles::orders, WakeInput{}));
  }

  void check_end() {
    std::set<std::string> ids;
    int created = 0;
    for (const auto* events : {&stage_.payment_events, &stage_.order_events}) {
      for (const Event& event : *events) {
        REQUIRE(ids.insert(event.id.text()).second);
        created += event.type == EventType::order_created ? 1 : 0;
      }
    }
    REQUIRE(created <= 1);
    const Oracle& oracle = stage_.oracle;
    CAPTURE(stage_.status(), oracle.charged(), oracle.given_back());
    REQUIRE(stage_.payment.parked.empty());
    REQUIRE(stage_.order.parked.empty());
    if (!stage_.payment.payment) return;
    const payment::Payment& payment = *stage_.payment.payment;
    REQUIRE(payment.money.captured == oracle.charged());
    REQUIRE(payment.money.refunded == oracle.given_back());
    REQUIRE(payment.money.refunding == 0);
    REQUIRE_FALSE(payment::has_work(payment));
    // What the order was told of last is what became of the money.
    REQUIRE(stage_.money().captured == payment.money.captured);
    REQUIRE(stage_.money().refunded == payment.money.refunded);
    check_status(oracle.charged(), oracle.given_back());
  }

  void check_status(std::int64_t charged, std::int64_t given_back) {
    const order::Order& order = stage_.order.order;
    switch (order.status) {
      case order::Status::fulfilled:
      case order::Status::pending:
        REQUIRE(charged > 0);
        REQUIRE(order.created);
        REQUIRE_FALSE(order.ended.has_value());
        return;
      case order::Status::cancelled:
      case order::Status::expired:
        REQUIRE(charged == 0);
        return;
      case order::Status::refunded:
        REQUIRE(charged > 0);
        REQUIRE(given_back == charged);
        return;
      case order::Status::refund_pending:
      case order::Status::refund_failed:
        REQUIRE(order.held);
        return;
      case order::Status::partially_refunded:
      case order::Status::payment_pending:
      case order::Status::payment_processing:
      case order::Status::payment_failed:
        FAIL("the order has not come to its end");
    }
  }

  Dice dice_;
  bool faulty_ = false;
  const char* favourite_ = nullptr;
  std::uint64_t command_every_ = 1;
  std::uint64_t cancels_every_ = 1;
  Apart stage_;
  int commands_ = 0;
  std::map<std::string, Answer> in_flight_;
};

}  // namespace

TEST_CASE("roles: whatever the topics do, money is conserved and every order comes to its end",
          "[saga][roles][property]") {
  std::map<order::Status, int> ends;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    Gale gale{seed};
    gale.blow();
    gale.calm();
    ++ends[gale.stage().order.order.status];
  }
  for (const order::Status status :
       {order::Status::pending, order::Status::fulfilled, order::Status::cancelled,
        order::Status::expired, order::Status::refunded, order::Status::refund_pending}) {
    CAPTURE(to_text(status));
    CHECK(ends[status] > 0);
  }
}

}  // namespace paysaga::trial
