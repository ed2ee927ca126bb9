#include "paysaga/storage/memory_log.hpp"

#include <algorithm>
#include <deque>

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
  void gained(PartitionId partition, OwnershipToken token) override {
    tokens.push_back(token);
    heard.push_back(name_ + " gained " + std::to_string(index_of(partition)));
  }
  void lost(PartitionId partition, OwnershipToken) override {
    heard.push_back(name_ + " lost " + std::to_string(index_of(partition)));
  }
  std::vector<std::string> heard;
  std::vector<OwnershipToken> tokens;  // Of what was gained.

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

/// Keeps every step until the test lets it happen.
class HeldCourier final : public MemoryCourier {
 public:
  using Kind = MemoryStep::Kind;

  void carry(const MemoryStep& step, std::function<void()> happen) override {
    waiting_.push_back({step.kind, std::string{step.node}, step.line, std::move(happen)});
  }
  std::optional<MemoryFault> fault(Kind, std::string_view, PartitionId) override {
    ++asked;
    if (faults.empty()) return std::nullopt;
    const MemoryFault first = faults.front();
    faults.pop_front();
    return first;
  }
  /// Lets the first step of this kind happen, or a later one; false if there is none.
  bool happen(Kind kind, std::size_t skip = 0) {
    for (auto step = waiting_.begin(); step != waiting_.end(); ++step) {
      if (step->kind != kind || skip-- > 0) continue;
      const std::function<void()> now = std::move(step->happen);
      waiting_.erase(step);
      now();
      return true;
    }
    return false;
  }
  void happen_all() {
    while (!waiting_.empty()) (void)happen(waiting_.front().kind);
  }
  /// What waits, such as "append a", in the order in which it was carried.
  [[nodiscard]] std::vector<std::string> waiting() const {
    const char* names[] = {"append", "publish", "answer", "read", "membership", "ending"};
    std::vector<std::string> texts;
    for (const Waiting& step : waiting_) {
      texts.push_back(names[static_cast<std::size_t>(step.kind)] + (' ' + step.node));
    }
    return texts;
  }
  [[nodiscard]] std::vector<std::uint64_t> lines() const {
    std::vector<std::uint64_t> lines;
    for (const Waiting& step : waiting_) lines.push_back(step.line);
    return lines;
  }

  std::deque<MemoryFault> faults;
  std::size_t asked = 0;

 private:
  struct Waiting {
    Kind kind;
    std::string node;
    std::uint64_t line;
    std::function<void()> happen;
  };
  std::deque<Waiting> waiting_;
};

MemoryLogOptions carried_by(HeldCourier& courier) {
  MemoryLogOptions options = without_thread();
  options.courier = &courier;
  return options;
}

using Steps = std::vector<std::string>;

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

TEST_CASE("memory log: with a courier an append lands only when it is carried there",
          "[storage][memory]") {
  HeldCourier courier;
  MemoryWorld world{carried_by(courier)};
  const auto log = world.open("a");
  const auto writer = log->journal_writer(p0);
  const auto other = log->journal_writer(p0);
  std::vector<Offset> done;
  const auto on_done = [&](const AppendOutcome& outcome) { done.push_back(outcome.offset); };
  writer->append({}, "1", on_done);
  writer->append({}, "2", on_done);
  other->append({}, "3", on_done);
  CHECK(courier.waiting() == Steps{"append a", "append a", "append a"});
  const auto lines = courier.lines();
  CHECK(lines[0] == lines[1]);
  CHECK(lines[0] != lines[2]);
  CHECK(std::ranges::count(lines, 0U) == 0);
  CHECK(world.journal_end(p0) == 0);
  CHECK(courier.asked == 0);
  REQUIRE(courier.happen(HeldCourier::Kind::append, 2));  // Another line may overtake.
  CHECK(world.journal(p0).front().record.value == "3");
  CHECK(done.empty());
  courier.happen_all();
  CHECK(world.journal_end(p0) == 3);
  CHECK(done == std::vector<Offset>{0, 1, 2});
  CHECK(courier.asked == 3);
}

