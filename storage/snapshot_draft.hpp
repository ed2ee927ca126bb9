#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "paysaga/storage/acceptor.hpp"
#include "paysaga/storage/snapshot.hpp"

namespace paysaga::storage {

/// The next write of a partition's snapshot: what the counted records of its journal have changed
/// since the last one. Nothing in it comes from a store, so that it is exactly what the journal
/// says at its position.
///
/// Threads:  one at a time.
class SnapshotDraft {
 public:
  SnapshotDraft(PartitionId partition, std::uint32_t partition_count, const Position& from)
      : partition_{partition},
        partition_count_{partition_count},
        acceptor_{from},
        is_first_{from.next == 0} {}

  /// True if the entry was taken. False: it changes a quarantine, and what stands in quarantine is
  /// not known: `know_quarantines` first, by the snapshot as it is, then the same entry again.
  /// Errors: as those of Acceptor::accept.
  [[nodiscard]] Result<bool> take(const LogEntry& entry);
  void skip_to(Offset next) { acceptor_.skip_to(next); }
  void know_quarantines(std::map<OrderId, SnapshotReading::Stopped> stopped) {
    stopped_ = std::move(stopped);
  }
  void published(Offset next);

  [[nodiscard]] const Position& position() const { return acceptor_.position(); }
  /// Without what a write always has.
  [[nodiscard]] std::size_t size_bytes() const { return size_bytes_; }
  [[nodiscard]] bool empty() const { return changed_.empty(); }
  /// What is to be written; the draft begins anew.
  [[nodiscard]] std::vector<SnapshotEntry> cut();

 private:
  void take_decision(Offset offset, const LogEntry& entry, const DecisionView& decision);
  void take_quarantine(Offset offset, const DecisionView& decision);
  void put(SnapshotEntry entry);

  PartitionId partition_;
  std::uint32_t partition_count_;
  Acceptor acceptor_;
  bool is_first_;  // The next write is the snapshot's first.
  std::map<std::string, std::string> changed_;
  std::size_t size_bytes_ = 0;
  std::optional<std::map<OrderId, SnapshotReading::Stopped>> stopped_;
  std::optional<Offset> published_;
};

}  // namespace paysaga::storage
