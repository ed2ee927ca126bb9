#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "paysaga/saga/time.hpp"
#include "paysaga/sim/stripe/reply.hpp"

namespace paysaga::sim::stripe {

/// What an event tells of, as it was then.
using Snapshot = std::variant<IntentReply, ChargeReply, RefundReply, DisputeReply>;

/// The request that caused an event; none (0) for what happened by itself.
struct Cause {
  std::uint64_t request = 0;
  std::shared_ptr<const std::string> key;  // Null if it had none.
};

struct Event {
  std::string_view type;  // A literal: "charge.succeeded".
  Time created;
  Snapshot object;
  std::string_view previous;  // previous_attributes as JSON, a literal; empty if there are none.
  Cause cause;
  std::uint32_t pending_webhooks = 0;  // Deliveries that have not succeeded and are not given up.
  std::uint32_t undelivered = 0;       // Those that were given up.
};

/// The events of an account, kept for 30 days.
///
/// Threads:  one at a time.
/// Source:   Stripe gives access to the events of the last 30 days.
class Events {
 public:
  static constexpr Duration kept_for = hours{30 * 24};

  void add(Event event);
  /// The number of the oldest that is kept, and of the next one to be added.
  [[nodiscard]] Index begin() const { return begin_; }
  [[nodiscard]] Index end() const { return begin_ + static_cast<Index>(events_.size()); }
  /// Null if there is none, or no more.
  [[nodiscard]] const Event* find(Index number) const;
  [[nodiscard]] Event* find(Index number);

 private:
  std::deque<Event> events_;
  Index begin_ = 0;
};

/// True if `type` is what an endpoint or a filter names: itself, "charge.*" or "*".
[[nodiscard]] bool matches(std::string_view pattern, std::string_view type);

}  // namespace paysaga::sim::stripe
