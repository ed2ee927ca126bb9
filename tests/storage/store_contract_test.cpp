#include <catch2/catch.hpp>

#include "paysaga/saga/topic.hpp"
#include "paysaga/storage/memory_store.hpp"
#include "paysaga/storage/order_row.hpp"
#include "paysaga/storage/rocks_store.hpp"
#include "storage/store_world.hpp"

namespace paysaga::storage {
namespace {

using order::Status;

struct InMemory {
  MemoryStore store{identity_of_tests()};
  StateStore& get() { return store; }
};

struct OnDisk {
  ScratchDirectory directory;
  std::unique_ptr<RocksStore> store;
  OnDisk() {
    auto opened = RocksStore::open(directory.at("state"), {.identity = identity_of_tests()});
    REQUIRE(opened.has_value());
    store = std::move(*opened);
  }
  StateStore& get() { return *store; }
};

const PartitionId p0{0};

std::vector<std::string> ids(const OrderPage& page) {
  std::vector<std::string> names;
  for (const auto& summary : page.orders) names.push_back(summary.order.text());
  return names;
}

std::vector<std::string> listed(const StateStore& store, const OrderQuery& query) {
  const auto page = store.list(query);
  REQUIRE(page.has_value());
  return ids(*page);
}

using Names = std::vector<std::string>;

TEMPLATE_TEST_CASE("store: an empty one knows nothing", "[storage][store]", InMemory, OnDisk) {
  TestType world;
  const StateStore& store = world.get();
  CHECK(store.identity() == identity_of_tests());
  CHECK(*store.position(p0) == Position{});
  CHECK(store.input_positions(p0)->empty());
  CHECK_FALSE(store.load(OrderId::of("o"))->has_value());
  CHECK_FALSE(store.summary(OrderId::of("o"))->has_value());
  CHECK(store.history(OrderId::of("o"), 0, 10)->empty());
  CHECK(store.list({})->orders.empty());
  CHECK(store.counts()->empty());
  CHECK(store.timers(p0, Time::min(), Time::max(), 10)->empty());
  CHECK(store.dead_letters({"", 10})->empty());
  CHECK_FALSE(store.dead_letter("x")->has_value());
  CHECK(store.quarantined(p0)->empty());
  CHECK_FALSE(store.queue_head(OrderId::of("o"))->has_value());
  CHECK_FALSE(store.find_by_provider_id("pi_1")->has_value());
}

TEMPLATE_TEST_CASE("store: a decision is there with its state, history and position",
                   "[storage][store]", InMemory, OnDisk) {
  TestType world;
  StateStore& store = world.get();
  Journal journal;
  journal.skip();
  const auto saga = make_saga("ord_1", {.version = 1, .intent = "pi_1"});
  journal.decide("ord_1", saga);
  journal.mark({"payment-commands", 17, Landmark{16, 5}});
  REQUIRE(journal.apply_to(store).has_value());

  const auto loaded = store.load(OrderId::of("ord_1"));
  REQUIRE(loaded->has_value());
  CHECK(((*loaded)->saga == *saga));
  CHECK((*loaded)->offset == 1);
  CHECK((*loaded)->partition == p0);
  CHECK(*store.position(p0) == journal.position());
  CHECK(*store.position(PartitionId{1}) == Position{});
  CHECK(*store.input_positions(p0) ==
        std::vector<InputPosition>{{"payment-commands", 17, Landmark{16, 5}}});
  CHECK(store.find_by_provider_id("pi_1")->value().text() == "ord_1");
  const auto rows = store.history(OrderId::of("ord_1"), 0, 10);
  REQUIRE(rows->size() == 1);
  CHECK(rows->front() == HistoryRow{1, "input-1", "order.cancel", "accepted", "decision 1",
                                    time_from_micros(1'000'001), R"([{"n":1}])"});
  const auto summary = store.summary(OrderId::of("ord_1"));
  REQUIRE(summary->has_value());
  CHECK((*summary)->amount->minor == 4'200);
  CHECK((*summary)->customer->text() == "cus_1");
  CHECK((*summary)->open);
  CHECK((*summary)->version == 1);
}

TEMPLATE_TEST_CASE("store: what was applied is not applied again", "[storage][store]", InMemory,
                   OnDisk) {
  TestType world;
  StateStore& store = world.get();
  Journal journal;
  journal.decide("ord_1", make_saga("ord_1", {.version = 1}));
  journal.decide("ord_1", make_saga("ord_1", {.version = 2, .status = Status::cancelled}));
  REQUIRE(journal.apply_to(store).has_value());
  const auto counts = *store.counts();
  REQUIRE(store.apply(p0, journal.from(0), journal.position()).has_value());
  CHECK(*store.counts() == counts);
  CHECK(store.history(OrderId::of("ord_1"), 0, 10)->size() == 2);
  // An older position and the records below it change nothing either.
  REQUIRE(store.apply(p0, {}, Position{1, 0, 1, 5}).has_value());
  CHECK(*store.position(p0) == journal.position());
}

TEMPLATE_TEST_CASE("store: a state that is not newer is left out", "[storage][store]", InMemory,
                   OnDisk) {
  TestType world;
  StateStore& store = world.get();
  Journal journal;
  journal.decide("ord_1", make_saga("ord_1", {.version = 5, .minor = 500}));
  journal.decide("ord_1", make_saga("ord_1", {.version = 4, .minor = 400}));
  journal.decide("ord_1", make_saga("ord_1", {.version = 5, .minor = 555}));
  REQUIRE(journal.apply_to(store).has_value());
  CHECK((*store.load(OrderId::of("ord_1")))->saga.payment->amount.minor == 500);
  journal.decide("ord_1", make_saga("ord_1", {.version = 3, .minor = 300}));
  REQUIRE(journal.apply_to(store).has_value());
  CHECK((*store.load(OrderId::of("ord_1")))->saga.version == 5);
  CHECK(store.history(OrderId::of("ord_1"), 0, 10)->size() == 4);
}

TEMPLATE_TEST_CASE("store: lists by status, customer, age and trouble", "[storage][store]",
                   InMemory, OnDisk) {
  TestType world;
  StateStore& store = world.get();
  Journal journal;
  const auto at = [](int second) { return time_from_micros(second * 1'000'000); };
  const auto put = [&](const std::string& order, OrderFacts facts) {
    journal.decide(order, make_saga(order, facts));
  };
  put("a", {.customer = "ann", .updated_at = at(1)});
  put("b", {.status = Status::pending, .customer = "bob", .captured = 4'200, .updated_at = at(2)});
  put("c", {.status = Status::cancelled, .customer = "ann", .updated_at = at(3)});
  put("d", {.customer = "an", .stuck = "outcome_unknown", .updated_at = at(4)});
  put("e", {.status = Status::refund_failed,
            .captured = 4'200,
            .stuck = "compensation_stuck",
            .updated_at = at(4)});
  REQUIRE(journal.apply_to(store).has_value());

  CHECK(listed(store, {}) == Names{"e", "d", "c", "b", "a"});
  CHECK(listed(store, {.oldest_first = true}) == Names{"a", "b", "c", "d", "e"});
  CHECK(listed(store, {.status = Status::payment_pending}) == Names{"d", "a"});
  CHECK(listed(store, {.customer = CustomerId::of("ann")}) == Names{"c", "a"});
  CHECK(listed(store, {.status = Status::cancelled, .customer = CustomerId::of("ann")}) ==
        Names{"c"});
  CHECK(listed(store, {.stuck = true}) == Names{"e", "d"});
  CHECK(listed(store, {.stuck_reason = "outcome_unknown"}) == Names{"d"});
  CHECK(listed(store, {.older_than = at(3)}) == Names{"b", "a"});
  CHECK(listed(store, {.older_than = at(3), .oldest_first = true}) == Names{"a", "b"});
  CHECK(listed(store, {.status = Status::fulfilled}).empty());
  CHECK(listed(store, {.customer = CustomerId::of("nobody")}).empty());

  // An order that moves on leaves its old places.
  put("d", {.version = 2, .status = Status::cancelled, .customer = "dan", .updated_at = at(9)});
  REQUIRE(journal.apply_to(store).has_value());
  CHECK(listed(store, {.stuck = true}) == Names{"e"});
  CHECK(listed(store, {.customer = CustomerId::of("an")}).empty());
  CHECK(listed(store, {.status = Status::payment_pending}) == Names{"a"});
  CHECK(listed(store, {}) == Names{"d", "e", "c", "b", "a"});
}

TEMPLATE_TEST_CASE("store: lists, counts and dead letters of some partitions only",
                   "[storage][store]", InMemory, OnDisk) {
  TestType world;
  StateStore& store = world.get();
  const std::uint32_t count = store.identity().partition_count;
  std::map<PartitionId, Journal> journals;
  for (std::uint32_t i = 0; i < count; ++i) journals.emplace(PartitionId{i}, PartitionId{i});
  std::map<PartitionId, std::size_t> orders;
  for (int i = 0; i < 30; ++i) {
    const std::string order = "ord_" + std::to_string(i);
    const PartitionId home{partition_of(OrderId::of(order), count)};
    journals.at(home).decide(order, make_saga(order, {.updated_at = time_from_micros(i)}));
    ++orders[home];
  }
  for (auto& [partition, journal] : journals) {
    DeadLetter letter{.topic = "t", .partition = partition, .cause = "no JSON"};
    letter.id = input_id_of("t", partition, 0);
    journal.dead_letter(letter);
    REQUIRE(journal.apply_to(store).has_value());
  }
  REQUIRE(orders.size() > 1);
  for (const auto& [partition, expected] : orders) {
    const PartitionSet only{partition};
    const auto page = store.list({.limit = 99, .partitions = only});
    CHECK(page->orders.size() == expected);
    for (const OrderSummary& order : page->orders) CHECK(order.partition == partition);
    REQUIRE(store.counts(partition)->size() == 1);
    CHECK(store.counts(partition)->front().orders == expected);
    const auto letters = store.dead_letters({.limit = 99, .partitions = only});
    REQUIRE(letters->size() == 1);
    CHECK(letters->front().partition == partition);
  }
  CHECK(store.list({.partitions = PartitionSet{}})->orders.empty());
  CHECK(store.counts()->front().orders == 30);
}

TEMPLATE_TEST_CASE("store: pages of a list meet without gap or overlap", "[storage][store]",
                   InMemory, OnDisk) {
  TestType world;
  StateStore& store = world.get();
  Journal journal;
  for (int i = 0; i < 25; ++i) {
    const std::string order = "ord_" + std::to_string(i);
    journal.decide(order,
                   make_saga(order, {.status = i % 2 == 0 ? Status::pending : Status::fulfilled,
                                     .updated_at = time_from_micros(i / 4)}));
  }
  REQUIRE(journal.apply_to(store).has_value());
  for (const bool oldest_first : {false, true}) {
    const Names all = listed(store, {.oldest_first = oldest_first, .limit = 1'000});
    REQUIRE(all.size() == 25);
    Names paged;
    OrderQuery query{.oldest_first = oldest_first, .limit = 7};
    for (int pages = 1;; ++pages) {
      const auto page = store.list(query);
      REQUIRE(page.has_value());
      for (const auto& name : ids(*page)) paged.push_back(name);
      query.after = page->next;
      if (page->next.empty()) {
        CHECK(pages == 4);
        break;
      }
    }
    CHECK(paged == all);
  }
  for (const char* after : {"x", "12", ".o", "1x.o"}) {
    const auto page = store.list({.after = after});
    REQUIRE_FALSE(page.has_value());
    CHECK(page.error().code == ErrorCode::malformed);
  }
}

TEMPLATE_TEST_CASE("store: counts follow status and money", "[storage][store]", InMemory, OnDisk) {
  TestType world;
  StateStore& store = world.get();
  Journal first{PartitionId{0}};
  Journal second{PartitionId{3}};
  first.decide("a", make_saga("a", {.minor = 100}));
  first.decide("b", make_saga("b", {.currency = "JPY", .minor = 900}));
  second.decide("c", make_saga("c", {.minor = 50}));
  REQUIRE(first.apply_to(store).has_value());
  REQUIRE(second.apply_to(store).has_value());
  auto counts = *store.counts();
  REQUIRE(counts.size() == 2);
  CHECK(counts[0].currency->text() == "EUR");
  CHECK(counts[0].orders == 2);
  CHECK(counts[0].amount_minor == 150);
  CHECK(counts[1].currency->text() == "JPY");
  first.decide(
      "a",
      make_saga("a", {.version = 2, .status = Status::fulfilled, .minor = 100, .captured = 100}));
  REQUIRE(first.apply_to(store).has_value());
  counts = *store.counts();
  REQUIRE(counts.size() == 3);
  CHECK(counts[0].orders == 1);
  CHECK(counts[2].status == Status::fulfilled);
  CHECK(counts[2].money.captured == 100);
  CHECK(counts[2].open == 0);
}

TEST_CASE("store: an order that is decided in another partition leaves no timer behind",
          "[storage][store]") {
  MemoryStore store{identity_of_tests()};
  const auto timers = [&](PartitionId partition) {
    return store.timers(partition, Time::min(), Time::max(), 10)->size();
  };
  Journal first{p0};
  first.decide("o", make_saga("o", {.version = 1}));
  REQUIRE(first.apply_to(store).has_value());
  CHECK(timers(p0) == 1);
  Journal second{PartitionId{1}};
  second.decide("o", make_saga("o", {.version = 2}));
  REQUIRE(second.apply_to(store).has_value());
  CHECK(timers(p0) == 0);
  CHECK(timers(PartitionId{1}) == 1);
}

TEST_CASE("store: a copy stays as it was when the original goes on", "[storage][store]") {
  MemoryStore store{identity_of_tests()};
  Journal journal{p0};
  journal.decide("o", make_saga("o", {.version = 1}));
  REQUIRE(journal.apply_to(store).has_value());
  MemoryStore copy{store};
  journal.decide("o", make_saga("o", {.version = 2}));
  const Position before = *store.position(p0);
  REQUIRE(journal.apply_to(store).has_value());
  const OrderId order = OrderId::of("o");
  CHECK(copy.identity() == store.identity());
  CHECK(*copy.position(p0) == before);
  CHECK((*copy.load(order))->saga.version == 1);
  CHECK(copy.history(order, 0, 10)->size() == 1);
  REQUIRE(journal.apply_to(copy).has_value());  // It is a store of its own and can catch up.
  CHECK(*copy.history(order, 0, 10) == *store.history(order, 0, 10));
  CHECK(*copy.position(p0) == *store.position(p0));
}

TEMPLATE_TEST_CASE("store: timers move with their orders", "[storage][store]", InMemory, OnDisk) {
  TestType world;
  StateStore& store = world.get();
  Journal journal;
  const auto at = [](int second) { return time_from_micros(second * 1'000'000); };
  const auto put = [&](const std::string& order, std::uint64_t version, int expires) {
    journal.decide(order, make_saga(order, {.version = version, .expires_at = at(expires)}));
    REQUIRE(journal.apply_to(store).has_value());
  };
  const auto due = [&](Time from, Time until, std::size_t limit = 10) {
    Names names;
    const auto timers = store.timers(p0, from, until, limit);
    for (const auto& timer : *timers) {
      names.push_back(timer.order.text());
    }
    return names;
  };
  put("a", 1, 30);
  put("b", 1, 20);
  put("c", 1, 40);
  CHECK(due(Time::min(), at(100)) == Names{"b", "a", "c"});
  CHECK(due(Time::min(), at(30)) == Names{"b"});
  CHECK(due(at(30), at(100)) == Names{"a", "c"});
  CHECK(due(Time::min(), at(100), 1) == Names{"b"});
  CHECK(due(at(21), at(22)).empty());
  put("b", 2, 50);
  CHECK(due(Time::min(), at(100)) == Names{"a", "c", "b"});
  put("d", 1, 10);  // Earlier than all that a search has seen.
  CHECK(due(Time::min(), at(100)) == Names{"d", "a", "c", "b"});
  CHECK(due(Time::min(), at(5)).empty());
  put("e", 1, 3);
  CHECK(due(Time::min(), at(5)) == Names{"e"});
  CHECK(store.timers(PartitionId{1}, Time::min(), at(100), 10)->empty());
}

TEMPLATE_TEST_CASE("store: history is read from any place", "[storage][store]", InMemory, OnDisk) {
  TestType world;
  StateStore& store = world.get();
  Journal journal;
  for (std::uint64_t i = 1; i <= 6; ++i) {
    journal.decide("ord", make_saga("ord", {.version = i}));
    journal.decide("ord_1", make_saga("ord_1", {.version = i}));
  }
  REQUIRE(journal.apply_to(store).has_value());
  const auto rows = store.history(OrderId::of("ord"), 4, 2);
  REQUIRE(rows->size() == 2);
  CHECK((*rows)[0].offset == 4);
  CHECK((*rows)[1].offset == 6);
  CHECK(store.history(OrderId::of("ord"), 0, 100)->size() == 6);
  CHECK(store.history(OrderId::of("ord"), 100, 100)->empty());
}

TEMPLATE_TEST_CASE("store: a long history is read from any place, whichever partition decided it",
                   "[storage][store]", InMemory, OnDisk) {
  TestType world;
  StateStore& store = world.get();
  const OrderId order = OrderId::of("ord");
  const auto decide = [&](PartitionId partition, Offset from, std::uint64_t count) {
    Journal journal{partition};
    for (Offset skipped = 0; skipped < from; ++skipped) journal.decide("other", nullptr);
    for (std::uint64_t i = 0; i < count; ++i) journal.decide("ord", nullptr);
    REQUIRE(journal.apply_to(store).has_value());
  };
  decide(p0, 10, 200);
  CHECK(store.history(order, 0, 1'000)->size() == 200);
  CHECK(store.history(order, 137, 3)->front().offset == 137);
  CHECK(store.history(order, 137, 3)->size() == 3);
  CHECK(store.history(order, 200, 1'000)->size() == 10);
  decide(PartitionId{1}, 8, 5);  // Offsets 8 to 12: two of them are new.
  const auto rows = store.history(order, 0, 1'000);
  REQUIRE(rows->size() == 202);
  for (std::size_t i = 0; i < rows->size(); ++i)
    CHECK((*rows)[i].offset == static_cast<Offset>(8 + i));
}

TEMPLATE_TEST_CASE("store: dead letters keep all that they came with", "[storage][store]", InMemory,
                   OnDisk) {
  TestType world;
  StateStore& store = world.get();
  Journal journal;
  DeadLetter letter{.topic = "payment-commands",
                    .partition = PartitionId{3},
                    .cause = "this is no JSON",
                    .original = {"key", {{"h", std::string("\0\xff", 2)}}, std::string("\0{", 2)}};
  for (int i = 0; i < 5; ++i) {
    letter.offset = 10 + i;
    letter.id = input_id_of(letter.topic, letter.partition, letter.offset);
    letter.at = time_from_micros(5 - i);
    journal.dead_letter(letter);
  }
  REQUIRE(journal.apply_to(store).has_value());
  const auto all = store.dead_letters({"", 10});
  REQUIRE(all->size() == 5);
  CHECK(all->front() == letter);  // The earliest came last.
  const auto rest = store.dead_letters({to_text(place_of((*all)[2])), 10});
  REQUIRE(rest->size() == 2);
  CHECK(rest->front() == (*all)[3]);
  CHECK(store.dead_letters({"", 2})->size() == 2);
  CHECK(**store.dead_letter("payment-commands/3/12") == (*all)[2]);
  CHECK_FALSE(store.dead_letter("payment-commands/3/99")->has_value());
}

TEMPLATE_TEST_CASE("store: a dead letter is as the last decision on it says", "[storage][store]",
                   InMemory, OnDisk) {
  using State = DeadLetter::State;
  TestType world;
  StateStore& store = world.get();
  Journal journal;
  DeadLetter letter{.topic = "t", .cause = "no JSON", .original = {"key", {}, "{"}};
  for (int i = 0; i < 3; ++i) {
    letter.offset = i;
    letter.id = input_id_of("t", PartitionId{0}, i);
    journal.dead_letter(letter);
  }
  journal.settle_dead_letter("t/0/0", Action::redrive);  // In the batch that made it.
  journal.settle_dead_letter("t/0/9", Action::discard);  // Nobody knows it.
  REQUIRE(journal.apply_to(store).has_value());
  journal.settle_dead_letter("t/0/1", Action::discard);
  journal.settle_dead_letter("t/0/0", Action::discard);
  journal.settle_dead_letter("t/0/0", Action::redrive);
  REQUIRE(journal.apply_to(store).has_value());
  const auto all = store.dead_letters({"", 10});
  REQUIRE(all->size() == 3);
  CHECK((*all)[0].state == State::redriven);
  CHECK((*all)[0].settled_why == "because 7");
  CHECK((*all)[0].settled_at == time_from_micros(1'000'007));
  CHECK((*all)[1].state == State::discarded);
  CHECK((*all)[2].state == State::waiting);
  CHECK(**store.dead_letter("t/0/0") == (*all)[0]);
  CHECK_FALSE(store.dead_letter("t/0/9")->has_value());
}

TEMPLATE_TEST_CASE("store: a quarantined order queues its inputs in order", "[storage][store]",
                   InMemory, OnDisk) {
  TestType world;
  StateStore& store = world.get();
  Journal journal;
  const OrderId order = OrderId::of("ord_1");
  const auto step = [&](Action action, const std::string& queued = {}) {
    journal.decide("ord_1", nullptr, action, queued);
    REQUIRE(journal.apply_to(store).has_value());
  };
  step(Action::quarantine, "first");
  auto record = *store.quarantine(order);
  REQUIRE(record.has_value());
  CHECK(record->reason == "decision 0");
  CHECK(record->since == time_from_micros(1'000'000));
  CHECK(record->queued == 1);
  for (int i = 0; i < 300; ++i) step(Action::enqueue, "input " + std::to_string(i));
  CHECK(store.queue_head(order)->value() == "first");
  CHECK(store.queued(order, 3)->back() == "input 1");
  CHECK(store.queued(order, 1'000)->size() == 301);
  CHECK(store.quarantined(p0)->front().queued == 301);
  CHECK(store.quarantined(PartitionId{1})->empty());
  step(Action::lift);  // Nothing that waits is lost.
  CHECK(store.quarantine(order)->has_value());
  step(Action::dequeue);
  CHECK(store.queue_head(order)->value() == "input 0");
  for (int i = 0; i < 300; ++i) step(Action::dequeue);
  CHECK(store.queued(order, 10)->empty());
  CHECK(store.quarantined(p0)->size() == 1);
  step(Action::lift);
  CHECK(store.quarantined(p0)->empty());
  CHECK_FALSE(store.quarantine(order)->has_value());
  CHECK(store.history(order, 0, 1'000)->size() == 604);
}

TEMPLATE_TEST_CASE("store: a whole quarantine in one batch, and a second one after it",
                   "[storage][store]", InMemory, OnDisk) {
  TestType world;
  StateStore& store = world.get();
  Journal journal;
  for (int i = 0; i < 2; ++i) {
    journal.decide("ord_1", nullptr, Action::quarantine);
    journal.decide("ord_1", nullptr, Action::enqueue, "a");
    journal.decide("ord_1", nullptr, Action::enqueue, "b");
    journal.decide("ord_1", make_saga("ord_1", {.version = 1}), Action::dequeue);
    journal.decide("ord_1", nullptr, Action::dequeue);
    journal.decide("ord_1", nullptr, Action::lift);
  }
  journal.decide("ord_2", nullptr, Action::quarantine);
  journal.decide("ord_2", nullptr, Action::enqueue, "c");
  REQUIRE(journal.apply_to(store).has_value());
  REQUIRE(store.quarantined(p0)->size() == 1);
  CHECK(store.quarantined(p0)->front().order.text() == "ord_2");
  CHECK(store.queue_head(OrderId::of("ord_2"))->value() == "c");
  CHECK(store.queued(OrderId::of("ord_1"), 9)->empty());
  CHECK(store.load(OrderId::of("ord_1"))->has_value());
}

}  // namespace
}  // namespace paysaga::storage
