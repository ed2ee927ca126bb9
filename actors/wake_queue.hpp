#pragma once

#include <cstddef>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "paysaga/saga/id.hpp"
#include "paysaga/saga/time.hpp"

namespace paysaga::actors {

/// The wake-ups of a partition that come due before its horizon. Later ones stay in the store's
/// timer index, until the horizon moves over them: so a million sleeping orders need no memory.
///
/// An order may stand in it several times and too early: waking is harmless and checked.
class WakeQueue {
 public:
  /// Forgets everything; nothing lies before the horizon.
  void clear() {
    queue_ = {};
    horizon_ = Time::min();
  }
  /// What is scheduled up to `horizon` has been read from the store, or is pushed from now on.
  void move_horizon(Time horizon) { horizon_ = horizon; }
  [[nodiscard]] Time horizon() const { return horizon_; }

  /// Keeps it only if it lies within the horizon.
  void push(Time at, const OrderId& order) {
    if (at <= horizon_) queue_.emplace(at, order);
  }
  /// The next order due at `now`, removed.
  [[nodiscard]] std::optional<OrderId> pop_due(Time now) {
    if (queue_.empty() || queue_.top().first > now) return std::nullopt;
    OrderId order = queue_.top().second;
    queue_.pop();
    return order;
  }
  [[nodiscard]] std::optional<Time> first() const {
    if (queue_.empty()) return std::nullopt;
    return queue_.top().first;
  }

 private:
  using Entry = std::pair<Time, OrderId>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue_;
  Time horizon_ = Time::min();
};

}  // namespace paysaga::actors
