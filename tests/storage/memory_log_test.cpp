#include "paysaga/storage/memory_log.hpp"

#include <catch2/catch.hpp>

#include "paysaga/storage/acceptor.hpp"
#include "storage/conformance.hpp"

namespace paysaga::storage {
namespace {

constexpr PartitionId p0{0};
constexpr PartitionId p1{1};

MemoryLogOptions without_thread() {
  MemoryLogOptions options;
  options.partition_count = 2;
  options.threaded = false;
  return options;
}

class Heard final : public OwnershipListener {
 public:
  explicit Heard(std::string name) : name_{std::move(name)} {}
  void gained(PartitionId partition, OwnershipToken) override {
    heard.push_back(name_ + " gained " + std::to_string(index_of(partition)));
  }
  void lost(PartitionId partition, OwnershipToken) override {
    heard.push_back(name_ + " lost " + std::to_string(index_of(partition)));
  }
  std::vector<std::string> heard;

 private:
  std::string name_;
};

std::string status_of(AppendStatus status) {
  switch (status) {
    case AppendStatus::appended:
      return "appended";
    case AppendStatus::refused:
      return "refused";
    case AppendStatus::unknown:
      return "unknown";
  }
  return "none";
}

}  // namespace

TEST_CASE("memory log: without a thread nothing is called back before it is delivered",
          "[storage][memory]") {
  MemoryWorld world{without_thread()};
  const auto log = world.open("a");
  std::vector<std::string> seen;
  const auto reading = log->tail(p0, 0, [&](const Result<LogBatch>& batch) {
    for (const LogEntry& entry : batch->entries) seen.push_back("read " + entry.record.value);
  });
  const auto writer = log->journal_writer(p0);
  writer->append({}, "1", [&](const AppendOutcome&) { seen.emplace_back("done 1"); });
  writer->append({}, "2", [&](const AppendOutcome&) { seen.emplace_back("done 2"); });
  CHECK(seen.empty());
  CHECK(world.deliver() > 0);
  CHECK(seen == std::vector<std::string>{"read 1", "read 2", "done 1", "done 2"});
  CHECK(world.deliver() == 0);
}

TEST_CASE("memory log: each fault does to an append what its name says", "[storage][memory]") {
  struct Row {
    MemoryFault fault;
    const char* outcome;
    std::size_t landed;
    std::size_t landed_late;
  };
  for (const Row& row : {Row{MemoryFault::refused, "refused", 0, 0},
                         Row{MemoryFault::unknown_landed, "unknown", 1, 1},
                         Row{MemoryFault::unknown_lost, "unknown", 0, 0},
                         Row{MemoryFault::unknown_late, "unknown", 0, 1},
                         Row{MemoryFault::unanswered, "none", 1, 1}}) {
    INFO(static_cast<int>(row.fault));
    MemoryWorld world{without_thread()};
    const auto log = world.open("a");
    const auto writer = log->journal_writer(p0);
    world.fail_appends(p0, row.fault);
    std::string outcome = "none";
    writer->append({}, "x",
                   [&](const AppendOutcome& answer) { outcome = status_of(answer.status); });
    (void)world.deliver();
    CHECK(outcome == row.outcome);
    CHECK(world.journal(p0).size() == row.landed);
    world.land_late();
    CHECK(world.journal(p0).size() == row.landed_late);
    writer->append({}, "y",
                   [&](const AppendOutcome& answer) { outcome = status_of(answer.status); });
    (void)world.deliver();
    CHECK(outcome == "appended");  // A fault is used up.
  }
}

TEST_CASE("memory log: each fault does to a publish what its name says", "[storage][memory]") {
  struct Row {
    MemoryFault fault;
    ErrorCode code;
    std::size_t landed;
  };
  for (const Row& row : {Row{MemoryFault::refused, ErrorCode::unavailable, 0},
                         Row{MemoryFault::unknown_landed, ErrorCode::storage_failed, 1},
                         Row{MemoryFault::unknown_lost, ErrorCode::storage_failed, 0}}) {
    MemoryWorld world{without_thread()};
    const auto log = world.open("a");
    world.fail_publishes(row.fault);
    std::optional<Result<std::monostate>> published;
    log->publish({{"events", p0, {"k", {}, "v"}}}, {{p0, 1, "m"}}, true,
                 [&](Result<std::monostate> answer) { published = answer; });
    std::optional<Commit> commit;
    log->committed_position(Use::publisher, p0,
                            [&](Result<std::optional<Commit>> answer) { commit = *answer; });
    (void)world.deliver();
    REQUIRE(published.has_value());
    CHECK(published->error().code == row.code);
    CHECK(world.topic("events", p0).size() == row.landed);
    CHECK(commit.has_value() == (row.landed == 1));
  }
}

TEST_CASE("memory log: partitions move between two nodes on one log", "[storage][memory]") {
  MemoryWorld world{without_thread()};
  const auto a = world.open("a");
  const auto b = world.open("b");
  Heard of_a{"a"};
  Heard of_b{"b"};
  a->join(of_a);
  b->join(of_b);
  (void)world.deliver();
  CHECK(of_a.heard == std::vector<std::string>{"a gained 0", "a gained 1"});
  CHECK(of_b.heard.empty());
  world.move(p1, "b");
  world.move_silently(p0, "b");
  (void)world.deliver();
  CHECK(of_a.heard.back() == "a lost 1");
  CHECK(of_a.heard.size() == 3);  // Of partition 0 it knows nothing.
  CHECK(of_b.heard == std::vector<std::string>{"b gained 1", "b gained 0"});
  world.set_membership_current("a", false);
  CHECK_FALSE(a->membership_current());
  CHECK(b->membership_current());
  b->leave();
  CHECK(of_b.heard.size() == 4);
  a->leave();
  CHECK(of_a.heard.size() == 3);
}

TEST_CASE("memory log: what one node appends the other one reads", "[storage][memory]") {
  MemoryWorld world;
  const auto a = world.open("a");
  const auto b = world.open("b");
  conformance::Leader zombie{*a, p0, 1};
  conformance::Leader leader{*b, p0, 2};
  REQUIRE(zombie.claim());
  REQUIRE(leader.claim());
  (void)zombie.decide("ord_zombie");
  (void)leader.decide("ord_1");
  CHECK(conformance::judge({}, conformance::read_journal(*a, p0, 0, 4)) ==
        std::vector<std::string>{"claim 0/0", "claim 1/0",
                                 "void: it was written under another claim", "decision 1/1 ord_1"});
  CHECK(a->identity() == b->identity());
}

}  // namespace paysaga::storage
