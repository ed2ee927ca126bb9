#include <deque>
#include <unordered_map>

#include "paysaga/storage/keys.hpp"
#include "paysaga/storage/rocks_store_impl.hpp"

namespace paysaga::storage {
namespace {

/// One call of `apply`: collects what the records change, each order's state once.
class Applying {
 public:
  Applying(RocksStore::Impl& store, PartitionId partition, PartitionHead head)
      : store_{store}, partition_{partition}, head_{std::move(head)}, batch_{*store.db} {}

  [[nodiscard]] Result<void> take(const AppliedRecord& record) {
    for (const InputPosition& input : record.decision.inputs) {
      if (merge(head_.inputs, input)) inputs_moved_ = true;
    }
    if (auto letter = dead_letter_of(record, partition_)) put_letter(std::move(*letter));
    if (auto settled = settle_letter(record.decision); !settled) return settled;
    if (record.decision.order.empty()) return {};
    const auto order = OrderId::parse(record.decision.order);
    if (!order) return fail(ErrorCode::corrupt, "a decision names no order: it cannot be applied");
    batch_.put(Family::history, keys::history(order->text(), record.offset),
               encode_history(record.decision));
    if (auto taken = take_quarantine(*order, record); !taken) return taken;
    return record.saga == nullptr ? Result<void>{} : take_state(*order, record);
  }

  /// A row of a snapshot. A state is taken as if its record had been.
  [[nodiscard]] Result<void> take(const RestoredRow& row) {
    if (const auto* order = std::get_if<RestoredOrder>(&row)) {
      AppliedRecord& record = restored_.emplace_back();
      record.offset = order->offset;
      record.decision.state = order->state;
      record.saga = order->saga;
      return take_state(order->saga->id, record);
    }
    if (const auto* stopped = std::get_if<Quarantined>(&row)) {
      const std::string key = keys::quarantine(partition_, stopped->order.text());
      batch_.put(Family::quarantine, key, encode_quarantine(*stopped));
      batch_.put(Family::quarantine, keys::quarantine_of(stopped->order.text()), key);
    } else if (const auto* input = std::get_if<RestoredInput>(&row)) {
      batch_.put(Family::quarantine, keys::queued(input->order.text(), input->offset),
                 input->bytes);
    } else if (const auto* letter = std::get_if<DeadLetter>(&row)) {
      put_letter(*letter);
    }
    return {};
  }

  /// Writes all of it. The head is what the store has from then on.
  [[nodiscard]] Result<PartitionHead> finish(const Position& next) {
    head_.position = next;
    batch_.put(Family::partitions, keys::of_partition('P', partition_), encode(next));
    return finish();
  }

  /// The same without a position, which comes with the last rows of a restore.
  [[nodiscard]] Result<PartitionHead> finish() {
    for (const auto& [order, change] : orders_) {
      if (change.newest != nullptr) move_order(change);
    }
    for (const auto& [order, change] : quarantines_) {
      if (change.touched) move_quarantine(order, change);
    }
    if (inputs_moved_) {
      batch_.put(Family::partitions, keys::of_partition('I', partition_),
                 encode_inputs(head_.inputs));
    }
    if (counts_moved_) {
      batch_.put(Family::partitions, keys::of_partition('N', partition_),
                 encode_counts(head_.counts));
    }
    if (auto written = store_.db->write(batch_); !written) {
      return tl::unexpected<Error>{std::move(written.error())};
    }
    return std::move(head_);
  }

 private:
  struct OrderChange {
    std::optional<OrderRow> old;
    std::optional<std::uint64_t> version;  // Of `newest`, or of the old row.
    std::uint64_t provider_ids_hash = 0;
    const AppliedRecord* newest = nullptr;
  };
  struct QuarantineChange {
    std::optional<Quarantined> now;
    std::vector<Offset> queue;  // Of those queued before, and in this batch.
    std::size_t taken = 0;      // So many of them are gone.
    bool existed = false;
    bool touched = false;
  };

  void put_letter(DeadLetter letter) {
    const std::string key = keys::dead_letter(letter.at, letter.id);
    batch_.put(Family::dead_letters, key, encode(letter));
    batch_.put(Family::index, keys::dead_letter_id(letter.id), key);
    const std::string id = letter.id;
    letters_.insert_or_assign(id, std::move(letter));
  }

