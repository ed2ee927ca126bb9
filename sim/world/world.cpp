#include "paysaga/sim/world/world.hpp"

#include <algorithm>
#include <array>

#include "paysaga/saga/topic.hpp"
#include "paysaga/sim/check/rest.hpp"
#include "paysaga/storage/codec_event.hpp"
#include "paysaga/storage/dead_letter.hpp"
#include "paysaga/storage/record.hpp"

namespace paysaga::sim {
namespace {

constexpr Time begin_of_time = time_from_micros(1'767'600'000'000'000);  // 2026-01-05T08:00Z.
constexpr Duration idle_step_max = minutes{10};
/// How long a world that is well may take to come to rest. The read schedule's longest wait is a
/// day, and a look may have to be repeated.
constexpr Duration rest_max = hours{24 * 5};

/// What payments tell orders, and what orders ask of payments.
bool is_between(Topic topic) {
  constexpr std::array topics{Topic::payment_initiated,        Topic::payment_processing,
                              Topic::payment_completed,        Topic::payment_failed,
                              Topic::payment_cancelled,        Topic::payment_refunded,
                              Topic::payment_refund_initiated, Topic::payment_commands};
  return std::ranges::find(topics, topic) != topics.end();
}

std::optional<std::string_view> of_header(const storage::LogRecord& record, std::string_view name) {
  for (const auto& header : record.headers) {
    if (header.name == name) return header.value;
  }
  return std::nullopt;
}

bool has_header(const storage::LogRecord& record, std::string_view name) {
  return of_header(record, name).has_value();
}

stripe::ModelOptions model_options(const Plan& plan) {
  stripe::ModelOptions options;
  options.seed = hash_of("stripe", plan.seed);
  using stripe::Fault;
  const auto set = [&](Fault to, sim::Fault from) {
    options.faults.rate(to) = plan.intensity[index_of(from)];
  };
  set(Fault::drop_before_commit, sim::Fault::provider_drop_before);
  set(Fault::drop_after_commit, sim::Fault::provider_drop_after);
  set(Fault::error_500_saved, sim::Fault::provider_500_saved);
  set(Fault::error_500_unsaved, sim::Fault::provider_500_unsaved);
  set(Fault::rate_limit_429, sim::Fault::provider_429);
  set(Fault::lock_timeout_429, sim::Fault::provider_lock_timeout);
  set(Fault::slow, sim::Fault::provider_slow);
  set(Fault::truncated, sim::Fault::provider_truncated);
  set(Fault::html_502, sim::Fault::provider_502);
  options.faults.pending_failures = plan.intensity[index_of(sim::Fault::provider_refund_fails)];
  options.faults.latency = plan.travel_max;
  options.faults.jitter = plan.travel_max;
  options.faults.slow_max = minutes{2};
  return options;
}

}  // namespace

World::World(const Plan& plan, Tell tell)
    : plan_{plan},
      tell_{std::move(tell)},
      timeline_{begin_of_time},
      dice_{plan_},
      stripe_{model_options(plan_)},
      oracle_{plan_.apart(), plan_.partitions, plan_.publish_atomic, stripe_},
      courier_{plan_, timeline_, dice_},
      customers_{plan_, timeline_, dice_, doors()},
      scheduler_{Prng::stream(plan_.seed, "scheduler")},
      doors_prng_{Prng::stream(plan_.seed, "doors")},
      idle_step_{plan_.tick},
      busy_until_{begin_of_time} {
  if (tell_) {
    oracle_.on_decision = [this](const CountedDecision& of) {
      const auto& decision = of.decision;
      std::string what{decision.summary.empty() ? decision.outcome : decision.summary};
      if (of.after == nullptr) what = std::string{to_text(decision.action)} + " " + what;
      if (decision.order.empty()) what += " " + std::string{decision.input_id};
      this->tell(std::string{decision.order},
                 "journal " + std::to_string(storage::index_of(of.partition)) + "/" +
                     std::to_string(of.entry.offset) + " " + what);
    };
  }
  courier_.on_notice = [this](const std::string& node) {
    for (const auto& side : sides_) side->group.noticed(node);
  };
  if (plan_.apart()) {
    add_side(Roles::payments, "paysaga-payments", plan_.nodes);
    add_side(Roles::orders, "paysaga-orders", plan_.orders_nodes);
    dice_.count(Fault::roles_apart);
  } else {
    add_side(Roles::both, "paysaga", plan_.nodes);
  }
  outside_ = sides_.front()->log.open("outside");
}

World::~World() {
  courier_.on_notice = nullptr;
  outside_.reset();
  machines_.clear();
  while (!sides_.empty()) sides_.pop_back();  // The first has the topics of the other.
}

void World::add_side(Roles roles, const std::string& group, std::uint32_t nodes) {
  Side& side = *sides_.emplace_back(std::make_unique<Side>(roles, log_options(group)));
  for (std::uint32_t i = 0; i < nodes; ++i) {
    const auto number = static_cast<std::uint32_t>(machines_.size() + 1);
    machines_.push_back(std::make_unique<Machine>(surroundings(side), number));
    side.machines.push_back(machines_.back().get());
  }
}

storage::MemoryLogOptions World::log_options(const std::string& group) {
  storage::MemoryLogOptions options;
  options.group = group;
  if (!sides_.empty()) options.topics_of = &sides_.front()->log;
  options.partition_count = plan_.partitions;
  options.clock = [this] { return timeline_.now(); };
  options.threaded = false;
  options.courier = &courier_;
  options.first_takes_all = false;
  options.on_append = [this](std::string_view topic, storage::PartitionId partition,
                             const storage::LogEntry& entry) { landed(topic, partition, entry); };
  return options;
}

Surroundings World::surroundings(Side& side) {
  return {.plan = plan_,
          .roles = side.roles,
          .group_name = side.name,
          .timeline = timeline_,
          .log = side.log,
          .stripe = stripe_,
          .courier = courier_,
          .group = side.group,
          .on_request =
              [this, roles = side.roles](const stripe::Request& request, Time at) {
                if (!runs_payments(roles)) {
                  oracle_.findings.add(
                      {"world", "a node without payments asks the payment service", "", at});
                }
                oracle_.effects.arrived(request, at);
                tell("", request.method + " " + request.target + " reaches the payment service " +
                             request.idempotency_key);
              },
          .tell = [this](const std::string& node,
                         const std::string& what) { tell("", node + " " + what); },
          .on_failure = [this](std::uint32_t machine, storage::PartitionId partition,
                               const std::string& why) { on_failure(machine, partition, why); },
          .on_quarantine = [this](const OrderId& order,
                                  const std::string& why) { on_quarantine(order, why); }};
}

void World::tell(const std::string& order, const std::string& what) {
  if (tell_) tell_(timeline_.now(), order, what);
}

void World::landed(std::string_view topic, storage::PartitionId partition,
                   const storage::LogEntry& entry) {
  hash_ = hash_of(topic, hash_ + static_cast<std::uint64_t>(entry.offset));
  hash_ = storage::chain_next(hash_, entry.record.key, entry.record.value);
  for (const auto& side : sides_) {
    if (topic.starts_with(side->name) && topic.substr(side->name.size()) == "-journal") {
      return oracle_.journal_landed(side->roles, partition, entry);
    }
  }
  const auto known = parse_topic(topic);
  ensure(known.has_value(), "a topic of people");
  topic_landed(*known, partition, entry);
}

void World::topic_landed(Topic topic, storage::PartitionId partition,
                         const storage::LogEntry& entry) {
  const bool commands = topic == Topic::payment_commands || topic == Topic::order_commands;
  const bool moved = has_header(entry.record, "paysaga-moved");
  const bool of_engine = has_header(entry.record, "ce_source");
  if (commands && !moved && !of_engine) {
    if (has_header(entry.record, "litter")) {
      oracle_.commands.unreadable(storage::input_id_of(to_text(topic), partition, entry.offset));
    }
    return;
  }
  if (topic == Topic::payment_webhook_received) {  // The payment service tells it, not we.
    const std::string id{of_header(entry.record, "ce_id").value_or("")};
    if (stripe_.account().ids().index_of(stripe::Kind::event, id)) {
      oracle_.wishes.sent(entry.record.key, id);
      fetched_at_ = timeline_.now();
    }
    return;
  }
  oracle_.publication.landed(to_text(topic), partition, entry);
  if (plan_.apart() && !moved && is_between(topic)) oracle_.between_landed(topic, entry.record);
  if (topic != Topic::payment_events && topic != Topic::order_events) return;
  if (auto event = storage::decode_event(entry.record.value)) {
    tell(event->order.text(), "is told " + std::string{to_text(event->type)});
    timeline_.after(milliseconds{1}, [this, told = std::move(*event)] { customers_.told(told); });
  }
}

/// One actor handles one message; or, if none has any, time passes.
void World::step() {
  std::size_t runnable = 0;
  for (const auto& machine : machines_) runnable += machine->runnable();
  if (runnable == 0 || (runnable < 2'000 && dice_.strikes(Fault::slow_actors))) return pass_time();
  std::size_t which = scheduler_.below(runnable);
  for (const auto& machine : machines_) {
    const std::size_t here = machine->runnable();
    if (which < here) {
      ++steps_;
      return machine->run_one(which);
    }
    which -= here;
  }
}

/// Moves on to what happens next: something of the world, a stored timer, or a look around that
/// comes the later the longer nothing has happened.
void World::pass_time() {
  const Time now = timeline_.now();
  Time target = now + idle_step_;
  for (const auto& machine : machines_) {
    if (const auto timer = machine->next_timer()) target = std::min(target, *timer);
  }
  target = std::max(target, now + Duration{1});
  const auto next = timeline_.next();
  if (next && *next <= target) {
    timeline_.run_next();
    idle_step_ = plan_.tick;
    oracle_.money.at_step(timeline_.now());
  } else {
    timeline_.move_to(target);
    idle_step_ = std::min(idle_step_ * 2, idle_step_max);
  }
  for (const auto& machine : machines_) {
    machine->catch_up();
    machine->sweep();
  }
}

/// What was lost has been fetched since, and decided.
bool World::heard_all() const {
  constexpr Duration decided_in = seconds{30};
  if (timeline_.now() < fetched_at_ + decided_in) return false;
  if (!unheard_since_) return true;
  return std::ranges::any_of(machines_, [this](const auto& machine) {
    return machine->swept() && *machine->swept() > *unheard_since_;
  });
}

bool World::at_rest() const {
  if (!customers_.done() || asks_open_ > 0 || !oracle_.commands.complete()) return false;
  if (!oracle_.publication.complete() || !oracle_.pair.complete()) return false;
  if (!heard_all()) return false;
  bool rests = true;
  oracle_.wholes.each(
      [&](const std::string&, const Halves& order) { rests = rests && !why_restless(order); });
  return rests &&
         std::ranges::all_of(machines_, [](const auto& machine) { return machine->running(); });
}

/// The world is well. Everything must come to an end now, in bounded time.
void World::come_to_rest() {
  heal();
  const Time deadline = timeline_.now() + rest_max;
  Time look_at = timeline_.now();
  while (oracle_.findings.empty()) {
    step();
    if (timeline_.now() < look_at) continue;
    look_at = timeline_.now() + seconds{1};
    if (at_rest()) return;
    if (timeline_.now() < deadline) continue;
    stuck_ = true;
    oracle_.wholes.each([&](const std::string& id, const Halves& order) {
      if (const auto why = why_restless(order)) {
        oracle_.findings.add({"rest", *why, id, timeline_.now()});
      }
    });
    oracle_.commands.at_end(timeline_.now());
    oracle_.publication.at_end(timeline_.now());
    oracle_.pair.at_end(timeline_.now());
    if (oracle_.findings.empty()) {
      oracle_.findings.add({"rest", "something never ended", "", timeline_.now()});
    }
  }
}

/// At rest each partition has one leader, and no actor keeps a call or a decision on its way. What
/// has just landed may still have to be read back: only what stays is a leak.
void World::check_leaks() {
  constexpr int looks_max = 10;
  std::string left;
  for (int look = 0; look < looks_max; ++look) {
    left = what_is_in_flight();
    if (left.empty()) return;
    const Time later = timeline_.now() + minutes{1};
    while (timeline_.now() < later && oracle_.findings.empty()) step();
  }
  oracle_.findings.add({"rest", left, "", timeline_.now()});
}

std::string World::what_is_in_flight() {
  struct Seen {
    std::size_t asked;
    std::vector<std::size_t> leaders;  // By side and partition.
    std::string left;
  };
  const auto seen = std::make_shared<Seen>(
      Seen{2 * machines_.size(), std::vector<std::size_t>(sides_.size() * plan_.partitions), {}});
  for (const auto& machine : machines_) {
    const std::size_t first = &side_of(*machine) == sides_.front().get() ? 0 : plan_.partitions;
    machine->node().partitions([seen, first](const std::vector<actors::PartitionInfo>& infos) {
      --seen->asked;
      for (const actors::PartitionInfo& info : infos) {
        seen->leaders[first + storage::index_of(info.partition)] += info.role == "leading" ? 1 : 0;
        if (info.in_flight > 0) seen->left += "inputs are in flight; ";
      }
    });
    machine->node().actors(1'000'000, [seen](const std::vector<actors::ActorInfo>& infos) {
      --seen->asked;
      for (const actors::ActorInfo& info : infos) {
        if (info.calls_in_flight.empty() && info.decisions_in_flight == 0) continue;
        seen->left += info.order.text() + " has something in flight; ";
      }
    });
  }
  for (std::size_t steps = 0; seen->asked > 0 && steps < 1'000'000; ++steps) step();
  if (seen->asked > 0) seen->left += "a node does not answer; ";
  for (const std::size_t count : seen->leaders) {
    if (count != 1) seen->left += "a partition has " + std::to_string(count) + " leaders; ";
  }
  return seen->left;
}

/// Each partition is led by a node that has read all of its journal.
bool World::leads_all(const Side& side) const {
  for (std::uint32_t i = 0; i < plan_.partitions; ++i) {
    const storage::PartitionId id{i};
    if (std::ranges::none_of(side.machines, [&](Machine* machine) {
          const auto position = machine->disk().position(id);
          return machine->leads(id) && position && position->next == side.log.journal_end(id);
        })) {
      return false;
    }
  }
  return true;
}

/// Every node dies with its disk. What the journal says must be enough to be where they were.
void World::restart_cold() {
  for (const auto& machine : machines_) {
    leave(*machine);
    machine->lose_disk();
    machine->start();
    side_of(*machine).group.join(machine->life());
  }
  const Time deadline = timeline_.now() + minutes{10};
  const auto caught_up = [this] {
    return std::ranges::all_of(sides_, [this](const auto& side) { return leads_all(*side); });
  };
  while (!caught_up() && oracle_.findings.empty()) {
    step();
    if (timeline_.now() < deadline) continue;
    stuck_ = true;
    oracle_.findings.add({"rest", "a cold start never caught up", "", timeline_.now()});
  }
}

RunResult World::run() {
  schedule_faults();
  for (const auto& machine : machines_) {
    machine->start();
    side_of(*machine).group.join(machine->life());
  }
  customers_.open();
  const Time rest_from = begin_of_time + plan_.faults_for;
  while (oracle_.findings.empty() && timeline_.now() < std::max(rest_from, busy_until_)) step();
  if (oracle_.findings.empty()) come_to_rest();
  if (oracle_.findings.empty()) check_leaks();
  if (oracle_.findings.empty()) oracle_.at_end(timeline_.now());
  const auto compare = [this] {
    for (const auto& machine : machines_) {
      for (std::uint32_t i = 0; i < plan_.partitions; ++i) {
        oracle_.compare_store(machine->disk(), storage::PartitionId{i}, machine->life(),
                              timeline_.now());
      }
    }
  };
  if (oracle_.findings.empty()) compare();
  const bool cold = (plan_.snapshots || !trimmed_) && Prng::stream(plan_.seed, "cold").chance(0.25);
  if (oracle_.findings.empty() && cold) {
    restart_cold();
    if (oracle_.findings.empty()) compare();
  }
  return outcome();
}

RunResult World::outcome() {
  RunResult outcome;
  if (!oracle_.findings.empty())
    outcome.kind = stuck_ ? RunResult::Kind::stuck : RunResult::Kind::wrong;
  outcome.findings = oracle_.findings.kept();
  outcome.hash = hash_of(stripe_.books_json(false), hash_);
  outcome.sagas = oracle_.wholes.count();
  outcome.decisions = oracle_.counted();
  outcome.voided = oracle_.voided();
  outcome.charges = oracle_.money.charges();
  outcome.requests = oracle_.effects.requests();
  outcome.steps = steps_;
  outcome.virtual_time = timeline_.now() - begin_of_time;
  outcome.faults = dice_.counts();
  const auto add = [&](Fault fault, stripe::Fault of) {
    outcome.faults[index_of(fault)] += stripe_.books().faults(of);
  };
  add(Fault::provider_drop_before, stripe::Fault::drop_before_commit);
  add(Fault::provider_drop_after, stripe::Fault::drop_after_commit);
  add(Fault::provider_500_saved, stripe::Fault::error_500_saved);
  add(Fault::provider_500_unsaved, stripe::Fault::error_500_unsaved);
  add(Fault::provider_429, stripe::Fault::rate_limit_429);
  add(Fault::provider_lock_timeout, stripe::Fault::lock_timeout_429);
  add(Fault::provider_slow, stripe::Fault::slow);
  add(Fault::provider_truncated, stripe::Fault::truncated);
  add(Fault::provider_502, stripe::Fault::html_502);
  outcome.faults[index_of(Fault::provider_refund_fails)] += stripe_.account().refunds_failed();
  outcome.pairs = oracle_.history.pairs();
  oracle_.wholes.each([&](const std::string& id, const Halves&) {
    if (const auto saga = oracle_.wholes.find(id)) ++outcome.statuses[status_text(*saga)];
  });
  return outcome;
}

}  // namespace paysaga::sim
