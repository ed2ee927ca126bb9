#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "paysaga/saga/result.hpp"

/// The audit chain of an order: whoever holds the published events of one machine of it can tell
/// whether one was changed, removed, added or moved.
///
///     {"event_id":...,"prev_hash":"<hash of the event before>","hash":"<hash>"}
///
/// An event's hash is over its bytes before `,"hash":"`. These hold the hash of the event before
/// it (empty for the first) and the id of the key, so the last hash vouches for all events.
namespace paysaga::storage {

/// What the chain is made with: HMAC-SHA-256 of `secret`, or plain SHA-256 if it is empty.
struct ChainKey {
  std::string id;      // Stands beside the hash, so that keys can change.
  std::string secret;  // Never shown.
};

/// 64 lower-case hex digits.
[[nodiscard]] std::string chain_hash(const ChainKey& key, std::string_view bytes);

/// Ends a JSON object that lacks its closing brace: appends prev_hash, the key's id and the hash.
/// Gives the hash.
std::string seal(std::string& open_object, std::string_view prev_hash, const ChainKey& key);

/// The sealed part of a published event and its hash. Errors: corrupt (it has no hash).
struct Sealed {
  std::string_view bytes;
  std::string_view hash;
};
[[nodiscard]] Result<Sealed> split_seal(std::string_view value);

/// Checks published events of any orders as they come, in the order of their topic.
class ChainVerifier {
 public:
  /// `keys`: every key that may have been used. Without keys only sequence and linking are checked
  /// of events that were made with one.
  explicit ChainVerifier(std::span<const ChainKey> keys) : keys_{keys} {}

  /// True if it is new, false if it repeats an event seen before.
  /// Errors: corrupt (changed bytes, a gap in the sequence, another predecessor), malformed.
  [[nodiscard]] Result<bool> add(std::string_view value);
  [[nodiscard]] std::uint64_t events() const { return events_; }
  [[nodiscard]] std::uint64_t repeated() const { return repeated_; }
  /// Events whose key was not among `keys`: their bytes were not checked.
  [[nodiscard]] std::uint64_t unkeyed() const { return unkeyed_; }
  [[nodiscard]] std::size_t chains() const { return heads_.size(); }

 private:
  struct Head {
    std::uint64_t sequence = 0;
    std::string hash;
  };
  std::span<const ChainKey> keys_;
  std::map<std::pair<std::string, std::string>, Head> heads_;  // By order and machine.
  std::uint64_t events_ = 0;
  std::uint64_t repeated_ = 0;
  std::uint64_t unkeyed_ = 0;
};

}  // namespace paysaga::storage
