#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "paysaga/saga/policy.hpp"
#include "paysaga/sim/prng.hpp"
#include "paysaga/sim/world/scenario.hpp"

namespace paysaga::sim {

/// What is asked of a run. What is left out, the seed draws.
struct PlanOptions {
  std::uint64_t seed = 1;
  std::uint32_t orders = 100;
  std::optional<std::uint32_t> nodes = {};
  Scenario scenario = {};
  std::set<Fault> without = {};
  /// No fault begins later than this after the start.
  std::optional<Duration> faults_until = {};
};

/// All that a run's course depends on: the same plan gives the same run.
struct Plan {
  std::uint64_t seed;
  std::uint32_t orders;
  std::uint32_t nodes;         // That run payments.
  std::uint32_t orders_nodes;  // A group of their own that runs orders; 0: the others do.
  std::uint32_t partitions;
  bool publish_atomic;
  bool standby;
  bool snapshots;  // Else no disk may be lost, or lag, once the journal was trimmed.
  Policy policy;
  // The engine's own limits, drawn narrow now and then: what rarely happens then happens often.
  std::size_t credit_max;
  std::size_t calls_max;
  Duration idle_after;
  Duration tick;
  Duration arrivals;            // Orders begin within this time.
  Duration faults_for;          // From then on the world is well.
  Duration hop_max;             // The longest way to the log or back, nothing being wrong.
  Duration travel_max;          // The same to the provider.
  ByFault<double> intensity{};  // A chance or a number of times; 0: the run has it not.

  /// Payments and orders are two groups.
  [[nodiscard]] bool apart() const { return orders_nodes > 0; }
  [[nodiscard]] bool has(Fault fault) const { return intensity[index_of(fault)] > 0; }
};

[[nodiscard]] Plan make_plan(const PlanOptions& options);

/// The chances of a run. Each fault has a stream of its own.
class Dice {
 public:
  explicit Dice(const Plan& plan);

  /// Whether a fault with a chance strikes now; then it is counted.
  [[nodiscard]] bool strikes(Fault fault);
  /// For what a fault does besides: when, how long, to whom.
  [[nodiscard]] Prng& of(Fault fault) { return streams_[index_of(fault)]; }
  void count(Fault fault) { ++counts_[index_of(fault)]; }
  /// The world is well from now on.
  void rest() { resting_ = true; }
  [[nodiscard]] bool resting() const { return resting_; }
  [[nodiscard]] const ByFault<std::uint64_t>& counts() const { return counts_; }

 private:
  ByFault<double> chances_;
  std::vector<Prng> streams_;  // By fault.
  ByFault<std::uint64_t> counts_{};
  bool resting_ = false;
};

}  // namespace paysaga::sim
