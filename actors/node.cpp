#include "paysaga/actors/node.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include "paysaga/actors/messages.hpp"
#include "paysaga/actors/partition.hpp"
#include "paysaga/actors/payment.hpp"
#include "paysaga/actors/publisher.hpp"
#include "paysaga/actors/snapshotter.hpp"

namespace paysaga::actors {
namespace {

/// Collects one answer of each partition, then calls back.
template <class T>
class Gather {
 public:
  Gather(std::size_t wanted, std::function<void(std::vector<T>)> done)
      : wanted_{wanted}, done_{std::move(done)} {}
  void add(T part) {
    std::unique_lock lock{mutex_};
    parts_.push_back(std::move(part));
    if (parts_.size() < wanted_) return;
    lock.unlock();
    done_(std::move(parts_));
  }

 private:
  std::mutex mutex_;
  std::size_t wanted_;
  std::function<void(std::vector<T>)> done_;
  std::vector<T> parts_;
};

caf::actor_system_config make_config(std::size_t threads) {
  caf::actor_system_config config;
  if (threads == 0) {
    config.set("scheduler.policy", caf::atom("testing"));
  } else {
    config.set("scheduler.max-threads", threads);
    // Not stealing: to steal, a thread walks the whole queue of the other one under its lock, so
    // that each step costs more the more orders wait; and threads without work keep looking.
    config.set("scheduler.policy", caf::atom("sharing"));
  }
  config.set("logger.verbosity", caf::atom("quiet"));
  return config;
}

constexpr Duration flush_min = seconds{2};

}  // namespace

class Node::Impl : public storage::OwnershipListener {
 public:
  Impl(NodeOptions options, storage::Log& log, storage::StateStore& store,
       PaymentProvider& provider, const Clock& clock, Observer& observer)
      : config_{make_config(options.threads)},
        system_{std::make_unique<caf::actor_system>(config_)},
        by_hand_{dynamic_cast<caf::scheduler::test_coordinator*>(&system_->scheduler())},
        log_{log},
        clock_{clock},
        owned_{log.partition_count()},
        led_{log.partition_count()} {
    const PaymentOptions calls{options.calls_in_flight_max, options.rates, options.lowest_every,
                               options.holds};
    world_ = std::make_shared<const OrderWorld>(
        OrderWorld{std::move(options), &provider.encoder(), log.partition_count()});
    const auto route = [partitions = partitions_](storage::PartitionId id) {
      return (*partitions)[storage::index_of(id)];
    };
    payment_ = spawn_payment(*system_, {provider, clock, observer, route}, calls);
    const PartitionPorts ports{log, store, clock, observer, led_};
    for (std::uint32_t i = 0; i < log.partition_count(); ++i) {
      partitions_->push_back(
          spawn_partition(*system_, storage::PartitionId{i}, world_, ports, payment_));
    }
    if (world_->options.snapshots) {
      snapshotter_ = spawn_snapshotter(*system_, world_, log, clock, observer);
    }
    publisher_ = spawn_publisher(*system_, world_, log, clock, observer, route, snapshotter_);
    // This thread would keep CAF's logger, and the system's end, on any other thread, waits for it.
    caf::logger::set_current_actor_system(nullptr);
  }

  ~Impl() override { stop(Duration{0}); }

  void start() {
    started_ = true;
    log_.join(*this);
  }

  /// In this order: no new input; calls under way get their answers; what is decided is read back;
  /// what is read back is published.
  void drain(Duration grace, std::function<void()> done) {
    if (draining_.exchange(true)) return done();
    const Time deadline = clock_.now() + grace;
    shut({caf::actor_cast<caf::actor>(payment_)}, deadline, [this, deadline, done] {
      std::vector<caf::actor> partitions;
      for (const PartitionActor& partition : *partitions_) {
        partitions.push_back(caf::actor_cast<caf::actor>(partition));
      }
      shut(partitions, std::max(deadline, clock_.now() + flush_min), [this, done] {
        std::vector<caf::actor> readers{caf::actor_cast<caf::actor>(publisher_)};
        if (snapshotter_) readers.push_back(caf::actor_cast<caf::actor>(snapshotter_));
        shut(readers, clock_.now() + flush_min, done);
      });
    });
  }

  void stop(Duration grace) {
    if (stopped_) return;
    if (by_hand_ == nullptr && !draining_) {
      const auto drained = std::make_shared<std::promise<void>>();
      drain(grace, [drained] { drained->set_value(); });
      // Each part keeps its own deadline; this is for one that never looks at it.
      drained->get_future().wait_for(3 * (grace + flush_min + seconds{1}));
    }
    stopped_ = true;
    if (started_) log_.leave();
    end_actors();
  }

  [[nodiscard]] std::size_t runnable() const {
    return by_hand_ == nullptr ? 0 : by_hand_->jobs.size();
  }
  void run_one(std::size_t which) {
    auto& jobs = by_hand_->jobs;
    const auto chosen = jobs.begin() + static_cast<std::ptrdiff_t>(which);
    std::rotate(jobs.begin(), chosen, chosen + 1);
    by_hand_->run_once();
  }
  void advance(Duration passed) { by_hand_->advance_time(passed); }

