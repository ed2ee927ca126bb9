#include <random>

#include <catch2/catch.hpp>

#include "paysaga/storage/codec_saga.hpp"
#include "paysaga/storage/codec_view.hpp"
#include "paysaga/storage/memory_store.hpp"
#include "paysaga/storage/rocks_store.hpp"
#include "storage/store_world.hpp"

namespace paysaga::storage {
namespace {

using order::Status;
constexpr std::uint32_t partitions = 2;
constexpr std::uint64_t orders = 12;

class Drill {
 public:
  explicit Drill(std::uint64_t seed) : random_{seed} {
    for (std::uint32_t i = 0; i < partitions; ++i) journals_.emplace_back(PartitionId{i});
    reopen();
  }

  void run(int rounds) {
    for (int round = 0; round < rounds; ++round) {
      INFO("round " << round);
      for (std::uint64_t left = number(6); left > 0; --left) decide();
      for (const Journal& journal : journals_) {
        if (number(3) == 0) continue;
        if (number(8) == 0) restore(journal);
        // Sometimes from an offset that was applied long ago.
        const Offset known = rocks_->position(journal.partition())->next;
        const Offset from = number(5) == 0 ? known - static_cast<Offset>(number(4)) : known;
        const auto records = journal.from(from);
        REQUIRE(memory_.apply(journal.partition(), records, journal.position()).has_value());
        REQUIRE(rocks_->apply(journal.partition(), records, journal.position()).has_value());
      }
      if (number(10) == 0) reopen();
      compare();
    }
  }

 private:
  std::uint64_t number(std::uint64_t below) { return random_() % below; }

  void reopen() {
    rocks_.reset();
    auto opened = RocksStore::open(directory_.at("state"), {.identity = identity_of_tests()});
    REQUIRE(opened.has_value());
    rocks_ = std::move(*opened);
  }

  static std::string name(std::uint64_t i) { return "ord_" + std::to_string(i); }

  void decide() {
    const std::uint64_t i = number(orders);
    Journal& journal = journals_[i % partitions];
    const std::uint64_t kind = number(12);
    if (kind == 0) return journal.skip();
    if (kind == 1) return journal.mark({"topic-" + std::to_string(number(2)), journal.next()});
    if (kind == 2) return journal.decide(name(i), nullptr, Action::quarantine, "q");
    if (kind == 3) return journal.decide(name(i), nullptr, Action::enqueue, "e");
    if (kind == 4) return journal.decide(name(i), nullptr, Action::dequeue);
    if (kind == 5) return journal.decide(name(i), nullptr, Action::lift);
    const std::string lane = "t/" + std::to_string(i % partitions) + "/";
    if (kind == 6 && journal.next() > 0 && number(2) == 0) {
      const auto any = number(static_cast<std::uint64_t>(journal.next()));
      return journal.settle_dead_letter(lane + std::to_string(any),
                                        number(2) == 0 ? Action::redrive : Action::discard);
    }
    if (kind == 6) {
      return journal.dead_letter({.id = lane + std::to_string(journal.next()),
                                  .topic = "t",
                                  .partition = journal.partition(),
                                  .offset = journal.next(),
                                  .cause = "c",
                                  .at = time_from_micros(static_cast<std::int64_t>(number(9)))});
    }
    std::uint64_t& version = versions_[i];
    version += number(4) == 0 ? 0 : 1;  // A repeat now and then.
    OrderFacts facts{.version = version};
    facts.status = static_cast<Status>(number(11));
    facts.customer = "cus_" + std::to_string(number(3));
    facts.currency = number(2) == 0 ? "EUR" : "KWD";
    facts.minor = static_cast<std::int64_t>(10 * (1 + number(50)));
    facts.captured = number(2) == 0 ? 0 : facts.minor;
    facts.intent =
        number(3) == 0 ? "" : "pi_" + std::to_string(i) + "_" + std::to_string(number(2));
    facts.stuck = number(4) == 0 ? "outcome_unknown" : "";
    facts.updated_at = time_from_micros(static_cast<std::int64_t>(number(20)));
    facts.expires_at = time_from_micros(static_cast<std::int64_t>(number(40)));
    journal.decide(name(i), make_saga(name(i), facts));
  }

