#include "paysaga/storage/memory_store.hpp"

#include <algorithm>

#include "paysaga/saga/topic.hpp"
#include "paysaga/storage/order_row.hpp"

namespace paysaga::storage {

Result<std::optional<std::string>> StateStore::queue_head(const OrderId& order) const {
  auto inputs = queued(order, 1);
  if (!inputs) return tl::unexpected<Error>{std::move(inputs.error())};
  if (inputs->empty()) return std::nullopt;
  return std::move(inputs->front());
}

Result<std::vector<StatusCount>> StateStore::counts() const {
  std::vector<StatusCount> sum;
  for (std::uint32_t i = 0; i < identity().partition_count; ++i) {
    const auto part = counts(PartitionId{i});
    if (!part) return part;
    add(sum, *part);
  }
  return sum;
}

MemoryStore::Rows MemoryStore::copy() const {
  const std::lock_guard lock{mutex_};
  return rows_;
}

Result<void> MemoryStore::apply(PartitionId partition, std::span<const AppliedRecord> records,
                                const Position& next) {
  const std::lock_guard lock{mutex_};
  Position& position = rows_.positions[partition];
  for (const AppliedRecord& record : records) {
    ensure(record.offset < next.next, "an applied record lies below the new position");
    if (record.offset < position.next) continue;
    for (const InputPosition& input : record.decision.inputs) {
      merge(rows_.inputs[partition], input);
    }
    if (!record.decision.order.empty()) apply_order(partition, record);
    if (auto letter = dead_letter_of(record, partition)) {
      rows_.dead_letters.insert_or_assign({letter->at, letter->id}, std::move(*letter));
    }
    if (!settles_dead_letter(record.decision)) continue;
    for (auto& [place, letter] : rows_.dead_letters) {
      if (letter.id == record.decision.input_id) settle(letter, record.decision);
    }
  }
  if (next.next >= position.next) position = next;
  return {};
}

void MemoryStore::apply_order(PartitionId partition, const AppliedRecord& record) {
  const OrderId order = OrderId::of(std::string{record.decision.order});
  apply_quarantine(partition, record);
  rows_.history[order].add(*decode_history(record.offset, encode_history(record.decision)));
  if (record.saga != nullptr) put_order(partition, record.offset, record.saga);
}

void MemoryStore::put_order(PartitionId partition, Offset offset,
                            const std::shared_ptr<const Saga>& saga) {
  const OrderId& order = saga->id;
  const auto found = rows_.orders.find(order);
  if (found != rows_.orders.end()) {
    const OrderSummary& old = found->second.summary;
    if (old.version >= saga->version) return;
    if (old.next_wake_at) rows_.timers[old.partition].erase({*old.next_wake_at, order});
  }
  Entry entry{summarize(*saga, partition, offset), saga};
  if (entry.summary.next_wake_at) {
    rows_.timers[partition].insert({*entry.summary.next_wake_at, order});
  }
  for (const std::string& id : provider_ids_of(*saga)) {
    rows_.provider_ids.insert_or_assign(id, order);
  }
  rows_.orders.insert_or_assign(order, std::move(entry));
}

void MemoryStore::apply_quarantine(PartitionId partition, const AppliedRecord& record) {
  const DecisionView& decision = record.decision;
  const OrderId order = OrderId::of(std::string{decision.order});
  const bool adds = decision.action == Action::quarantine || decision.action == Action::enqueue;
  if (adds) {
    const Stopped begun{partition, std::string{decision.summary}, decision.decided_at, {}};
    Stopped& stopped = rows_.stopped.try_emplace(order, begun).first->second;
    if (!decision.queued.empty()) stopped.queue.emplace(record.offset, decision.queued);
    return;
  }
  const auto found = rows_.stopped.find(order);
  if (found == rows_.stopped.end()) return;
  auto& queue = found->second.queue;
  if (decision.action == Action::dequeue && !queue.empty()) queue.erase(queue.begin());
  if (decision.action == Action::lift && queue.empty()) rows_.stopped.erase(found);
}

Result<void> MemoryStore::begin_restore(PartitionId partition) {
  const std::lock_guard lock{mutex_};
  std::set<OrderId> gone;
  for (const auto& [order, entry] : rows_.orders) {
    if (entry.summary.partition == partition) gone.insert(order);
  }
  for (const auto& [order, rows] : rows_.history) {
    const bool home = partition_of(order, identity_.partition_count) == index_of(partition);
    if (!rows_.orders.contains(order) && home) gone.insert(order);
  }
  const auto of_gone = [&](const auto& row) { return gone.contains(row.first); };
  std::erase_if(rows_.orders, of_gone);
  std::erase_if(rows_.history, of_gone);
  std::erase_if(rows_.provider_ids, [&](const auto& row) { return gone.contains(row.second); });
  std::erase_if(rows_.stopped, [&](const auto& row) { return row.second.partition == partition; });
  std::erase_if(rows_.dead_letters,
                [&](const auto& row) { return row.second.partition == partition; });
  rows_.timers.erase(partition);
  rows_.inputs.erase(partition);
  rows_.positions.erase(partition);
  return {};
}

Result<void> MemoryStore::restore(PartitionId partition, std::span<const RestoredRow> rows) {
  const std::lock_guard lock{mutex_};
  for (const RestoredRow& row : rows) put_row(partition, row);
  return {};
}

void MemoryStore::put_row(PartitionId partition, const RestoredRow& row) {
  const auto stopped = [&](const OrderId& order) -> Stopped& {
    Stopped& found = rows_.stopped[order];
    found.partition = partition;
    return found;
  };
  std::visit(
      Overload{[&](const RestoredOrder& order) { put_order(partition, order.offset, order.saga); },
               [&](const Quarantined& record) {
                 Stopped& into = stopped(record.order);
                 into.reason = record.reason;
                 into.since = record.since;
               },
               [&](const RestoredInput& input) {
                 stopped(input.order).queue.emplace(input.offset, input.bytes);
               },
               [&](const DeadLetter& letter) {
                 rows_.dead_letters.insert_or_assign({letter.at, letter.id}, letter);
               }},
      row);
}

Result<void> MemoryStore::finish_restore(PartitionId partition, const Position& position,
                                         std::span<const InputPosition> inputs) {
  const std::lock_guard lock{mutex_};
  if (position != Position{}) rows_.positions[partition] = position;
  for (const InputPosition& input : inputs) merge(rows_.inputs[partition], input);
  return {};
}

Result<Position> MemoryStore::position(PartitionId partition) const {
  const std::lock_guard lock{mutex_};
  const auto found = rows_.positions.find(partition);
  return found == rows_.positions.end() ? Position{} : found->second;
}

Result<std::vector<InputPosition>> MemoryStore::input_positions(PartitionId partition) const {
  const std::lock_guard lock{mutex_};
  const auto found = rows_.inputs.find(partition);
  return found == rows_.inputs.end() ? std::vector<InputPosition>{} : found->second;
}

Result<std::optional<StoredOrder>> MemoryStore::load(const OrderId& order) const {
  const std::lock_guard lock{mutex_};
  const auto found = rows_.orders.find(order);
  if (found == rows_.orders.end()) return std::nullopt;
  const Entry& entry = found->second;
  return StoredOrder{*entry.saga, entry.summary.offset, entry.summary.partition};
}

Result<std::optional<OrderSummary>> MemoryStore::summary(const OrderId& order) const {
  const std::lock_guard lock{mutex_};
  const auto found = rows_.orders.find(order);
  if (found == rows_.orders.end()) return std::nullopt;
  return found->second.summary;
}

Result<std::vector<HistoryRow>> MemoryStore::history(const OrderId& order, Offset from,
                                                     std::size_t limit) const {
  const std::lock_guard lock{mutex_};
  const auto found = rows_.history.find(order);
  if (found == rows_.history.end()) return std::vector<HistoryRow>{};
  return found->second.read(from, limit);
}

Result<std::optional<OrderId>> MemoryStore::find_by_provider_id(std::string_view id) const {
  const std::lock_guard lock{mutex_};
  const auto found = rows_.provider_ids.find(id);
  if (found == rows_.provider_ids.end()) return std::nullopt;
  return found->second;
}

Result<OrderPage> MemoryStore::list(const OrderQuery& query) const {
  std::optional<PageCursor> after;
  if (!query.after.empty()) {
    auto parsed = parse_page_cursor(query.after);
    if (!parsed) return tl::unexpected<Error>{std::move(parsed.error())};
    after = std::move(*parsed);
  }
  const std::lock_guard lock{mutex_};
  OrderPage page;
  for (const auto& [order, entry] : rows_.orders) {
    if (!matches(query, entry.summary)) continue;
    if (after) {
      const auto place = std::pair{entry.summary.updated_at, order.text()};
      const auto end = std::pair{after->at, after->id};
      if (query.oldest_first ? place <= end : place >= end) continue;
    }
    page.orders.push_back(entry.summary);
  }
  std::sort(page.orders.begin(), page.orders.end(),
            [&](const OrderSummary& a, const OrderSummary& b) {
              const auto left = std::pair{a.updated_at, a.order};
              const auto right = std::pair{b.updated_at, b.order};
              return query.oldest_first ? left < right : right < left;
            });
  if (page.orders.size() > query.limit) {
    page.orders.erase(page.orders.begin() + static_cast<std::ptrdiff_t>(query.limit),
                      page.orders.end());
    if (!page.orders.empty()) page.next = to_text(place_of(page.orders.back()));
  }
  return page;
}

Result<std::vector<StatusCount>> MemoryStore::counts(PartitionId partition) const {
  const std::lock_guard lock{mutex_};
  std::vector<StatusCount> counts;
  std::vector<StatusCount> sum;
  for (const auto& [order, entry] : rows_.orders) {
    if (entry.summary.partition == partition) count(counts, entry.summary, 1);
  }
  add(sum, counts);
  return sum;
}

Result<std::vector<Timer>> MemoryStore::timers(PartitionId partition, Time from, Time until,
                                               std::size_t limit) const {
  const std::lock_guard lock{mutex_};
  std::vector<Timer> timers;
  const auto found = rows_.timers.find(partition);
  if (found == rows_.timers.end()) return timers;
  for (auto row = found->second.lower_bound(from); row != found->second.end(); ++row) {
    if (timers.size() == limit || row->first >= until) break;
    timers.push_back({row->first, row->second});
  }
  return timers;
}

Result<std::vector<DeadLetter>> MemoryStore::dead_letters(const DeadLetterQuery& query) const {
  std::optional<PageCursor> after;
  if (!query.after.empty()) {
    auto parsed = parse_page_cursor(query.after);
    if (!parsed) return tl::unexpected<Error>{std::move(parsed.error())};
    after = std::move(*parsed);
  }
  const std::lock_guard lock{mutex_};
  std::vector<DeadLetter> letters;
  for (const auto& [place, letter] : rows_.dead_letters) {
    if (letters.size() == query.limit) break;
    if (after && std::pair{letter.at, letter.id} <= std::pair{after->at, after->id}) continue;
    if (query.partitions && !query.partitions->contains(letter.partition)) continue;
    letters.push_back(letter);
  }
  return letters;
}

Result<std::optional<DeadLetter>> MemoryStore::dead_letter(std::string_view id) const {
  const std::lock_guard lock{mutex_};
  for (const auto& [place, letter] : rows_.dead_letters) {
    if (letter.id == id) return letter;
  }
  return std::nullopt;
}

Quarantined MemoryStore::show(const OrderId& order, const Stopped& stopped) {
  return Quarantined{order, stopped.reason, stopped.since, stopped.queue.size()};
}

Result<std::vector<Quarantined>> MemoryStore::quarantined(PartitionId partition) const {
  const std::lock_guard lock{mutex_};
  std::vector<Quarantined> records;
  for (const auto& [order, stopped] : rows_.stopped) {
    if (stopped.partition == partition) records.push_back(show(order, stopped));
  }
  return records;
}

Result<std::optional<Quarantined>> MemoryStore::quarantine(const OrderId& order) const {
  const std::lock_guard lock{mutex_};
  const auto found = rows_.stopped.find(order);
  if (found == rows_.stopped.end()) return std::nullopt;
  return show(order, found->second);
}

Result<std::vector<std::string>> MemoryStore::queued(const OrderId& order,
                                                     std::size_t limit) const {
  const std::lock_guard lock{mutex_};
  std::vector<std::string> inputs;
  const auto found = rows_.stopped.find(order);
  if (found == rows_.stopped.end()) return inputs;
  for (const auto& [offset, input] : found->second.queue) {
    if (inputs.size() == limit) break;
    inputs.push_back(input);
  }
  return inputs;
}

}  // namespace paysaga::storage
