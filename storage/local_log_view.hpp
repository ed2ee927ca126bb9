#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/storage/log.hpp"

namespace paysaga::storage {

/// The data directory of a local log as it is at one moment, for inspection: beside a running node,
/// after its end or its death. It writes nothing.
///
/// Threads:  one at a time.
class LocalLogView {
 public:
  struct Lane {
    std::string topic;
    PartitionId partition;
    Offset first;
    Offset end;
  };

  /// Errors: not_found, forbidden, version_unsupported, corrupt, storage_failed.
  [[nodiscard]] static Result<std::unique_ptr<LocalLogView>> open(const std::string& dir);
  ~LocalLogView();

  [[nodiscard]] const std::string& identity() const;
  [[nodiscard]] const std::string& group() const;
  [[nodiscard]] std::uint32_t partition_count() const;
  /// Every partition of every topic that has or had entries, the journal's too, in order.
  [[nodiscard]] std::vector<Lane> lanes() const;
  /// At most `limit` entries from `from` on; fewer, though more are there, if they are large: go on
  /// from `next` until it is the lane's end. A topic without entries is empty.
  /// Errors: out_of_range, corrupt, unavailable.
  [[nodiscard]] Result<LogBatch> read_topic(std::string_view topic, PartitionId partition,
                                            Offset from, std::size_t limit) const;
  [[nodiscard]] Result<LogBatch> read_journal(PartitionId partition, Offset from,
                                              std::size_t limit) const;
  [[nodiscard]] Result<std::optional<Commit>> committed_position(Use use,
                                                                 PartitionId partition) const;

 private:
  struct Impl;
  explicit LocalLogView(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace paysaga::storage
