#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "paysaga/saga/time.hpp"
#include "paysaga/sim/stripe/object.hpp"

namespace paysaga::sim::stripe {

enum class Happening : std::uint8_t {
  refund_settles,
  customer_answers,
  bank_answers,
  hold_expires,
  dispute_opens,
  dispute_is_decided,
};

/// Something that happens later without being asked for.
struct Due {
  Time at;
  Happening what;
  Index object;             // A refund, an intent, a charge or a dispute.
  std::uint32_t attempt{};  // What an intent's due belongs to: overtaken by a later attempt.
};

/// What falls due, in the order of time; at one time in the order in which it was put.
class Dues {
 public:
  void put(Due due) { queue_.push({due, puts_++}); }
  /// The first that is due at `now`; none if nothing is.
  [[nodiscard]] std::optional<Due> take(Time now) {
    if (queue_.empty() || queue_.top().due.at > now) return std::nullopt;
    const Due due = queue_.top().due;
    queue_.pop();
    return due;
  }
  [[nodiscard]] std::optional<Time> next() const {
    return queue_.empty() ? std::nullopt : std::optional{queue_.top().due.at};
  }

 private:
  struct Entry {
    Due due;
    std::uint64_t place;
    friend bool operator>(const Entry& a, const Entry& b) {
      return a.due.at != b.due.at ? a.due.at > b.due.at : a.place > b.place;
    }
  };
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue_;
  std::uint64_t puts_ = 0;
};

}  // namespace paysaga::sim::stripe
