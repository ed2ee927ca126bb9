#include <cstdlib>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "paysaga/saga/verdict.hpp"
#include "saga/apart.hpp"
#include "saga/luck.hpp"

namespace paysaga::trial {
namespace {

constexpr std::uint64_t seeds = 3'000;
constexpr int acts_max = 120;

/// Two groups under a random load: each topic is heard when it likes, some records twice, and the
/// orders are down for a while.
class Gale {
 public:
  explicit Gale(std::uint64_t seed) : dice_{seed}, leanings_{draw_leanings(dice_, 20)} {
    stage_.policy.late_success = leanings_.late_success;
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
    patient_ = dice_.one_in(2);
    for (int round = 0; round < 12; ++round) {
      resume(Roles::payments, "last" + std::to_string(round));
      resume(Roles::orders, "last" + std::to_string(round));
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
    if (leanings_.faulty) draw_faults(stage_.oracle, dice_, false);
    if (commands_ == 0 ? !dice_.one_in(8) : dice_.one_in(leanings_.command_every)) return command();
    const auto kind = dice_.below(40);
    if (kind < 8) return start_call();
    if (kind < 16) return answer();
    if (kind < 28) return hear();
    if (kind < 30) return hear_again();
    if (kind < 31) stage_.orders_down = !stage_.orders_down && dice_.one_in(2);
    if (kind < 35) return person_acts(stage_.oracle, dice_, stage_.now);
    let_time_pass();
  }

  Command any_command() {
    if (commands_ == 0 || dice_.one_in(10)) {
      return command::PaymentInitiate{
          .amount = {4200, *Currency::parse("EUR")},
          .customer = CustomerId::of("cus_1"),
          .method = dice_.one_in(6) ? std::nullopt
                                    : std::optional{draw_method(dice_, leanings_.favourite)},
          .expires_in = std::nullopt,
          .metadata = {}};
    }
    if (dice_.one_in(leanings_.cancels_every)) return draw_end(dice_);
    if (dice_.one_in(3))
      return command::PaymentConfirm{draw_method(dice_, leanings_.favourite), std::nullopt};
    if (dice_.one_in(4)) return command::OrderFulfilled{};
    const auto amount = static_cast<std::int64_t>(1 + dice_.below(2'500));
    return command::RefundRequest{RefundId::of("r" + std::to_string(dice_.below(6))),
                                  dice_.one_in(4) ? std::nullopt : std::optional{amount},
                                  "goodwill", false, std::nullopt};
  }

  void resume(Roles roles, const std::string& id) {
    const std::optional<Hold>& hold =
        roles == Roles::orders ? stage_.order.hold : stage_.payment.hold;
    if (!hold || (!hold->command && patient_)) return;
    const auto input = command_input(id, command::OrderResume{"enough", ""});
    static_cast<void>(stage_.decide(roles, input));
  }

  void command() {
    if (commands_ > 0 && dice_.one_in(8)) {  // Each group has holds of its own.
      const Roles roles = dice_.one_in(2) ? Roles::orders : Roles::payments;
      const auto input = command_input("h" + std::to_string(commands_++), draw_hold(dice_));
      static_cast<void>(stage_.decide(roles, input));
      return;
    }
    const Command command = any_command();
    stage_.decide(command_input("c" + std::to_string(commands_++), command));
  }

  void start_call() {
    const Time now = stage_.now;
    for (const Call& call : pending_calls(stage_.payment, stage_.context(Roles::payments))) {
      if (call.not_before > now || in_flight_.contains(call.id) || dice_.one_in(4)) continue;
      REQUIRE_FALSE((stage_.payment.hold && call.kind == CallKind::send));
      const bool too_old = call.send_until < now;
      in_flight_.emplace(call.id,
                         too_old ? Answer{answer::KeyExpired{}} : stage_.oracle.answer(call, now));
      return;
    }
  }

  void answer() {
    if (in_flight_.empty()) return;
    static_cast<void>(stage_.decide(Roles::payments, take_answer(in_flight_, dice_)));
  }

  void hear() {
    const std::vector<Topic> topics = stage_.waiting();
    if (!topics.empty()) stage_.hear(topics[dice_.below(topics.size())]);
  }

  void hear_again() {
    if (!stage_.heard.empty()) stage_.hear_again(dice_.below(stage_.heard.size()));
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
    const order::Order& order = stage_.order.order;
    check_final_status(order, oracle);
    const bool goes_on =
        order.status == order::Status::fulfilled || order.status == order::Status::pending;
    if (goes_on) REQUIRE_FALSE(order.ended.has_value());
  }

  Dice dice_;
  Leanings leanings_;
  Apart stage_;
  bool patient_ = false;
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
  check_every_end(ends);
}

}  // namespace paysaga::trial
