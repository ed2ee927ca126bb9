#include "paysaga/actors/order.hpp"

#include <algorithm>
#include <utility>

#include "paysaga/actors/decided.hpp"
#include "paysaga/saga/planted.hpp"

namespace paysaga::actors {
namespace {

class Order {
 public:
  Order(OrderActor::pointer self, std::shared_ptr<const OrderWorld> world, PartitionActor partition,
        storage::PartitionId partition_id, Life life, PaymentActor payment,
        std::shared_ptr<const Saga> committed)
      : self_{self},
        world_{std::move(world)},
        partition_{std::move(partition)},
        partition_id_{partition_id},
        life_{life},
        payment_{std::move(payment)},
        committed_{committed},
        newest_{std::move(committed)} {}

  void on(const Deliver& deliver) {
    if (!active_since_) active_since_ = deliver.now.journal;
    if (const auto* answered = std::get_if<AnswerInput>(&deliver.input.body)) {
      calls_.erase(answered->call_id);
    }
    decide_input(deliver.ticket, deliver.input, deliver.now, deliver.jitter);
  }

  void on(const Committed& committed) {
    if (planted(PlantedBug::jseq_unchecked)) {  // The records of those before it were lost.
      std::erase_if(in_flight_, [&](const auto& s) { return s->version < committed.version; });
    }
    ensure(!in_flight_.empty() && in_flight_.front()->version == committed.version,
           "decisions are read back in the order in which they were made");
    committed_ = std::move(in_flight_.front());
    in_flight_.erase(in_flight_.begin());
    start_missing_calls(committed.now);
  }

  void on(const Wake& wake) {
    if (!active_since_) active_since_ = wake.now.journal;
    const auto due = next_decision_at(*newest_);
    if (due && *due <= wake.now.journal) {
      decide_input(0, Input{newest_->id, WakeInput{}}, wake.now, wake.jitter);
    }
    start_missing_calls(wake.now);
  }

  void on(const Deferred& deferred) { calls_.erase(deferred.call_id); }

  void on(const Retire& retire) {
    if (!calls_.empty() || !in_flight_.empty()) return;
    caf::anon_send(partition_, Retired{newest_->id, life_, retire.ticket});
  }

  void on(const InspectActor& inspect) const {
    ActorInfo info{newest_->id, partition_id_, status_text(*newest_)};
    info.version = newest_->version;
    info.version_committed = committed_->version;
    info.mailbox = self_->mailbox().size();
    info.decisions_in_flight = in_flight_.size();
    info.calls_in_flight.assign(calls_.begin(), calls_.end());
    if (newest_->payment) {
      for (const Operation& operation : newest_->payment->operations) {
        info.operations.push_back(std::string{to_text(operation.kind)} + " " +
                                  std::string{to_text(operation.phase)} + " " +
                                  operation.key.text());
      }
    }
    for (const Parked& parked : newest_->parked) {
      info.parked.push_back(std::string{to_text(parked.input.command)} + " " +
                            parked.input.id.text());
    }
    info.next_wake_at = next_wake_at(*newest_);
    info.active_since = active_since_;
    inspect.done(std::move(info));
  }

 private:
  [[nodiscard]] Context context(Time now, std::uint64_t jitter) const {
    const NodeOptions& options = world_->options;
    return Context{now,    options.policy,   *world_->encoder, options.group, options.ledger,
                   jitter, options.livemode, options.roles};
  }

  void decide_input(Ticket ticket, const Input& input, const Moment& now, std::uint64_t jitter) {
    Decision decision = decide(*newest_, input, context(now.journal, jitter));
    Decided decided = to_decided(*world_, life_, ticket, input, std::move(decision), now.journal);
    if (decided.next) {
      newest_ = decided.next;
      in_flight_.push_back(decided.next);
    }
    caf::anon_send(partition_, std::move(decided));
    if (planted(PlantedBug::act_before_read_back)) start_missing_calls(now);
  }

  /// Level-triggered: whatever the committed state waits for and does not run yet is started. What
  /// a decision in flight has already settled or withdrawn is left alone.
  void start_missing_calls(const Moment& now) {
    const Context here = context(now.journal, 0);
    const bool early = planted(PlantedBug::act_before_read_back);
    std::vector<Call> calls = pending_calls(early ? *newest_ : *committed_, here);
    if (newest_ != committed_) {
      const std::vector<Call> still = pending_calls(*newest_, here);
      std::erase_if(calls, [&](const Call& call) {
        return std::ranges::none_of(still, [&](const Call& s) { return s.id == call.id; });
      });
    }
    for (Call& call : calls) {
      if (call.not_before > now.journal || !calls_.insert(call.id).second) continue;
      if (now.journal > call.send_until) {
        caf::anon_send(partition_,
                       Answered{committed_->id, call.id, {answer::KeyExpired{}, {}, {}}});
        continue;
      }
      if (call.send_until != Time::max()) call.send_until += now.clock - now.journal;
      caf::anon_send(payment_, StartCall{{std::move(call), committed_->id, {}}, partition_id_});
    }
  }

  OrderActor::pointer self_;
  std::shared_ptr<const OrderWorld> world_;
  PartitionActor partition_;
  storage::PartitionId partition_id_;
  Life life_;
  PaymentActor payment_;
  std::shared_ptr<const Saga> committed_;
  std::shared_ptr<const Saga> newest_;
  std::vector<std::shared_ptr<const Saga>> in_flight_;  // Decided, not read back; the oldest first.
  std::set<std::string> calls_;  // Ids of the calls that run, or whose answer is on its way.
  std::optional<Time> active_since_;
};

struct State {
  std::unique_ptr<Order> order;
  static inline const char* name = "order";
};

OrderActor::behavior_type behave(OrderActor::stateful_pointer<State> self,
                                 std::shared_ptr<const OrderWorld> world, PartitionActor partition,
                                 storage::PartitionId partition_id, Life life, PaymentActor payment,
                                 std::shared_ptr<const Saga> committed) {
  self->state.order =
      std::make_unique<Order>(self, std::move(world), std::move(partition), partition_id, life,
                              std::move(payment), std::move(committed));
  Order* order = self->state.order.get();
  return {
      [order](const Deliver& deliver) { order->on(deliver); },
      [order](const Committed& committed_version) { order->on(committed_version); },
      [order](const Wake& wake) { order->on(wake); },
      [order](const Retire& retire) { order->on(retire); },
      [order](const Deferred& deferred) { order->on(deferred); },
      [order](const InspectActor& inspect) { order->on(inspect); },
  };
}

}  // namespace

OrderActor spawn_order(caf::actor_system& system, std::shared_ptr<const OrderWorld> world,
                       PartitionActor partition, storage::PartitionId partition_id, Life life,
                       PaymentActor payment, std::shared_ptr<const Saga> committed) {
  return system.spawn(behave, std::move(world), std::move(partition), partition_id, life,
                      std::move(payment), std::move(committed));
}

}  // namespace paysaga::actors
