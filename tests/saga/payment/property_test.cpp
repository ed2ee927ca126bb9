#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "saga/payment/play.hpp"
#include "saga/payment/provider.hpp"

// Random lives of one payment against a provider that keeps its own books: commands at any time,
// answers lost, late, repeated, nodes that restart and forget what they sent. `World` checks each
// decision by itself; here what it amounts to is compared with what the provider did.

using namespace paysaga;
using namespace paysaga::payment;
using namespace paysaga::payment::trial;

namespace {

using Answered = Verdict<std::optional<Payment>>;

struct InFlight {
  std::string call_id;
  Answer answer;
  Time due;
};

class Life {
 public:
  explicit Life(std::uint64_t seed) : random_{seed}, provider_{seed ^ 0x5eed} {
    constexpr LateSuccess policies[] = {LateSuccess::refund, LateSuccess::refund,
                                        LateSuccess::accept, LateSuccess::hold};
    world.policy.late_success = policies[draw(std::size(policies))];
    if (draw(4) == 0) {
      world.policy.simulator_speed = 600;
      provider_.late_max = milliseconds{900};
    }
    // The fewer repeats, the sooner only look-ups are left.
    world.policy.same_key_repeats_max = static_cast<int>(draw(6));
    constexpr std::uint64_t percents[] = {0, 20, 50, 80, 95};
    fault_percent_ = percents[draw(std::size(percents))];
    by_hand_ = draw(3) == 0;
  }

