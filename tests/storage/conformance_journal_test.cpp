#include <catch2/catch.hpp>

#include "storage/conformance.hpp"

namespace paysaga::storage::conformance {
namespace {

constexpr PartitionId p0{0};
constexpr PartitionId p1{1};

Adapter each() {
  return GENERATE(from_range(adapters()));
}

std::vector<std::string> values_of(const std::vector<LogEntry>& entries) {
  std::vector<std::string> values;
  for (const LogEntry& entry : entries) values.push_back(entry.record.value);
  return values;
}

}  // namespace

TEST_CASE("log: appends come back in their order, as they were, one partition beside the other",
          "[storage][conformance]") {
  const Adapter adapter = each();
  INFO(adapter.name);
  const auto under_test = adapter.make();
  Log& log = under_test->log();
  const auto writer = log.journal_writer(p0);
  const auto other = log.journal_writer(p1);
  std::vector<Answer<AppendOutcome>> answers(300);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    std::string value = "value " + std::to_string(i) + std::string(1, '\0');
    writer->append({{"a", std::string("\0\xff", 2)}, {"b", ""}}, std::move(value),
                   answers[i].callback());
    if (i % 3 == 0) other->append({}, "other", [](AppendOutcome) {});
  }
  const auto entries = read_journal(log, p0, 0, answers.size());
  REQUIRE(entries.size() == answers.size());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto outcome = answers[i].wait();
    REQUIRE(outcome.has_value());
    CHECK(outcome->status == AppendStatus::appended);
    CHECK(outcome->offset == entries[i].offset);
    CHECK(answers[i].count() == 1);
    CHECK(entries[i].record == LogRecord{"",
                                         {{"a", std::string("\0\xff", 2)}, {"b", ""}},
                                         "value " + std::to_string(i) + std::string(1, '\0')});
    if (i > 0) {
      CHECK(entries[i].offset > entries[i - 1].offset);
      CHECK(entries[i].appended_at >= entries[i - 1].appended_at);
    }
  }
  CHECK(read_journal(log, p1, 0, 100).size() == 100);
  CHECK(journal_range(log, p0) == std::pair<Offset, Offset>{0, entries.back().offset + 1});
}

TEST_CASE("log: a reading from the middle goes on with what is appended later",
          "[storage][conformance]") {
  const Adapter adapter = each();
  INFO(adapter.name);
  const auto under_test = adapter.make();
  Log& log = under_test->log();
  const auto writer = log.journal_writer(p0);
  Gathered whole;
  const auto early = log.tail(p0, 0, whole.callback());
  for (int i = 0; i < 1500; ++i) writer->append({}, std::to_string(i), [](AppendOutcome) {});
  const auto first = whole.wait(1500);
  REQUIRE(first.size() == 1500);
  Gathered part;
  const auto late = log.tail(p0, first[700].offset, part.callback());
  Gathered fresh;
  const auto at_end = log.tail(p0, first.back().offset + 1, fresh.callback());
  for (int i = 1500; i < 2000; ++i) writer->append({}, std::to_string(i), [](AppendOutcome) {});
  const auto all = values_of(whole.wait(2000));
  REQUIRE(all.size() == 2000);
  CHECK(values_of(part.wait(1300)) == std::vector<std::string>(all.begin() + 700, all.end()));
  CHECK(values_of(fresh.wait(500)) == std::vector<std::string>(all.begin() + 1500, all.end()));
  CHECK(all.front() == "0");
  CHECK(all.back() == "1999");
}

TEST_CASE("log: a claim is read back by its nonce, and decisions and marks count under it",
          "[storage][conformance]") {
  const Adapter adapter = each();
  INFO(adapter.name);
  const auto under_test = adapter.make();
  Log& log = under_test->log();
  Leader leader{log, p0, 1};
  REQUIRE(leader.claim());
  CHECK(leader.decide("ord_1").status == AppendStatus::appended);
  CHECK(leader.mark(7).status == AppendStatus::appended);
  CHECK(leader.decide("ord_2").status == AppendStatus::appended);
  CHECK(judge({}, read_journal(log, p0, 0, 4)) ==
        std::vector<std::string>{"claim 0/0", "decision 0/1 ord_1", "mark 0/2",
                                 "decision 0/3 ord_2"});
}

