#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/storage/state_store.hpp"

namespace paysaga::storage {

/// What is kept of an order: what lists and indexes need in front, so that neither decodes a state.
///
/// Shape:   size of the front (4, little-endian) | front, in an envelope | state (encode_saga).
struct OrderRow {
  OrderSummary summary;
  std::uint64_t provider_ids_hash = 0;  // Of `provider_ids_of`: unchanged means nothing to index.
};

/// The summary of a saga as applied by the record at `offset`.
[[nodiscard]] OrderSummary summarize(const Saga& saga, PartitionId partition, Offset offset);

/// True if it waits for an operator to resume it.
[[nodiscard]] bool is_held(const OrderSummary& summary);

/// The ids that the provider knows the order by: intent, charge, refunds.
[[nodiscard]] std::vector<std::string> provider_ids_of(const Saga& saga);
[[nodiscard]] std::uint64_t hash_of(const std::vector<std::string>& provider_ids);

[[nodiscard]] std::string encode_row(const OrderRow& row, std::string_view state);
/// Errors: corrupt, version_unsupported; the detail names the order.
[[nodiscard]] Result<OrderRow> decode_row(const OrderId& order, std::string_view bytes);
/// The state's bytes behind the front. Errors: corrupt.
[[nodiscard]] Result<std::string_view> state_of_row(const OrderId& order, std::string_view bytes);

/// Adds an order's part to the counts (`sign` 1) or takes it away (-1). Sums that do not fit wrap,
/// and come right again when their parts are taken away.
void count(std::vector<StatusCount>& counts, const OrderSummary& summary, int sign);
/// Adds counts to counts.
void add(std::vector<StatusCount>& sum, const std::vector<StatusCount>& part);

[[nodiscard]] std::string encode_counts(const std::vector<StatusCount>& counts);
[[nodiscard]] Result<std::vector<StatusCount>> decode_counts(std::string_view bytes);

/// The published events of a decision as one JSON array, for the order's history. They stand before
/// what else it publishes.
[[nodiscard]] std::string history_of(const DecisionView& decision);
/// A decision as its order's history keeps it.
[[nodiscard]] std::string encode_history(const DecisionView& decision);
[[nodiscard]] Result<HistoryRow> decode_history(Offset offset, std::string_view bytes);

/// True if it redrives or discards the dead letter `input_id`.
[[nodiscard]] bool settles_dead_letter(const DecisionView& decision);
/// What such a decision makes of its dead letter.
void settle(DeadLetter& letter, const DecisionView& decision);
/// What is kept of a dead letter that a decision made; none if it made none.
[[nodiscard]] std::optional<DeadLetter> dead_letter_of(const AppliedRecord& record,
                                                       PartitionId partition);

/// A place in a list: that of an order by its `updated_at`, of a dead letter by its `at`.
struct PageCursor {
  Time at{};
  std::string id;
  friend auto operator<=>(const PageCursor&, const PageCursor&) = default;
};
/// "<microseconds>.<id>": where a page of a list ended. It means the same to every node.
[[nodiscard]] std::string to_text(const PageCursor& place);
[[nodiscard]] PageCursor place_of(const OrderSummary& order);
[[nodiscard]] PageCursor place_of(const DeadLetter& letter);
/// Errors: malformed.
[[nodiscard]] Result<PageCursor> parse_page_cursor(std::string_view text);
/// True if the query's conditions hold; the place of the page is not looked at.
[[nodiscard]] bool matches(const OrderQuery& query, const OrderSummary& summary);

}  // namespace paysaga::storage