  /// A letter that this store never had, as after a restore, is left alone.
  Result<void> settle_letter(const DecisionView& decision) {
    if (!settles_dead_letter(decision)) return {};
    const std::string id{decision.input_id};
    if (!letters_.contains(id)) {
      auto stored = store_.dead_letter(id);
      if (!stored) return tl::unexpected<Error>{std::move(stored.error())};
      if (!*stored) return {};
      letters_.emplace(id, std::move(**stored));
    }
    DeadLetter letter = letters_.at(id);
    settle(letter, decision);
    put_letter(std::move(letter));
    return {};
  }

  Result<void> take_state(const OrderId& order, const AppliedRecord& record) {
    auto [found, is_new] = orders_.try_emplace(order);
    OrderChange& change = found->second;
    if (is_new) {
      auto row = store_.row(order, nullptr);
      if (!row) return tl::unexpected<Error>{std::move(row.error())};
      change.old = std::move(*row);
      if (change.old) {
        change.version = change.old->summary.version;
        change.provider_ids_hash = change.old->provider_ids_hash;
      }
    }
    if (change.version && record.saga->version <= *change.version) return {};
    change.version = record.saga->version;
    change.newest = &record;
    // Of every state, also of those that a later one of this batch replaces.
    const std::vector<std::string> ids = provider_ids_of(*record.saga);
    const std::uint64_t hash = hash_of(ids);
    if (hash != change.provider_ids_hash) {
      for (const std::string& id : ids) {
        batch_.put(Family::index, keys::provider(id), order.text());
      }
    }
    change.provider_ids_hash = hash;
    return {};
  }

  void move_order(const OrderChange& change) {
    const Saga& saga = *change.newest->saga;
    const OrderSummary* old = change.old ? &change.old->summary : nullptr;
    const OrderRow row{summarize(saga, partition_, change.newest->offset),
                       change.provider_ids_hash};
    const OrderSummary& now = row.summary;
    const std::string& order = saga.id.text();
    batch_.put(Family::orders, order, encode_row(row, change.newest->decision.state));

    if (old != nullptr) erase_places(*old, now);
    batch_.put(Family::index, keys::by_status(now.status, now.updated_at, order), {});
    if (now.customer) {
      batch_.put(Family::index, keys::by_customer(now.customer->text(), now.updated_at, order), {});
    }
    if (!now.stuck_reason.empty()) {
      batch_.put(Family::index, keys::stuck(now.updated_at, order), now.stuck_reason);
    }
    if (now.next_wake_at) {
      batch_.put(Family::timers, keys::timer(partition_, *now.next_wake_at, order), {});
      head_.timers_floor = std::min(head_.timers_floor, *now.next_wake_at);
    }
    if (old != nullptr) count(head_.counts, *old, -1);
    count(head_.counts, now, 1);
    counts_moved_ = true;
  }

  /// Takes the order out of the places that it leaves.
  void erase_places(const OrderSummary& old, const OrderSummary& now) {
    const std::string& order = old.order.text();
    const bool moved = old.updated_at != now.updated_at;
    if (moved || old.status != now.status) {
      batch_.erase(Family::index, keys::by_status(old.status, old.updated_at, order));
    }
    if (old.customer && (moved || old.customer != now.customer)) {
      batch_.erase(Family::index, keys::by_customer(old.customer->text(), old.updated_at, order));
    }
    if (!old.stuck_reason.empty() && (moved || now.stuck_reason.empty())) {
      batch_.erase(Family::index, keys::stuck(old.updated_at, order));
    }
    if (old.next_wake_at && old.next_wake_at != now.next_wake_at) {
      batch_.erase(Family::timers, keys::timer(old.partition, *old.next_wake_at, order));
    }
  }

  Result<void> take_quarantine(const OrderId& order, const AppliedRecord& record) {
    const DecisionView& decision = record.decision;
    const bool adds = decision.action == Action::quarantine || decision.action == Action::enqueue;
    const bool drops = decision.action == Action::dequeue;
    if (!adds && !drops && decision.action != Action::lift) return {};
    auto [found, is_new] = quarantines_.try_emplace(order);
    QuarantineChange& change = found->second;
    if (is_new) {
      if (auto read = read_quarantine(order, change); !read) return read;
    }
    change.touched = true;
    if (adds && !change.now) {
      change.now = Quarantined{order, std::string{decision.summary}, decision.decided_at, 0};
    }
    if (!change.now) return {};
    if (adds && !decision.queued.empty()) {
      batch_.put(Family::quarantine, keys::queued(order.text(), record.offset), decision.queued);
      change.queue.push_back(record.offset);
      ++change.now->queued;
    }
    if (drops && change.now->queued > 0) {
      batch_.erase(Family::quarantine, keys::queued(order.text(), change.queue[change.taken++]));
      --change.now->queued;
    }
    if (decision.action == Action::lift && change.now->queued == 0) change.now.reset();
    return {};
  }

