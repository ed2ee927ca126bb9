#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "paysaga/saga/time.hpp"
#include "paysaga/sim/stripe/reply.hpp"

namespace paysaga::sim::stripe {

/// What an idempotency key stands for.
struct SavedAnswer {
  std::uint64_t digest;   // Of endpoint and parameters.
  std::uint64_t request;  // Number of the request that was first.
  bool running;           // The first request has not been done yet: there is no answer.
  Reply reply;
};

/// The idempotency keys of the account and the first answer of each.
///
/// Threads:  one at a time.
class Keys {
 public:
  /// Source: Stripe keeps keys for at least 24 hours.
  explicit Keys(Duration kept_for) : kept_for_{kept_for} {}

  /// Null if the key is new, or so old that it has been forgotten.
  [[nodiscard]] const SavedAnswer* find(const std::string& key, Time now);
  /// Marks a new key as in use.
  void begin(const std::string& key, std::uint64_t digest, std::uint64_t request);
  /// The request of the key is done: its answer stands from now on.
  void keep(const std::string& key, Reply reply, Time now);
  /// The request of the key ended without anything to keep: the key is new again.
  void release(const std::string& key) { keys_.erase(key); }
  [[nodiscard]] std::size_t size() const { return keys_.size(); }

 private:
  Duration kept_for_;
  std::unordered_map<std::string, SavedAnswer> keys_;
  std::deque<std::pair<Time, std::string>> ages_;  // Kept keys, oldest first.
};

}  // namespace paysaga::sim::stripe
