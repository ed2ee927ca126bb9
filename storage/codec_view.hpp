#pragma once

#include <optional>
#include <string>

#include "paysaga/saga/saga.hpp"
#include "paysaga/storage/json_writer.hpp"
#include "paysaga/storage/state_store.hpp"

/// What people see through HTTP and CLI, as JSON objects. The names are a contract (docs/api).
namespace paysaga::storage {

/// "REFUND_PENDING".
[[nodiscard]] std::string status_label(order::Status status);
/// The reverse, in either case. Errors: malformed.
[[nodiscard]] Result<order::Status> parse_status_label(std::string_view text);

/// An order whole. `quarantined`: none unless it is stopped.
[[nodiscard]] std::string order_json(const Saga& saga, PartitionId partition,
                                     const std::optional<Quarantined>& quarantined);
/// An order in a list: the same names, without what only its state has.
[[nodiscard]] std::string summary_json(const OrderSummary& summary);
/// One decision in an order's timeline.
[[nodiscard]] std::string history_json(const HistoryRow& row);
[[nodiscard]] std::string dead_letter_json(const DeadLetter& letter);
/// Adds "money" with its totals to an open object.
void write_money(JsonWriter& json, const MoneyTotals& money);

}  // namespace paysaga::storage
