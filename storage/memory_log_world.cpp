#include "paysaga/storage/memory_log_world.hpp"

#include <algorithm>

namespace paysaga::storage {
namespace {

constexpr std::size_t batch_entries_max = 512;

}  // namespace

MemoryWorld::Impl::Impl(MemoryLogOptions with)
    : options{std::move(with)},
      line{options.topics_of == nullptr ? own_line : options.topics_of->impl_->line} {
  ensure(options.partition_count > 0, "a log has partitions");
  ensure(!options.threaded || options.courier == nullptr, "a courier takes the place of a thread");
  ensure(!options.threaded || options.topics_of == nullptr, "two worlds have no mutex in common");
  if (options.threaded) thread = std::thread{[this] { run(); }};
}

MemoryWorld::Impl::~Impl() {
  {
    const std::lock_guard lock{mutex};
    stopping = true;
  }
  work.notify_one();
  if (thread.joinable()) thread.join();
}

MemoryLane& MemoryWorld::Impl::lane(std::string_view topic, PartitionId partition) {
  ensure(index_of(partition) < options.partition_count, "a partition of this log");
  if (options.topics_of != nullptr && topic != options.group + "-journal") {
    return options.topics_of->impl_->lane(topic, partition);
  }
  MemoryLane& found = lanes[{std::string{topic}, index_of(partition)}];
  if (found.topic.empty()) {
    found.topic = topic;
    found.partition = partition;
  }
  return found;
}

MemoryLane& MemoryWorld::Impl::journal(PartitionId partition) {
  return lane(options.group + "-journal", partition);
}

Result<void> MemoryWorld::Impl::check(const Output& output) const {
  if (output.topic.empty() || index_of(output.partition) >= options.partition_count) {
    return fail(ErrorCode::malformed, "no such topic or partition: " + output.topic);
  }
  std::size_t size = output.record.key.size() + output.record.value.size();
  for (const Header& header : output.record.headers) {
    size += header.name.size() + header.value.size();
  }
  if (size <= options.record_bytes_max) return {};
  return fail(ErrorCode::malformed, output.topic + ": a record of " + std::to_string(size) +
                                        " bytes is larger than " +
                                        std::to_string(options.record_bytes_max));
}

std::vector<LogEntry> MemoryLane::visible(Offset from, Offset until) const {
  const auto begin = entries.begin() + (from - first);
  const auto end = entries.begin() + (until - first);
  if (hidden.empty()) return {begin, end};
  std::vector<LogEntry> seen;
  std::copy_if(begin, end, std::back_inserter(seen),
               [this](const LogEntry& entry) { return !hidden.contains(entry.offset); });
  return seen;
}

Offset MemoryWorld::Impl::place(MemoryLane& lane, LogRecord record) {
  now = std::max(now + Duration{1}, options.clock ? options.clock() : Time{});
  const Offset offset = lane.end();
  lane.entries.push_back({offset, now, std::move(record)});
  return offset;
}

void MemoryWorld::Impl::show(MemoryLane& lane) {
  const Offset stable = lane.stable();
  if (lane.shown >= stable) return;
  for (; lane.shown < stable; ++lane.shown) {
    if (!options.on_append || lane.hidden.contains(lane.shown)) continue;
    options.on_append(lane.topic, lane.partition,
                      lane.entries[static_cast<std::size_t>(lane.shown - lane.first)]);
  }
  for (const auto& reading : lane.readings) schedule(reading);
}

Offset MemoryWorld::Impl::append(MemoryLane& lane, LogRecord record) {
  const Offset offset = place(lane, std::move(record));
  show(lane);
  return offset;
}

std::optional<MemoryFault> MemoryWorld::Impl::next_fault(std::deque<MemoryFault>& scripted,
                                                         MemoryStep::Kind kind,
                                                         const MemoryAsker& asker,
                                                         PartitionId partition) {
  if (!scripted.empty()) {
    const MemoryFault first = scripted.front();
    scripted.pop_front();
    return first;
  }
  if (options.courier == nullptr) return std::nullopt;
  return options.courier->fault(kind, asker.node, partition);
}

void MemoryWorld::Impl::begin(const MemoryStep& step, std::function<void()> happen) {
  if (options.courier == nullptr) return happen();
  options.courier->carry(step, [this, happen = std::move(happen)] {
    const std::lock_guard lock{mutex};
    happen();
  });
}

void MemoryWorld::Impl::post(const MemoryStep& step, std::function<void()> callback) {
  if (options.courier != nullptr) return options.courier->carry(step, std::move(callback));
  due.push_back(std::move(callback));
  work.notify_one();
}

void MemoryWorld::Impl::answer(const MemoryAsker& asker, PartitionId partition,
                               std::function<void()> callback) {
  post({MemoryStep::Kind::answer, asker.node, partition, asker.line},
       [gate = asker.gate, callback = std::move(callback)] { gate->pass(callback); });
}

void MemoryWorld::Impl::schedule(const std::shared_ptr<MemoryReading>& reading) {
  if (reading->scheduled || reading->ended) return;
  reading->scheduled = true;
  post({MemoryStep::Kind::read, reading->node, reading->lane->partition, reading->line},
       [this, reading] { run_reading(reading); });
}

void MemoryWorld::Impl::run_reading(const std::shared_ptr<MemoryReading>& reading) {
  Result<LogBatch> batch;
  {
    const std::lock_guard lock{mutex};
    const MemoryLane& lane = *reading->lane;
    reading->scheduled = false;
    if (reading->next < lane.first || reading->next > lane.end()) {
      reading->ended = true;
      batch = fail(ErrorCode::out_of_range,
                   lane.topic + " offset " + std::to_string(reading->next) + " is outside of " +
                       std::to_string(lane.first) + " to " + std::to_string(lane.end()));
    } else {
      auto count = static_cast<std::size_t>(std::max<Offset>(lane.stable() - reading->next, 0));
      if (reading->limited) count = std::min(count, reading->credit);
      if (count == 0) return;
      count = std::min(count, batch_entries_max);
      const Offset from = reading->next;
      reading->next += static_cast<Offset>(count);
      batch->entries = lane.visible(from, reading->next);
      batch->next = reading->next;
      reading->credit -= reading->limited ? batch->entries.size() : 0;
      if (reading->next < lane.stable()) schedule(reading);
    }
  }
  reading->gate.pass([&] { reading->on_batch(std::move(batch)); });
}

void MemoryWorld::Impl::notify(const std::string& node, PartitionId partition, OwnershipToken of,
                               void (OwnershipListener::*what)(PartitionId, OwnershipToken)) {
  const auto found = nodes.find(node);
  if (found == nodes.end() || found->second.listener == nullptr) return;
  post({MemoryStep::Kind::membership, node, partition, found->second.line},
       [partition, of, what, listener = found->second.listener, gate = found->second.gate] {
         gate->pass([&] { (listener->*what)(partition, of); });
       });
}

void MemoryWorld::Impl::give(PartitionId partition, const std::string& node) {
  const OwnershipToken given = ++token;
  owners[index_of(partition)] = {node, given};
  owned_once.insert(index_of(partition));
  notify(node, partition, given, &OwnershipListener::gained);
}

void MemoryWorld::Impl::take(PartitionId partition) {
  const auto owner = owners.find(index_of(partition));
  if (owner == owners.end()) return;
  notify(owner->second.node, partition, owner->second.token, &OwnershipListener::lost);
  owners.erase(owner);
}

std::size_t MemoryWorld::Impl::deliver() {
  std::size_t count = 0;
  for (;;) {
    std::function<void()> callback;
    {
      const std::lock_guard lock{mutex};
      if (due.empty()) return count;
      callback = std::move(due.front());
      due.pop_front();
    }
    callback();
    ++count;
  }
}

void MemoryWorld::Impl::run() {
  for (;;) {
    {
      std::unique_lock lock{mutex};
      work.wait(lock, [this] { return !due.empty() || stopping; });
      if (due.empty()) return;
    }
    (void)deliver();
  }
}

MemoryWorld::MemoryWorld(MemoryLogOptions options)
    : impl_{std::make_unique<Impl>(std::move(options))} {}
MemoryWorld::~MemoryWorld() = default;

std::unique_ptr<MemoryLog> MemoryWorld::open(std::string node) {
  const std::lock_guard lock{impl_->mutex};
  impl_->nodes[node] = {};
  return std::unique_ptr<MemoryLog>{new MemoryLog{*impl_, std::move(node)}};
}

void MemoryWorld::move(PartitionId partition, const std::string& node) {
  const std::lock_guard lock{impl_->mutex};
  impl_->take(partition);
  impl_->give(partition, node);
}

void MemoryWorld::move_silently(PartitionId partition, const std::string& node) {
  const std::lock_guard lock{impl_->mutex};
  impl_->give(partition, node);
}

void MemoryWorld::take(PartitionId partition) {
  const std::lock_guard lock{impl_->mutex};
  impl_->take(partition);
}

std::optional<std::string> MemoryWorld::owner(PartitionId partition) const {
  const std::lock_guard lock{impl_->mutex};
  const auto found = impl_->owners.find(index_of(partition));
  if (found == impl_->owners.end()) return std::nullopt;
  return found->second.node;
}

void MemoryWorld::set_membership_current(const std::string& node, bool current) {
  const std::lock_guard lock{impl_->mutex};
  impl_->nodes[node].membership_current = current;
}

void MemoryWorld::fail_appends(PartitionId partition, MemoryFault fault, std::size_t count) {
  const std::lock_guard lock{impl_->mutex};
  auto& faults = impl_->append_faults[index_of(partition)];
  faults.insert(faults.end(), count, fault);
}

void MemoryWorld::fail_publishes(MemoryFault fault, std::size_t count) {
  const std::lock_guard lock{impl_->mutex};
  impl_->publish_faults.insert(impl_->publish_faults.end(), count, fault);
}

void MemoryWorld::refuse_snapshots(bool refused) {
  const std::lock_guard lock{impl_->mutex};
  impl_->snapshots_refused = refused;
}

void MemoryWorld::land_late() {
  const std::lock_guard lock{impl_->mutex};
  for (Impl::Late& late : std::exchange(impl_->late, {})) {
    (void)impl_->append(impl_->journal(late.partition), std::move(late.record));
  }
}

Offset MemoryWorld::append_foreign(PartitionId partition, LogRecord record) {
  const std::lock_guard lock{impl_->mutex};
  return impl_->append(impl_->journal(partition), std::move(record));
}

void MemoryWorld::trim_journal(PartitionId partition, Offset first) {
  const std::lock_guard lock{impl_->mutex};
  MemoryLane& lane = impl_->journal(partition);
  ensure(first <= lane.end(), "a log is trimmed up to its end");
  if (first <= lane.first) return;
  lane.entries.erase(lane.entries.begin(), lane.entries.begin() + (first - lane.first));
  lane.first = first;
}

void MemoryWorld::damage_journal(PartitionId partition, Offset offset,
                                 const std::function<void(LogRecord&)>& damage) {
  const std::lock_guard lock{impl_->mutex};
  MemoryLane& lane = impl_->journal(partition);
  ensure(offset >= lane.first && offset < lane.end(), "only an entry can be damaged");
  damage(lane.entries[static_cast<std::size_t>(offset - lane.first)].record);
}

Offset MemoryWorld::journal_first(PartitionId partition) const {
  const std::lock_guard lock{impl_->mutex};
  return impl_->journal(partition).first;
}

Offset MemoryWorld::journal_end(PartitionId partition) const {
  const std::lock_guard lock{impl_->mutex};
  return impl_->journal(partition).end();
}

std::optional<Commit> MemoryWorld::committed(Use use, PartitionId partition) const {
  const std::lock_guard lock{impl_->mutex};
  const auto found = impl_->commits.find({use, index_of(partition)});
  if (found == impl_->commits.end()) return std::nullopt;
  return found->second;
}

std::vector<LogEntry> MemoryWorld::journal(PartitionId partition) const {
  const std::lock_guard lock{impl_->mutex};
  return impl_->journal(partition).entries;
}

std::vector<LogEntry> MemoryWorld::topic(std::string_view topic, PartitionId partition) const {
  const std::lock_guard lock{impl_->mutex};
  const MemoryLane& lane = impl_->lane(topic, partition);
  return lane.visible(lane.first, lane.stable());
}

void MemoryWorld::forget_snapshot(PartitionId partition) {
  const std::lock_guard lock{impl_->mutex};
  impl_->snapshots[index_of(partition)].newest.clear();
}

std::optional<std::string> MemoryWorld::snapshot_value(PartitionId partition,
                                                       const std::string& key) const {
  const std::lock_guard lock{impl_->mutex};
  const auto& newest = impl_->snapshots[index_of(partition)].newest;
  const auto found = newest.find(key);
  return found == newest.end() ? std::nullopt : std::optional{found->second};
}

std::optional<Commit> MemoryWorld::forget_position(Use use, PartitionId partition) {
  const std::lock_guard lock{impl_->mutex};
  auto forgotten = impl_->commits.extract({use, index_of(partition)});
  if (forgotten.empty()) return std::nullopt;
  return std::move(forgotten.mapped());
}

void MemoryWorld::set_position(Use use, Commit commit) {
  const std::lock_guard lock{impl_->mutex};
  std::vector<Commit> one{std::move(commit)};
  impl_->move(use, one);
}

std::size_t MemoryWorld::deliver() {
  ensure(!impl_->options.threaded, "a world with a thread delivers by itself");
  return impl_->deliver();
}

}  // namespace paysaga::storage