  /// What a snapshot of the partition would hold, by what the stores know of it, is put in the
  /// place of all that they have; sometimes after a restore that was broken off.
  void restore(const Journal& journal) {
    const PartitionId p = journal.partition();
    std::vector<RestoredRow> rows;
    for (std::uint64_t i = index_of(p); i < orders; i += partitions) {
      const OrderId order = OrderId::of(name(i));
      if (const auto stored = *memory_.load(order)) {
        rows.push_back(RestoredOrder{stored->offset, encode_saga(stored->saga),
                                     std::make_shared<const Saga>(stored->saga)});
      }
      const auto stopped = *memory_.quarantine(order);
      if (!stopped) continue;
      rows.push_back(*stopped);
      Offset offset = -999;  // Of those that a queue has, only their order matters.
      const auto queue = *memory_.queued(order, 999);
      for (const std::string& input : queue) {
        rows.push_back(RestoredInput{order, offset++, input});
      }
    }
    const auto letters = *memory_.dead_letters({"", 999});
    for (const DeadLetter& letter : letters) {
      if (letter.partition == p) rows.push_back(letter);
    }
    std::shuffle(rows.begin(), rows.end(), random_);
    const Position position = *memory_.position(p);
    const auto inputs = *memory_.input_positions(p);
    for (int tries = number(3) == 0 ? 2 : 1; tries > 0; --tries) {
      const std::size_t half = number(rows.size() + 1);
      for (StateStore* store :
           {static_cast<StateStore*>(&memory_), static_cast<StateStore*>(rocks_.get())}) {
        const std::span<const RestoredRow> all{rows};
        REQUIRE(store->begin_restore(p).has_value());
        REQUIRE(store->restore(p, all.first(half)).has_value());
        CHECK((*store->position(p) == Position{}));
        if (tries > 1) continue;
        REQUIRE(store->restore(p, all.subspan(half)).has_value());
        REQUIRE(store->finish_restore(p, position, inputs).has_value());
      }
      if (tries > 1 && number(2) == 0) reopen();
    }
  }

  void compare_list(const OrderQuery& query) {
    const auto expected = memory_.list(query);
    const auto got = rocks_->list(query);
    REQUIRE(got.has_value());
    REQUIRE((got->orders == expected->orders));
    REQUIRE(got->next == expected->next);
  }

  static std::string show(const std::vector<StatusCount>& counts) {
    std::string text;
    for (const StatusCount& count : counts) {
      text += status_label(count.status) + " " + std::to_string(count.orders) + "\n";
    }
    return text;
  }

  void compare() {
    const auto counted = rocks_->counts();
    INFO((counted ? "" : counted.error().detail));
    REQUIRE(counted.has_value());
    INFO(show(*counted) << "\n" << show(*memory_.counts()));
    REQUIRE((*counted == *memory_.counts()));
    for (std::uint32_t i = 0; i < partitions; ++i) {
      const PartitionId p{i};
      REQUIRE((*rocks_->position(p) == *memory_.position(p)));
      REQUIRE((*rocks_->input_positions(p) == *memory_.input_positions(p)));
      REQUIRE((*rocks_->quarantined(p) == *memory_.quarantined(p)));
      const Time from = number(2) == 0 ? Time::min() : time_from_micros(10);
      const Time until = number(2) == 0 ? Time::max() : time_from_micros(25);
      REQUIRE((*rocks_->timers(p, from, until, 3) == *memory_.timers(p, from, until, 3)));
      REQUIRE((*rocks_->timers(p, from, until, 99) == *memory_.timers(p, from, until, 99)));
    }
    for (std::uint64_t i = 0; i < orders; ++i) {
      const OrderId order = OrderId::of(name(i));
      const auto expected = *memory_.load(order);
      const auto got = *rocks_->load(order);
      REQUIRE(got.has_value() == expected.has_value());
      REQUIRE((!got || got->saga == expected->saga));
      REQUIRE((!got || got->offset == expected->offset));
      REQUIRE((*rocks_->summary(order) == *memory_.summary(order)));
      REQUIRE((*rocks_->history(order, 5, 7) == *memory_.history(order, 5, 7)));
      REQUIRE((*rocks_->queued(order, 9) == *memory_.queued(order, 9)));
      for (const char* end : {"_0", "_1"}) {
        const std::string id = "pi_" + std::to_string(i) + end;
        REQUIRE((*rocks_->find_by_provider_id(id) == *memory_.find_by_provider_id(id)));
      }
    }
    const auto report = rocks_->verify();
    REQUIRE(report.has_value());
    CHECK(report->findings == std::vector<std::string>{});
    REQUIRE((*rocks_->dead_letters({"", 99}) == *memory_.dead_letters({"", 99})));
    OrderQuery query;
    query.limit = 1 + number(20);
    query.oldest_first = number(2) == 0;
    if (number(3) == 0) query.status = static_cast<Status>(number(11));
    if (number(3) == 0) query.customer = CustomerId::of("cus_" + std::to_string(number(3)));
    if (number(3) == 0) query.stuck = true;
    if (number(3) == 0) query.open = true;
    if (number(3) == 0) query.older_than = time_from_micros(static_cast<std::int64_t>(number(20)));
    compare_list(query);
    query.after = memory_.list(query)->next;
    compare_list(query);
  }

  std::mt19937_64 random_;
  ScratchDirectory directory_;
  MemoryStore memory_{identity_of_tests()};
  std::unique_ptr<RocksStore> rocks_;
  std::vector<Journal> journals_;
  std::map<std::uint64_t, std::uint64_t> versions_;
};

TEST_CASE("store: on disk and in memory tell the same, whatever is applied, through restarts",
          "[storage][store]") {
  const std::uint64_t seed = GENERATE(range(1, 9));
  INFO("seed " << seed);
  Drill{seed}.run(60);
}

}  // namespace
}  // namespace paysaga::storage
