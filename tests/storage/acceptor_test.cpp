#include "paysaga/storage/acceptor.hpp"

#include <catch2/catch.hpp>

namespace paysaga::storage {
namespace {

LogEntry entry(Offset offset, Headers headers, std::string value) {
  return {offset, time_from_micros(offset), {"", std::move(headers), std::move(value)}};
}

LogEntry claim_at(Offset offset) {
  std::string value = encode(Claim{{static_cast<std::uint8_t>(offset)}, "n", "", "g", "", 1, ""});
  Headers headers = claim_headers(value);
  return entry(offset, std::move(headers), std::move(value));
}

LogEntry decision_at(Offset offset, RecordStamp& stamp, std::string order = "ord_1") {
  DecisionRecord decision;
  decision.order = std::move(order);
  std::string value = encode(decision);
  Headers headers = stamp.stamp(RecordKind::decision, value);
  return entry(offset, std::move(headers), std::move(value));
}

std::string judged(Acceptor& acceptor, const LogEntry& judged_entry) {
  const auto acceptance = acceptor.accept(judged_entry);
  if (!acceptance) return std::string{to_text(acceptance.error().code)};
  if (const auto* no = std::get_if<Void>(&*acceptance)) return std::string{no->why};
  const Counted& yes = std::get<Counted>(*acceptance);
  return std::string{to_text(yes.kind())} + ' ' + std::to_string(yes.epoch) + '/' +
         std::to_string(yes.jseq);
}

Position behind(const std::vector<LogEntry>& entries) {
  Acceptor acceptor{Position{}};
  for (const LogEntry& one : entries) REQUIRE(acceptor.accept(one));
  return acceptor.position();
}

}  // namespace

TEST_CASE("acceptor: records of the latest claim count in their order", "[storage][acceptor]") {
  Acceptor acceptor{Position{}};
  CHECK(judged(acceptor, claim_at(0)) == "claim 0/0");
  RecordStamp stamp{acceptor.position()};
  CHECK(judged(acceptor, decision_at(1, stamp)) == "decision 0/1");
  std::string mark = encode(Mark{});
  Headers headers = stamp.stamp(RecordKind::mark, mark);
  CHECK(judged(acceptor, entry(2, headers, mark)) == "mark 0/2");
  CHECK(judged(acceptor, entry(3, headers, mark)) == "its number was already used");
  CHECK(judged(acceptor, decision_at(7, stamp)) == "decision 0/3");
  CHECK(acceptor.position().next == 8);
}

TEST_CASE("acceptor: a lost record voids those behind it until a new claim",
          "[storage][acceptor]") {
  Acceptor acceptor{Position{}};
  CHECK(judged(acceptor, claim_at(0)) == "claim 0/0");
  RecordStamp stamp{acceptor.position()};
  (void)decision_at(1, stamp);  // Never reaches the log.
  CHECK(judged(acceptor, decision_at(1, stamp)) == "a record before it was lost");
  CHECK(judged(acceptor, decision_at(2, stamp)) == "a record before it was lost");
  CHECK(acceptor.position() == Position{3, 0, 0, acceptor.position().chain});
  CHECK(judged(acceptor, claim_at(3)) == "claim 3/0");
  RecordStamp fresh{acceptor.position()};
  CHECK(judged(acceptor, decision_at(4, fresh)) == "decision 3/1");
}

TEST_CASE("acceptor: a record that lands after a later claim is void", "[storage][acceptor]") {
  Acceptor acceptor{Position{}};
  CHECK(judged(acceptor, claim_at(0)) == "claim 0/0");
  RecordStamp zombie{acceptor.position()};
  CHECK(judged(acceptor, claim_at(1)) == "claim 1/0");
  RecordStamp leader{acceptor.position()};
  CHECK(judged(acceptor, decision_at(2, zombie)) == "it was written under another claim");
  CHECK(judged(acceptor, decision_at(3, leader)) == "decision 1/1");
  CHECK(judged(acceptor, decision_at(4, zombie)) == "it was written under another claim");
  CHECK(judged(acceptor, decision_at(5, leader)) == "decision 1/2");
}

TEST_CASE("acceptor: a late record that still fits counts", "[storage][acceptor]") {
  Acceptor acceptor{Position{}};
  (void)judged(acceptor, claim_at(0));
  RecordStamp stamp{acceptor.position()};
  const LogEntry late = decision_at(90, stamp);
  CHECK(judged(acceptor, entry(5, {}, "somebody else's")) == "it has no header of ours");
  CHECK(judged(acceptor, late) == "decision 0/1");
}

TEST_CASE("acceptor: a record that continues another journal is void", "[storage][acceptor]") {
  const Position ours = behind({claim_at(0)});
  LogEntry other_claim = claim_at(0);
  other_claim.record.value = encode(Claim{{9, 9}, "other", "", "g", "", 1, ""});
  other_claim.record.headers = claim_headers(other_claim.record.value);
  RecordStamp stamp{behind({other_claim})};
  Acceptor acceptor{ours};
  CHECK(judged(acceptor, decision_at(1, stamp)) ==
        "it follows another record than the last counted one");
}

TEST_CASE("acceptor: a reader at the log's first record skips to the first claim",
          "[storage][acceptor]") {
  Acceptor whole{Position{}};
  (void)judged(whole, claim_at(0));
  RecordStamp stamp{whole.position()};
  const LogEntry kept = decision_at(1, stamp);
  (void)judged(whole, kept);
  const LogEntry claim = claim_at(2);
  (void)judged(whole, claim);
  RecordStamp next{whole.position()};
  const LogEntry first = decision_at(3, next);
  const LogEntry second = decision_at(4, next);
  (void)judged(whole, first);
  (void)judged(whole, second);

  Acceptor late{position_at_first(1)};
  CHECK(judged(late, kept) == "it stands before the first claim");
  CHECK(judged(late, claim) == "claim 2/0");
  CHECK(late.position().chain == chain_unknown);
  CHECK(judged(late, first) == "decision 2/1");
  CHECK(judged(late, second) == "decision 2/2");
  CHECK(late.position() == whole.position());  // The chain was taken from the first record.
}

TEST_CASE("acceptor: a position in the middle judges like a reader from the start",
          "[storage][acceptor]") {
  std::vector<LogEntry> entries{claim_at(0)};
  RecordStamp first{behind(entries)};
  entries.push_back(decision_at(1, first));
  entries.push_back(claim_at(2));
  RecordStamp second{behind(entries)};
  entries.push_back(decision_at(3, first));  // A zombie's.
  entries.push_back(decision_at(4, second));
  entries.push_back(entry(5, {}, "x"));
  entries.push_back(decision_at(6, second));
  std::vector<std::string> expected;
  Acceptor whole{Position{}};
  for (const LogEntry& one : entries) expected.push_back(judged(whole, one));
  for (std::size_t start = 1; start < entries.size(); ++start) {
    const std::vector<LogEntry> before(entries.begin(),
                                       entries.begin() + static_cast<std::ptrdiff_t>(start));
    // Through its text, as it stands in the metadata of a commit.
    Acceptor resumed{decode_position(encode(behind(before))).value()};
    for (std::size_t i = start; i < entries.size(); ++i) {
      CHECK(judged(resumed, entries[i]) == expected[i]);
    }
    CHECK(resumed.position() == whole.position());
  }
}

TEST_CASE("acceptor: a record that counts but cannot be decoded stops the reader",
          "[storage][acceptor]") {
  const Position start = behind({claim_at(0)});
  struct Row {
    const char* what;
    RecordHeader header;
    std::string value;
    const char* expected;
  };
  const std::string mark = encode(Mark{});
  const std::string newer = std::string("\x03\x00", 2) + mark.substr(2);
  const RecordHeader fits{1, RecordKind::mark, 0, 1, start.chain};
  RecordHeader format_2 = fits;
  format_2.version = 2;
  RecordHeader kind_9 = fits;
  kind_9.kind = static_cast<RecordKind>(9);
  RecordHeader void_kind_9 = kind_9;
  void_kind_9.jseq = 2;
  for (const Row& row :
       {Row{"a newer header", format_2, mark, "version_unsupported"},
        Row{"a kind of a newer version", kind_9, mark, "version_unsupported"},
        Row{"a newer value", fits, newer, "version_unsupported"},
        Row{"a value that is none", fits, "rubbish", "version_unsupported"},
        Row{"a value cut off", fits, mark.substr(0, 3), "corrupt"},
        Row{"a newer one that is void", void_kind_9, mark, "a record before it was lost"}}) {
    INFO(row.what);
    Acceptor acceptor{start};
    const LogEntry made =
        entry(1, {{std::string{record_header_name}, encode(row.header, row.value)}}, row.value);
    CHECK(judged(acceptor, made) == row.expected);
    const bool stopped = std::string_view{row.expected}.find(' ') == std::string_view::npos;
    CHECK(acceptor.position().next == (stopped ? 1 : 2));
  }
}

TEST_CASE("acceptor: a damaged record stops the reader and names its offset",
          "[storage][acceptor]") {
  Acceptor acceptor{behind({claim_at(0)})};
  RecordStamp stamp{acceptor.position()};
  LogEntry damaged = decision_at(1, stamp);
  damaged.record.value.back() = static_cast<char>(damaged.record.value.back() ^ 1);
  const auto answer = acceptor.accept(damaged);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == ErrorCode::corrupt);
  CHECK(answer.error().detail.starts_with("journal offset 1: "));
}

}  // namespace paysaga::storage
