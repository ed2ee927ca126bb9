#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/storage/state_store.hpp"

namespace paysaga::storage {

/// What orders are counted by. Beside it always by currency.
enum class CountBy {
  status,
  reason,    // Why they are stuck, or quarantined; an order may be both, and stands in both.
  currency,  // Alone.
  waiting,   // What open orders wait for.
};
[[nodiscard]] std::string_view to_text(CountBy by);
/// Errors: malformed.
[[nodiscard]] Result<CountBy> parse_count_by(std::string_view text);

/// How many orders share one thing, with their money in one currency (none: no amount known yet).
struct OrderCount {
  std::string group;  // REFUND_PENDING, outcome_unknown, delivery; empty by currency alone.
  std::optional<Currency> currency = {};
  std::uint64_t orders = 0;
  std::uint64_t open = 0;
  std::uint64_t stuck = 0;
  std::int64_t amount_minor = 0;
  MoneyTotals money = {};
  std::int64_t money_at_risk_minor = 0;
  /// Who has been so for the longest; only where the orders themselves were looked at.
  struct Oldest {
    OrderId order;
    Time since{};
    friend bool operator==(const Oldest&, const Oldest&) = default;
  };
  std::optional<Oldest> oldest = {};
  bool more = false;  // There are more orders than are looked at: these are so many at least.
  friend bool operator==(const OrderCount&, const OrderCount&) = default;
};

/// An index of the store that may be long is walked no further than this, for each status that has
/// open orders, and for all that is stuck.
inline constexpr std::size_t counted_orders_max = 10'000;

/// The orders of these partitions, sorted by group and currency.
///
/// Cost:    by status and by currency one row a partition; by reason one a stuck order; by what
///          they wait for one an open order. None reads a state.
/// Errors:  those of the store.
[[nodiscard]] Result<std::vector<OrderCount>> count_orders(
    const StateStore& store, const PartitionSet& partitions, CountBy by,
    std::size_t looked_at_max = counted_orders_max);

/// Adds the counts of other partitions. Sums that do not fit wrap.
void add(std::vector<OrderCount>& sum, const OrderCount& part);

/// {"status":"PENDING","currency":"EUR","orders":3,...}: the group under the name of `by`.
[[nodiscard]] std::string count_json(const OrderCount& count, CountBy by);
/// Errors: malformed.
[[nodiscard]] Result<OrderCount> parse_count(std::string_view json, CountBy by);

}  // namespace paysaga::storage
