#include "paysaga/storage/memory_log.hpp"

#include <algorithm>

#include "paysaga/storage/memory_log_world.hpp"

namespace paysaga::storage {
namespace {

template <class Faults>
std::optional<MemoryFault> next_fault(Faults& faults) {
  if (faults.empty()) return std::nullopt;
  const MemoryFault fault = faults.front();
  faults.pop_front();
  return fault;
}

}  // namespace

class MemoryWriter final : public JournalWriter {
 public:
  using World = std::function<void(MemoryWriter&, LogRecord, Done)>;
  explicit MemoryWriter(World append) : append_{std::move(append)} {}
  ~MemoryWriter() override { gate->close(); }
  void append(Headers headers, std::string value, Done done) override {
    append_(*this, {{}, std::move(headers), std::move(value)}, std::move(done));
  }
  std::shared_ptr<LogGate> gate = std::make_shared<LogGate>();

 private:
  World append_;
};

class MemoryReadingHandle final : public Reading {
 public:
  MemoryReadingHandle(std::function<void(std::size_t)> credit, std::function<void()> end)
      : credit_{std::move(credit)}, end_{std::move(end)} {}
  ~MemoryReadingHandle() override { end_(); }
  void credit(std::size_t entries) override { credit_(entries); }

 private:
  std::function<void(std::size_t)> credit_;
  std::function<void()> end_;
};

MemoryLog::MemoryLog(MemoryWorld::Impl& world, std::string node)
    : world_{world}, node_{std::move(node)} {}

MemoryLog::~MemoryLog() {
  leave();
  const std::lock_guard lock{world_.mutex};
  world_.nodes.erase(node_);
}

std::string MemoryLog::identity() const {
  return "memory/" + world_.options.group;
}
std::uint32_t MemoryLog::partition_count() const {
  return world_.options.partition_count;
}
std::size_t MemoryLog::record_bytes_max() const {
  return world_.options.record_bytes_max;
}

void MemoryLog::join(OwnershipListener& listener) {
  const std::lock_guard lock{world_.mutex};
  MemoryNode& node = world_.nodes[node_];
  ensure(node.listener == nullptr, "a log is joined once at a time");
  node.listener = &listener;
  node.gate = std::make_shared<LogGate>();
  for (std::uint32_t i = 0; i < world_.options.partition_count; ++i) {
    const auto owner = world_.owners.find(i);
    if (owner != world_.owners.end() && owner->second.node != node_) continue;
    world_.give(PartitionId{i}, node_);
  }
}

void MemoryLog::leave() {
  std::vector<std::pair<PartitionId, OwnershipToken>> lost;
  OwnershipListener* listener = nullptr;
  std::shared_ptr<LogGate> gate;
  {
    const std::lock_guard lock{world_.mutex};
    listener = std::exchange(world_.nodes[node_].listener, nullptr);
    if (listener == nullptr) return;
    gate = world_.nodes[node_].gate;
    for (const auto& [index, owner] : world_.owners) {
      if (owner.node == node_) lost.emplace_back(PartitionId{index}, owner.token);
    }
    for (const auto& [partition, token] : lost) world_.owners.erase(index_of(partition));
  }
  gate->close();  // Without the mutex: it waits for a callback that may call the log.
  for (const auto& [partition, token] : lost) listener->lost(partition, token);
}

bool MemoryLog::membership_current() const {
  const std::lock_guard lock{world_.mutex};
  const MemoryNode& node = world_.nodes[node_];
  return node.listener != nullptr && node.membership_current;
}

std::unique_ptr<JournalWriter> MemoryLog::journal_writer(PartitionId partition) {
  return std::make_unique<MemoryWriter>([&world = world_, partition](MemoryWriter& writer,
                                                                     LogRecord record,
                                                                     JournalWriter::Done done) {
    const std::lock_guard lock{world.mutex};
    AppendOutcome outcome{AppendStatus::unknown, -1, "the answer was lost"};
    const auto answer = [&] {
      world.post([gate = writer.gate, outcome, done = std::move(done)] {
        gate->pass([&] { done(outcome); });
      });
    };
    MemoryLane& journal = world.journal(partition);
    if (const auto fits = world.check({journal.topic, partition, record}); !fits) {
      outcome = {AppendStatus::refused, -1, fits.error().detail};
      return answer();
    }
    const auto fault = next_fault(world.append_faults[index_of(partition)]);
    if (!fault) {
      outcome = {AppendStatus::appended, world.append(journal, std::move(record)), {}};
      return answer();
    }
    switch (*fault) {
      case MemoryFault::refused:
        outcome = {AppendStatus::refused, -1, "refused by the test"};
        return answer();
      case MemoryFault::unknown_landed:
        (void)world.append(journal, std::move(record));
        return answer();
      case MemoryFault::unknown_lost:
        return answer();
      case MemoryFault::unknown_late:
        world.late.push_back({partition, std::move(record)});
        return answer();
      case MemoryFault::unanswered:
        (void)world.append(journal, std::move(record));
        return;
    }
  });
}

namespace {

std::unique_ptr<Reading> begin_reading(MemoryWorld::Impl& world, MemoryLane& lane, Offset from,
                                       OnBatch on_batch, bool limited) {
  auto reading = std::make_shared<MemoryReading>();
  reading->lane = &lane;
  reading->on_batch = std::move(on_batch);
  reading->next = from;
  reading->limited = limited;
  lane.readings.push_back(reading);
  world.schedule(reading);
  return std::make_unique<MemoryReadingHandle>(
      [&world, reading](std::size_t entries) {
        const std::lock_guard lock{world.mutex};
        reading->credit += entries;
        world.schedule(reading);
      },
      [&world, reading] {
        reading->gate.close();
        const std::lock_guard lock{world.mutex};
        reading->ended = true;
        std::erase(reading->lane->readings, reading);
      });
}

}  // namespace

std::unique_ptr<Reading> MemoryLog::tail(PartitionId partition, Offset from, OnBatch on_batch) {
  const std::lock_guard lock{world_.mutex};
  return begin_reading(world_, world_.journal(partition), from, std::move(on_batch), false);
}

std::unique_ptr<Reading> MemoryLog::read_input(std::string_view topic, PartitionId partition,
                                               Offset from, OnBatch on_batch) {
  const std::lock_guard lock{world_.mutex};
  return begin_reading(world_, world_.lane(topic, partition), from, std::move(on_batch), true);
}

void MemoryLog::journal_range(PartitionId partition, Done<std::pair<Offset, Offset>> done) {
  const std::lock_guard lock{world_.mutex};
  const MemoryLane& lane = world_.journal(partition);
  world_.post([range = std::pair{lane.first, lane.end()}, done = std::move(done)] { done(range); });
}

void MemoryLog::topic_range(std::string_view topic, PartitionId partition,
                            Done<std::pair<Offset, Offset>> done) {
  const std::lock_guard lock{world_.mutex};
  const MemoryLane& lane = world_.lane(topic, partition);
  world_.post([range = std::pair{lane.first, lane.end()}, done = std::move(done)] { done(range); });
}

void MemoryLog::put(Output output, Done<Offset> done) {
  const std::lock_guard lock{world_.mutex};
  Result<Offset> put = -1;
  if (const auto fits = world_.check(output); !fits) {
    put = tl::unexpected{fits.error()};
  } else {
    put = world_.append(world_.lane(output.topic, output.partition), std::move(output.record));
  }
  world_.post([put, done = std::move(done)] { done(put); });
}

void MemoryLog::publish(std::vector<Output> outputs, std::vector<Commit> positions, bool,
                        Done<std::monostate> done) {
  const std::lock_guard lock{world_.mutex};
  const auto fault = next_fault(world_.publish_faults);
  Result<std::monostate> published;
  for (const Output& output : outputs) {
    if (const auto fits = world_.check(output); !fits) published = tl::unexpected{fits.error()};
  }
  const bool lost = fault == MemoryFault::refused || fault == MemoryFault::unknown_lost;
  if (published && !lost) {
    for (Output& output : outputs) {
      (void)world_.append(world_.lane(output.topic, output.partition), std::move(output.record));
    }
    for (Commit& position : positions) {
      const auto key = std::pair{Use::publisher, index_of(position.partition)};
      world_.commits[key] = std::move(position);
    }
  }
  if (published && fault == MemoryFault::refused) {
    published = fail(ErrorCode::unavailable, "refused by the test");
  } else if (published && fault) {
    published = fail(ErrorCode::storage_failed, "the answer was lost");
  }
  world_.post([published, done = std::move(done)] { done(published); });
}

void MemoryLog::committed_position(Use use, PartitionId partition,
                                   Done<std::optional<Commit>> done) {
  const std::lock_guard lock{world_.mutex};
  std::optional<Commit> commit;
  const auto found = world_.commits.find({use, index_of(partition)});
  if (found != world_.commits.end()) commit = found->second;
  world_.post([commit, done = std::move(done)] { done(commit); });
}

void MemoryLog::commit_inbound(std::vector<InboundCommit> commits) {
  const std::lock_guard lock{world_.mutex};
  for (const InboundCommit& commit : commits) {
    world_.inbound[{commit.topic, index_of(commit.partition)}] = commit.next;
  }
}

void MemoryLog::write_snapshot(PartitionId partition, std::vector<SnapshotEntry> entries,
                               Commit position, Done<std::monostate> done) {
  const std::lock_guard lock{world_.mutex};
  auto& newest = world_.snapshots[index_of(partition)];
  for (SnapshotEntry& entry : entries) newest[std::move(entry.key)] = std::move(entry.value);
  world_.commits[{Use::snapshotter, index_of(partition)}] = std::move(position);
  world_.post([done = std::move(done)] { done(std::monostate{}); });
}

void MemoryLog::read_snapshot(PartitionId partition,
                              std::function<void(Result<std::vector<SnapshotEntry>>)> on_entries) {
  const std::lock_guard lock{world_.mutex};
  std::vector<SnapshotEntry> entries;
  for (const auto& [key, value] : world_.snapshots[index_of(partition)]) {
    entries.push_back({key, value});
  }
  world_.post([entries = std::move(entries), on_entries = std::move(on_entries)] {
    if (!entries.empty()) on_entries(entries);
    on_entries(std::vector<SnapshotEntry>{});
  });
}

}  // namespace paysaga::storage
