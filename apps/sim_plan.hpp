#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "paysaga/saga/planted.hpp"
#include "paysaga/sim/world/plan.hpp"

namespace paysaga::apps {

/// What decides a simulated run's course beside its seed, as it stands on the command line.
struct SimOptions {
  std::uint32_t orders = sim::PlanOptions{}.orders;
  std::optional<std::uint32_t> nodes;
  std::string scenario = "swarm";
  std::vector<std::string> without;
  std::string faults_until;
  std::string planted;
};

/// The same, understood.
struct SimPlan {
  sim::PlanOptions options;  // Its seed is that of the run at hand.
  std::string scenario;      // As it was named.
  PlantedBug planted = PlantedBug::none;
};

/// Errors: one line about what is unknown or out of range, with a suggestion where there is one.
[[nodiscard]] Result<SimPlan> read_sim_plan(const SimOptions& from);

/// "paysaga sim replay 7 --orders 30": the options that differ from the defaults.
[[nodiscard]] std::string replay_command(const SimPlan& plan, std::uint64_t seed);

/// A duration as `parse_duration` reads it, nothing rounded away.
[[nodiscard]] std::string exact_text(Duration duration);

}  // namespace paysaga::apps
