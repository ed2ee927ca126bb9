#include "paysaga/saga/topic.hpp"
#include "paysaga/storage/keys.hpp"
#include "paysaga/storage/rocks_store_impl.hpp"

namespace paysaga::storage {
namespace {

constexpr std::size_t erased_per_batch_max = 4'096;

tl::unexpected<Error> passed(Error& error) {
  return tl::unexpected<Error>{std::move(error)};
}

/// Erases what a walk over a family picks.
class Eraser {
 public:
  explicit Eraser(RocksDb& db) : db_{db} {}

  /// `picks` tells of each row of [prefix, behind it) whether it goes.
  template <class Picks>
  [[nodiscard]] Result<void> erase(Family family, const std::string& prefix, Picks picks) {
    RocksScan scan = db_.scan(family, prefix, prefix.empty() ? prefix : keys::behind(prefix));
    for (; !scan.done(); scan.next()) {
      const Result<bool> picked = picks(scan.key(), scan.value());
      if (!picked) return tl::unexpected<Error>{picked.error()};
      if (!*picked) continue;
      batch_->erase(family, scan.key());
      if (++erased_ < erased_per_batch_max) continue;
      if (auto written = write(); !written) return written;
    }
    if (auto status = scan.status(); !status) return status;
    return write();
  }

 private:
  Result<void> write() {
    auto written = db_.write(*batch_);
    batch_ = std::make_unique<RocksBatch>(db_);
    erased_ = 0;
    return written;
  }

  RocksDb& db_;
  std::unique_ptr<RocksBatch> batch_ = std::make_unique<RocksBatch>(db_);
  std::size_t erased_ = 0;
};

/// The order in a key of history or of a queue.
std::string_view order_before_zero(std::string_view key) {
  return key.substr(0, key.find('\0'));
}

/// Erases every row of a partition. An order belongs where its row says; one without a row, where
/// it lives. The rows of the orders go last, so that a clearing that was broken off finds the same.
class Clearing {
 public:
  Clearing(RocksStore::Impl& store, PartitionId partition)
      : store_{store}, partition_{partition}, eraser_{*store.db} {}

  [[nodiscard]] Result<void> run() {
    auto done = indexes();
    if (done) done = dead_letters();
    if (done) done = quarantine();
    const auto history = [this](std::string_view key, std::string_view) {
      return belongs(order_before_zero(key));
    };
    if (done) done = eraser_.erase(Family::history, "", history);
    const auto by_key = [this](std::string_view key, std::string_view) { return belongs(key); };
    return done ? eraser_.erase(Family::orders, "", by_key) : done;
  }

 private:
  [[nodiscard]] Result<bool> belongs(std::string_view text) {
    if (text == last_) return last_belongs_;
    const auto order = OrderId::parse(text);
    if (!order) return fail(ErrorCode::corrupt, "a row of the store names no order");
    auto row = store_.row(*order, nullptr);
    if (!row) return passed(row.error());
    last_ = text;
    last_belongs_ =
        *row ? (*row)->summary.partition == partition_
             : partition_of(*order, store_.identity.partition_count) == index_of(partition_);
    return last_belongs_;
  }

  [[nodiscard]] Result<bool> belongs_timed(std::string_view key, std::size_t prefix_bytes) {
    const auto place = keys::split_timed(key, prefix_bytes);
    return belongs(place ? place->order : std::string_view{});
  }

  Result<void> indexes() {
    using Text = std::string_view;
    auto done =
        eraser_.erase(Family::index, "S", [this](Text key, Text) { return belongs_timed(key, 2); });
    if (!done) return done;
    done = eraser_.erase(Family::index, "C",
                         [this](Text key, Text) { return belongs_timed(key, key.find('\0') + 1); });
    if (!done) return done;
    done =
        eraser_.erase(Family::index, "K", [this](Text key, Text) { return belongs_timed(key, 1); });
    if (!done) return done;
    done = eraser_.erase(Family::index, "P", [this](Text, Text order) { return belongs(order); });
    if (!done) return done;
    const std::string timers = keys::timer(partition_, {}, {}).substr(0, sizeof(std::uint32_t));
    return eraser_.erase(Family::timers, timers, [](Text, Text) -> Result<bool> { return true; });
  }

