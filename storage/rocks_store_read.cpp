#include <algorithm>

#include "paysaga/saga/topic.hpp"
#include "paysaga/storage/codec_blank.hpp"
#include "paysaga/storage/codec_saga.hpp"
#include "paysaga/storage/keys.hpp"
#include "paysaga/storage/rocks_store_impl.hpp"

namespace paysaga::storage {
namespace {

tl::unexpected<Error> passed(Error& error) {
  return tl::unexpected<Error>{std::move(error)};
}

/// By the order's name alone, so that no row of another partition is read.
bool is_within(const OrderQuery& query, const OrderId& order, std::uint32_t partition_count) {
  return !query.partitions ||
         query.partitions->contains(PartitionId{partition_of(order, partition_count)});
}

/// A part of an index that lists orders by the time of their last change.
struct Range {
  std::string prefix;
};

/// Whatever the query asks for first is looked up, the rest is filtered.
std::vector<Range> ranges_of(const OrderQuery& query) {
  const auto before_time = [](std::string key) {
    key.resize(key.size() - 8);
    return Range{std::move(key)};
  };
  if (query.stuck || !query.stuck_reason.empty()) return {before_time(keys::stuck(Time{}, {}))};
  if (query.customer) return {before_time(keys::by_customer(query.customer->text(), Time{}, {}))};
  if (query.status) return {before_time(keys::by_status(*query.status, Time{}, {}))};
  std::vector<Range> ranges;
  for (int i = 0; i <= static_cast<int>(shape::Last<order::Status>::value); ++i) {
    ranges.push_back(before_time(keys::by_status(static_cast<order::Status>(i), Time{}, {})));
  }
  return ranges;
}

/// Walks several ranges as one, in the order of the query.
class Walk {
 public:
  Walk(const RocksDb& db, const OrderQuery& query, const std::optional<PageCursor>& after,
       const RocksMoment* moment)
      : oldest_first_{query.oldest_first} {
    for (const Range& range : ranges_of(query)) {
      std::string lower = range.prefix;
      std::string upper = keys::behind(range.prefix);
      if (query.older_than) upper = at(range, *query.older_than, {});
      if (after && oldest_first_) lower = at(range, after->at, after->id + '\0');
      if (after && !oldest_first_) upper = std::min(upper, at(range, after->at, after->id));
      scans_.push_back(
          {range.prefix.size(), db.scan(Family::index, lower, upper, !oldest_first_, moment)});
    }
  }

  /// The order at the front; none at the end.
  [[nodiscard]] std::optional<std::string> next() {
    Part* best = nullptr;
    keys::Timed best_place;
    for (Part& part : scans_) {
      if (part.scan.done()) continue;
      const auto place = keys::split_timed(part.scan.key(), part.prefix_bytes);
      if (!place) continue;
      const auto left = std::pair{place->at, place->order};
      const auto right = std::pair{best_place.at, best_place.order};
      if (best == nullptr || (oldest_first_ ? left < right : right < left)) {
        best = &part;
        best_place = *place;
      }
    }
    if (best == nullptr) return std::nullopt;
    std::string order{best_place.order};
    best->scan.next();
    return order;
  }

  [[nodiscard]] Result<void> status() const {
    for (const Part& part : scans_) {
      if (auto status = part.scan.status(); !status) return status;
    }
    return {};
  }

 private:
  struct Part {
    std::size_t prefix_bytes;
    RocksScan scan;
  };

  static std::string at(const Range& range, Time time, const std::string& order) {
    return range.prefix + keys::stuck(time, order).substr(1);
  }

