#pragma once

#include <memory>
#include <vector>

#include "paysaga/config/settings.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::apps {

/// What a state is made from again: the journal, and on Kafka the state topic.
class RebuildSource {
 public:
  virtual ~RebuildSource() = default;
  [[nodiscard]] virtual Result<std::vector<storage::PartitionId>> partitions() const = 0;
  /// Of the journal: the offset of the first record kept.
  [[nodiscard]] virtual Result<storage::Offset> first(storage::PartitionId partition) const = 0;
  /// Records of the journal from `from` on, none at or behind `until`.
  [[nodiscard]] virtual Result<storage::LogBatch> journal(storage::PartitionId partition,
                                                          storage::Offset from,
                                                          storage::Offset until) const = 0;
  /// The newest value of each key; empty: there is no snapshot.
  [[nodiscard]] virtual Result<std::vector<storage::SnapshotEntry>> snapshot(
      storage::PartitionId partition) const = 0;
};

/// Of the log that a node of these settings has. Errors: those of LocalLogView and TopicDesk.
[[nodiscard]] Result<std::unique_ptr<RebuildSource>> open_rebuild_source(
    const config::Settings& settings);

}  // namespace paysaga::apps
