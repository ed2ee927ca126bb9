#pragma once

#include <string_view>
#include <variant>

#include "paysaga/storage/record.hpp"

namespace paysaga::storage {

/// A record that counts.
///
/// Lifetime:  a DecisionView looks into the entry that was accepted.
struct Counted {
  Offset epoch;        // For a claim, its own offset.
  std::uint64_t jseq;  // 0 for a claim.
  std::variant<Claim, DecisionView, Mark> value;

  [[nodiscard]] RecordKind kind() const;
};

/// A record that does not count, for anybody, ever.
struct Void {
  std::string_view why;  // For people.
};

using Acceptance = std::variant<Counted, Void>;

/// The one rule that says which records of a journal count (PROTOCOL R3): a claim always does; any
/// other record does iff it was written under the latest claim before it, follows the last counted
/// record of that epoch without a gap, and carries the chain value of the counted record before it.
/// Every reader goes through it, so all of them see the same journal.
///
/// Threads:  one at a time.
class Acceptor {
 public:
  explicit Acceptor(const Position& position) : position_{position} {}

  /// Judges the next entry and moves the position behind it, also behind a claim and a void record.
  /// A record that counts but cannot be decoded is an error, never void: the position stays.
  ///
  /// Order:   entries come with rising offsets, none of them below the position.
  /// Errors:  version_unsupported (a newer version wrote it), corrupt. Both stop the partition.
  [[nodiscard]] Result<Acceptance> accept(const LogEntry& entry);
  /// The log has no entry below `next`: moves the position over a gap in the offsets.
  void skip_to(Offset next);

  [[nodiscard]] const Position& position() const noexcept { return position_; }

 private:
  [[nodiscard]] std::string_view why_void(const RecordHeader& header) const;

  Position position_;
};

}  // namespace paysaga::storage