  Result<void> dead_letters() {
    const auto ours = [this](std::string_view, std::string_view value) -> Result<bool> {
      const auto letter = decode_dead_letter(value);
      if (!letter) return tl::unexpected<Error>{letter.error()};
      return letter->partition == partition_;
    };
    const auto dangling = [this](std::string_view, std::string_view key) -> Result<bool> {
      const auto letter = store_.db->get(Family::dead_letters, key);
      if (!letter) return tl::unexpected<Error>{letter.error()};
      return !letter->has_value();
    };
    auto done = eraser_.erase(Family::dead_letters, "", ours);
    return done ? eraser_.erase(Family::index, "D", dangling) : done;
  }

  /// The queues first: they are found through the quarantines.
  Result<void> quarantine() {
    const std::string prefix = keys::quarantine(partition_, {});
    const auto queued = [&](std::string_view key, std::string_view) -> Result<bool> {
      const std::string_view order = order_before_zero(key.substr(1));
      const auto place = store_.db->get(Family::quarantine, keys::quarantine_of(order));
      if (!place) return tl::unexpected<Error>{place.error()};
      return *place ? (*place)->starts_with(prefix) : belongs(order);
    };
    const auto ours = [&](std::string_view, std::string_view key) -> Result<bool> {
      return key.starts_with(prefix);
    };
    auto done = eraser_.erase(Family::quarantine, "E", queued);
    if (done) done = eraser_.erase(Family::quarantine, "O", ours);
    if (!done) return done;
    return eraser_.erase(Family::quarantine, prefix,
                         [](std::string_view, std::string_view) -> Result<bool> { return true; });
  }

  RocksStore::Impl& store_;
  PartitionId partition_;
  Eraser eraser_;
  std::string last_;
  bool last_belongs_ = false;
};

}  // namespace

Result<void> RocksStore::begin_restore(PartitionId partition) {
  Impl::Slot& slot = impl_->slot(partition);
  const std::lock_guard lock{slot.mutex};
  if (impl_->failed) return failed_before();
  auto head = impl_->head(partition, slot);
  if (!head) return passed(head.error());
  const bool filled = (*head)->restoring || (*head)->position != Position{};
  RocksBatch batch{*impl_->db};
  for (const char kind : {'P', 'I', 'N'}) {
    batch.erase(Family::partitions, keys::of_partition(kind, partition));
  }
  batch.put(Family::partitions, keys::of_partition('R', partition), "1");
  slot.head = PartitionHead{};
  slot.head->restoring = true;
  auto done = impl_->db->write(batch);
  if (done && filled) done = Clearing{*impl_, partition}.run();
  if (!done && done.error().code == ErrorCode::storage_failed) impl_->failed = true;
  return done;
}

Result<void> RocksStore::finish_restore(PartitionId partition, const Position& position,
                                        std::span<const InputPosition> inputs) {
  Impl::Slot& slot = impl_->slot(partition);
  const std::lock_guard lock{slot.mutex};
  if (impl_->failed) return failed_before();
  auto read = impl_->head(partition, slot);
  if (!read) return passed(read.error());
  PartitionHead head = **read;
  ensure(head.restoring, "a restore is begun before it is finished");
  head.restoring = false;
  head.position = position;
  for (const InputPosition& input : inputs) merge(head.inputs, input);
  RocksBatch batch{*impl_->db};
  batch.erase(Family::partitions, keys::of_partition('R', partition));
  if (position != Position{}) {
    batch.put(Family::partitions, keys::of_partition('P', partition), encode(position));
    batch.put(Family::partitions, keys::of_partition('I', partition), encode_inputs(head.inputs));
    batch.put(Family::partitions, keys::of_partition('N', partition), encode_counts(head.counts));
  }
  if (auto written = impl_->db->write(batch); !written) {
    impl_->failed = true;
    return written;
  }
  slot.head = std::move(head);
  return {};
}

}  // namespace paysaga::storage
