#pragma once

#include <string_view>

namespace paysaga::sim {

// The files of sim/scenarios, in the binary.
[[nodiscard]] std::string_view scenario_swarm();
[[nodiscard]] std::string_view scenario_calm();
[[nodiscard]] std::string_view scenario_provider();
[[nodiscard]] std::string_view scenario_ownership();
[[nodiscard]] std::string_view scenario_roles();

}  // namespace paysaga::sim
