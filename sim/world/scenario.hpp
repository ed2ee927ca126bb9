#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/sim/world/fault.hpp"

namespace paysaga::sim {

/// How often a run has a fault at all, and how much of it then: a chance at each opportunity or,
/// for a timed fault, how many times.
struct FaultRange {
  double on = 0;  // 0..1.
  double low = 0;
  double high = 0;
};

/// A mix of faults, as data: sim/scenarios holds those that the binary brings along.
struct Scenario {
  std::string name;
  ByFault<FaultRange> faults{};
};

/// `which` is the name of one that the binary brings along, or a file.
/// Errors: not_found, malformed; one line that names the place.
[[nodiscard]] Result<Scenario> load_scenario(const std::string& which);
[[nodiscard]] Result<Scenario> parse_scenario(std::string_view toml, const std::string& name);
[[nodiscard]] std::vector<std::string_view> scenario_names();

}  // namespace paysaga::sim
