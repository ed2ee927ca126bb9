#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "paysaga/storage/order_row.hpp"
#include "paysaga/storage/rocks_db.hpp"
#include "paysaga/storage/rocks_store.hpp"

namespace paysaga::storage {

/// What the store keeps in memory of a partition: rewritten with every batch, so never read twice.
struct PartitionHead {
  Position position;
  std::vector<InputPosition> inputs;
  std::vector<StatusCount> counts;
  /// No timer lies before it: a search need not walk over the deleted ones there.
  Time timers_floor = Time::min();
  bool restoring = false;  // A restore was begun and has not come to its end.
};

/// RocksStore's database and heads. One partition's head is used by its writer, and for a moment by
/// readers: hence its lock.
class RocksStore::Impl {
 public:
  struct Slot {
    std::mutex mutex;
    std::optional<PartitionHead> head;
  };

  Impl(std::unique_ptr<RocksDb> database, StoreIdentity whose);

  [[nodiscard]] Slot& slot(PartitionId partition);
  /// The head, read if it was not; the slot's lock is held.
  [[nodiscard]] Result<PartitionHead*> head(PartitionId partition, Slot& slot);
  /// The quarantine of an order, with its place.
  [[nodiscard]] Result<std::optional<Quarantined>> quarantine(const OrderId& order) const;
  [[nodiscard]] Result<std::optional<DeadLetter>> dead_letter(std::string_view id) const;
  [[nodiscard]] Result<std::optional<OrderRow>> row(const OrderId& order,
                                                    const RocksMoment* moment) const;

  std::unique_ptr<RocksDb> db;
  StoreIdentity identity;
  /// After a write that failed nobody knows what stands in the database: nothing more is written.
  std::atomic<bool> failed{false};

 private:
  std::mutex slots_mutex_;
  std::map<PartitionId, std::unique_ptr<Slot>> slots_;
};

[[nodiscard]] tl::unexpected<Error> failed_before();
[[nodiscard]] std::string encode_inputs(const std::vector<InputPosition>& inputs);
[[nodiscard]] Result<std::vector<InputPosition>> decode_inputs(std::string_view bytes);
[[nodiscard]] std::string encode_quarantine(const Quarantined& record);
[[nodiscard]] Result<Quarantined> decode_quarantine(const OrderId& order, std::string_view bytes);

}  // namespace paysaga::storage
