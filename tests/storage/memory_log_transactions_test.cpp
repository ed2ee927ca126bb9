#include <catch2/catch.hpp>

#include "paysaga/storage/memory_log.hpp"

namespace paysaga::storage {
namespace {

constexpr PartitionId p0{0};
const std::string events = "events";

/// A log, two nodes that publish into it, and a reader of what they publish.
struct Transactions {
  Transactions() {
    reading = other->read_input(events, p0, 0, [this](const Result<LogBatch>& batch) {
      REQUIRE(batch.has_value());
      for (const LogEntry& entry : batch->entries) seen += entry.record.value;
      next = batch->next;
    });
    reading->credit(100);
  }
  MemoryLogOptions options() {
    MemoryLogOptions with;
    with.threaded = false;
    with.on_append = [this](std::string_view, PartitionId, const LogEntry& entry) {
      shown += entry.record.value;
    };
    return with;
  }
  std::string publish(MemoryLog& log, const std::string& value, Offset position) {
    std::string told = "nothing";
    log.publish({{events, p0, {"k", {}, value}}}, {{p0, position, "m"}}, true,
                [&](const Result<std::monostate>& done) {
                  told = done ? "done" : std::string{to_text(done.error().code)};
                });
    (void)world.deliver();
    return told;
  }
  std::string position() {
    std::string told = "nothing";
    other->committed_position(Use::publisher, p0, [&](const Result<std::optional<Commit>>& read) {
      told = !read ? std::string{to_text(read.error().code)}
                   : (*read ? std::to_string((**read).next) : "none");
    });
    (void)world.deliver();
    return told;
  }

