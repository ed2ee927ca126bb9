#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "paysaga/saga/saga.hpp"
#include "paysaga/storage/dead_letter.hpp"
#include "paysaga/storage/record.hpp"

namespace paysaga::storage {

/// A counted record of the journal. A mark is one whose decision has nothing but `inputs`.
///
/// Lifetime:  the decision looks into the journal entry.
struct AppliedRecord {
  Offset offset = 0;  // In the journal.
  Time appended_at{};
  DecisionView decision;
  std::shared_ptr<const Saga> saga;  // What `decision.state` says; null if it is empty.
};

/// An order as it was last applied.
struct StoredOrder {
  Saga saga;
  Offset offset;  // Of the record that says so.
  PartitionId partition;
};

/// What lists show of an order; kept beside its state, so that no list decodes a state.
struct OrderSummary {
  OrderId order;
  PartitionId partition{};
  order::Status status = order::Status::payment_pending;
  bool open = true;
  std::uint64_t version = 0;
  Offset offset = 0;
  std::optional<CustomerId> customer = {};
  std::optional<Money> amount = {};
  MoneyTotals money = {};
  std::int64_t money_at_risk_minor = 0;
  std::string stuck_reason = {};  // Empty: not stuck.
  Time stuck_since{};
  std::string waiting_on = {};  // As Waiting::on; empty: for nothing.
  Time waiting_since{};
  Time updated_at{};
  std::optional<Time> next_wake_at = {};
  friend bool operator==(const OrderSummary&, const OrderSummary&) = default;
};

/// One decision of an order.
struct HistoryRow {
  Offset offset = 0;
  std::string input_id;
  std::string input_kind;
  std::string outcome;
  std::string summary;
  Time decided_at{};
  std::string events;  // JSON array of the published events.
  friend bool operator==(const HistoryRow&, const HistoryRow&) = default;
};

struct Timer {
  Time at{};
  OrderId order;
  friend bool operator==(const Timer&, const Timer&) = default;
};

/// An order that a fault of ours stopped; its inputs queue in order.
struct Quarantined {
  OrderId order;
  std::string reason;
  Time since{};
  std::uint64_t queued = 0;
  friend bool operator==(const Quarantined&, const Quarantined&) = default;
};

/// What a snapshot says of an order.
struct RestoredOrder {
  Offset offset = 0;  // Of the record that says so.
  std::string state;  // In the codec's bytes.
  std::shared_ptr<const Saga> saga;
};
/// An input that waits behind a quarantine.
struct RestoredInput {
  OrderId order;
  Offset offset;  // Of the record that queued it.
  std::string bytes;
};
using RestoredRow = std::variant<RestoredOrder, Quarantined, RestoredInput, DeadLetter>;

using PartitionSet = std::set<PartitionId>;

struct OrderQuery {
  std::optional<order::Status> status;
  std::optional<CustomerId> customer;
  bool stuck = false;              // Only stuck ones.
  std::string stuck_reason;        // Only these of them; empty: any.
  bool open = false;               // Only open ones.
  bool held = false;               // Only those that wait for an operator.
  std::optional<Time> older_than;  // Updated before it.
  bool oldest_first = false;       // Else the newest.
  std::size_t limit = 100;
  std::string after;                       // OrderPage::next of the page before.
  std::optional<PartitionSet> partitions;  // Only orders of these.
};

struct OrderPage {
  std::vector<OrderSummary> orders;  // By `updated_at`, then id.
  std::string next;                  // Empty: that was all.
};

struct DeadLetterQuery {
  std::string after = {};  // The place of the last one seen; empty: from the earliest on.
  std::size_t limit = 100;
  std::optional<PartitionSet> partitions = {};  // Only those whose journals are these.
};

/// How many orders are in one status, with their money in one currency (none: no amount known yet).
struct StatusCount {
  order::Status status;
  std::optional<Currency> currency = {};
  std::uint64_t orders = 0;
  std::uint64_t open = 0;
  std::uint64_t stuck = 0;
  std::int64_t amount_minor = 0;
  MoneyTotals money = {};
  std::int64_t money_at_risk_minor = 0;
  friend bool operator==(const StatusCount&, const StatusCount&) = default;
};

/// Whose store it is. Kept in it from its first moment.
struct StoreIdentity {
  std::string log;     // Log::identity() of its journal.
  std::string ledger;  // 10 characters, made once: part of every idempotency key.
  std::uint32_t partition_count = 0;
  Roles roles = Roles::both;  // What its states hold: a machine that never ran knows nothing.
  friend bool operator==(const StoreIdentity&, const StoreIdentity&) = default;
};

/// The states of all orders of this node, with all that is found through them.
///
/// Threads:   reads from any thread, also beside `apply`; one partition has one writer, its actor.
/// Lifetime:  outlives every actor.
/// Errors:    of every call: storage_failed, corrupt, version_unsupported. What is damaged is
/// named,
///            never skipped.
class StateStore {
 public:
  virtual ~StateStore() = default;
  [[nodiscard]] virtual const StoreIdentity& identity() const = 0;

