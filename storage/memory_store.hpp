#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "paysaga/storage/state_store.hpp"

namespace paysaga::storage {

/// The states in memory, found by looking at all of them: the oracle of the other stores and the
/// simulator's store.
///
/// Threads:  any.
class MemoryStore final : public StateStore {
 public:
  explicit MemoryStore(StoreIdentity identity) : identity_{std::move(identity)} {}

  [[nodiscard]] const StoreIdentity& identity() const override { return identity_; }
  [[nodiscard]] Result<void> apply(PartitionId partition, std::span<const AppliedRecord> records,
                                   const Position& next) override;
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
  [[nodiscard]] Result<std::vector<StatusCount>> counts() const override;
  [[nodiscard]] Result<std::vector<Timer>> timers(PartitionId partition, Time from, Time until,
                                                  std::size_t limit) const override;
  [[nodiscard]] Result<std::vector<DeadLetter>> dead_letters(std::string_view after,
                                                             std::size_t limit) const override;
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
  void apply_order(PartitionId partition, const AppliedRecord& record);
  void apply_quarantine(PartitionId partition, const AppliedRecord& record);
  static Quarantined show(const OrderId& order, const Stopped& stopped);

  StoreIdentity identity_;
  mutable std::mutex mutex_;
  std::map<PartitionId, Position> positions_;
  std::map<PartitionId, std::map<std::string, Offset>> inputs_;
  std::map<OrderId, Entry> orders_;
  std::map<OrderId, std::map<Offset, HistoryRow>> history_;
  std::map<std::string, OrderId, std::less<>> provider_ids_;
  std::set<std::tuple<PartitionId, Time, OrderId>> timers_;
  std::map<std::pair<Time, std::string>, DeadLetter> dead_letters_;
  std::map<OrderId, Stopped> stopped_;
};

}  // namespace paysaga::storage