  std::string shown;
  MemoryWorld world{options()};
  std::unique_ptr<MemoryLog> one = world.open("a");
  std::unique_ptr<MemoryLog> other = world.open("b");
  std::string seen;
  Offset next = 0;
  std::unique_ptr<Reading> reading;
};

}  // namespace

TEST_CASE("memory log: nobody reads behind an open transaction until it ends",
          "[storage][memory]") {
  struct Row {
    MemoryFault fault;
    std::string while_open;  // What is told of the position.
    std::string seen;
    std::string position;
  };
  const Row row = GENERATE(Row{MemoryFault::open_commits, "unavailable", "12", "7"},
                           Row{MemoryFault::open_aborts, "unavailable", "2", "none"},
                           Row{MemoryFault::open_unmoved, "none", "2", "none"});
  INFO("seen=" << row.seen << " position=" << row.position);
  Transactions log;
  log.world.fail_publishes(row.fault);
  CHECK(log.publish(*log.one, "1", 7) == "storage_failed");
  log.other->put({events, p0, {"k", {}, "2"}}, [](const auto&) {});
  (void)log.world.deliver();
  CHECK(log.position() == row.while_open);
  CHECK(log.seen.empty());
  CHECK(log.world.topic(events, p0).empty());
  log.world.end_transactions();
  (void)log.world.deliver();
  CHECK(log.position() == row.position);
  CHECK(log.seen == row.seen);
  CHECK(log.shown == row.seen);
  CHECK(log.world.topic(events, p0).size() == row.seen.size());
  CHECK(log.next == 3);  // The mark of the end takes a place of its own.
  log.world.end_transactions();
  CHECK(log.publish(*log.other, "3", 8) == "done");
  CHECK(log.seen == row.seen + "3");
  CHECK(log.position() == "8");
}

TEST_CASE("memory log: a node's next publication ends the transaction that it left open",
          "[storage][memory]") {
  Transactions log;
  log.world.fail_publishes(MemoryFault::open_aborts);
  CHECK(log.publish(*log.one, "1", 7) == "storage_failed");
  CHECK(log.publish(*log.other, "2", 8) == "done");
  CHECK(log.seen.empty());
  CHECK(log.position() == "unavailable");
  CHECK(log.publish(*log.one, "3", 9) == "done");
  CHECK(log.seen == "23");
  CHECK(log.position() == "9");
}

TEST_CASE("memory log: who reads a snapshot waits for the transaction that writes it",
          "[storage][memory]") {
  const bool commits = GENERATE(true, false);
  INFO("commits=" << commits);
  Transactions log;
  const auto write = [&](MemoryLog& by, const std::string& value) {
    by.write_snapshot(p0, {{"k", value}}, {p0, 1, "m"}, [](const auto&) {});
    (void)log.world.deliver();
  };
  write(*log.one, "old");
  log.world.fail_publishes(commits ? MemoryFault::open_commits : MemoryFault::open_aborts);
  write(*log.one, "new");
  write(*log.other, "");  // Behind it: it counts no sooner.
  write(*log.other, commits ? "" : "newest");
  std::string read = "nothing";
  log.other->read_snapshot(p0, [&](const Result<std::vector<SnapshotEntry>>& lot) {
    REQUIRE(lot.has_value());
    if (read == "nothing") read.clear();
    for (const SnapshotEntry& entry : *lot) read += entry.value;
  });
  (void)log.world.deliver();
  CHECK(read == "nothing");
  CHECK(log.world.snapshot_value(p0, "k") == "old");
  log.world.end_transactions();
  (void)log.world.deliver();
  CHECK(read == (commits ? "" : "newest"));
}

TEST_CASE("memory log: two groups have the topics in common and nothing else",
          "[storage][memory]") {
  Transactions log;
  MemoryLogOptions options = log.options();
  options.group = "others";
  options.topics_of = &log.world;
  MemoryWorld others{options};
  const auto outsider = others.open("c");
  std::string seen;
  const auto reading = outsider->read_input(events, p0, 0, [&](const Result<LogBatch>& batch) {
    for (const LogEntry& entry : batch->entries) seen += entry.record.value;
  });
  reading->credit(100);
  const auto deliver_all = [&] {
    while (log.world.deliver() + others.deliver() > 0) continue;
  };
  log.world.fail_publishes(MemoryFault::open_commits);
  CHECK(log.publish(*log.one, "1", 7) == "storage_failed");
  outsider->put({events, p0, {"k", {}, "2"}}, [](const auto&) {});
  deliver_all();
  CHECK(seen.empty());  // It stops before the other group's open transaction.
  CHECK(log.seen.empty());
  log.world.end_transactions();
  deliver_all();
  CHECK(seen == "12");
  CHECK(log.seen == "12");
  CHECK(log.shown == "12");
  CHECK(others.topic(events, p0).size() == 2);
  CHECK_FALSE(others.committed(Use::publisher, p0).has_value());
  (void)others.append_foreign(p0, {{}, {}, "a journal's"});
  CHECK(others.journal_end(p0) == 1);
  CHECK(log.world.journal_end(p0) == 0);
  others.move(p0, "c");
  CHECK_FALSE(log.world.owner(p0).has_value());
}

TEST_CASE("memory log: a position can be forgotten and put back", "[storage][memory]") {
  Transactions log;
  CHECK_FALSE(log.world.forget_position(Use::publisher, p0).has_value());
  CHECK(log.publish(*log.one, "1", 7) == "done");
  const auto forgotten = log.world.forget_position(Use::publisher, p0);
  REQUIRE(forgotten.has_value());
  CHECK(log.position() == "none");
  log.world.set_position(Use::publisher, *forgotten);
  CHECK(log.position() == "7");
}

TEST_CASE("memory log: snapshots that are refused leave the former one", "[storage][memory]") {
  Transactions log;
  std::string told;
  const auto write = [&](const std::string& value) {
    log.one->write_snapshot(p0, {{"k", value}}, {p0, 1, "m"},
                            [&](const Result<std::monostate>& done) {
                              told = done ? "done" : std::string{to_text(done.error().code)};
                            });
    (void)log.world.deliver();
    return told;
  };
  CHECK(write("1") == "done");
  log.world.refuse_snapshots(true);
  CHECK(write("2") == "unavailable");
  CHECK(log.world.snapshot_value(p0, "k") == "1");
  CHECK(log.publish(*log.one, "1", 7) == "done");
  log.world.refuse_snapshots(false);
  CHECK(write("3") == "done");
  CHECK(log.world.snapshot_value(p0, "k") == "3");
}

}  // namespace paysaga::storage
