#pragma once

#include <set>

#include "paysaga/saga/planted.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::actors {

/// How far the inputs of one topic are decided. Inputs are decided out of order; the position is
/// the offset below which every one of them is.
class InputCursor {
 public:
  explicit InputCursor(storage::Offset from = 0) : next_{from} {}

  /// An input was handed to its order.
  void started(storage::Offset offset) {
    open_.insert(offset);
    if (offset >= next_) next_ = offset + 1;
  }
  /// Its decision was appended, or nothing had to be.
  void decided(storage::Offset offset) { open_.erase(offset); }
  /// The reader skipped to `next` (entries that need no decision).
  void passed(storage::Offset next) {
    if (next > next_) next_ = next;
  }
  [[nodiscard]] storage::Offset position() const {
    if (planted(PlantedBug::input_position_ahead)) return next_;
    return open_.empty() ? next_ : *open_.begin();
  }
  [[nodiscard]] storage::Offset next() const { return next_; }

 private:
  storage::Offset next_;
  std::set<storage::Offset> open_;
};

}  // namespace paysaga::actors
