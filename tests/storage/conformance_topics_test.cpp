#include <algorithm>

#include <catch2/catch.hpp>

#include "storage/conformance.hpp"

namespace paysaga::storage::conformance {
namespace {

constexpr PartitionId p0{0};
constexpr PartitionId p1{1};

Adapter each() {
  return GENERATE(from_range(adapters()));
}

std::vector<LogEntry> read_topic(Log& log, const std::string& topic, PartitionId partition,
                                 std::size_t count) {
  Gathered gathered;
  const auto reading = log.read_input(topic, partition, 0, gathered.callback());
  reading->credit(count);
  return gathered.wait(count);
}

Offset end_of(Log& log, const std::string& topic, PartitionId partition) {
  Answer<Result<std::pair<Offset, Offset>>> answer;
  log.topic_range(topic, partition, answer.callback());
  const auto range = answer.wait();
  REQUIRE(range.has_value());
  REQUIRE(range->has_value());
  return (*range)->second;
}

std::optional<Commit> committed(Log& log, Use use, PartitionId partition) {
  Answer<Result<std::optional<Commit>>> answer;
  log.committed_position(use, partition, answer.callback());
  const auto commit = answer.wait();
  REQUIRE(commit.has_value());
  REQUIRE(commit->has_value());
  return **commit;
}

Output output(std::string topic, PartitionId partition, std::string value) {
  return {std::move(topic), partition, {"ord_1", {{"id", "1"}}, std::move(value)}};
}

class Owned final : public OwnershipListener {
 public:
  void gained(PartitionId partition, OwnershipToken token) override {
    add("gained", partition, token);
  }
  void lost(PartitionId partition, OwnershipToken token) override { add("lost", partition, token); }
  std::vector<std::pair<std::string, OwnershipToken>> wait(std::size_t count) {
    std::unique_lock lock{mutex_};
    came_.wait_for(lock, deadline, [&] { return heard_.size() >= count; });
    std::vector<std::pair<std::string, OwnershipToken>> heard = heard_;
    std::ranges::sort(heard);
    return heard;
  }

 private:
  void add(const char* what, PartitionId partition, OwnershipToken token) {
    const std::lock_guard lock{mutex_};
    heard_.emplace_back(what + (' ' + std::to_string(index_of(partition))), token);
    came_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::pair<std::string, OwnershipToken>> heard_;
};

}  // namespace

TEST_CASE("log: what is put comes back with its key and headers", "[storage][conformance]") {
  const Adapter adapter = each();
  INFO(adapter.name);
  const auto under_test = adapter.make();
  Log& log = under_test->log();
  CHECK(put(log, "orders", p0, "one").value() == 0);
  CHECK(put(log, "orders", p0, "two").value() == 1);
  CHECK(put(log, "orders", p1, "three").value() == 0);
  const auto entries = read_topic(log, "orders", p0, 2);
  REQUIRE(entries.size() == 2);
  CHECK(entries[1].offset == 1);
  CHECK(entries[1].record == LogRecord{"key", {{"name", "text"}}, "two"});
  CHECK(end_of(log, "orders", p1) == 1);
  CHECK(end_of(log, "never-written", p1) == 0);
}

TEST_CASE("log: a reading of inputs delivers exactly what its credit allows",
          "[storage][conformance]") {
  const Adapter adapter = each();
  INFO(adapter.name);
  const auto under_test = adapter.make();
  Log& log = under_test->log();
  for (int i = 0; i < 40; ++i) REQUIRE(put(log, "orders", p0, std::to_string(i)));
  Gathered gathered;
  const auto reading = log.read_input("orders", p0, 0, gathered.callback());
  std::size_t allowed = 0;
  for (const std::size_t credit : {1U, 9U, 25U}) {
    reading->credit(credit);
    allowed += credit;
    CHECK(gathered.wait(allowed).size() == allowed);
    // A second reading proves that the log went on: what it may not deliver it had time to.
    CHECK(read_topic(log, "orders", p0, 40).size() == 40);
    CHECK(gathered.now().size() == allowed);
  }
  reading->credit(100);
  REQUIRE(gathered.wait(40).size() == 40);
  for (int i = 40; i < 140; ++i) REQUIRE(put(log, "orders", p0, std::to_string(i)));
  const auto all = gathered.wait(135);  // 5 of the 100 were used up before.
  REQUIRE(all.size() == 135);
  CHECK(read_topic(log, "orders", p0, 140).size() == 140);
  CHECK(gathered.now().size() == 135);
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i].record.value == std::to_string(i));
}

