#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "paysaga/storage/shared_history.hpp"
#include "paysaga/storage/state_store.hpp"

namespace paysaga::storage {

/// The states in memory, found by looking at all of them: the oracle of the other stores and the
/// simulator's store.
///
/// Threads:  any.
class MemoryStore final : public StateStore {
 public:
  explicit MemoryStore(StoreIdentity identity) : identity_{std::move(identity)} {}
  /// The same rows at this moment: as a copy of its disk, which a simulated node starts from again.
  MemoryStore(const MemoryStore& other) : identity_{other.identity_}, rows_{other.copy()} {}
  MemoryStore& operator=(const MemoryStore&) = delete;
  ~MemoryStore() override = default;

  [[nodiscard]] const StoreIdentity& identity() const override { return identity_; }
  [[nodiscard]] Result<void> apply(PartitionId partition, std::span<const AppliedRecord> records,
                                   const Position& next) override;
  [[nodiscard]] Result<void> begin_restore(PartitionId partition) override;
  [[nodiscard]] Result<void> restore(PartitionId partition,
                                     std::span<const RestoredRow> rows) override;
  [[nodiscard]] Result<void> finish_restore(PartitionId partition, const Position& position,
                                            std::span<const InputPosition> inputs) override;
  [[nodiscard]] Result<void> flush() override { return {}; }
  [[nodiscard]] Result<Position> position(PartitionId partition) const override;
  [[nodiscard]] Result<std::vector<InputPosition>> input_positions(
      PartitionId partition) const override;
  [[nodiscard]] Result<std::optional<StoredOrder>> load(const OrderId& order) const override;
  [[nodiscard]] Result<std::optional<OrderSummary>> summary(const OrderId& order) const override;
  [[nodiscard]] Result<std::vector<HistoryRow>> history(const OrderId& order, Offset from,
                                                        std::size_t limit) const override;
  [[nodiscard]] Result<std::optional<OrderId>> find_by_provider_id(
      std::string_view id) const override;
  [[nodiscard]] Result<OrderPage> list(const OrderQuery& query) const override;
  using StateStore::counts;
  [[nodiscard]] Result<std::vector<StatusCount>> counts(PartitionId partition) const override;
  [[nodiscard]] Result<std::vector<Timer>> timers(PartitionId partition, Time from, Time until,
                                                  std::size_t limit) const override;
  [[nodiscard]] Result<std::vector<DeadLetter>> dead_letters(
      const DeadLetterQuery& query) const override;
  [[nodiscard]] Result<std::optional<DeadLetter>> dead_letter(std::string_view id) const override;
  [[nodiscard]] Result<std::vector<Quarantined>> quarantined(PartitionId partition) const override;
  [[nodiscard]] Result<std::optional<Quarantined>> quarantine(const OrderId& order) const override;
  [[nodiscard]] Result<std::vector<std::string>> queued(const OrderId& order,
                                                        std::size_t limit) const override;

 private:
  struct Entry {
    OrderSummary summary;
    std::shared_ptr<const Saga> saga;
  };
  struct Stopped {
    PartitionId partition;
    std::string reason;
    Time since;
    std::map<Offset, std::string> queue;
  };
  /// By partition and in the order of their time: a simulator asks for them at every tick.
  using TimerRow = std::pair<Time, OrderId>;
  struct TimerOrder {
    using is_transparent = void;
    bool operator()(const TimerRow& a, const TimerRow& b) const { return a < b; }
    bool operator()(const TimerRow& a, Time b) const { return a.first < b; }
    bool operator()(Time a, const TimerRow& b) const { return a < b.first; }
  };
  /// Everything that is stored. What is large and never changes is shared by the copies.
  struct Rows {
    std::map<PartitionId, Position> positions;
    std::map<PartitionId, std::vector<InputPosition>> inputs;
    std::map<OrderId, Entry> orders;
    std::map<OrderId, SharedHistory> history;
    std::map<std::string, OrderId, std::less<>> provider_ids;
    std::map<PartitionId, std::set<TimerRow, TimerOrder>> timers;
    std::map<std::pair<Time, std::string>, DeadLetter> dead_letters;
    std::map<OrderId, Stopped> stopped;
  };
  void apply_order(PartitionId partition, const AppliedRecord& record);
  void put_order(PartitionId partition, Offset offset, const std::shared_ptr<const Saga>& saga);
  void put_row(PartitionId partition, const RestoredRow& row);
  void apply_quarantine(PartitionId partition, const AppliedRecord& record);
  [[nodiscard]] Rows copy() const;
  static Quarantined show(const OrderId& order, const Stopped& stopped);

  StoreIdentity identity_;
  mutable std::mutex mutex_;
  Rows rows_;
};

}  // namespace paysaga::storage
