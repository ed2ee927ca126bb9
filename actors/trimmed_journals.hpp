#pragma once

#include <map>

#include "paysaga/storage/log.hpp"

namespace paysaga::actors {

/// A node that was away for long may find that a journal was trimmed behind the position that it
/// goes on from. Another node may have committed a later one meanwhile: so it is asked for again,
/// once, and only if that is the same nothing can be read on.
class TrimmedJournals {
 public:
  /// True if the journal, read from the position `committed`, failed so for the first time.
  [[nodiscard]] bool take(storage::PartitionId id, storage::Offset committed, const Error& error) {
    if (error.code != ErrorCode::out_of_range) return false;
    const auto [known, is_new] = behind_.try_emplace(id, committed);
    const bool moved = is_new || known->second != committed;
    known->second = committed;
    return moved;
  }
  /// It can be read.
  void forget(storage::PartitionId id) { behind_.erase(id); }

 private:
  std::map<storage::PartitionId, storage::Offset> behind_;
};

}  // namespace paysaga::actors