TEST_CASE("log: credit given from within a delivery keeps a reading going",
          "[storage][conformance]") {
  const Adapter adapter = each();
  INFO(adapter.name);
  const auto under_test = adapter.make();
  Log& log = under_test->log();
  std::mutex mutex;
  std::unique_ptr<Reading> reading;
  Gathered gathered;
  {
    const std::lock_guard lock{mutex};
    reading =
        log.read_input("orders", p0, 0, [&, gather = gathered.callback()](Result<LogBatch> batch) {
          const std::size_t count = batch ? batch->entries.size() : 0;
          gather(std::move(batch));
          const std::lock_guard inner{mutex};
          reading->credit(count);
        });
    reading->credit(3);
  }
  for (int i = 0; i < 100; ++i) REQUIRE(put(log, "orders", p0, std::to_string(i)));
  CHECK(gathered.wait(100).size() == 100);
}

TEST_CASE("log: outputs and positions are published together or not at all",
          "[storage][conformance]") {
  const Adapter adapter = each();
  INFO(adapter.name);
  const auto under_test = adapter.make();
  Log& log = under_test->log();
  CHECK_FALSE(committed(log, Use::publisher, p0).has_value());
  REQUIRE(publish(log,
                  {output("events", p0, "1"), output("copies", p0, "1"), output("events", p0, "2"),
                   output("events", p1, "3")},
                  {{p0, 17, "1 17 3 2 ab"}, {p1, 4, ""}}));
  const auto events = read_topic(log, "events", p0, 2);
  REQUIRE(events.size() == 2);
  CHECK(events[0].record == LogRecord{"ord_1", {{"id", "1"}}, "1"});
  CHECK(events[1].record.value == "2");
  CHECK(read_topic(log, "copies", p0, 1).size() == 1);
  CHECK(read_topic(log, "events", p1, 1).size() == 1);
  CHECK(committed(log, Use::publisher, p0) == Commit{p0, 17, "1 17 3 2 ab"});
  CHECK(committed(log, Use::publisher, p1) == Commit{p1, 4, ""});
  CHECK_FALSE(committed(log, Use::snapshotter, p0).has_value());

  const Offset end = end_of(log, "events", p0);  // A log may keep marks of its own behind them.
  const auto refused = publish(log,
                               {output("events", p0, "4"),
                                output("events", p0, std::string(log.record_bytes_max() + 1, 'x'))},
                               {{p0, 18, "later"}});
  CHECK(refused.error().code == ErrorCode::malformed);
  CHECK(end_of(log, "events", p0) == end);
  CHECK(committed(log, Use::publisher, p0) == Commit{p0, 17, "1 17 3 2 ab"});

  REQUIRE(publish(log, {}, {{p0, 18, "position alone"}}));
  REQUIRE(publish(log, {}, {}));
  CHECK(committed(log, Use::publisher, p0) == Commit{p0, 18, "position alone"});
  if (!under_test->restart()) return;
  CHECK(committed(under_test->log(), Use::publisher, p0) == Commit{p0, 18, "position alone"});
  CHECK(read_topic(under_test->log(), "events", p0, 2).size() == 2);
}

