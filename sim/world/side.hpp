#pragma once

#include <map>
#include <string>
#include <vector>

#include "paysaga/sim/world/machine.hpp"

namespace paysaga::sim {

/// A group of nodes: its log, whose topics it may share with another group, and who leads what. A
/// world has one, or two of one role each.
struct Side {
  Side(Roles runs, storage::MemoryLogOptions options)
      : roles{runs}, name{options.group}, log{options}, group{options.partition_count, log} {}

  const Roles roles;
  const std::string name;
  storage::MemoryWorld log;
  Group group;
  std::vector<Machine*> machines;
  std::map<storage::PartitionId, storage::Commit> forgotten;  // Positions of its publishers.
  Time away_until{};                                          // No node of it starts before.
};

}  // namespace paysaga::sim
