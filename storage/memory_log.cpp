#include "paysaga/storage/memory_log.hpp"

#include <algorithm>

#include "paysaga/storage/memory_log_world.hpp"

namespace paysaga::storage {
namespace {

using Kind = MemoryStep::Kind;

}  // namespace

class MemoryWriter final : public JournalWriter {
 public:
  using Append = std::function<void(LogRecord, Done)>;
  MemoryWriter(std::shared_ptr<LogGate> gate, Append append)
      : gate_{std::move(gate)}, append_{std::move(append)} {}
  ~MemoryWriter() override { gate_->close(); }
  void append(Headers headers, std::string value, Done done) override {
    append_({{}, std::move(headers), std::move(value)}, std::move(done));
  }

 private:
  std::shared_ptr<LogGate> gate_;
  Append append_;
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
    : world_{world},
      node_{std::move(node)},
      gate_{std::make_shared<LogGate>()},
      line_{++world.line},
      snapshot_line_{++world.line} {}

MemoryLog::~MemoryLog() {
  leave();
  gate_->close();
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
  node.line = ++world_.line;
  for (std::uint32_t i = 0; i < world_.options.partition_count; ++i) {
    const auto owner = world_.owners.find(i);
    const bool free = owner == world_.owners.end();
    if (free ? world_.options.first_takes_all : owner->second.node == node_) {
      world_.give(PartitionId{i}, node_);
    }
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
  const std::lock_guard lock{world_.mutex};
  const std::uint64_t line = ++world_.line;
  const MemoryAsker asker{node_, std::make_shared<LogGate>(), ++world_.line};
  return std::make_unique<MemoryWriter>(
      asker.gate,
      [&world = world_, asker, partition, line](LogRecord record, JournalWriter::Done done) {
        const std::lock_guard inner{world.mutex};
        world.begin({Kind::append, asker.node, partition, line},
                    [&world, append = MemoryAppend{asker, partition, std::move(record),
                                                   std::move(done)}]() mutable {
                      world.arrive(std::move(append));
                    });
      });
}

void MemoryWorld::Impl::arrive(MemoryAppend sent) {
  const PartitionId partition = sent.partition;
  AppendOutcome outcome{AppendStatus::unknown, -1, "the answer was lost"};
  const auto reply = [&] {
    answer(sent.asker, partition, [outcome, done = std::move(sent.done)] { done(outcome); });
  };
  MemoryLane& lane = journal(partition);
  if (const auto fits = check({lane.topic, partition, sent.record}); !fits) {
    outcome = {AppendStatus::refused, -1, fits.error().detail};
    return reply();
  }
  const auto fault =
      next_fault(append_faults[index_of(partition)], Kind::append, sent.asker, partition);
  if (!fault) {
    outcome = {AppendStatus::appended, append(lane, std::move(sent.record)), {}};
    return reply();
  }
  switch (*fault) {
    case MemoryFault::refused:
      outcome = {AppendStatus::refused, -1, "refused by the test"};
      return reply();
    case MemoryFault::unknown_landed:
      (void)append(lane, std::move(sent.record));
      return reply();
    case MemoryFault::partial:
    case MemoryFault::unknown_lost:
    case MemoryFault::open_commits:
    case MemoryFault::open_aborts:
    case MemoryFault::open_unmoved:
      return reply();
    case MemoryFault::unknown_late:
      land_later(sent.asker, {partition, std::move(sent.record)});
      return reply();
    case MemoryFault::unanswered:
      (void)append(lane, std::move(sent.record));
      return;
  }
}

void MemoryWorld::Impl::land_later(const MemoryAsker& asker, Late record) {
  if (options.courier == nullptr) return late.push_back(std::move(record));
  begin({Kind::append, asker.node, record.partition, 0},
        [this, record = std::move(record)]() mutable {
          (void)append(journal(record.partition), std::move(record.record));
        });
}

namespace {

std::unique_ptr<Reading> begin_reading(MemoryWorld::Impl& world, const std::string& node,
                                       MemoryLane& lane, Offset from, OnBatch on_batch,
                                       bool limited) {
  auto reading = std::make_shared<MemoryReading>();
  reading->lane = &lane;
  reading->node = node;
  reading->line = ++world.line;
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
  return begin_reading(world_, node_, world_.journal(partition), from, std::move(on_batch), false);
}

std::unique_ptr<Reading> MemoryLog::read_input(std::string_view topic, PartitionId partition,
                                               Offset from, OnBatch on_batch) {
  const std::lock_guard lock{world_.mutex};
  return begin_reading(world_, node_, world_.lane(topic, partition), from, std::move(on_batch),
                       true);
}

void MemoryLog::journal_range(PartitionId partition, Done<std::pair<Offset, Offset>> done) {
  const std::lock_guard lock{world_.mutex};
  const MemoryLane& lane = world_.journal(partition);
  world_.answer(
      {node_, gate_}, partition,
      [range = std::pair{lane.first, lane.end()}, done = std::move(done)] { done(range); });
}

void MemoryLog::topic_range(std::string_view topic, PartitionId partition,
                            Done<std::pair<Offset, Offset>> done) {
  const std::lock_guard lock{world_.mutex};
  const MemoryLane& lane = world_.lane(topic, partition);
  world_.answer(
      {node_, gate_}, partition,
      [range = std::pair{lane.first, lane.end()}, done = std::move(done)] { done(range); });
}

void MemoryLog::put(Output output, Done<Offset> done) {
  const std::lock_guard lock{world_.mutex};
  const MemoryStep step{Kind::publish, node_, output.partition, line_};
  world_.begin(step, [&world = world_, asker = MemoryAsker{node_, gate_},
                      output = std::move(output), done = std::move(done)]() mutable {
    Result<Offset> put = -1;
    if (const auto fits = world.check(output); !fits) {
      put = tl::unexpected{fits.error()};
    } else {
      put = world.append(world.lane(output.topic, output.partition), std::move(output.record));
    }
    world.answer(asker, output.partition, [put, done = std::move(done)] { done(put); });
  });
}

void MemoryLog::publish(std::vector<Output> outputs, std::vector<Commit> positions, bool atomic,
                        Done<std::monostate> done) {
  const std::lock_guard lock{world_.mutex};
  const PartitionId first = positions.empty() ? PartitionId{0} : positions.front().partition;
  world_.begin({Kind::publish, node_, first, line_},
               [&world = world_, publish = MemoryPublish{{node_, gate_},
                                                         Use::publisher,
                                                         first,
                                                         std::move(outputs),
                                                         {},
                                                         std::move(positions),
                                                         atomic,
                                                         std::move(done)}]() mutable {
                 world.arrive(std::move(publish));
               });
}

void MemoryWorld::Impl::arrive(MemoryPublish publish) {
  end_transactions_of(publish.asker, publish.use);
  std::optional<MemoryFault> fault = MemoryFault::refused;
  if (publish.use != Use::snapshotter || !snapshots_refused) {
    fault = next_fault(publish_faults, Kind::publish, publish.asker, publish.partition);
  }
  const bool open = fault && *fault >= MemoryFault::open_commits;
  if (publish.atomic ? fault == MemoryFault::partial : open) fault = MemoryFault::unknown_lost;
  Result<std::monostate> published;
  for (const Output& output : publish.outputs) {
    if (const auto fits = check(output); !fits) published = tl::unexpected{fits.error()};
  }
  if (published && !owns(publish)) {
    // A real log's coordinator refuses positions of a former owner. What goes with them in one
    // transaction is refused, too; what does not is visible already.
    published = fail(ErrorCode::unavailable, "another node owns a partition of it");
    publish.positions.clear();
    if (!publish.atomic) land(publish, fault);
  } else if (published) {
    land(publish, fault);
    if (fault == MemoryFault::refused) {
      published = fail(ErrorCode::unavailable, "refused by the test");
    } else if (fault) {
      published = fail(ErrorCode::storage_failed, "the answer was lost");
    }
  }
  answer(publish.asker, publish.partition,
         [published, done = std::move(publish.done)] { done(published); });
}

bool MemoryWorld::Impl::owns(const MemoryPublish& publish) const {
  return std::ranges::all_of(publish.positions, [&](const Commit& position) {
    const std::uint32_t partition = index_of(position.partition);
    const auto owner = owners.find(partition);
    if (owner == owners.end()) return !owned_once.contains(partition);
    const bool same = position.token == 0 || position.token == owner->second.token;
    return same && owner->second.node == publish.asker.node;
  });
}

void MemoryWorld::Impl::land(MemoryPublish& publish, std::optional<MemoryFault> fault) {
  if (fault == MemoryFault::refused || fault == MemoryFault::unknown_lost) return;
  if (fault && *fault >= MemoryFault::open_commits) return leave_open(publish, *fault);
  if (fault == MemoryFault::partial) {
    publish.outputs.resize(publish.outputs.size() / 2);
    publish.positions.clear();
  }
  for (Output& output : publish.outputs) {
    (void)append(lane(output.topic, output.partition), std::move(output.record));
  }
  if (!publish.entries.empty()) {
    auto& snapshot = snapshots[index_of(publish.partition)];
    snapshot.unstable.push_back({0, std::move(publish.entries)});
    settle(snapshot);
  }
  move(publish.use, publish.positions);
}

void MemoryWorld::Impl::move(Use use, std::vector<Commit>& positions) {
  for (Commit& position : positions) {
    const auto key = std::pair{use, index_of(position.partition)};
    position.token = 0;
    commits[key] = std::move(position);
  }
}

void MemoryLog::committed_position(Use use, PartitionId partition,
                                   Done<std::optional<Commit>> done) {
  const std::lock_guard lock{world_.mutex};
  std::optional<Commit> commit;
  const auto found = world_.commits.find({use, index_of(partition)});
  if (found != world_.commits.end()) commit = found->second;
  Result<std::optional<Commit>> read = std::move(commit);
  if (world_.is_open(use, partition)) {
    read = fail(ErrorCode::unavailable, "a transaction that moves the position has not ended");
  }
  world_.answer({node_, gate_}, partition,
                [read = std::move(read), done = std::move(done)] { done(read); });
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
  world_.begin({Kind::publish, node_, partition, snapshot_line_},
               [&world = world_, publish = MemoryPublish{{node_, gate_},
                                                         Use::snapshotter,
                                                         partition,
                                                         {},
                                                         std::move(entries),
                                                         {std::move(position)},
                                                         true,
                                                         std::move(done)}]() mutable {
                 world.arrive(std::move(publish));
               });
}

void MemoryLog::read_snapshot(PartitionId partition,
                              std::function<void(Result<std::vector<SnapshotEntry>>)> on_entries) {
  const std::lock_guard lock{world_.mutex};
  MemorySnapshot& snapshot = world_.snapshots[index_of(partition)];
  auto read = [&world = world_, &snapshot, partition, asker = MemoryAsker{node_, gate_},
               on_entries = std::move(on_entries)] {
    std::vector<SnapshotEntry> entries;
    for (const auto& [key, value] : snapshot.newest) entries.push_back({key, value});
    world.answer(asker, partition, [entries = std::move(entries), on_entries] {
      if (!entries.empty()) on_entries(entries);
      on_entries(std::vector<SnapshotEntry>{});
    });
  };
  if (snapshot.unstable.empty()) return read();
  snapshot.waiting.push_back(std::move(read));  // To the end as it is now, like any reader.
}

}  // namespace paysaga::storage