TEST_CASE("log: of two claimants the later one leads, and the other one's records are void",
          "[storage][conformance]") {
  const Adapter adapter = each();
  INFO(adapter.name);
  const auto under_test = adapter.make();
  Log& log = under_test->log();
  Leader first{log, p0, 1};
  Leader second{log, p0, 2};
  REQUIRE(first.claim());
  (void)first.decide("ord_1");
  REQUIRE(second.claim());
  (void)first.decide("ord_zombie");
  (void)second.decide("ord_2");
  (void)first.mark(3);
  (void)second.decide("ord_3");
  REQUIRE(first.claim());  // Comes back, and now the second one is the zombie.
  (void)second.decide("ord_zombie");
  (void)first.decide("ord_4");
  const std::vector<std::string> expected{"claim 0/0",
                                          "decision 0/1 ord_1",
                                          "claim 2/0",
                                          "void: it was written under another claim",
                                          "decision 2/1 ord_2",
                                          "void: it was written under another claim",
                                          "decision 2/2 ord_3",
                                          "claim 7/0",
                                          "void: it was written under another claim",
                                          "decision 7/1 ord_4"};
  const auto entries = read_journal(log, p0, 0, expected.size());
  CHECK(judge({}, entries) == expected);
  // A reader that starts in the middle, at any place, sees the same.
  for (std::size_t start = 0; start < entries.size(); ++start) {
    Acceptor before{Position{}};
    for (std::size_t i = 0; i < start; ++i) REQUIRE(before.accept(entries[i]));
    const std::vector<LogEntry> rest(entries.begin() + static_cast<std::ptrdiff_t>(start),
                                     entries.end());
    CHECK(judge(before.position(), rest) ==
          std::vector<std::string>(expected.begin() + static_cast<std::ptrdiff_t>(start),
                                   expected.end()));
  }
}

TEST_CASE("log: a number that is missing voids what follows until the next claim",
          "[storage][conformance]") {
  const Adapter adapter = each();
  INFO(adapter.name);
  const auto under_test = adapter.make();
  Log& log = under_test->log();
  Leader leader{log, p0, 1};
  REQUIRE(leader.claim());
  (void)leader.decide("ord_1");
  leader.lose_one();
  (void)leader.decide("ord_3");
  (void)append(leader.writer(), {}, "not ours");
  REQUIRE(leader.claim());
  (void)leader.decide("ord_4");
  CHECK(judge({}, read_journal(log, p0, 0, 6)) ==
        std::vector<std::string>{
            "claim 0/0", "decision 0/1 ord_1", "void: a record before it was lost",
            "void: it has no header of ours", "claim 4/0", "decision 4/1 ord_4"});
  CHECK(leader.position().next == 5);  // Void records moved it too.
}

TEST_CASE("log: an append whose answer is lost is in the journal or not, and readers agree",
          "[storage][conformance]") {
  const Adapter adapter = each();
  const bool landed = GENERATE(true, false);
  INFO(adapter.name << " landed=" << landed);
  const auto under_test = adapter.make();
  Log& log = under_test->log();
  Leader leader{log, p0, 1};
  REQUIRE(leader.claim());
  if (!under_test->lose_answer(p0, landed)) return;
  CHECK(leader.decide("ord_1").status == AppendStatus::unknown);
  CHECK(leader.decide("ord_2").status == AppendStatus::appended);
  const auto judged = judge({}, read_journal(log, p0, 0, landed ? 3 : 2));
  CHECK(judged ==
        (landed ? std::vector<std::string>{"claim 0/0", "decision 0/1 ord_1", "decision 0/2 ord_2"}
                : std::vector<std::string>{"claim 0/0", "void: a record before it was lost"}));
}

TEST_CASE("log: a record that lands late counts only if nothing came between",
          "[storage][conformance]") {
  const Adapter adapter = each();
  const bool claimed_between = GENERATE(true, false);
  INFO(adapter.name << " claimed_between=" << claimed_between);
  const auto under_test = adapter.make();
  Log& log = under_test->log();
  Leader leader{log, p0, 1};
  Leader next{log, p0, 2};
  REQUIRE(leader.claim());
  if (!under_test->delay_append(p0)) return;
  CHECK(leader.decide("ord_late").status == AppendStatus::unknown);
  if (claimed_between) REQUIRE(next.claim());
  under_test->land_late();
  const auto judged = judge({}, read_journal(log, p0, 0, claimed_between ? 3 : 2));
  CHECK(judged.back() ==
        (claimed_between ? "void: it was written under another claim" : "decision 0/1 ord_late"));
}

TEST_CASE("log: a record that counts but cannot be decoded stops its readers",
          "[storage][conformance]") {
  const Adapter adapter = each();
  INFO(adapter.name);
  const auto under_test = adapter.make();
  Log& log = under_test->log();
  Leader leader{log, p0, 1};
  REQUIRE(leader.claim());
  RecordHeader newer{2, RecordKind::decision, leader.position().epoch, 1, leader.position().chain};
  std::string value = "of a newer version";
  Headers headers{{std::string{record_header_name}, encode(newer, value)}};
  (void)append(leader.writer(), std::move(headers), std::move(value));
  CHECK(judge({}, read_journal(log, p0, 0, 2)) ==
        std::vector<std::string>{"claim 0/0", "version_unsupported"});
}

