#pragma once

#include "paysaga/storage/local_lane.hpp"

namespace paysaga::storage {

struct LocalRetention {
  std::string journal;  // Its topic.
  Duration journal_retention;
  std::optional<Duration> topic_retention;
};

/// Which lanes lose their entries before which offset.
using TrimPlan = std::vector<std::pair<LocalLane*, Offset>>;
/// Errors: corrupt, unavailable.
[[nodiscard]] Result<TrimPlan> plan_trim(const LocalDisk& disk, LocalLanes& lanes,
                                         const LocalRetention& retention, Time now);

}  // namespace paysaga::storage
