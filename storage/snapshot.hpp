#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "paysaga/storage/state_store.hpp"

namespace paysaga::storage {

// A snapshot is what the journal of one partition says up to its `#position`, by key. Every value
// stands in an envelope; an order's id has neither '#' nor '/'.
//
//     <order>                   offset(8) state      the newest state, and the record that says so
//     #quarantine/<order>       reason since queued(8)
//     #queued/<order>/<offset>  the input that the record at this offset queued, as its bytes
//     #dead-letter/<id>         a dead letter
//     #input/<topic>            next(8) offset(8) digest(8): every input below it is decided, and
//                               the last of them; in the first form only next
//     #published                next(8): the publisher's position
//     #origin                   next(8), of the first write alone: 0, where the journal began
//     #begin                    next(8), first of each write
//     #position                 position partitions(4), last of each write
//
// `#begin` and `#position` differ in a reading that met a write half-way. Without `#origin` the
// topic was made anew under a snapshotter that goes on where it was: most orders are missing.

[[nodiscard]] SnapshotEntry snapshot_state(std::string_view order, Offset offset,
                                           std::string_view state);
[[nodiscard]] SnapshotEntry snapshot_quarantine(const Quarantined& record);
[[nodiscard]] SnapshotEntry snapshot_queued(std::string_view order, Offset offset,
                                            std::string_view input);
[[nodiscard]] SnapshotEntry snapshot_dead_letter(const DeadLetter& letter);
/// Takes a dead letter away again.
[[nodiscard]] SnapshotEntry snapshot_settled(std::string_view dead_letter_id);
[[nodiscard]] SnapshotEntry snapshot_input(const InputPosition& input);
[[nodiscard]] SnapshotEntry snapshot_published(Offset next);
[[nodiscard]] SnapshotEntry snapshot_origin();
[[nodiscard]] SnapshotEntry snapshot_begin(Offset next);
[[nodiscard]] SnapshotEntry snapshot_position(const Position& position,
                                              std::uint32_t partition_count);

struct SnapshotOrigin {};
struct SnapshotBegin {
  Offset next;
};
struct SnapshotPublished {
  Offset next;
};
struct SnapshotPosition {
  Position position;
  std::uint32_t partition_count;
};
using SnapshotValue = std::variant<RestoredRow, InputPosition, SnapshotOrigin, SnapshotBegin,
                                   SnapshotPublished, SnapshotPosition>;
/// Errors: corrupt, version_unsupported; the detail names the key.
[[nodiscard]] Result<SnapshotValue> decode_snapshot(const SnapshotEntry& entry);

/// A snapshot as it is read, lot by lot: tells whether it is whole.
class SnapshotReading {
 public:
  /// The rows of a lot; what is of the snapshot itself is kept here.
  /// Errors: corrupt, version_unsupported.
  [[nodiscard]] Result<std::vector<RestoredRow>> take(const std::vector<SnapshotEntry>& lot);
  /// The same for who needs no states: they are passed over. Errors: as `take`.
  [[nodiscard]] Result<void> skim(std::vector<SnapshotEntry>& lot);
  [[nodiscard]] bool empty() const { return empty_; }
  /// False: it was read while it was written, or its parts do not fit. Read it again.
  [[nodiscard]] bool whole() const;
  /// True if it was written from the journal's first record on.
  [[nodiscard]] bool complete() const { return has_origin_; }

  [[nodiscard]] const SnapshotPosition& position() const { return *position_; }
  [[nodiscard]] const std::vector<InputPosition>& inputs() const { return inputs_; }
  [[nodiscard]] std::optional<Offset> published() const { return published_; }
  /// The quarantines, and the offsets of what is queued behind each.
  struct Stopped {
    std::optional<Quarantined> record;
    std::set<Offset> queue;
  };
  [[nodiscard]] const std::map<OrderId, Stopped>& stopped() const { return stopped_; }

 private:
  bool empty_ = true;
  bool has_origin_ = false;
  std::optional<Offset> begin_;
  std::optional<SnapshotPosition> position_;
  std::optional<Offset> published_;
  std::vector<InputPosition> inputs_;
  std::map<OrderId, Stopped> stopped_;
};

/// Fills a partition of a store from a snapshot.
class SnapshotRestore {
 public:
  SnapshotRestore(StateStore& store, PartitionId partition)
      : store_{store}, partition_{partition} {}

  /// What became of a snapshot that was read to its end.
  enum class End { restored, nothing, again };

  /// Forgets what the partition has. To be called first, and before it is read again.
  [[nodiscard]] Result<void> begin();
  [[nodiscard]] Result<void> take(const std::vector<SnapshotEntry>& lot);
  /// Writes the position, the last of all. `first`: the journal's first offset.
  /// Errors: conflict (another number of partitions), out_of_range (the journal begins behind it,
  ///         or behind what is missing in it).
  [[nodiscard]] Result<End> finish(Offset first);

 private:
  [[nodiscard]] Result<End> finish_empty();

  StateStore& store_;
  PartitionId partition_;
  SnapshotReading reading_;
};

}  // namespace paysaga::storage