TEST_CASE("log: a snapshot has the newest value of each key, and its own position",
          "[storage][conformance]") {
  const Adapter adapter = each();
  INFO(adapter.name);
  const auto under_test = adapter.make();
  const auto write = [&](PartitionId partition, std::vector<SnapshotEntry> entries,
                         const Commit& position) {
    Answer<Result<std::monostate>> answer;
    under_test->log().write_snapshot(partition, std::move(entries), position, answer.callback());
    const auto written = answer.wait();
    return written.has_value() && written->has_value();
  };
  const auto read = [&](PartitionId partition) {
    std::mutex mutex;
    std::vector<std::string> found;
    Answer<bool> ended;
    under_test->log().read_snapshot(
        partition, [&, end = ended.callback()](Result<std::vector<SnapshotEntry>> entries) {
          const std::lock_guard lock{mutex};
          if (!entries || entries->empty()) return end(entries.has_value());
          for (const SnapshotEntry& entry : *entries)
            found.push_back(entry.key + '=' + entry.value);
        });
    CHECK(ended.wait() == true);
    const std::lock_guard lock{mutex};
    std::ranges::sort(found);
    return found;
  };
  CHECK(read(p0).empty());
  REQUIRE(write(p0, {{"ord_1", "a"}, {"ord_2", "b"}}, {p0, 5, "first"}));
  REQUIRE(write(p0, {{"ord_1", "c"}, {"#position", std::string("\0z", 2)}}, {p0, 9, "second"}));
  REQUIRE(write(p1, {{"ord_1", "other"}, {"ord_2", "goes"}}, {p1, 1, ""}));
  REQUIRE(write(p1, {{"ord_2", ""}}, {p1, 2, ""}));  // An empty value removes its key.
  const auto check = [&] {
    CHECK(read(p0) ==
          std::vector<std::string>{"#position=" + std::string("\0z", 2), "ord_1=c", "ord_2=b"});
    CHECK(read(p1) == std::vector<std::string>{"ord_1=other"});
    CHECK(committed(under_test->log(), Use::snapshotter, p0) == Commit{p0, 9, "second"});
    CHECK_FALSE(committed(under_test->log(), Use::publisher, p0).has_value());
  };
  check();
  if (under_test->restart()) check();
}

TEST_CASE("log: a snapshot of many keys comes whole", "[storage][conformance]") {
  const Adapter adapter = each();
  INFO(adapter.name);
  const auto under_test = adapter.make();
  std::vector<SnapshotEntry> entries;
  for (int i = 0; i < 1000; ++i) entries.push_back({"ord_" + std::to_string(i), "state"});
  Answer<Result<std::monostate>> written;
  under_test->log().write_snapshot(p0, entries, {p0, 1, ""}, written.callback());
  REQUIRE(written.wait().has_value());
  std::atomic<std::size_t> count{0};
  Answer<bool> ended;
  under_test->log().read_snapshot(
      p0, [&, end = ended.callback()](Result<std::vector<SnapshotEntry>> lot) {
        if (!lot || lot->empty()) return end(true);
        count += lot->size();
      });
  REQUIRE(ended.wait().has_value());
  CHECK(count == 1000);
}

TEST_CASE("log: a node gains its partitions on joining and loses them on leaving",
          "[storage][conformance]") {
  const Adapter adapter = each();
  INFO(adapter.name);
  const auto under_test = adapter.make();
  Log& log = under_test->log();
  CHECK(log.partition_count() == 4);
  CHECK_FALSE(log.membership_current());
  Owned owned;
  log.join(owned);
  const auto gained = owned.wait(4);
  REQUIRE(gained.size() == 4);
  CHECK(log.membership_current());
  log.leave();
  CHECK_FALSE(log.membership_current());
  const auto all = owned.wait(8);
  REQUIRE(all.size() == 8);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(all[i].first == "gained " + std::to_string(i));
    CHECK(all[i + 4] == std::pair{"lost " + std::to_string(i), all[i].second});
  }
  Owned again;
  log.join(again);
  const auto second = again.wait(4);
  REQUIRE(second.size() == 4);
  CHECK(second[0].second != gained[0].second);
  log.leave();
}

}  // namespace paysaga::storage::conformance