  Result<void> read_quarantine(const OrderId& order, QuarantineChange& change) {
    auto stored = store_.quarantine(order);
    if (!stored) return tl::unexpected<Error>{std::move(stored.error())};
    change.now = std::move(*stored);
    change.existed = change.now.has_value();
    if (!change.existed) return {};
    const std::string prefix = "E" + order.text() + '\0';
    RocksScan scan = store_.db->scan(Family::quarantine, prefix, keys::behind(prefix));
    for (; !scan.done(); scan.next()) change.queue.push_back(*keys::split_offset(scan.key()));
    if (auto status = scan.status(); !status) return status;
    if (change.queue.size() == change.now->queued) return {};
    return fail(ErrorCode::corrupt, "the queue of the quarantined order " + order.text() + " has " +
                                        std::to_string(change.queue.size()) + " inputs, not " +
                                        std::to_string(change.now->queued));
  }

  void move_quarantine(const OrderId& order, const QuarantineChange& change) {
    const std::string key = keys::quarantine(partition_, order.text());
    const std::string back = keys::quarantine_of(order.text());
    if (change.now) {
      batch_.put(Family::quarantine, key, encode_quarantine(*change.now));
      batch_.put(Family::quarantine, back, key);
    } else if (change.existed) {
      batch_.erase(Family::quarantine, key);
      batch_.erase(Family::quarantine, back);
    }
  }

  RocksStore::Impl& store_;
  PartitionId partition_;
  PartitionHead head_;
  RocksBatch batch_;
  std::deque<AppliedRecord> restored_;  // What `orders_` looks into.
  std::unordered_map<OrderId, OrderChange> orders_;
  std::unordered_map<std::string, DeadLetter> letters_;  // Of this batch, as they are behind it.
  std::unordered_map<OrderId, QuarantineChange> quarantines_;
  bool inputs_moved_ = false;
  bool counts_moved_ = false;
};

}  // namespace

tl::unexpected<Error> failed_before() {
  return fail(ErrorCode::storage_failed,
              "a write to the store failed before; start again to open it anew");
}

Result<void> RocksStore::apply(PartitionId partition, std::span<const AppliedRecord> records,
                               const Position& next) {
  Impl::Slot& slot = impl_->slot(partition);
  const std::lock_guard lock{slot.mutex};
  if (impl_->failed) return failed_before();
  auto head = impl_->head(partition, slot);
  if (!head) return tl::unexpected<Error>{std::move(head.error())};
  ensure(!(*head)->restoring, "nothing is applied to a partition that is being restored");
  const Offset from = (*head)->position.next;
  if (next.next < from) return {};  // All of it is there already.
  Applying applying{*impl_, partition, **head};
  for (const AppliedRecord& record : records) {
    ensure(record.offset < next.next, "an applied record lies below the new position");
    if (record.offset < from) continue;
    if (auto taken = applying.take(record); !taken) return taken;
  }
  auto written = applying.finish(next);
  if (!written) {
    impl_->failed = true;
    return tl::unexpected<Error>{std::move(written.error())};
  }
  slot.head = std::move(*written);
  return {};
}

Result<void> RocksStore::restore(PartitionId partition, std::span<const RestoredRow> rows) {
  Impl::Slot& slot = impl_->slot(partition);
  const std::lock_guard lock{slot.mutex};
  if (impl_->failed) return failed_before();
  auto head = impl_->head(partition, slot);
  if (!head) return tl::unexpected<Error>{std::move(head.error())};
  ensure((*head)->restoring, "a restore is begun before its rows come");
  Applying applying{*impl_, partition, **head};
  for (const RestoredRow& row : rows) {
    if (auto taken = applying.take(row); !taken) return taken;
  }
  auto written = applying.finish();
  if (!written) {
    impl_->failed = true;
    return tl::unexpected<Error>{std::move(written.error())};
  }
  slot.head = std::move(*written);
  return {};
}

}  // namespace paysaga::storage
