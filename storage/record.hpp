#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/storage/input_position.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::storage {

// A journal record is a value with one header named "paysaga" (PROTOCOL R1 to R4). The header, all
// numbers little-endian:
//
//   bytes  0  2   format version of header and value
//          2  1   kind: 1 claim, 2 decision, 3 mark
//          3  1   zero
//          4  8   epoch: the offset of the claim under which it was written; -1 in a claim
//         12  8   jseq: 1..n within the epoch; 0 in a claim
//         20  8   chain value of the counted record before it; 0 in a claim
//         28  4   check: the low half of XXH3(these 28 bytes || XXH3(value))
//
// The 32 bytes keep their place and meaning in every later version, so that any version can tell
// whether a record counts; a later version may add bytes behind them.
//
//   chain value = XXH3(chain value of the counted record before || XXH3(header) || XXH3(value))
//
// It guards against accidents; the audit chain of the published events guards against people.

inline constexpr std::uint16_t record_version = 1;
inline constexpr std::string_view record_header_name = "paysaga";
inline constexpr std::size_t record_header_bytes = 32;

enum class RecordKind : std::uint8_t { claim = 1, decision = 2, mark = 3 };
[[nodiscard]] std::string_view to_text(RecordKind kind);

struct RecordHeader {
  std::uint16_t version = record_version;
  RecordKind kind = RecordKind::claim;  // May be a number that only a newer version names.
  Offset epoch = -1;
  std::uint64_t jseq = 0;
  std::uint64_t chain = 0;
  friend bool operator==(const RecordHeader&, const RecordHeader&) = default;
};

/// The header's bytes, its check over `value` included.
[[nodiscard]] std::string encode(const RecordHeader& header, std::string_view value);
/// The header of a record that is ours; none if it has no header of ours.
/// Errors: corrupt (too short, or the check does not fit the value).
[[nodiscard]] Result<std::optional<RecordHeader>> read_header(const LogRecord& record);

/// "Not known": a reader that starts behind the first record takes the chain value that the first
/// record carries. No chain value is ever 0.
inline constexpr std::uint64_t chain_unknown = 0;
/// The chain value before the first record of all.
inline constexpr std::uint64_t chain_start = 0x7061'7973'6167'6131;
[[nodiscard]] std::uint64_t chain_next(std::uint64_t former, std::string_view header,
                                       std::string_view value);

/// How far a reader of a journal has come. Everything that stands in a journal is judged from here:
/// it is kept in the store, in snapshots and in the metadata of committed positions.
struct Position {
  Offset next = 0;         // The offset to read next.
  Offset epoch = -1;       // Of the latest claim before it; -1 before the first one.
  std::uint64_t jseq = 0;  // Of the last counted record of the epoch.
  std::uint64_t chain = chain_start;
  friend bool operator==(const Position&, const Position&) = default;
};
/// Where a reader starts that knows nothing but the offset of the first record kept.
[[nodiscard]] Position position_at_first(Offset first);
/// "1 <next> <epoch> <jseq> <chain in hex>"; fits a commit's metadata.
[[nodiscard]] std::string encode(const Position& position);
/// Errors: version_unsupported, malformed.
[[nodiscard]] Result<Position> decode_position(std::string_view text);
/// The position that a commit carries. Errors: corrupt.
[[nodiscard]] Result<Position> position_of(const Commit& commit);

/// Numbers and chains the records of one epoch, in the order in which they are appended.
class RecordStamp {
 public:
  /// `after_claim`: the position right behind the own claim, with a known chain value.
  explicit RecordStamp(const Position& after_claim);
  /// The headers of the next record. It must be appended before the next one is stamped.
  [[nodiscard]] Headers stamp(RecordKind kind, std::string_view value);
  [[nodiscard]] std::uint64_t jseq() const { return jseq_; }

 private:
  Offset epoch_;
  std::uint64_t jseq_;
  std::uint64_t chain_;
};
/// The headers of a claim.
[[nodiscard]] Headers claim_headers(std::string_view value);

