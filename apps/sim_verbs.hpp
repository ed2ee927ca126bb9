#pragma once

#include <cstdint>
#include <string>

#include "apps/exit_code.hpp"
#include "apps/sim_plan.hpp"

namespace paysaga::apps {

/// Tells a seed's course, a line for each thing that happens; of one order only, if it is named.
[[nodiscard]] ExitCode replay_seed(const SimPlan& plan, std::uint64_t seed,
                                   const std::string& order);
/// Looks for the smallest plan under which a seed still fails in the same way.
[[nodiscard]] ExitCode shrink_seed(const SimPlan& plan, std::uint64_t seed);

}  // namespace paysaga::apps