TEST_CASE("memory log: what was on its way when its node died still happens, unheard",
          "[storage][memory]") {
  HeldCourier courier;
  MemoryWorld world{carried_by(courier)};
  auto log = world.open("a");
  auto writer = log->journal_writer(p0);
  int heard = 0;
  writer->append({}, "1", [&](const AppendOutcome&) { ++heard; });
  log->put({"orders", p1, {"k", {}, "v"}}, [&](const Result<Offset>&) { ++heard; });
  log->publish({{"events", p0, {"k", {}, "v"}}}, {{p0, 1, "m"}}, true,
               [&](const Result<std::monostate>&) { ++heard; });
  writer.reset();
  log.reset();
  CHECK(courier.waiting() == Steps{"append a", "publish a", "publish a"});
  CHECK(courier.lines()[1] == courier.lines()[2]);
  courier.happen_all();
  CHECK(world.journal_end(p0) == 1);
  CHECK(world.topic("orders", p1).size() == 1);
  CHECK(world.topic("events", p0).size() == 1);
  CHECK(heard == 0);
}

TEST_CASE("memory log: half of a publish is seen only where it need not be atomic",
          "[storage][memory]") {
  const bool atomic = GENERATE(true, false);
  INFO("atomic=" << atomic);
  HeldCourier courier;
  MemoryWorld world{carried_by(courier)};
  const auto log = world.open("a");
  courier.faults = {MemoryFault::partial};
  const auto publish = [&] {
    std::optional<Result<std::monostate>> published;
    std::vector<Output> outputs;
    for (const char* value : {"1", "2", "3", "4"})
      outputs.push_back({"events", p0, {"k", {}, value}});
    log->publish(std::move(outputs), {{p0, 1, "m"}}, atomic,
                 [&](Result<std::monostate> answer) { published = std::move(answer); });
    courier.happen_all();
    REQUIRE(published.has_value());
    return *published;
  };
  const auto committed = [&] {
    std::optional<Commit> commit;
    log->committed_position(Use::publisher, p0,
                            [&](Result<std::optional<Commit>> answer) { commit = *answer; });
    courier.happen_all();
    return commit.has_value();
  };
  CHECK(publish().error().code == ErrorCode::storage_failed);
  const std::size_t half = atomic ? 0 : 2;
  CHECK(world.topic("events", p0).size() == half);
  CHECK_FALSE(committed());
  CHECK(publish().has_value());
  CHECK(world.topic("events", p0).size() == half + 4);
  CHECK(committed());
}

TEST_CASE("memory log: a publication under an ownership that has ended moves no position",
          "[storage][memory]") {
  const bool atomic = GENERATE(true, false);
  INFO("atomic=" << atomic);
  MemoryWorld world{without_thread()};
  Heard heard{"a"};
  const auto log = world.open("a");
  log->join(heard);
  (void)world.deliver();
  const auto publish = [&](OwnershipToken token) {
    std::optional<Result<std::monostate>> published;
    log->publish({{"events", p0, {"k", {}, "v"}}}, {{p0, 1, "m", token}}, atomic,
                 [&](Result<std::monostate> answer) { published = std::move(answer); });
    (void)world.deliver();
    REQUIRE(published.has_value());
    return published->has_value() ? "" : std::string{to_text(published->error().code)};
  };
  const OwnershipToken first = heard.tokens.at(0);
  world.move(p0, "a");  // The same node owns it again, and it is another ownership.
  (void)world.deliver();
  REQUIRE(heard.tokens.back() != first);
  CHECK(publish(first) == "unavailable");
  CHECK(world.topic("events", p0).size() == (atomic ? 0u : 1u));
  CHECK_FALSE(world.committed(Use::publisher, p0).has_value());
  CHECK(publish(heard.tokens.back()).empty());
  const auto committed = world.committed(Use::publisher, p0);
  REQUIRE(committed.has_value());
  CHECK(committed->token == 0);  // It is not kept.
}

