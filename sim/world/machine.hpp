#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "paysaga/actors/node.hpp"
#include "paysaga/engine/stripe/event_sweep.hpp"
#include "paysaga/engine/stripe/stripe_provider.hpp"
#include "paysaga/sim/stripe/model.hpp"
#include "paysaga/sim/world/courier.hpp"
#include "paysaga/sim/world/disk.hpp"
#include "paysaga/sim/world/group.hpp"
#include "paysaga/sim/world/plan.hpp"
#include "paysaga/sim/world/stripe_line.hpp"
#include "paysaga/sim/world/timeline.hpp"
#include "paysaga/storage/memory_log.hpp"

namespace paysaga::sim {

/// What the machines of a group share. What it refers to outlives them.
struct Surroundings {
  const Plan& plan;
  Roles roles;             // Of the nodes.
  std::string group_name;  // Of theirs.
  Timeline& timeline;
  storage::MemoryWorld& log;
  stripe::StripeModel& stripe;
  Courier& courier;
  Group& group;
  std::function<void(const stripe::Request&, Time)> on_request;
  /// A node says something worth noting: "claimed 2", "stepped down 1: ...".
  std::function<void(const std::string& node, const std::string& what)> tell;
  /// A partition of a node stopped for good: an operator must act.
  std::function<void(std::uint32_t machine, storage::PartitionId, const std::string& why)>
      on_failure;
  /// An order was quarantined.
  std::function<void(const OrderId& order, const std::string& why)> on_quarantine;
};

/// A computer of the simulated world: its disk, its clock, its line to the payment service, and the
/// real node that runs on it, life after life.
class Machine final : public actors::Clock {
 public:
  Machine(Surroundings around, std::uint32_t number);
  ~Machine() override;

  void start();
  /// kill -9: the node is gone at once, the disk is as it was written.
  void crash();
  /// SIGTERM: `done` when the node has drained; then comes `stop`.
  void drain(std::function<void()> done);
  void stop();
  void pause() { awake_ = false; }
  void wake() { awake_ = true; }
  /// Its clock will be wrong by so much from its next life on.
  void set_clock_wrong(Duration by) { next_skew_ = by; }
  void set_reachable(bool reachable);

  [[nodiscard]] std::uint32_t number() const { return number_; }
  [[nodiscard]] Roles roles() const { return around_.roles; }
  /// "n2.3": its third life.
  [[nodiscard]] const std::string& life() const { return life_; }
  [[nodiscard]] bool running() const { return node_ != nullptr; }
  [[nodiscard]] bool awake() const { return running() && awake_; }
  [[nodiscard]] bool paused() const { return running() && !awake_; }
  [[nodiscard]] Time now() const override { return around_.timeline.now() + skew_; }
  [[nodiscard]] actors::Node& node() { return *node_; }
  [[nodiscard]] Disk& disk() { return disk_; }
  /// It gets an empty one.
  void lose_disk();
  [[nodiscard]] bool leads(storage::PartitionId partition) const;
  [[nodiscard]] const std::set<storage::PartitionId>& led() const;

  [[nodiscard]] std::size_t runnable() const { return awake() ? node_->runnable() : 0; }
  void run_one(std::size_t which) { node_->run_one(which); }
  /// Its actors' timers follow the world's time.
  void catch_up();
  /// Fetches the payment service's events if it is the one that does and it is time to.
  void sweep();
  /// When the last sweep from here began that was done, in the world's time.
  [[nodiscard]] std::optional<Time> swept() const { return sweep_done_; }
  /// When the next stored timer of a partition that it leads comes due.
  [[nodiscard]] std::optional<Time> next_timer() const;

 private:
  class Watch;
  struct Sweeping;

  [[nodiscard]] actors::NodeOptions options() const;
  void connect();
  void begin_sweeping();

  const Surroundings around_;
  std::uint32_t number_;
  std::uint32_t lives_ = 0;
  std::string life_;
  Disk disk_;
  bool awake_ = true;
  bool reachable_ = true;
  Duration skew_{0};
  Duration next_skew_{0};
  Time timers_at_{};
  std::vector<std::unique_ptr<storage::MemoryLog>> logs_;  // Of all lives; the last is this one's.
  std::unique_ptr<Watch> watch_;
  StripeLine* line_ = nullptr;  // Owned by the provider.
  std::unique_ptr<engine::stripe::StripeProvider> provider_;
  std::unique_ptr<actors::Node> node_;
  std::optional<Time> swept_;  // On its disk: events before it.
  Time sweep_began_{};
  std::optional<Time> sweep_done_;
  std::vector<std::unique_ptr<Sweeping>> sweepings_;  // As `logs_`.
};

}  // namespace paysaga::sim