  void run(int steps) {
    take(open(42'00));
    for (int i = 0; i < steps; ++i) step();
  }

  /// Everything that is still to come, without faults. True if it came to an end.
  bool come_to_rest() {
    fault_percent_ = 0;
    for (int i = 0; i < 2'000; ++i) {
      provider_.act(world.now, true);
      if (start_calls() || deliver(true)) continue;
      const auto next = earliest(next_call_at(*world.payment), next_decision_at(*world.payment));
      if (!next) return true;
      world.now = std::max(world.now, *next);
      const auto wake = next_decision_at(*world.payment);
      if (wake && *wake <= world.now) take(WakeInput{});
    }
    return false;
  }

  /// Refunds made elsewhere are known only by a webhook, or where a compensation meets them.
  void hear_of_refunds() {
    const auto& intent = world.payment->intent;
    if (elsewhere_ && intent) take(webhook(News::refund, intent->id.text())(world));
  }

  void check_end() const {
    const Payment& payment = *world.payment;
    INFO("status " << to_text(payment.status) << ", " << under_way(payment));
    CHECK_THAT(provider_.violation(), Catch::Equals(""));
    CHECK((payment.status == Status::captured || payment.status == Status::cancelled));
    CHECK((payment.status == Status::captured) == provider_.charged());
    CHECK(payment.operations.empty());
    CHECK(payment.money.refunding == 0);
    if (payment.status == Status::captured) CHECK(provider_.charged(payment.intent->id));
    CHECK(payment.money.captured == provider_.received());
    CHECK(payment.money.refunded == provider_.refunded());
    CHECK(completed_ == (payment.status == Status::captured ? 1 : 0));
    CHECK(unknown_ == known_);
    CHECK(provider_.open_intents() == 0);
    for (const auto& [command, answers] : answers_) {
      INFO(command);
      CHECK(answers == 1);
    }
  }

  World world;
  std::set<std::string> reached;

 private:
  std::uint64_t draw(std::uint64_t below) { return random_() % below; }
  static std::optional<Time> earliest(std::optional<Time> a, std::optional<Time> b) {
    if (!a) return b;
    if (!b) return a;
    return std::min(*a, *b);
  }

  std::string method() {
    constexpr const char* methods[] = {"pm_visa", "pm_visa",  "pm_declined", "pm_3ds",
                                       "pm_slow", "pm_limit", "pm_missing"};
    return methods[draw(std::size(methods))];
  }

  std::optional<payment::Input> open(std::int64_t minor) {
    return (by_hand_ ? hold(minor, method()) : initiate(minor, method()))(world);
  }

  /// Mostly of the present intent; it may come long after its time, or of another.
  std::string intent_of_news() {
    if (!world.payment->intent || draw(5) == 0) return "pi_" + std::to_string(draw(3) + 1);
    return world.payment->intent->id.text();
  }

  void step() {
    world.jitter = random_();
    const std::uint64_t die = draw(100);
    if (die < 45) return (void)(deliver(false) || start_calls() || pass_time());
    if (die < 65) return (void)(start_calls() || pass_time());
    if (die < 75) return (void)pass_time();
    if (die < 80) return provider_.act(world.now, false);
    if (die < 83) return in_flight_.clear();  // The node restarts and forgets what it has sent.
    if (die < 86) return repeat_answer();
    if (die < 87 && draw(4) == 0) {
      elsewhere_ = true;
      return provider_.refund_elsewhere(world.now);
    }
    if (die < 89) return take(WakeInput{});
    if (die < 93) return take(webhook(static_cast<News>(draw(3)), intent_of_news())(world));
    command();
  }

  void command() {
    const std::string id = "r" + std::to_string(draw(4));
    switch (draw(11)) {
      case 0:
        return take(open(draw(5) == 0 ? 1'00 : 42'00));
      case 9:
      case 10:
        return take((draw(2) == 0 ? capture() : capture(draw(5'000) + 1))(world));
      case 1:
      case 2:
        return take(confirm(method())(world));
      case 3:
        return take((draw(2) == 0 ? cancel() : cancel_for_good())(world));
      case 4:
      case 5:
        return take(refund(id, draw(2'000) + 1)(world));
      case 6:
        return take(refund(id)(world));
      default:
        return take(compensate("c" + id)(world));
    }
  }

  /// Sends one call whose time has come. False if there is none.
  bool start_calls() {
    for (const Call& call : world.calls()) {
      const bool flies = std::ranges::any_of(
          in_flight_, [&](const InFlight& other) { return other.call_id == call.id; });
      if (call.not_before > world.now || flies) continue;
      const bool old = world.now > call.send_until;
      Answer answer = old ? Answer{answer::KeyExpired{}} : provider_.hear(call, fate(), world.now);
      in_flight_.push_back({call.id, std::move(answer), world.now + milliseconds{draw(30'000)}});
      return true;
    }
    return false;
  }

  Provider::Fate fate() {
    using Fate = Provider::Fate;
    if (draw(100) >= fault_percent_) return Fate::answered;
    constexpr Fate fates[] = {Fate::refused_link, Fate::limited,     Fate::unauthorized,
                              Fate::lost_before,  Fate::lost_after,  Fate::late,
                              Fate::error_before, Fate::error_after, Fate::answered,
                              Fate::lost_before,  Fate::lost_after,  Fate::late};
    return fates[draw(std::size(fates))];
  }

  bool deliver(bool any) {
    const auto due = std::ranges::find_if(
        in_flight_, [&](const InFlight& answer) { return any || answer.due <= world.now; });
    if (due == in_flight_.end()) return false;
    const InFlight answer = *due;
    in_flight_.erase(due);
    world.now = std::max(world.now, answer.due);
    heard_.push_back(answer);
    take(AnswerInput{answer.call_id, answer.answer, "req", {}});
    return true;
  }

  /// The same answer again, later: nothing may follow from it.
  void repeat_answer() {
    if (heard_.empty()) return;
    const InFlight& old = heard_[draw(heard_.size())];
    const auto verdict = world.look(AnswerInput{old.call_id, old.answer, "req", {}});
    CHECK(verdict.outcome == Outcome::ignored);
  }

  bool pass_time() {
    const std::optional<Time> next = world.payment ? next_call_at(*world.payment) : std::nullopt;
    const bool jump = next && *next > world.now && draw(4) != 0;
    world.now = jump ? *next : world.now + seconds{draw(draw(20) == 0 ? 90'000 : 240)};
    provider_.catch_up(world.now);
    return true;
  }

  void take(const std::optional<payment::Input>& input) {
    const Answered verdict = world.decide(*input);
    reached.insert(std::string{to_text(world.payment->status)});
    REQUIRE(verdict.outcome != Outcome::misused);
    for (const Event& event : verdict.events) {
      reached.insert(std::string{to_text(event.type)});
      const bool paid =
          event.type == EventType::payment_completed || event.type == EventType::late_success;
      completed_ += paid ? 1 : 0;
      unknown_ += event.type == EventType::payment_outcome_unknown ? 1 : 0;
      known_ += event.type == EventType::payment_outcome_known ? 1 : 0;
      const bool refunded = event.type == EventType::payment_refunded ||
                            event.type == EventType::payment_refund_failed;
      if (refunded && event.command) ++answers_[event.command->text()];
    }
    if (const auto* ask = std::get_if<AskRefund>(&*input)) {
      const bool begun = verdict.outcome == Outcome::accepted;
      if (begun && !ask->ask.compensation) answers_.try_emplace(ask->id.text(), 0);
      // A compensation is answered by its failure and, when the money is back, once more.
      if (begun && ask->ask.compensation) compensations_.insert(ask->id.text());
    }
    for (const std::string& id : compensations_) answers_.erase(id);
    // What the state says of an end must be true of the money, now and for ever.
    const Status status = world.payment->status;
    const bool unpaid = status == Status::cancelled || status == Status::declined;
    if (unpaid) CHECK_FALSE(provider_.charged());
    if (status == Status::captured) CHECK(provider_.charged(world.payment->intent->id));
    CHECK_THAT(provider_.violation(), Catch::Equals(""));
  }

  std::mt19937_64 random_;
  Provider provider_;
  std::vector<InFlight> in_flight_;
  std::vector<InFlight> heard_;
  std::map<std::string, int> answers_;
  std::set<std::string> compensations_;
  std::uint64_t fault_percent_ = 0;
  bool by_hand_ = false;  // What it confirms is held, and captured by hand.
  bool elsewhere_ = false;
  int completed_ = 0;
  int unknown_ = 0;
  int known_ = 0;
};

}  // namespace

TEST_CASE("property: whatever happens, the money is as the provider has it", "[saga][payment]") {
  std::set<std::string> reached;
  for (std::uint64_t seed = 1; seed <= 5'000; ++seed) {
    INFO("seed " << seed);
    Life life{seed};
    life.run(60 + static_cast<int>(seed % 200));
    CHECK(life.come_to_rest());
    life.hear_of_refunds();
    CHECK(life.come_to_rest());
    life.check_end();
    reached.merge(life.reached);
  }
  // The test is worth something only if it has been everywhere.
  for (const char* place : {"creating",
                            "confirming",
                            "action_required",
                            "processing",
                            "declined",
                            "authorized",
                            "capturing",
                            "captured",
                            "cancelling",
                            "cancelled",
                            "PAYMENT_COMPLETED",
                            "LATE_SUCCESS",
                            "PAYMENT_FAILED",
                            "PAYMENT_CANCELLED",
                            "PAYMENT_REFUNDED",
                            "PAYMENT_REFUND_FAILED",
                            "COMPENSATION_STUCK",
                            "PAYMENT_OUTCOME_UNKNOWN",
                            "PAYMENT_OUTCOME_KNOWN",
                            "COMMAND_REFUSED"}) {
    INFO(place);
    CHECK(reached.contains(place));
  }
}