  void gained(storage::PartitionId id, storage::OwnershipToken token) override {
    owned_.insert(id);
    caf::anon_send((*partitions_)[storage::index_of(id)], Gained{id, token});
    caf::anon_send(publisher_, Gained{id, token});
    if (snapshotter_) caf::anon_send(snapshotter_, Gained{id, token});
  }
  void lost(storage::PartitionId id, storage::OwnershipToken token) override {
    owned_.erase(id);
    caf::anon_send((*partitions_)[storage::index_of(id)], Lost{id, token});
    caf::anon_send(publisher_, Lost{id, token});
    if (snapshotter_) caf::anon_send(snapshotter_, Lost{id, token});
  }

  [[nodiscard]] const PartitionActor& home_of(const OrderId& order) const {
    return (*partitions_)[partition_of(order, log_.partition_count())];
  }
  void settle(Settle settle) {
    const auto home = storage::partition_of_dead_letter(settle.letter);
    if (!home) return settle.done(tl::unexpected{home.error()});
    if (index_of(*home) >= partitions_->size()) {
      return settle.done(fail(ErrorCode::not_found, "there is no dead letter of that id"));
    }
    if (stopped()) return settle.done(fail(ErrorCode::unavailable, "the node shuts down"));
    caf::anon_send((*partitions_)[index_of(*home)], std::move(settle));
  }
  [[nodiscard]] const PaymentActor& payment() const { return payment_; }
  [[nodiscard]] const std::vector<PartitionActor>& partitions() const { return *partitions_; }
  [[nodiscard]] bool stopped() const { return stopped_ || draining_; }
  [[nodiscard]] bool owns(storage::PartitionId id) const { return owned_.contains(id); }
  [[nodiscard]] bool leads(storage::PartitionId id) const {
    return log_.membership_current() && led_.contains(id);
  }
  [[nodiscard]] bool ready() const {
    return !stopped() && log_.membership_current() && !owned_.empty() && led_.includes(owned_);
  }

 private:
  /// Asks actors to shut down; `done` once the last of them has.
  static void shut(const std::vector<caf::actor>& actors, Time deadline,
                   const std::function<void()>& done) {
    const auto left = std::make_shared<std::atomic<std::size_t>>(actors.size());
    for (const caf::actor& actor : actors) {
      caf::anon_send(actor, Shutdown{[left, done] {
                                       if (left->fetch_sub(1) == 1) done();
                                     },
                                     deadline});
    }
  }