TEST_CASE("log: an entry that changed where it is kept is reported as corrupt",
          "[storage][conformance]") {
  const Adapter adapter = each();
  INFO(adapter.name);
  const auto under_test = adapter.make();
  Leader leader{under_test->log(), p0, 1};
  REQUIRE(leader.claim());
  (void)leader.decide("ord_1");
  if (!under_test->damage_journal(p0, 1)) return;
  Gathered gathered;
  const auto reading = under_test->log().tail(p0, 0, gathered.callback());
  auto judged = judge({}, gathered.wait(2));
  if (judged.size() == 1) {  // The log itself found it.
    const auto error = gathered.wait_error();
    REQUIRE(error.has_value());
    judged.emplace_back(to_text(error->code));
  }
  CHECK(judged == std::vector<std::string>{"claim 0/0", "corrupt"});
}

TEST_CASE("log: a position outside of the journal is out of range, never moved",
          "[storage][conformance]") {
  const Adapter adapter = each();
  INFO(adapter.name);
  const auto under_test = adapter.make();
  Leader leader{under_test->log(), p0, 1};
  REQUIRE(leader.claim());
  const auto code_from = [&](Offset from) {
    Gathered gathered;
    const auto reading = under_test->log().tail(p0, from, gathered.callback());
    const auto error = gathered.wait_error();
    return error ? to_text(error->code) : "nothing came";
  };
  CHECK(code_from(2) == "out_of_range");
  if (!under_test->trim_journal(p0)) return;
  CHECK(journal_range(under_test->log(), p0) == std::pair<Offset, Offset>{1, 1});
  CHECK(code_from(0) == "out_of_range");
  Leader next{under_test->log(), p1, 2};
  REQUIRE(next.claim());  // Another partition keeps what it has.
  const auto writer = under_test->log().journal_writer(p0);
  CHECK(append(*writer, {}, "behind").offset == 1);
  CHECK(values_of(read_journal(under_test->log(), p0, 1, 1)) == std::vector<std::string>{"behind"});
}

TEST_CASE("log: what was acknowledged is there after a restart, and offsets go on",
          "[storage][conformance]") {
  const Adapter adapter = each();
  INFO(adapter.name);
  const auto under_test = adapter.make();
  const std::string identity = under_test->log().identity();
  {
    Leader leader{under_test->log(), p0, 1};
    REQUIRE(leader.claim());
    (void)leader.decide("ord_1");
    REQUIRE(put(under_test->log(), "orders", p1, "first").value() == 0);
  }
  if (!under_test->restart()) return;
  CHECK(under_test->log().identity() == identity);
  Leader leader{under_test->log(), p0, 2};
  REQUIRE(leader.claim());
  (void)leader.decide("ord_2");
  CHECK(judge({}, read_journal(under_test->log(), p0, 0, 4)) ==
        std::vector<std::string>{"claim 0/0", "decision 0/1 ord_1", "claim 2/0",
                                 "decision 2/1 ord_2"});
  CHECK(put(under_test->log(), "orders", p1, "second").value() == 1);
}

TEST_CASE("log: a record beyond the limit is refused and leaves nothing behind",
          "[storage][conformance]") {
  const Adapter adapter = each();
  INFO(adapter.name);
  const auto under_test = adapter.make();
  Log& log = under_test->log();
  const auto writer = log.journal_writer(p0);
  CHECK(append(*writer, {}, std::string(log.record_bytes_max() + 1, 'x')).status ==
        AppendStatus::refused);
  CHECK(put(log, "orders", p0, std::string(log.record_bytes_max() + 1, 'x')).error().code ==
        ErrorCode::malformed);
  CHECK(append(*writer, {}, std::string(log.record_bytes_max(), 'y')).offset == 0);
  CHECK(journal_range(log, p0) == std::pair<Offset, Offset>{0, 1});
}

TEST_CASE("log: nothing is called back once a writer or a reading is gone",
          "[storage][conformance]") {
  const Adapter adapter = each();
  INFO(adapter.name);
  const auto under_test = adapter.make();
  Log& log = under_test->log();
  std::atomic<bool> gone{false};
  std::atomic<int> late{0};
  for (int round = 0; round < 20; ++round) {
    gone = false;
    auto writer = log.journal_writer(p0);
    auto reading = log.tail(p0, 0, [&](const Result<LogBatch>&) { late += gone ? 1 : 0; });
    for (int i = 0; i < 50; ++i) {
      writer->append({}, "x", [&](const AppendOutcome&) { late += gone ? 1 : 0; });
    }
    writer.reset();
    reading.reset();
    gone = true;
    REQUIRE(put(log, "orders", p0, "behind all of them"));
  }
  CHECK(late == 0);
  // What was dropped is a beginning of what was appended: it has no hole.
  const auto [first, end] = journal_range(log, p0);
  CHECK(read_journal(log, p0, 0, static_cast<std::size_t>(end)).size() ==
        static_cast<std::size_t>(end - first));
}

}  // namespace paysaga::storage::conformance
