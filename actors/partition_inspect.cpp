#include <algorithm>
#include <mutex>

#include "paysaga/actors/partition.hpp"

namespace paysaga::actors {
namespace {

/// Gathers what several actors answer and hands it on when the last of them has, or has ended.
class Gathering {
 public:
  explicit Gathering(std::function<void(std::vector<ActorInfo>)> done) : done_{std::move(done)} {}
  ~Gathering() { done_(std::move(infos_)); }
  Gathering(const Gathering&) = delete;
  Gathering& operator=(const Gathering&) = delete;
  void add(ActorInfo info) {
    const std::lock_guard lock{mutex_};
    infos_.push_back(std::move(info));
  }

 private:
  std::mutex mutex_;
  std::function<void(std::vector<ActorInfo>)> done_;
  std::vector<ActorInfo> infos_;
};

}  // namespace

void Partition::on(const InspectPartition& inspect) {
  PartitionInfo info;
  info.partition = id_;
  switch (role_) {
    case Role::stopped:
      info.role = "stopped";
      break;
    case Role::restoring:
      info.role = "restoring";
      break;
    case Role::catching_up:
      info.role = following() ? "following" : "catching_up";
      break;
    case Role::claiming:
      info.role = "claiming";
      break;
    case Role::leading:
      info.role = "leading";
      break;
  }
  info.why = role_ == Role::stopped ? why_ : "";
  info.epoch = epoch_;
  info.jseq = stamp_ ? stamp_->jseq() : 0;
  info.applied_next = acceptor_ ? acceptor_->position().next : 0;
  info.published_next = published_next_;
  info.end = tail_ ? std::max(end_, info.applied_next) : info.applied_next;
  info.orders_active = roster_.size();
  info.in_flight = in_flight();
  info.credit_max = world_->options.credit_max;
  info.claims = claims_;
  info.step_downs = step_downs_;
  if (const auto first = wakes_.first(); first && *first < now()) info.oldest_due = first;
  inspect.done(std::move(info));
}

void Partition::on(const InspectActors& inspect) {
  const auto gathering = std::make_shared<Gathering>(inspect.done);
  std::size_t asked = 0;
  for (const OrderId& order : roster_.orders()) {
    if (asked++ == inspect.limit) break;
    Roster::Active* active = roster_.find(order);
    caf::anon_send(active->actor, InspectActor{order, [gathering](const auto& info) {
                                                 if (info) gathering->add(*info);
                                               }});
  }
}

void Partition::on(const InspectActor& inspect) {
  Roster::Active* active = roster_.find(inspect.order);
  if (active == nullptr) return inspect.done(std::nullopt);
  // An actor that ends before it answers drops the question; then nothing is active.
  const auto asked = std::make_shared<Gathering>([done = inspect.done](const auto& infos) {
    done(infos.empty() ? std::optional<ActorInfo>{} : std::optional<ActorInfo>{infos.front()});
  });
  caf::anon_send(active->actor, InspectActor{inspect.order, [asked](const auto& info) {
                                               if (info) asked->add(*info);
                                             }});
}

void Partition::on(const AskIdle& ask) {
  if (role_ != Role::leading || in_flight() > 0) return ask.done(false);
  const auto timers = store_.timers(id_, Time::min(), now() + ask.horizon, 1);
  ask.done(timers.has_value() && timers->empty());
}

}  // namespace paysaga::actors