  void end_actors() {
    const auto reason = caf::exit_reason::user_shutdown;
    for (const PartitionActor& partition : *partitions_) caf::anon_send_exit(partition, reason);
    caf::anon_send_exit(publisher_, reason);
    if (snapshotter_) caf::anon_send_exit(snapshotter_, reason);
    caf::anon_send_exit(payment_, reason);
    partitions_->clear();
    publisher_ = nullptr;
    snapshotter_ = nullptr;
    payment_ = nullptr;
    while (by_hand_ != nullptr && by_hand_->try_run_once()) {
    }
    by_hand_ = nullptr;
    system_.reset();  // Waits for the actors.
  }

  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  caf::scheduler::test_coordinator* by_hand_;  // Null if threads run the actors.
  storage::Log& log_;
  const Clock& clock_;
  std::shared_ptr<const OrderWorld> world_;
  /// Filled before the first message is sent, and not changed until the actors have ended.
  std::shared_ptr<std::vector<PartitionActor>> partitions_ =
      std::make_shared<std::vector<PartitionActor>>();
  PaymentActor payment_;
  PublisherActor publisher_;
  SnapshotterActor snapshotter_;  // None if the node writes no snapshots.
  PartitionSet owned_;
  PartitionSet led_;
  bool started_ = false;
  std::atomic<bool> draining_ = false;
  std::atomic<bool> stopped_ = false;
};

Node::Node(NodeOptions options, storage::Log& log, storage::StateStore& store,
           PaymentProvider& provider, const Clock& clock, Observer& observer)
    : impl_{std::make_unique<Impl>(std::move(options), log, store, provider, clock, observer)} {}

Node::~Node() = default;

void Node::start() {
  impl_->start();
}

void Node::drain(Duration grace, std::function<void()> done) {
  impl_->drain(grace, std::move(done));
}

void Node::stop(Duration grace) {
  impl_->stop(grace);
}

std::size_t Node::runnable() const {
  return impl_->runnable();
}

void Node::run_one(std::size_t which) {
  ensure(which < impl_->runnable(), "an actor that can run is named");
  impl_->run_one(which);
}

void Node::advance(Duration passed) {
  impl_->advance(passed);
}

void Node::submit(Submission submission, Done<Submitted> done) {
  if (impl_->stopped()) {
    return done(Submitted{Submitted::Kind::not_leading, {}, "the node shuts down", nullptr});
  }
  const PartitionActor& home = impl_->home_of(submission.order);
  caf::anon_send(home, Submit{std::move(submission), std::move(done)});
}

void Node::wait(OrderId order, std::function<bool(const Saga&)> until, Time deadline,
                Done<std::shared_ptr<const Saga>> done) {
  if (impl_->stopped()) return done(nullptr);
  const PartitionActor& home = impl_->home_of(order);
  caf::anon_send(home, WaitFor{std::move(order), std::move(until), deadline, std::move(done)});
}

void Node::partitions(Done<std::vector<PartitionInfo>> done) {
  if (impl_->stopped()) return done({});
  const auto gather = std::make_shared<Gather<PartitionInfo>>(
      impl_->partitions().size(), [done = std::move(done)](std::vector<PartitionInfo> infos) {
        std::ranges::sort(infos, {}, &PartitionInfo::partition);
        done(std::move(infos));
      });
  for (const PartitionActor& partition : impl_->partitions()) {
    caf::anon_send(partition,
                   InspectPartition{[gather](auto info) { gather->add(std::move(info)); }});
  }
}

void Node::actors(std::size_t limit, Done<std::vector<ActorInfo>> done) {
  if (impl_->stopped()) return done({});
  const auto gather = std::make_shared<Gather<std::vector<ActorInfo>>>(
      impl_->partitions().size(),
      [limit, done = std::move(done)](std::vector<std::vector<ActorInfo>> parts) {
        std::vector<ActorInfo> infos;
        for (auto& part : parts) std::ranges::move(part, std::back_inserter(infos));
        std::ranges::sort(infos, {}, &ActorInfo::order);
        if (infos.size() > limit)
          infos.erase(infos.begin() + static_cast<std::ptrdiff_t>(limit), infos.end());
        done(std::move(infos));
      });
  for (const PartitionActor& partition : impl_->partitions()) {
    caf::anon_send(partition,
                   InspectActors{limit, [gather](auto infos) { gather->add(std::move(infos)); }});
  }
}

void Node::actor(OrderId order, Done<std::optional<ActorInfo>> done) {
  if (impl_->stopped()) return done(std::nullopt);
  const PartitionActor& home = impl_->home_of(order);
  caf::anon_send(home, InspectActor{std::move(order), std::move(done)});
}

void Node::resume(OrderId order, std::string reason, Done<Result<std::monostate>> done) {
  if (impl_->stopped()) return done(fail(ErrorCode::unavailable, "the node shuts down"));
  const PartitionActor& home = impl_->home_of(order);
  caf::anon_send(home, Lift{std::move(order), std::move(reason), false, std::move(done)});
}

void Node::skip(OrderId order, std::string reason, Done<Result<std::monostate>> done) {
  if (impl_->stopped()) return done(fail(ErrorCode::unavailable, "the node shuts down"));
  const PartitionActor& home = impl_->home_of(order);
  caf::anon_send(home, Lift{std::move(order), std::move(reason), true, std::move(done)});
}

void Node::redrive(std::string letter, std::string reason, bool force,
                   Done<Result<std::monostate>> done) {
  impl_->settle({std::move(letter), false, force, std::move(reason), std::move(done)});
}

void Node::discard(std::string letter, std::string reason, Done<Result<std::monostate>> done) {
  impl_->settle({std::move(letter), true, false, std::move(reason), std::move(done)});
}

void Node::provider(Done<ProviderInfo> done) {
  if (impl_->stopped()) return done({});
  caf::anon_send(impl_->payment(), InspectProvider{std::move(done)});
}

void Node::ask(ProviderCall call, Done<ProviderReply> done) {
  if (impl_->stopped()) {
    return done(ProviderReply{answer::NotSent{"the node shuts down", std::nullopt}, {}, {}});
  }
  caf::anon_send(impl_->payment(),
                 StartCall{std::move(call), storage::PartitionId{}, std::move(done)});
}

void Node::hold(std::vector<NodeHold> holds) {
  if (!impl_->stopped()) caf::anon_send(impl_->payment(), SetHolds{std::move(holds)});
}

bool Node::owns(storage::PartitionId partition) const {
  return impl_->owns(partition);
}

bool Node::leads(storage::PartitionId partition) const {
  return impl_->leads(partition);
}

bool Node::ready() const {
  return impl_->ready();
}

void Node::idle(Duration horizon, Done<bool> done) {
  if (impl_->stopped()) return done(true);
  const auto gather = std::make_shared<Gather<bool>>(
      impl_->partitions().size(), [done = std::move(done)](std::vector<bool> parts) {
        done(std::ranges::all_of(parts, std::identity{}));
      });
  for (const PartitionActor& partition : impl_->partitions()) {
    caf::anon_send(partition, AskIdle{horizon, [gather](bool idle) { gather->add(idle); }});
  }
}

}  // namespace paysaga::actors