  bool oldest_first_;
  std::vector<Part> scans_;
};

}  // namespace

Result<std::optional<StoredOrder>> RocksStore::load(const OrderId& order) const {
  auto bytes = impl_->db->get(Family::orders, order.text());
  if (!bytes) return passed(bytes.error());
  if (!*bytes) return std::nullopt;
  auto row = decode_row(order, **bytes);
  if (!row) return passed(row.error());
  auto state = state_of_row(order, **bytes);
  if (!state) return passed(state.error());
  auto saga = decode_saga(*state);
  if (!saga) {
    return fail(saga.error().code, "order " + order.text() + ": " + saga.error().detail);
  }
  if (saga->id != order || saga->version != row->summary.version) {
    return fail(ErrorCode::corrupt, "the row of order " + order.text() + " holds another state");
  }
  return StoredOrder{std::move(*saga), row->summary.offset, row->summary.partition};
}

Result<std::optional<OrderSummary>> RocksStore::summary(const OrderId& order) const {
  auto row = impl_->row(order, nullptr);
  if (!row) return passed(row.error());
  if (!*row) return std::nullopt;
  return std::move((*row)->summary);
}

Result<std::vector<HistoryRow>> RocksStore::history(const OrderId& order, Offset from,
                                                    std::size_t limit) const {
  std::vector<HistoryRow> rows;
  const std::string upper = keys::behind(order.text() + '\0');
  RocksScan scan = impl_->db->scan(Family::history, keys::history(order.text(), from), upper);
  for (; !scan.done() && rows.size() < limit; scan.next()) {
    auto row = decode_history(*keys::split_offset(scan.key()), scan.value());
    if (!row) return fail(row.error().code, "order " + order.text() + ": " + row.error().detail);
    rows.push_back(std::move(*row));
  }
  if (auto status = scan.status(); !status) return passed(status.error());
  return rows;
}

Result<std::optional<OrderId>> RocksStore::find_by_provider_id(std::string_view id) const {
  auto order = impl_->db->get(Family::index, keys::provider(id));
  if (!order) return passed(order.error());
  if (!*order) return std::nullopt;
  auto parsed = OrderId::parse(**order);
  if (!parsed) {
    return fail(ErrorCode::corrupt, "the index names no order for " + std::string{id});
  }
  return std::move(*parsed);
}

Result<OrderPage> RocksStore::list(const OrderQuery& query) const {
  std::optional<PageCursor> after;
  if (!query.after.empty()) {
    auto parsed = parse_page_cursor(query.after);
    if (!parsed) return passed(parsed.error());
    after = std::move(*parsed);
  }
  if (query.partitions && query.partitions->empty()) return OrderPage{};
  const auto moment = impl_->db->moment();
  Walk walk{*impl_->db, query, after, moment.get()};
  OrderPage page;
  while (const auto name = walk.next()) {
    const auto order = OrderId::parse(*name);
    if (!order) return fail(ErrorCode::corrupt, "the index of orders names no order");
    if (!is_within(query, *order, impl_->identity.partition_count)) continue;
    auto row = impl_->row(*order, moment.get());
    if (!row) return passed(row.error());
    if (!*row) {
      return fail(ErrorCode::corrupt,
                  "order " + *name + " stands in an index and not among the orders");
    }
    if (!matches(query, (*row)->summary)) continue;
    if (page.orders.size() == query.limit) {
      if (!page.orders.empty()) page.next = to_text(place_of(page.orders.back()));
      break;
    }
    page.orders.push_back(std::move((*row)->summary));
  }
  if (auto status = walk.status(); !status) return passed(status.error());
  return page;
}

Result<std::vector<Timer>> RocksStore::timers(PartitionId partition, Time from, Time until,
                                              std::size_t limit) const {
  Impl::Slot& slot = impl_->slot(partition);
  const std::lock_guard lock{slot.mutex};
  auto head = impl_->head(partition, slot);
  if (!head) return passed(head.error());
  std::vector<Timer> timers;
  const bool from_the_first = from <= (*head)->timers_floor;
  const Time begin = std::max(from, (*head)->timers_floor);
  if (begin >= until || limit == 0) return timers;
  RocksScan scan = impl_->db->scan(Family::timers, keys::timer(partition, begin, {}),
                                   keys::timer(partition, until, {}));
  for (; !scan.done() && timers.size() < limit; scan.next()) {
    const auto place = keys::split_timed(scan.key(), 4);
    const auto order = OrderId::parse(place ? place->order : std::string_view{});
    if (!order) return fail(ErrorCode::corrupt, "the index of timers names no order");
    timers.push_back({place->at, *order});
  }
  if (auto status = scan.status(); !status) return passed(status.error());
  if (from_the_first) (*head)->timers_floor = timers.empty() ? until : timers.front().at;
  return timers;
}

Result<std::vector<DeadLetter>> RocksStore::dead_letters(const DeadLetterQuery& query) const {
  std::string lower;
  std::vector<DeadLetter> letters;
  if (!query.after.empty()) {
    auto after = parse_page_cursor(query.after);
    if (!after) return passed(after.error());
    lower = keys::dead_letter(after->at, after->id) + '\0';
  }
  RocksScan scan = impl_->db->scan(Family::dead_letters, lower, {});
  for (; !scan.done() && letters.size() < query.limit; scan.next()) {
    auto letter = decode_dead_letter(scan.value());
    if (!letter) return passed(letter.error());
    if (query.partitions && !query.partitions->contains(letter->partition)) continue;
    letters.push_back(std::move(*letter));
  }
  if (auto status = scan.status(); !status) return passed(status.error());
  return letters;
}

Result<std::optional<DeadLetter>> RocksStore::Impl::dead_letter(std::string_view id) const {
  auto key = db->get(Family::index, keys::dead_letter_id(id));
  if (!key) return passed(key.error());
  if (!*key) return std::nullopt;
  auto bytes = db->get(Family::dead_letters, **key);
  if (!bytes) return passed(bytes.error());
  if (!*bytes) return fail(ErrorCode::corrupt, "the dead letter " + std::string{id} + " is gone");
  auto letter = decode_dead_letter(**bytes);
  if (!letter) return passed(letter.error());
  return std::move(*letter);
}

Result<std::optional<DeadLetter>> RocksStore::dead_letter(std::string_view id) const {
  return impl_->dead_letter(id);
}

Result<std::vector<Quarantined>> RocksStore::quarantined(PartitionId partition) const {
  std::vector<Quarantined> records;
  const std::string prefix = keys::quarantine(partition, {});
  RocksScan scan = impl_->db->scan(Family::quarantine, prefix, keys::behind(prefix));
  for (; !scan.done(); scan.next()) {
    const auto order = OrderId::parse(scan.key().substr(prefix.size()));
    if (!order) return fail(ErrorCode::corrupt, "the quarantine names no order");
    auto record = decode_quarantine(*order, scan.value());
    if (!record) return passed(record.error());
    records.push_back(std::move(*record));
  }
  if (auto status = scan.status(); !status) return passed(status.error());
  return records;
}

Result<std::optional<Quarantined>> RocksStore::quarantine(const OrderId& order) const {
  return impl_->quarantine(order);
}

Result<std::vector<std::string>> RocksStore::queued(const OrderId& order, std::size_t limit) const {
  std::vector<std::string> inputs;
  const std::string prefix = "E" + order.text() + '\0';
  RocksScan scan = impl_->db->scan(Family::quarantine, prefix, keys::behind(prefix));
  for (; !scan.done() && inputs.size() < limit; scan.next()) inputs.emplace_back(scan.value());
  if (auto status = scan.status(); !status) return passed(status.error());
  return inputs;
}

}  // namespace paysaga::storage
