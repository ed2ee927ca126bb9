#pragma once

#include <map>
#include <optional>

#include "paysaga/saga/planted.hpp"
#include "paysaga/storage/input_position.hpp"

namespace paysaga::actors {

/// How far the inputs of one topic are decided. Inputs are decided out of order; the position is
/// the offset below which every one of them is.
class InputCursor {
 public:
  explicit InputCursor(storage::Offset from = 0, std::optional<storage::Landmark> last = {})
      : next_{from}, last_{last} {}

  /// An input was handed to its order. In the order of their offsets.
  void started(const storage::Landmark& input) {
    open_.emplace(input.offset, last_);
    last_ = input;
    passed(input.offset + 1);
  }
  /// Its decision was appended, or nothing had to be.
  void decided(storage::Offset offset) { open_.erase(offset); }
  /// The reader skipped to `next` (entries that need no decision).
  void passed(storage::Offset next) {
    if (next > next_) next_ = next;
  }
  [[nodiscard]] storage::Offset position() const {
    if (planted(PlantedBug::input_position_ahead)) return next_;
    return open_.empty() ? next_ : open_.begin()->first;
  }
  /// The last input below the position; none: none is known.
  [[nodiscard]] const std::optional<storage::Landmark>& landmark() const {
    return open_.empty() ? last_ : open_.begin()->second;
  }
  [[nodiscard]] storage::Offset next() const { return next_; }

 private:
  storage::Offset next_;
  std::optional<storage::Landmark> last_;
  std::map<storage::Offset, std::optional<storage::Landmark>> open_;  // With the one before each.
};

}  // namespace paysaga::actors
