#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>

#include "paysaga/sim/world/plan.hpp"
#include "paysaga/storage/memory_store.hpp"

namespace paysaga::sim {

/// A node's disk: the states, what of them is synced, and what fails.
///
/// Lifetime:  outlives the node that writes to it; a node that comes back finds it as it is.
class Disk final : public storage::StateStore {
 public:
  /// `keeps_synced`: the run has power losses, so an image of what is synced is kept.
  Disk(storage::StoreIdentity identity, Prng prng, bool keeps_synced);

  /// The next write fails, and all after it until `reopen`. Whether it happened is drawn.
  void break_next_write() { breaks_ = true; }
  void set_full(bool full) { full_ = full; }
  [[nodiscard]] bool failing() const { return breaks_ || failed_ || full_; }
  void reopen() { failed_ = breaks_ = frozen_ = false; }
  /// Its node died: what is left of it writes no more.
  void freeze() { frozen_ = true; }
  /// The state of this order cannot be read, until it is named again.
  void set_readable(const OrderId& order, bool readable);
  void make_all_readable() { unreadable_.clear(); }
  /// What was not synced is gone.
  void lose_power();
  /// Everything is gone; `backup`, if there is one, is what comes in its place.
  void replace(const Disk* backup);
  [[nodiscard]] std::optional<Time> next_timer(storage::PartitionId partition, Time from) const;

  [[nodiscard]] const storage::StoreIdentity& identity() const override {
    return written_->identity();
  }
  [[nodiscard]] Result<void> apply(storage::PartitionId partition,
                                   std::span<const storage::AppliedRecord> records,
                                   const storage::Position& next) override;
  [[nodiscard]] Result<void> begin_restore(storage::PartitionId partition) override;
  [[nodiscard]] Result<void> restore(storage::PartitionId partition,
                                     std::span<const storage::RestoredRow> rows) override;
  [[nodiscard]] Result<void> finish_restore(
      storage::PartitionId partition, const storage::Position& position,
      std::span<const storage::InputPosition> inputs) override;
  [[nodiscard]] Result<void> flush() override;
  [[nodiscard]] Result<storage::Position> position(storage::PartitionId id) const override {
    return written_->position(id);
  }
  /// Of what would be left after a power loss.
  [[nodiscard]] storage::Offset synced_next(storage::PartitionId id) const;
  [[nodiscard]] Result<std::vector<storage::InputPosition>> input_positions(
      storage::PartitionId id) const override {
    return written_->input_positions(id);
  }
  [[nodiscard]] Result<std::optional<storage::StoredOrder>> load(
      const OrderId& order) const override;
  [[nodiscard]] Result<std::optional<storage::OrderSummary>> summary(
      const OrderId& order) const override {
    return written_->summary(order);
  }
  [[nodiscard]] Result<std::vector<storage::HistoryRow>> history(const OrderId& order,
                                                                 storage::Offset from,
                                                                 std::size_t limit) const override {
    return written_->history(order, from, limit);
  }
  [[nodiscard]] Result<std::optional<OrderId>> find_by_provider_id(
      std::string_view id) const override {
    return written_->find_by_provider_id(id);
  }
  [[nodiscard]] Result<storage::OrderPage> list(const storage::OrderQuery& query) const override {
    return written_->list(query);
  }
  using StateStore::counts;
  [[nodiscard]] Result<std::vector<storage::StatusCount>> counts(
      storage::PartitionId id) const override {
    return written_->counts(id);
  }
  [[nodiscard]] Result<std::vector<storage::Timer>> timers(storage::PartitionId id, Time from,
                                                           Time until,
                                                           std::size_t limit) const override {
    return written_->timers(id, from, until, limit);
  }
  [[nodiscard]] Result<std::vector<storage::DeadLetter>> dead_letters(
      const storage::DeadLetterQuery& query) const override {
    return written_->dead_letters(query);
  }
  [[nodiscard]] Result<std::optional<storage::DeadLetter>> dead_letter(
      std::string_view id) const override {
    return written_->dead_letter(id);
  }
  [[nodiscard]] Result<std::vector<storage::Quarantined>> quarantined(
      storage::PartitionId id) const override {
    return written_->quarantined(id);
  }
  [[nodiscard]] Result<std::optional<storage::Quarantined>> quarantine(
      const OrderId& order) const override {
    return written_->quarantine(order);
  }
  [[nodiscard]] Result<std::vector<std::string>> queued(const OrderId& order,
                                                        std::size_t limit) const override {
    return written_->queued(order, limit);
  }

 private:
  /// One write, which happens, fails, or does both.
  [[nodiscard]] Result<void> write(const std::function<Result<void>()>& happen);

  std::unique_ptr<storage::MemoryStore> written_;
  std::unique_ptr<storage::MemoryStore> synced_;  // Null if there are no power losses.
  Prng prng_;
  std::set<OrderId> unreadable_;
  bool breaks_ = false;
  bool failed_ = false;
  bool full_ = false;
  bool frozen_ = false;
};

}  // namespace paysaga::sim
