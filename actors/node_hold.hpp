#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "paysaga/saga/call.hpp"

namespace paysaga::actors {

enum class HoldScope : std::uint8_t {
  node,       // This node starts no calls.
  provider,   // No call to it is started.
  operation,  // None of that kind.
  breaker,    // That of an endpoint, or of all, is forced open or closed.
};
/// By HoldScope.
inline constexpr std::array<std::string_view, 4> hold_scopes = {"node", "provider", "operation",
                                                                "breaker"};
/// What a hold of an operation may name: the kinds of calls that change something, and all others.
inline constexpr std::array<std::string_view, 6> held_operations = {"create", "confirm", "capture",
                                                                    "cancel", "refund",  "reads"};
/// The breaker of the host and the key, beside those of the endpoints.
inline constexpr std::string_view all_endpoints = "all";

/// A hold that an operator set on a node. What is under way when it is set comes to its end.
struct NodeHold {
  HoldScope scope = HoldScope::node;
  std::string name;     // The node's, "stripe", one of `held_operations`, or an endpoint.
  bool closed = false;  // Of a breaker: calls are made although it failed.
  std::string reason;
  std::string ticket;
  Time since{};  // By the time of day of the node that was asked.
  friend bool operator==(const NodeHold&, const NodeHold&) = default;
};

/// Whether a node's holds let a call be started. Pure.
class CallHolds {
 public:
  explicit CallHolds(std::vector<NodeHold> holds) : holds_{std::move(holds)} {}

  [[nodiscard]] bool forbid(const Call& call, std::string_view endpoint) const {
    const std::string_view operation = call.operation ? to_text(*call.operation) : "reads";
    for (const NodeHold& hold : holds_) {
      switch (hold.scope) {
        case HoldScope::node:
        case HoldScope::provider:
          return true;
        case HoldScope::operation:
          if (hold.name == operation) return true;
          break;
        case HoldScope::breaker:
          if (!hold.closed && (hold.name == endpoint || hold.name == all_endpoints)) return true;
          break;
      }
    }
    return false;
  }
  /// How the breaker of that name is forced; null: it is not.
  [[nodiscard]] const NodeHold* forced(std::string_view breaker) const {
    for (const NodeHold& hold : holds_) {
      if (hold.scope == HoldScope::breaker && hold.name == breaker) return &hold;
    }
    return nullptr;
  }
  [[nodiscard]] bool force_closed(std::string_view breaker) const {
    const NodeHold* hold = forced(breaker);
    return hold != nullptr && hold->closed;
  }
  [[nodiscard]] const std::vector<NodeHold>& all() const { return holds_; }

 private:
  std::vector<NodeHold> holds_;
};

}  // namespace paysaga::actors
