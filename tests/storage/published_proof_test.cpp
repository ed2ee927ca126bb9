#include "paysaga/storage/published_proof.hpp"

#include <catch2/catch.hpp>

namespace paysaga::storage {
namespace {

constexpr PartitionId p0{0};
constexpr PartitionId p1{1};
const PublishedProof::Place events{"events", p0};
const PublishedProof::Place copies{"copies", p0};

LogRecord record_of(const std::string& id) {
  return {"ord_1", {{"ce_id", id}}, "{}"};
}

/// A journal whose decisions ask for events; a test says what of it stands in the topics.
class Journal {
 public:
  Journal() { claim(); }

  void claim() {
    std::string value = encode(Claim{{}, "n", "", "g", "", 1, ""});
    Headers headers = claim_headers(value);
    add(std::move(headers), std::move(value));
    stamp_.emplace(acceptor_.position());
  }
  void decide(std::vector<RecordOutput> outputs) {
    DecisionRecord decision;
    decision.outputs = std::move(outputs);
    std::string value = encode(decision);
    Headers headers = stamp_->stamp(RecordKind::decision, value);
    add(std::move(headers), std::move(value));
  }
  /// One event, in two topics.
  void say(const std::string& id) { decide({{{"events", "copies"}, std::nullopt, record_of(id)}}); }
  [[nodiscard]] Position before(Offset offset) const {
    Acceptor acceptor{Position{}};
    for (const LogEntry& entry : entries_) {
      if (entry.offset < offset) REQUIRE(acceptor.accept(entry));
    }
    return acceptor.position();
  }
  [[nodiscard]] PublishedProof proof(Offset first = 0) const {
    PublishedProof proof{p0, first};
    for (const LogEntry& entry : entries_) {
      if (entry.offset >= first) REQUIRE(proof.take(entry));
    }
    proof.end_at(static_cast<Offset>(entries_.size()));
    return proof;
  }

 private:
  void add(Headers headers, std::string value) {
    const auto offset = static_cast<Offset>(entries_.size());
    entries_.push_back({offset, {}, {"", std::move(headers), std::move(value)}});
    REQUIRE(acceptor_.accept(entries_.back()));
  }
  Acceptor acceptor_{Position{}};
  std::optional<RecordStamp> stamp_;
  std::vector<LogEntry> entries_;
};

void see_all(PublishedProof& proof, const PublishedProof::Place& place,
             const std::vector<std::string>& ids, Offset first = 0) {
  proof.look(place, first);
  for (const std::string& id : ids) proof.see(place, record_of(id));
}

}  // namespace

TEST_CASE("published proof: the position stands before the first record that is not published",
          "[storage]") {
  Journal journal;
  journal.say("a");    // 1
  journal.decide({});  // 2: asks for nothing.
  journal.say("b");    // 3
  journal.claim();     // 4
  journal.say("c");    // 5
  struct Row {
    std::vector<std::string> seen;
    Offset next;
    std::size_t left;
  };
  for (const Row& row : std::vector<Row>{
           {{}, 1, 3}, {{"a"}, 3, 2}, {{"x", "a", "y", "b"}, 5, 1}, {{"a", "b", "c", "z"}, 6, 0}}) {
    PublishedProof proof = journal.proof();
    REQUIRE(proof.places() == std::vector{copies, events});
    see_all(proof, events, row.seen);
    see_all(proof, copies, row.seen);
    const auto verdict = proof.verdict(true);
    REQUIRE(verdict.has_value());
    CHECK(verdict->position == journal.before(row.next));
    CHECK(verdict->left == row.left);
    CHECK(verdict->published == 3 - row.left);
  }
}

TEST_CASE("published proof: a record is published as a whole, and one after the other",
          "[storage]") {
  Journal journal;
  journal.say("a");  // 1
  journal.say("b");  // 2
  PublishedProof half = journal.proof();
  see_all(half, events, {"a", "b"});
  see_all(half, copies, {"a"});
  CHECK(half.verdict(true)->position == journal.before(2));

  PublishedProof hole = journal.proof();
  see_all(hole, events, {"b"});
  see_all(hole, copies, {"b"});
  const auto refused = hole.verdict(true);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::conflict);
  CHECK(refused.error().detail ==
        "what journal record 2 asks for is in its topics, but not all that journal record 1 asks "
        "for, which comes before it");
  CHECK(hole.verdict(false)->position == journal.before(1));  // Then what was there comes again.
}

TEST_CASE("published proof: a topic that lost its first records tells of what came later",
          "[storage]") {
  Journal journal;
  journal.say("a");  // 1
  journal.say("b");  // 2
  journal.say("c");  // 3
  PublishedProof proof = journal.proof();
  see_all(proof, events, {"b"}, 7);
  see_all(proof, copies, {}, 9);
  CHECK(proof.verdict(true)->position == journal.before(3));

  PublishedProof blind = journal.proof();
  see_all(blind, events, {}, 7);
  see_all(blind, copies, {}, 9);
  const auto refused = blind.verdict(true);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().detail ==
        "what journal record 1 asks for may have been deleted from its topics, or was never there");
}

TEST_CASE("published proof: a journal that lost its first records needs something found in it",
          "[storage]") {
  Journal journal;
  journal.say("a");  // 1
  journal.claim();   // 2
  journal.say("b");  // 3
  journal.say("c");  // 4
  PublishedProof proof = journal.proof(1);
  see_all(proof, events, {"a", "b"});
  see_all(proof, copies, {"a", "b"});
  const auto verdict = proof.verdict(true);
  REQUIRE(verdict.has_value());
  CHECK(verdict->position == journal.before(4));

  PublishedProof nothing = journal.proof(1);
  see_all(nothing, events, {"a"});
  see_all(nothing, copies, {"a"});
  CHECK_FALSE(nothing.verdict(true).has_value());
  PublishedProof from_claim = journal.proof(2);
  const auto first = from_claim.verdict(true);
  REQUIRE(first.has_value());
  CHECK(first->position.next == 3);
  CHECK(first->position.epoch == 2);
  CHECK(first->left == 2);
}

TEST_CASE("published proof: the same output asked for twice is counted twice", "[storage]") {
  Journal journal;
  journal.decide({{{"commands"}, p1, record_of("a")}});  // 1
  journal.decide({{{"commands"}, p1, record_of("a")}});  // 2
  const PublishedProof::Place commands{"commands", p1};
  PublishedProof once = journal.proof();
  REQUIRE(once.places() == std::vector{commands});
  see_all(once, commands, {"a"});
  CHECK(once.verdict(true)->position == journal.before(2));
  PublishedProof twice = journal.proof();
  see_all(twice, commands, {"a", "a", "a"});
  CHECK(twice.verdict(true)->position == journal.before(3));
}

}  // namespace paysaga::storage
