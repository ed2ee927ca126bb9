#pragma once

#include <memory>
#include <string>

#include "paysaga/storage/state_store.hpp"
#include "paysaga/storage/store_report.hpp"

namespace paysaga::storage {

/// The states on disk.
class RocksStore final : public StateStore {
 public:
  struct Options {
    /// Whose it is to be. An empty `ledger` is made, an empty `log` and a count of 0 take what is
    /// there (for reading).
    StoreIdentity identity;
    bool read_only = false;  // Works beside a living node and on a dead one's directory.
  };

  /// Errors: conflict (another process has it; it belongs to another journal, or has another number
  ///         of partitions), not_found, version_unsupported, storage_failed, corrupt. One line each
  ///         that says what to do.
  [[nodiscard]] static Result<std::unique_ptr<RocksStore>> open(const std::string& directory,
                                                                const Options& options);
  ~RocksStore() override;

  /// Reads every row, decodes it and checks it against what others say of it. For a store that
  /// nobody writes to meanwhile.
  /// Errors: storage_failed, corrupt (a file that cannot be read on).
  [[nodiscard]] Result<StoreReport> verify() const;
  /// What was applied until now, as files in the new directory `into`: a store of its own. Not of
  /// one that is read only. Threads: any, also while partitions apply.
  [[nodiscard]] Result<void> checkpoint(const std::string& into) const;
  class Impl;

  [[nodiscard]] const StoreIdentity& identity() const override;
  [[nodiscard]] Result<void> apply(PartitionId partition, std::span<const AppliedRecord> records,
                                   const Position& next) override;
  [[nodiscard]] Result<void> begin_restore(PartitionId partition) override;
  [[nodiscard]] Result<void> restore(PartitionId partition,
                                     std::span<const RestoredRow> rows) override;
  [[nodiscard]] Result<void> finish_restore(PartitionId partition, const Position& position,
                                            std::span<const InputPosition> inputs) override;
  [[nodiscard]] Result<void> flush() override;
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
  explicit RocksStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace paysaga::storage