  /// Applies counted records of one partition and its new position, in one atomic write. It leaves
  /// out records below the position that it has, and states not newer than the one that it has.
  ///
  /// A `quarantine` begins one, its summary being the reason; `enqueue` adds to its queue,
  /// `dequeue` takes its head; only a `lift`, of an empty queue, ends it. A
  /// `dead_letter`, and a `dequeue` with the outcome `skipped`, keeps its first output as a dead
  /// letter.
  ///
  /// Order:   `records` with rising offsets below `next.next`.
  /// Errors:  storage_failed (it may or may not have been written: stop the partition, open the
  ///          store again, read the journal again).
  [[nodiscard]] virtual Result<void> apply(PartitionId partition,
                                           std::span<const AppliedRecord> records,
                                           const Position& next) = 0;
  /// Begins to fill a partition from a snapshot: forgets all that it has, its position first. Until
  /// `finish_restore` it has no position, and whoever opens the store has to begin anew.
  [[nodiscard]] virtual Result<void> begin_restore(PartitionId partition) = 0;
  /// Rows in any order, each once, with all that is found through them; histories begin anew.
  [[nodiscard]] virtual Result<void> restore(PartitionId partition,
                                             std::span<const RestoredRow> rows) = 0;
  /// The position, the last of all. Position{}: there is nothing.
  [[nodiscard]] virtual Result<void> finish_restore(PartitionId partition, const Position& position,
                                                    std::span<const InputPosition> inputs) = 0;
  /// Makes all that was applied outlive a power loss; before the journal is trimmed.
  [[nodiscard]] virtual Result<void> flush() = 0;

  /// Position{} if nothing was ever applied.
  [[nodiscard]] virtual Result<Position> position(PartitionId partition) const = 0;
  [[nodiscard]] virtual Result<std::vector<InputPosition>> input_positions(
      PartitionId partition) const = 0;

  [[nodiscard]] virtual Result<std::optional<StoredOrder>> load(const OrderId& order) const = 0;
  [[nodiscard]] virtual Result<std::optional<OrderSummary>> summary(const OrderId& order) const = 0;
  /// The order's decisions from journal offset `from` on, oldest first.
  [[nodiscard]] virtual Result<std::vector<HistoryRow>> history(const OrderId& order, Offset from,
                                                                std::size_t limit) const = 0;
  /// The order that an intent, charge or refund of the provider belongs to.
  [[nodiscard]] virtual Result<std::optional<OrderId>> find_by_provider_id(
      std::string_view id) const = 0;
  /// Errors: also malformed (`after` is no cursor).
  [[nodiscard]] virtual Result<OrderPage> list(const OrderQuery& query) const = 0;
  /// Over all partitions, by status and currency.
  [[nodiscard]] Result<std::vector<StatusCount>> counts() const;
  [[nodiscard]] virtual Result<std::vector<StatusCount>> counts(PartitionId partition) const = 0;

  /// Next wake-ups of open orders in [from, until), earliest first.
  [[nodiscard]] virtual Result<std::vector<Timer>> timers(PartitionId partition, Time from,
                                                          Time until, std::size_t limit) const = 0;

  /// Earliest first. Errors: also malformed (`after` is no cursor).
  [[nodiscard]] virtual Result<std::vector<DeadLetter>> dead_letters(
      const DeadLetterQuery& query) const = 0;
  [[nodiscard]] virtual Result<std::optional<DeadLetter>> dead_letter(
      std::string_view id) const = 0;
  [[nodiscard]] virtual Result<std::vector<Quarantined>> quarantined(
      PartitionId partition) const = 0;
  [[nodiscard]] virtual Result<std::optional<Quarantined>> quarantine(
      const OrderId& order) const = 0;
  /// The inputs that wait behind the quarantine, in order, in the bytes of `DecisionView::queued`.
  [[nodiscard]] virtual Result<std::vector<std::string>> queued(const OrderId& order,
                                                                std::size_t limit) const = 0;
  [[nodiscard]] Result<std::optional<std::string>> queue_head(const OrderId& order) const;
};

/// 10 random characters of a-z and 0-9.
[[nodiscard]] std::string make_ledger();

}  // namespace paysaga::storage