TEST_CASE("memory log: a late record that lands behind another claim is void",
          "[storage][memory]") {
  const bool claimed_between = GENERATE(true, false);
  INFO("claimed_between=" << claimed_between);
  HeldCourier courier;
  MemoryWorld world{carried_by(courier)};
  const auto log = world.open("a");
  const auto land_claim = [&](std::uint8_t nonce) {
    Claim claim;
    claim.nonce = {nonce};
    claim.partition_count = 2;
    std::string value = encode(claim);
    Headers headers = claim_headers(value);
    (void)world.append_foreign(p0, {{}, std::move(headers), std::move(value)});
  };
  land_claim(1);
  Acceptor acceptor{Position{}};
  REQUIRE(acceptor.accept(world.journal(p0).front()).has_value());
  RecordStamp stamp{acceptor.position()};
  DecisionRecord decision;
  decision.order = "ord_late";
  std::string value = encode(decision);
  Headers headers = stamp.stamp(RecordKind::decision, value);
  courier.faults = {MemoryFault::unknown_late, MemoryFault::refused};
  std::string outcome = "none";
  const auto writer = log->journal_writer(p0);
  writer->append(std::move(headers), std::move(value),
                 [&](const AppendOutcome& answer) { outcome = status_of(answer.status); });
  REQUIRE(courier.happen(HeldCourier::Kind::append));
  REQUIRE(courier.happen(HeldCourier::Kind::answer));
  CHECK(outcome == "unknown");
  CHECK(world.journal_end(p0) == 1);
  CHECK(courier.lines() == std::vector<std::uint64_t>{0});
  if (claimed_between) land_claim(2);
  REQUIRE(courier.happen(HeldCourier::Kind::append));
  CHECK(courier.asked == 1);  // What is late has had its fault.
  CHECK(courier.waiting().empty());
  CHECK(conformance::judge({}, world.journal(p0)).back() ==
        (claimed_between ? "void: it was written under another claim" : "decision 0/1 ord_late"));
}

TEST_CASE("memory log: on_append sees every entry that lands, whoever wrote it",
          "[storage][memory]") {
  std::vector<std::string> seen;
  MemoryLogOptions options = without_thread();
  options.on_append = [&](std::string_view topic, PartitionId partition, const LogEntry& entry) {
    seen.push_back(std::string{topic} + '/' + std::to_string(index_of(partition)) + '/' +
                   std::to_string(entry.offset) + ' ' + entry.record.value);
  };
  MemoryWorld world{std::move(options)};
  const auto log = world.open("a");
  const auto writer = log->journal_writer(p1);
  const auto ignore = [](const AppendOutcome&) {};
  world.fail_appends(p1, MemoryFault::unknown_late);
  world.fail_appends(p1, MemoryFault::unknown_lost);
  for (const char* value : {"late", "lost", "appended"}) writer->append({}, value, ignore);
  (void)world.append_foreign(p1, {{}, {}, "foreign"});
  world.land_late();
  log->put({"orders", p0, {"k", {}, "put"}}, [](const Result<Offset>&) {});
  log->publish({{"events", p1, {"k", {}, "published"}}}, {}, true,
               [](const Result<std::monostate>&) {});
  (void)world.deliver();
  CHECK(seen == Steps{"memory-journal/1/0 appended", "memory-journal/1/1 foreign",
                      "memory-journal/1/2 late", "orders/0/0 put", "events/1/0 published"});
  world.trim_journal(p1, 2);
  CHECK(world.journal_first(p1) == 2);
  CHECK(world.journal_end(p1) == 3);
}

TEST_CASE("memory log: a coordinator gives out the partitions and takes them",
          "[storage][memory]") {
  HeldCourier courier;
  MemoryLogOptions options = carried_by(courier);
  options.first_takes_all = false;
  MemoryWorld world{std::move(options)};
  const auto a = world.open("a");
  Heard of_a{"a"};
  a->join(of_a);
  CHECK(courier.waiting().empty());
  CHECK_FALSE(world.owner(p0).has_value());
  world.move(p0, "a");
  CHECK(world.owner(p0) == "a");
  world.take(p0);
  world.take(p1);  // It has no owner: nothing happens.
  CHECK_FALSE(world.owner(p0).has_value());
  CHECK(courier.waiting() == Steps{"membership a", "membership a"});
  CHECK(courier.lines()[0] == courier.lines()[1]);
  courier.happen_all();
  CHECK(of_a.heard == Steps{"a gained 0", "a lost 0"});
  world.move(p1, "b");  // Before it has joined: it gains that then, and nothing else.
  const auto b = world.open("b");
  Heard of_b{"b"};
  b->join(of_b);
  courier.happen_all();
  CHECK(of_b.heard == Steps{"b gained 1"});
  world.take(p1);
  b->leave();
  courier.happen_all();  // A node that has left hears nothing more.
  CHECK(of_b.heard == Steps{"b gained 1"});
}

}  // namespace paysaga::storage
