#pragma once

#include "paysaga/storage/state_store.hpp"

namespace paysaga::actors::trial {

/// Passes everything on to another store; a test overrides what it wants otherwise.
class StoreAround : public storage::StateStore {
 public:
  explicit StoreAround(storage::StateStore& under) : under_{under} {}

  [[nodiscard]] Result<std::optional<storage::StoredOrder>> load(
      const OrderId& order) const override {
    return under_.load(order);
  }
  [[nodiscard]] const storage::StoreIdentity& identity() const override {
    return under_.identity();
  }
  [[nodiscard]] Result<void> apply(storage::PartitionId partition,
                                   std::span<const storage::AppliedRecord> records,
                                   const storage::Position& next) override {
    return under_.apply(partition, records, next);
  }
  [[nodiscard]] Result<void> begin_restore(storage::PartitionId partition) override {
    return under_.begin_restore(partition);
  }
  [[nodiscard]] Result<void> restore(storage::PartitionId partition,
                                     std::span<const storage::RestoredRow> rows) override {
    return under_.restore(partition, rows);
  }
  [[nodiscard]] Result<void> finish_restore(
      storage::PartitionId partition, const storage::Position& position,
      std::span<const storage::InputPosition> inputs) override {
    return under_.finish_restore(partition, position, inputs);
  }
  [[nodiscard]] Result<void> flush() override { return under_.flush(); }
  [[nodiscard]] Result<storage::Position> position(storage::PartitionId id) const override {
    return under_.position(id);
  }
  [[nodiscard]] Result<std::vector<storage::InputPosition>> input_positions(
      storage::PartitionId id) const override {
    return under_.input_positions(id);
  }
  [[nodiscard]] Result<std::optional<storage::OrderSummary>> summary(
      const OrderId& order) const override {
    return under_.summary(order);
  }
  [[nodiscard]] Result<std::vector<storage::HistoryRow>> history(const OrderId& order,
                                                                 storage::Offset from,
                                                                 std::size_t limit) const override {
    return under_.history(order, from, limit);
  }
  [[nodiscard]] Result<std::optional<OrderId>> find_by_provider_id(
      std::string_view id) const override {
    return under_.find_by_provider_id(id);
  }
  [[nodiscard]] Result<storage::OrderPage> list(const storage::OrderQuery& query) const override {
    return under_.list(query);
  }
  using StateStore::counts;
  [[nodiscard]] Result<std::vector<storage::StatusCount>> counts(
      storage::PartitionId id) const override {
    return under_.counts(id);
  }
  [[nodiscard]] Result<std::vector<storage::Timer>> timers(storage::PartitionId id, Time from,
                                                           Time until,
                                                           std::size_t limit) const override {
    return under_.timers(id, from, until, limit);
  }
  [[nodiscard]] Result<std::vector<storage::DeadLetter>> dead_letters(
      const storage::DeadLetterQuery& query) const override {
    return under_.dead_letters(query);
  }
  [[nodiscard]] Result<std::optional<storage::DeadLetter>> dead_letter(
      std::string_view id) const override {
    return under_.dead_letter(id);
  }
  [[nodiscard]] Result<std::vector<storage::Quarantined>> quarantined(
      storage::PartitionId id) const override {
    return under_.quarantined(id);
  }
  [[nodiscard]] Result<std::optional<storage::Quarantined>> quarantine(
      const OrderId& order) const override {
    return under_.quarantine(order);
  }
  [[nodiscard]] Result<std::vector<std::string>> queued(const OrderId& order,
                                                        std::size_t limit) const override {
    return under_.queued(order, limit);
  }

 private:
  storage::StateStore& under_;
};

}  // namespace paysaga::actors::trial