// Values. Each starts with the u16 version of its own layout; then the fields in the order of the
// struct. Numbers are little-endian, a text is u32 length and bytes, a list u32 count and items, an
// optional u8 0 or 1 and the thing, a time i64 microseconds.

using Nonce = std::array<std::uint8_t, 16>;

struct Claim {
  Nonce nonce{};  // Random, made for this one append: a node leads only on reading it back.
  std::string node;
  std::string address;
  std::string group;
  std::string roles;
  std::uint32_t partition_count = 0;
  std::string version;  // Of the program, for people.
  friend bool operator==(const Claim&, const Claim&) = default;
};

struct Mark {
  std::vector<InputPosition> inputs;
  friend bool operator==(const Mark&, const Mark&) = default;
};

/// One record and the topics that it is published to, in order.
struct RecordOutput {
  std::vector<std::string> topics;       // In full, with prefix.
  std::optional<PartitionId> partition;  // None: the journal's own.
  LogRecord record;
  friend bool operator==(const RecordOutput&, const RecordOutput&) = default;
};

/// What a decision does beside giving its order the next state.
enum class Action : std::uint8_t {
  decide = 0,
  quarantine = 1,   // The order is stopped; `summary` says why. Its input, if any, is queued.
  enqueue = 2,      // The input waits behind the quarantine; `state` is empty.
  dequeue = 3,      // The head of the queue was decided, or skipped.
  dead_letter = 4,  // An input that can never be read, or the head of a queue that was skipped.
  forward = 5,      // An input of another partition, published there unchanged.
  lift = 6,         // The quarantine ends: its queue is empty. Nothing else ends it.
  redrive = 7,      // The dead letter `input_id` is put again; its first output, if any, does it.
  discard = 8,      // The dead letter `input_id` is given up; `summary` says why.
};
[[nodiscard]] std::string_view to_text(Action action);

/// The whole answer to one input.
struct DecisionRecord {
  Action action = Action::decide;
  Time received_at{};        // When the node took the input.
  std::uint32_t events = 0;  // Facts among the outputs.
  std::string queued;        // enqueue, quarantine: the input; dead_letter: its bytes.
  std::string order;  // Empty: what the partition itself decides, a dead letter or a forward.
  std::string input_id;
  std::string input_kind;
  std::string outcome;
  std::string summary;
  Time decided_at{};
  std::vector<InputPosition> inputs;
  std::string state;    // The order's next state, in the codec's bytes.
  std::string history;  // The entries of its history, in the store's bytes.
  std::vector<RecordOutput> outputs;
  friend bool operator==(const DecisionRecord&, const DecisionRecord&) = default;
};

/// A decision as it stands in its record: checked as a whole, copied only where it is wanted.
///
/// Lifetime:  views into the record's value.
struct DecisionView {
  Action action = Action::decide;
  Time received_at{};
  std::uint32_t events = 0;
  std::string_view queued;
  std::string_view order;
  std::string_view input_id;
  std::string_view input_kind;
  std::string_view outcome;
  std::string_view summary;
  Time decided_at{};
  std::vector<InputPosition> inputs;
  std::string_view state;
  std::string_view history;
  std::string_view output_bytes;

  [[nodiscard]] std::vector<RecordOutput> outputs() const;
  [[nodiscard]] DecisionRecord own() const;
};

[[nodiscard]] std::string encode(const Claim& claim);
[[nodiscard]] std::string encode(const Mark& mark);
[[nodiscard]] std::string encode(const DecisionRecord& decision);
/// What `encode` makes of it, without making it.
[[nodiscard]] std::size_t encoded_bytes(const DecisionRecord& decision);

// Errors: version_unsupported, corrupt.
[[nodiscard]] Result<Claim> decode_claim(std::string_view value);
[[nodiscard]] Result<Mark> decode_mark(std::string_view value);
[[nodiscard]] Result<DecisionView> decode_decision(std::string_view value);

}  // namespace paysaga::storage
