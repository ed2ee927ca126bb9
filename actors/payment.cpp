#include "paysaga/actors/payment.hpp"

#include <array>
#include <deque>
#include <unordered_map>

#include "paysaga/actors/breaker.hpp"

namespace paysaga::actors {
namespace {

constexpr Duration look_again = milliseconds{20};  // While stopping, for the deadline.

class Payments {
 public:
  Payments(PaymentActor::pointer self, PaymentProvider& provider, const Clock& clock,
           Observer& observer, std::size_t in_flight_max,
           std::function<PartitionActor(storage::PartitionId)> route)
      : self_{self},
        provider_{provider},
        clock_{clock},
        observer_{observer},
        in_flight_max_{in_flight_max},
        route_{std::move(route)} {}

  void on(StartCall& start) {
    if (stopping_) return;  // Its operation is in the journal: the next start makes the call.
    lanes_[static_cast<std::size_t>(start.call.call.lane)].push_back(std::move(start));
    send_waiting();
  }

  void on(Replied& replied) {
    const auto found = running_.find(replied.number);
    if (found == running_.end()) return;
    const StartCall start = std::move(found->second);
    running_.erase(found);
    breaker_.answered(replied.reply.answer, clock_.now());
    observer_.call_answered(start.call.call.kind, outcome_text(replied.reply.answer),
                            replied.reply.took);
    tell(start.partition, Answered{start.call.order, start.call.call.id, std::move(replied.reply)});
    send_waiting();
    finish_if_stopped();
  }

  void on(const Shutdown& shutdown) {
    stopping_ = true;
    if (shutdown.done) shutdown_ = shutdown;
    for (auto& lane : lanes_) lane.clear();
    finish_if_stopped();
    if (!shutdown_.done) return;
    self_->delayed_send(self_, look_again, Shutdown{nullptr, shutdown_.deadline});
  }

 private:
  void send_waiting() {
    for (auto& lane : lanes_) {
      while (!lane.empty() && running_.size() < in_flight_max_) {
        StartCall start = std::move(lane.front());
        lane.pop_front();
        send(std::move(start));
      }
    }
  }

  void send(StartCall start) {
    const Time now = clock_.now();
    if (!breaker_.allows(now)) {
      return tell(start.partition, Deferred{start.call.order, std::move(start.call.call.id),
                                            breaker_.retry_after(now)});
    }
    const std::uint64_t number = ++calls_;
    ProviderCall call = start.call;
    running_.emplace(number, std::move(start));
    provider_.call(std::move(call),
                   [to = Mailbox<PaymentActor>{self_}, number](ProviderReply reply) {
                     to.send(Replied{number, std::move(reply)});
                   });
  }

  template <class Message>
  void tell(storage::PartitionId id, Message message) {
    if (const PartitionActor partition = route_(id)) {
      caf::anon_send(partition, std::move(message));
    }
  }

  void finish_if_stopped() {
    if (!stopping_ || !shutdown_.done) return;
    if (!running_.empty() && clock_.now() < shutdown_.deadline) return;
    std::exchange(shutdown_.done, {})();
  }

  /// A closed set, for labels.
  static std::string_view outcome_text(const Answer& answer) {
    constexpr std::array<std::string_view, std::variant_size_v<Answer>> texts = {
        "done",     "done",         "done",    "done",        "declined",   "refused",
        "not_sent", "unauthorized", "unknown", "key_misused", "key_expired"};
    return texts[answer.index()];
  }

  PaymentActor::pointer self_;
  PaymentProvider& provider_;
  const Clock& clock_;
  Observer& observer_;
  std::size_t in_flight_max_;
  std::function<PartitionActor(storage::PartitionId)> route_;
  std::array<std::deque<StartCall>, 3> lanes_;  // By Lane: the first is served first.
  std::unordered_map<std::uint64_t, StartCall> running_;
  std::uint64_t calls_ = 0;
  Breaker breaker_;
  bool stopping_ = false;
  Shutdown shutdown_;
};

struct State {
  std::unique_ptr<Payments> payments;
  static inline const char* name = "payment";
};

}  // namespace

PaymentActor spawn_payment(caf::actor_system& system, PaymentProvider& provider, const Clock& clock,
                           Observer& observer, std::size_t calls_in_flight_max,
                           std::function<PartitionActor(storage::PartitionId)> route) {
  // The actor begins on a thread of the scheduler, after this function has returned.
  const auto behave = [&provider, &clock, &observer, route = std::move(route)](
                          PaymentActor::stateful_pointer<State> self,
                          std::size_t in_flight_max) -> PaymentActor::behavior_type {
    self->state.payments =
        std::make_unique<Payments>(self, provider, clock, observer, in_flight_max, route);
    Payments* payments = self->state.payments.get();
    return {
        [payments](StartCall& start) { payments->on(start); },
        [payments](Replied& replied) { payments->on(replied); },
        [payments](const Shutdown& shutdown) { payments->on(shutdown); },
    };
  };
  return system.spawn(behave, calls_in_flight_max);
}

}  // namespace paysaga::actors
