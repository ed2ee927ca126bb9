#include <algorithm>
#include <cmath>

#include "paysaga/saga/topic.hpp"
#include "paysaga/sim/world/world.hpp"

namespace paysaga::sim {
namespace {

/// Short ones as likely as long ones.
Duration spread(Prng& prng, Duration low, Duration high) {
  const double ratio = static_cast<double>(high.count()) / static_cast<double>(low.count());
  return Duration{
      static_cast<std::int64_t>(static_cast<double>(low.count()) * std::pow(ratio, prng.unit()))};
}

constexpr Duration session_timeout = seconds{6};
constexpr Duration eventful = minutes{5};  // After the last order began, most is still going on.

}  // namespace

/// The faults with moments of their own. Most of them strike while most is going on.
void World::schedule_faults() {
  const Time start = timeline_.now();
  if (plan_.has(Fault::order_unreadable)) patrol();
  for (const Fault fault : all_faults()) {
    if (!is_timed(fault) || fault == Fault::roles_apart) continue;
    const auto times = static_cast<std::uint64_t>(plan_.intensity[index_of(fault)]);
    for (std::uint64_t i = 0; i < times; ++i) {
      Prng& prng = dice_.of(fault);
      const Duration within = prng.chance(0.75)
                                  ? std::min(plan_.arrivals + eventful, plan_.faults_for)
                                  : plan_.faults_for;
      timeline_.at(start + Duration{prng.between(0, within.count())}, [this, fault] {
        if (!dice_.resting()) strike(fault);
      });
    }
  }
}

void World::strike(Fault fault) {
  Prng& prng = dice_.of(fault);
  Machine& machine = *machines_[prng.below(machines_.size())];
  Side& side = side_of(machine);
  dice_.count(fault);
  tell("", std::string{to_text(fault)} + " strikes " + machine.life());
  if (fault == Fault::rebalance) {
    (void)side.group.shuffle(prng);
  } else if (fault == Fault::rebalance_whole) {
    rebalance_whole(side);
  } else if (fault == Fault::cut_off) {
    cut_off(machine);
  } else if (fault == Fault::pause) {
    pause(machine);
  } else if (fault == Fault::disk_error) {
    machine.disk().break_next_write();
  } else if (fault == Fault::disk_full) {
    machine.disk().set_full(true);
    for_a_while(prng, seconds{1}, minutes{10}, [&machine] { machine.disk().set_full(false); });
  } else if (fault == Fault::order_unreadable) {
    const OrderId order =
        OrderId::of(Customers::order_id(static_cast<std::uint32_t>(prng.between(1, plan_.orders))));
    machine.disk().set_readable(order, false);
    for_a_while(prng, seconds{1}, minutes{20},
                [&machine, order] { machine.disk().set_readable(order, true); });
  } else if (fault == Fault::journal_trimmed) {
    trim(side, !plan_.snapshots || prng.chance(0.5));
  } else if (fault == Fault::snapshot_stalled) {
    stall_snapshots(side);
  } else if (fault == Fault::positions_forgotten) {
    forget_positions(side);
  } else if (fault == Fault::clock_wrong) {
    const Duration by = spread(prng, milliseconds{10}, hours{48});
    machine.set_clock_wrong(prng.chance(0.5) ? by : -by);
    kill(machine, fault);
  } else if (fault == Fault::group_away) {
    go_away(side);
  } else if (fault == Fault::provider_down) {
    cut_off_provider(prng, seconds{1}, hours{2});
  } else if (fault == Fault::provider_forgetful) {
    cut_off_provider(prng, hours{19}, hours{50});
  } else {
    kill(machine, fault);
  }
}

void World::for_a_while(Prng& prng, Duration low, Duration high, std::function<void()> then) {
  const Time end = timeline_.now() + spread(prng, low, high);
  until(end);
  timeline_.at(end, std::move(then));
}

void World::cut_off_provider(Prng& prng, Duration low, Duration high) {
  for (const auto& machine : machines_) machine->set_reachable(false);
  for_a_while(prng, low, high, [this] {
    for (const auto& machine : machines_) machine->set_reachable(true);
  });
}

/// An eager assignor's rebalance: all lose all, and when everybody has joined again they are given
/// it. What was on its way under the former ownership is still on its way.
void World::rebalance_whole(Side& side) {
  Prng& prng = dice_.of(Fault::rebalance_whole);
  side.group.take_all();
  const bool at_once = prng.chance(0.5);
  const Duration joining = spread(prng, milliseconds{1}, session_timeout);
  if (at_once) return side.group.give_back(prng);
  timeline_.after(joining, [&side, &prng] { side.group.give_back(prng); });
}

/// The snapshot lags behind more and more. The journal is trimmed up to it, a disk is lost: what
/// fills the new one is an old snapshot and a long journal.
void World::stall_snapshots(Side& side) {
  Prng& prng = dice_.of(Fault::snapshot_stalled);
  side.log.refuse_snapshots(true);
  const Duration length = spread(prng, seconds{1}, minutes{30});
  const Time end = timeline_.now() + length;
  until(end);
  timeline_.at(end, [&side] { side.log.refuse_snapshots(false); });
  Machine& machine = *side.machines[prng.below(side.machines.size())];
  timeline_.after(Duration{prng.between(0, length.count())}, [this, &side, &machine] {
    trim(side, false);
    kill(machine, Fault::snapshot_stalled);
  });
}

/// Retention of a group's positions. Whoever leads goes on and commits anew; whoever comes next
/// finds none, also while no snapshot tells yet that there was one.
void World::forget_positions(Side& side) {
  for (std::uint32_t i = 0; i < side.group.owners().size(); ++i) {
    const storage::PartitionId id{i};
    auto forgotten = side.log.forget_position(storage::Use::publisher, id);
    if (forgotten) side.forgotten.insert_or_assign(id, std::move(*forgotten));
    (void)side.log.forget_position(storage::Use::snapshotter, id);
  }
}

/// A publisher that finds no position stops, and says so. An operator who keeps the positions
/// commits the last one again. False if none was forgotten.
bool World::put_position_back(Side& side, storage::PartitionId partition, const std::string& why) {
  const auto found = side.forgotten.find(partition);
  if (found == side.forgotten.end() || !why.starts_with("the publisher's position is lost"))
    return false;
  if (!side.log.committed(storage::Use::publisher, partition)) {
    side.log.set_position(storage::Use::publisher, found->second);
  }
  return true;
}

/// The node gains a partition, but nothing that it appends arrives: it waits for its claim. The
/// group moves the partition on, of which it does not hear, and it reads another node's claim.
void World::cut_off(Machine& machine) {
  if (!machine.awake()) return;
  Prng& prng = dice_.of(Fault::cut_off);
  const std::string life = machine.life();
  Group& group = side_of(machine).group;
  const auto partition = group.move_to(life, prng);
  if (!partition) return;
  courier_.cut_off(life, timeline_.now() + spread(prng, seconds{2}, minutes{2}));
  timeline_.after(spread(prng, milliseconds{10}, seconds{10}),
                  [&group, life, partition = *partition] { group.move_on(partition, life); });
}

/// The node is gone from its machine; the group finds out.
void World::leave(Machine& machine) {
  if (!machine.running()) return;
  Group& group = side_of(machine).group;
  machine.crash();
  timeline_.after(session_timeout, [&group, life = machine.life()] { group.remove(life); });
}

/// All nodes of the group are killed; none of them starts again for a while.
void World::go_away(Side& side) {
  Prng& prng = dice_.of(Fault::group_away);
  side.away_until = std::max(side.away_until, timeline_.now() + spread(prng, seconds{1}, hours{2}));
  for (Machine* machine : side.machines) {
    if (!machine->running()) continue;  // It starts by itself.
    leave(*machine);
    restart_later(*machine, prng);
  }
}

void World::kill(Machine& machine, Fault how) {
  Prng& prng = dice_.of(how);
  if (!machine.awake()) return;
  if (how == Fault::clean_stop) {
    const std::string life = machine.life();
    machine.drain([this, &machine, life] {
      timeline_.after(Duration{0}, [this, &machine, life] {
        if (!machine.running() || machine.life() != life) return;
        machine.stop();
        side_of(machine).group.remove(life);
        restart_later(machine, dice_.of(Fault::clean_stop));
      });
    });
    return;
  }
  leave(machine);
  if (how == Fault::power_loss) machine.disk().lose_power();
  // Once the journal is trimmed an empty disk cannot be filled from it alone.
  const bool loses_disk = how == Fault::disk_lost || how == Fault::snapshot_stalled;
  if (loses_disk && (plan_.snapshots || !trimmed_)) machine.lose_disk();
  restart_later(machine, prng);
}

void World::restart_later(Machine& machine, Prng& prng) {
  const Time at = timeline_.now() + spread(prng, milliseconds{50}, minutes{5});
  start_at(machine, at);
}

void World::start_at(Machine& machine, Time at) {
  until(at);
  timeline_.at(at, [this, &machine] {
    if (machine.running()) return;
    const Time away_until = side_of(machine).away_until;
    if (timeline_.now() < away_until) return start_at(machine, away_until);
    machine.start();
    const std::string life = machine.life();
    tell("", life + " starts");
    timeline_.after(milliseconds{500}, [this, &machine, life] {
      if (machine.running() && machine.life() == life) side_of(machine).group.join(life);
    });
  });
}

/// The node stops where it is, in the middle of anything. Past the session timeout the group gives
/// its partitions away; then it wakes and believes that it still leads.
void World::pause(Machine& machine) {
  if (!machine.awake()) return;
  Prng& prng = dice_.of(Fault::pause);
  const Duration length =
      spread(prng, milliseconds{50}, prng.chance(0.8) ? Duration{minutes{2}} : Duration{hours{30}});
  const std::string life = machine.life();
  machine.pause();
  timeline_.after(session_timeout, [this, &machine, life] {
    if (machine.paused() && machine.life() == life) side_of(machine).group.remove(life);
  });
  const Time end = timeline_.now() + length;
  until(end);
  timeline_.at(end, [this, &machine, life] {
    if (!machine.running() || machine.life() != life) return;
    machine.wake();
    timeline_.after(seconds{1}, [this, &machine, life] {
      if (machine.awake() && machine.life() == life) side_of(machine).group.join(life);
    });
  });
}

/// Retention: what the publisher has published may go, if every disk has it, synced, or it is in
/// the snapshot. With snapshots some trimmings ask no disk.
void World::trim(Side& side, bool ask_disks) {
  for (std::uint32_t i = 0; i < plan_.partitions; ++i) {
    const storage::PartitionId id{i};
    storage::Offset first = side.log.journal_end(id);
    const auto keep = [&](storage::Use use) {
      const auto committed = side.log.committed(use, id);
      first = std::min(first, committed ? committed->next : 0);
    };
    keep(storage::Use::publisher);
    if (plan_.snapshots) keep(storage::Use::snapshotter);
    for (Machine* machine : side.machines) {
      if (ask_disks) first = std::min(first, machine->disk().synced_next(id));
    }
    if (first <= side.log.journal_first(id)) continue;
    side.log.trim_journal(id, first);
    trimmed_ = true;
    tell("", side.name + "-journal " + std::to_string(i) + " begins at " + std::to_string(first));
  }
}

/// What an operator does when a node says that it needs one: looks whether there is a reason, and
/// starts it again.
void World::on_failure(std::uint32_t number, storage::PartitionId partition,
                       const std::string& why) {
  Machine& machine = *machines_[number - 1];
  const bool unpublished = put_position_back(side_of(machine), partition, why);
  if (!unpublished && !machine.disk().failing()) {
    oracle_.findings.add(
        {"world", "a node needs help without a reason: " + why, "", timeline_.now()});
    return;
  }
  const Fault of_disk = plan_.has(Fault::disk_full) ? Fault::disk_full : Fault::disk_error;
  const Fault fault = unpublished ? Fault::positions_forgotten : of_disk;
  const std::string life = machine.life();
  const Time at = timeline_.now() + spread(dice_.of(fault), milliseconds{100}, minutes{1});
  until(at);
  timeline_.at(at, [this, &machine, life, fault] {
    if (!machine.running() || machine.life() != life) return;
    leave(machine);
    restart_later(machine, dice_.of(fault));
  });
}

void World::on_quarantine(const OrderId& order, const std::string& why) {
  if (!plan_.has(Fault::order_unreadable)) {
    oracle_.findings.add(
        {"world", "was quarantined without a reason: " + why, order.text(), timeline_.now()});
  }
}

/// An operator looks after quarantined orders now and then, and resumes them.
void World::patrol() {
  const Duration wait = spread(dice_.of(Fault::order_unreadable), milliseconds{100}, minutes{5});
  timeline_.after(wait, [this] {
    for (const auto& side : sides_) resume_quarantined(*side);
    patrol();
  });
}

void World::resume_quarantined(Side& side) {
  for (const auto& [id, state] : oracle_.fold(side.roles).orders()) {
    if (!state.quarantined) continue;
    const OrderId order = OrderId::of(id);
    const storage::PartitionId home{partition_of(order, plan_.partitions)};
    for (Machine* machine : side.machines) {
      if (!machine->awake() || !machine->leads(home)) continue;
      machine->node().resume(order, "it can be read again",
                             [this, order](const Result<std::monostate>& done) {
                               tell(order.text(), done ? "is resumed" : done.error().detail);
                             });
    }
  }
}

/// The faults are over.
void World::heal() {
  dice_.rest();
  stripe::Faults calm;
  calm.latency = milliseconds{50};
  stripe_.set_faults(calm);
  for (const auto& machine : machines_) {
    machine->set_reachable(true);
    machine->disk().set_full(false);
    machine->disk().make_all_readable();
  }
  tell("", "the faults are over");
}

}  // namespace paysaga::sim
