#include "paysaga/storage/rocks_store.hpp"

#include <algorithm>
#include <random>

#include "paysaga/storage/bytes.hpp"
#include "paysaga/storage/codec_saga.hpp"
#include "paysaga/storage/envelope.hpp"
#include "paysaga/storage/keys.hpp"
#include "paysaga/storage/rocks_store_impl.hpp"

namespace paysaga::storage {
namespace {

/// Of the whole store. A program refuses one that is newer than its own.
constexpr std::uint8_t store_version = 1;
constexpr std::uint8_t inputs_version = 2;  // 1: without landmarks.
constexpr std::string_view identity_key = "identity";

tl::unexpected<Error> passed(Error& error) {
  return tl::unexpected<Error>{std::move(error)};
}

std::string encode_identity(const StoreIdentity& identity) {
  ByteWriter bytes{128};
  bytes.raw(open_envelope(store_version));
  bytes.text(identity.log);
  bytes.text(identity.ledger);
  bytes.u32(identity.partition_count);
  if (identity.roles != Roles::both) bytes.text(to_text(identity.roles));
  std::string out = bytes.take();
  close_envelope(out);
  return out;
}

Result<StoreIdentity> decode_identity(std::string_view bytes, const std::string& directory) {
  const auto body = read_envelope(bytes, store_version, "the store in " + directory);
  if (!body) return tl::unexpected<Error>{body.error()};
  ByteReader reader{*body};
  StoreIdentity identity;
  identity.log = reader.text();
  identity.ledger = reader.text();
  identity.partition_count = reader.u32();
  if (reader.at_end()) return identity;
  const std::string_view roles = reader.text();
  identity.roles = roles == to_text(Roles::orders) ? Roles::orders : Roles::payments;
  if (reader.at_end() && roles == to_text(identity.roles)) return identity;
  return fail(ErrorCode::corrupt, "the identity of the store in " + directory + " is damaged");
}

/// What is there must be what was asked for, as far as that was said.
Result<void> check(const StoreIdentity& there, const StoreIdentity& asked,
                   const std::string& directory) {
  const std::string where = "the store in " + directory;
  if (!asked.log.empty() && asked.log != there.log) {
    return fail(ErrorCode::conflict, where + " belongs to the journal " + there.log + ", not to " +
                                         asked.log + "; use the data directory that fits it");
  }
  if (asked.partition_count != 0 && asked.partition_count != there.partition_count) {
    return fail(ErrorCode::conflict, where + " has " + std::to_string(there.partition_count) +
                                         " partitions, not " +
                                         std::to_string(asked.partition_count) +
                                         "; the number is fixed when the journal is made");
  }
  if (!asked.log.empty() && asked.roles != there.roles) {
    return fail(ErrorCode::conflict, where + " is of a node with the roles \"" +
                                         std::string{to_text(there.roles)} + "\", not \"" +
                                         std::string{to_text(asked.roles)} +
                                         "\"; each role has a group and a store of its own");
  }
  if (!asked.ledger.empty() && asked.ledger != there.ledger) {
    return fail(ErrorCode::conflict, where + " has the ledger " + there.ledger + ", not " +
                                         asked.ledger + "; it belongs to another installation");
  }
  return {};
}

/// Reads the identity; writes it into a new store.
Result<StoreIdentity> settle_identity(RocksDb& db, const RocksStore::Options& options) {
  auto bytes = db.get(Family::meta, identity_key);
  if (!bytes) return passed(bytes.error());
  if (*bytes) {
    auto there = decode_identity(**bytes, db.directory());
    if (!there) return passed(there.error());
    if (auto fits = check(*there, options.identity, db.directory()); !fits) {
      return passed(fits.error());
    }
    return there;
  }
  if (options.read_only) {
    return fail(ErrorCode::not_found, "the store in " + db.directory() + " is empty");
  }
  StoreIdentity made = options.identity;
  ensure(!made.log.empty() && made.partition_count > 0, "a new store knows its journal");
  if (made.ledger.empty()) made.ledger = make_ledger();
  RocksBatch batch{db};
  batch.put(Family::meta, identity_key, encode_identity(made));
  if (auto written = db.write(batch); !written) return passed(written.error());
  if (auto flushed = db.flush(); !flushed) return passed(flushed.error());
  return made;
}

}  // namespace

std::string make_ledger() {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  constexpr std::size_t ledger_characters = 10;
  std::random_device device;
  std::uniform_int_distribution<std::size_t> pick{0, letters.size() - 1};
  std::string ledger(ledger_characters, ' ');
  std::generate(ledger.begin(), ledger.end(), [&] { return letters[pick(device)]; });
  return ledger;
}

std::string encode_inputs(const std::vector<InputPosition>& inputs) {
  ByteWriter bytes{256};
  bytes.raw(open_envelope(inputs_version));
  write(bytes, inputs);
  std::string out = bytes.take();
  close_envelope(out);
  return out;
}

Result<std::vector<InputPosition>> decode_inputs(std::string_view bytes) {
  const auto body = read_envelope(bytes, inputs_version, "the input positions of a partition");
  if (!body) return tl::unexpected<Error>{body.error()};
  ByteReader reader{*body};
  auto inputs =
      read_positions(reader, bytes.front() < inputs_version ? PositionsForm::without_landmarks
                                                            : PositionsForm::with_landmarks);
  if (reader.at_end()) return inputs;
  return fail(ErrorCode::corrupt, "the input positions of a partition cannot be read");
}

std::string encode_quarantine(const Quarantined& record) {
  ByteWriter bytes{record.reason.size() + 64};
  bytes.raw(open_envelope(store_version));
  bytes.text(record.reason);
  bytes.i64(micros_of(record.since));
  bytes.u64(record.queued);
  std::string out = bytes.take();
  close_envelope(out);
  return out;
}

Result<Quarantined> decode_quarantine(const OrderId& order, std::string_view bytes) {
  const auto body = read_envelope(bytes, store_version, "the quarantine of order " + order.text());
  if (!body) return tl::unexpected<Error>{body.error()};
  ByteReader reader{*body};
  Quarantined record{order, {}, {}, 0};
  record.reason = reader.text();
  record.since = time_from_micros(reader.i64());
  record.queued = reader.u64();
  if (reader.at_end()) return record;
  return fail(ErrorCode::corrupt, "the quarantine of order " + order.text() + " cannot be read");
}

RocksStore::Impl::Impl(std::unique_ptr<RocksDb> database, StoreIdentity whose)
    : db{std::move(database)}, identity{std::move(whose)} {}

RocksStore::Impl::Slot& RocksStore::Impl::slot(PartitionId partition) {
  const std::lock_guard lock{slots_mutex_};
  auto& slot = slots_[partition];
  if (slot == nullptr) slot = std::make_unique<Slot>();
  return *slot;
}

Result<PartitionHead*> RocksStore::Impl::head(PartitionId partition, Slot& slot) {
  if (slot.head) return &*slot.head;
  PartitionHead head;
  auto position = db->get(Family::partitions, keys::of_partition('P', partition));
  auto inputs = db->get(Family::partitions, keys::of_partition('I', partition));
  auto counts = db->get(Family::partitions, keys::of_partition('N', partition));
  auto restoring = db->get(Family::partitions, keys::of_partition('R', partition));
  if (!position) return passed(position.error());
  if (!inputs) return passed(inputs.error());
  if (!counts) return passed(counts.error());
  if (!restoring) return passed(restoring.error());
  head.restoring = restoring->has_value();
  if (*position) {
    auto decoded = decode_position(**position);
    if (!decoded) {
      return fail(decoded.error().code == ErrorCode::version_unsupported
                      ? ErrorCode::version_unsupported
                      : ErrorCode::corrupt,
                  "the position of partition " + std::to_string(index_of(partition)) + ": " +
                      decoded.error().detail);
    }
    head.position = *decoded;
  }
  if (*inputs) {
    auto decoded = decode_inputs(**inputs);
    if (!decoded) return passed(decoded.error());
    head.inputs = std::move(*decoded);
  }
  if (*counts) {
    auto decoded = decode_counts(**counts);
    if (!decoded) return passed(decoded.error());
    head.counts = std::move(*decoded);
  }
  slot.head = std::move(head);
  return &*slot.head;
}

Result<std::optional<OrderRow>> RocksStore::Impl::row(const OrderId& order,
                                                      const RocksMoment* moment) const {
  auto bytes = db->get(Family::orders, order.text(), moment);
  if (!bytes) return passed(bytes.error());
  if (!*bytes) return std::nullopt;
  auto decoded = decode_row(order, **bytes);
  if (!decoded) return passed(decoded.error());
  return std::move(*decoded);
}

Result<std::optional<Quarantined>> RocksStore::Impl::quarantine(const OrderId& order) const {
  auto key = db->get(Family::quarantine, keys::quarantine_of(order.text()));
  if (!key) return passed(key.error());
  if (!*key) return std::nullopt;
  auto bytes = db->get(Family::quarantine, **key);
  if (!bytes) return passed(bytes.error());
  if (!*bytes) return std::nullopt;
  auto record = decode_quarantine(order, **bytes);
  if (!record) return passed(record.error());
  return std::move(*record);
}

RocksStore::RocksStore(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
RocksStore::~RocksStore() = default;

Result<std::unique_ptr<RocksStore>> RocksStore::open(const std::string& directory,
                                                     const Options& options) {
  auto db = RocksDb::open(directory, RocksDb::Options{options.read_only});
  if (!db) return passed(db.error());
  auto identity = settle_identity(**db, options);
  if (!identity) return passed(identity.error());
  auto impl = std::make_unique<Impl>(std::move(*db), std::move(*identity));
  return std::unique_ptr<RocksStore>{new RocksStore{std::move(impl)}};
}

const StoreIdentity& RocksStore::identity() const {
  return impl_->identity;
}

Result<void> RocksStore::flush() {
  return impl_->db->flush();
}

Result<void> RocksStore::checkpoint(const std::string& into) const {
  return impl_->db->checkpoint(into);
}

Result<Position> RocksStore::position(PartitionId partition) const {
  Impl::Slot& slot = impl_->slot(partition);
  const std::lock_guard lock{slot.mutex};
  auto head = impl_->head(partition, slot);
  if (!head) return passed(head.error());
  return (*head)->position;
}

Result<std::vector<InputPosition>> RocksStore::input_positions(PartitionId partition) const {
  Impl::Slot& slot = impl_->slot(partition);
  const std::lock_guard lock{slot.mutex};
  auto head = impl_->head(partition, slot);
  if (!head) return passed(head.error());
  return (*head)->inputs;
}

Result<std::vector<StatusCount>> RocksStore::counts(PartitionId partition) const {
  Impl::Slot& slot = impl_->slot(partition);
  const std::lock_guard lock{slot.mutex};
  auto head = impl_->head(partition, slot);
  if (!head) return passed(head.error());
  std::vector<StatusCount> sum;
  add(sum, (*head)->counts);
  return sum;
}

}  // namespace paysaga::storage
