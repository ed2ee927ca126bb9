#include <ctime>
#include <fstream>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "paysaga/storage/envelope.hpp"
#include "paysaga/storage/keys.hpp"
#include "paysaga/storage/rocks_db.hpp"
#include "paysaga/storage/rocks_store.hpp"
#include "storage/store_world.hpp"

namespace paysaga::storage {
namespace {

const PartitionId p0{0};

Result<std::unique_ptr<RocksStore>> open(const std::string& directory,
                                         const StoreIdentity& identity = identity_of_tests()) {
  return RocksStore::open(directory, {.identity = identity});
}

Error error_of(Result<std::unique_ptr<RocksStore>> opened) {
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().detail.find('\n') == std::string::npos);
  return opened.error();
}

Journal three_orders() {
  Journal journal;
  for (const char* order : {"ord_1", "ord_2", "ord_3"}) {
    journal.decide(order, make_saga(order, {.version = 1, .intent = std::string{"pi_"} + order}));
  }
  return journal;
}

/// Changes one value behind the store's back.
void tamper(const std::string& directory, Family family, const std::string& key,
            const std::function<void(std::string&)>& change) {
  auto db = RocksDb::open(directory, {});
  REQUIRE(db.has_value());
  auto value = (*db)->get(family, key);
  REQUIRE(value->has_value());
  change(**value);
  RocksBatch batch{**db};
  batch.put(family, key, **value);
  REQUIRE((*db)->write(batch).has_value());
}

TEST_CASE("rocks store: what was applied is there after a kill", "[storage][store]") {
  ScratchDirectory scratch;
  const Journal journal = three_orders();
  auto store = open(scratch.at("state"));
  REQUIRE(store.has_value());
  REQUIRE(journal.apply_to(**store).has_value());
  // The files as a kill would leave them: nothing was closed.
  std::filesystem::copy(scratch.at("state"), scratch.at("copy"));
  auto copy = open(scratch.at("copy"));
  REQUIRE(copy.has_value());
  CHECK(*(*copy)->position(p0) == journal.position());
  CHECK((*copy)->list({})->orders.size() == 3);
  CHECK((*(*copy)->counts())[0].orders == 3);
  CHECK((*copy)->find_by_provider_id("pi_ord_2")->value().text() == "ord_2");
  REQUIRE((*copy)->flush().has_value());
}

TEST_CASE("rocks store: input positions are kept with their landmarks, and read without",
          "[storage][store]") {
  ScratchDirectory scratch;
  const std::vector<InputPosition> moved = {{"payment-commands", 17, Landmark{15, 9}}};
  Journal journal = three_orders();
  journal.mark(moved[0]);
  {
    auto store = open(scratch.at("state"));
    REQUIRE(journal.apply_to(**store).has_value());
    CHECK(*(*store)->input_positions(p0) == moved);
  }
  CHECK(*open(scratch.at("state")).value()->input_positions(p0) == moved);
  tamper(scratch.at("state"), Family::partitions, keys::of_partition('I', p0),
         [](std::string& row) {
           ByteWriter former{64};
           former.raw(open_envelope(1));
           former.count(1);
           former.text("payment-commands");
           former.i64(17);
           row = former.take();
           close_envelope(row);
         });
  CHECK(*open(scratch.at("state")).value()->input_positions(p0) ==
        std::vector<InputPosition>{{"payment-commands", 17}});
}

TEST_CASE("rocks store: it makes its ledger once and keeps it", "[storage][store]") {
  ScratchDirectory scratch;
  StoreIdentity asked{"log-1", "", 4};
  std::string ledger;
  {
    auto store = open(scratch.at("state"), asked);
    REQUIRE(store.has_value());
    ledger = (*store)->identity().ledger;
  }
  CHECK(ledger.size() == 10);
  CHECK(is_id(ledger, 10, IdAlphabet::word));
  CHECK((*open(scratch.at("state"), asked))->identity().ledger == ledger);
  CHECK(make_ledger() != make_ledger());
}

TEST_CASE("rocks store: a store of another journal, of other partitions, in use: refused",
          "[storage][store]") {
  ScratchDirectory scratch;
  const std::string directory = scratch.at("state");
  auto store = open(directory);
  REQUIRE(store.has_value());
  const Error in_use = error_of(open(directory));
  CHECK(in_use.code == ErrorCode::conflict);
  CHECK_THAT(in_use.detail, Catch::Contains("in use by another process") &&
                                Catch::Contains(directory) && Catch::Contains("--data"));
  store->reset();
  const Error other_log = error_of(open(directory, {"log-2", "", 4}));
  CHECK(other_log.code == ErrorCode::conflict);
  CHECK_THAT(other_log.detail, Catch::Contains("belongs to the journal log-1, not to log-2"));
  const Error partitions = error_of(open(directory, {"log-1", "", 5}));
  CHECK_THAT(partitions.detail, Catch::Contains("has 4 partitions, not 5"));
  const Error ledger = error_of(open(directory, {"log-1", "zzzzzzzzzz", 4}));
  CHECK_THAT(ledger.detail, Catch::Contains("has the ledger abcdefghij"));
  const Error roles = error_of(open(directory, {"log-1", "", 4, Roles::orders}));
  CHECK_THAT(roles.detail, Catch::Contains("roles \"payments,orders\", not \"orders\""));
  CHECK(open(directory).has_value());
}

TEST_CASE("rocks store: it keeps the roles whose states it holds", "[storage][store]") {
  for (const Roles roles : {Roles::both, Roles::payments, Roles::orders}) {
    ScratchDirectory scratch;
    const std::string directory = scratch.at("state");
    REQUIRE(open(directory, {"log-1", "", 4, roles}).has_value());
    CHECK((*open(directory, {"log-1", "", 4, roles}))->identity().roles == roles);
    CHECK((*open(directory, {}))->identity().roles == roles);  // Whoever only looks says nothing.
    const Roles other = roles == Roles::payments ? Roles::orders : Roles::payments;
    CHECK(error_of(open(directory, {"log-1", "", 4, other})).code == ErrorCode::conflict);
  }
}

TEST_CASE("rocks store: a newer format is refused, a damaged identity is reported",
          "[storage][store]") {
  ScratchDirectory scratch;
  const std::string directory = scratch.at("state");
  REQUIRE(open(directory).has_value());
  tamper(directory, Family::meta, "identity", [](std::string& value) {
    value[0] = 2;
    close_envelope(value);
  });
  const Error newer = error_of(open(directory));
  CHECK(newer.code == ErrorCode::version_unsupported);
  CHECK_THAT(newer.detail, Catch::Contains("has version 2") && Catch::Contains(directory));
  tamper(directory, Family::meta, "identity", [](std::string& value) { value.back() ^= 1; });
  CHECK(error_of(open(directory)).code == ErrorCode::corrupt);
}

TEST_CASE("rocks store: every flipped byte of a row is reported with its order",
          "[storage][store]") {
  ScratchDirectory scratch;
  const std::string directory = scratch.at("state");
  REQUIRE(three_orders().apply_to(**open(directory)).has_value());
  std::size_t size = 0;
  tamper(directory, Family::orders, "ord_2", [&](std::string& value) { size = value.size(); });
  for (std::size_t at = 0; at < size; at += 23) {
    INFO("byte " << at << " of " << size);
    const auto flip = [&](std::string& value) { value[at] = static_cast<char>(value[at] ^ 0x40); };
    tamper(directory, Family::orders, "ord_2", flip);
    {
      auto store = open(directory);
      const auto loaded = (*store)->load(OrderId::of("ord_2"));
      REQUIRE_FALSE(loaded.has_value());
      CHECK(loaded.error().code == ErrorCode::corrupt);
      CHECK_THAT(loaded.error().detail, Catch::Contains("ord_2"));
      CHECK((*store)->load(OrderId::of("ord_1")).has_value());
    }
    tamper(directory, Family::orders, "ord_2", flip);
  }
  CHECK((*open(directory))->load(OrderId::of("ord_2"))->has_value());
}

TEST_CASE("rocks store: damage elsewhere is reported where it is read", "[storage][store]") {
  ScratchDirectory scratch;
  const std::string directory = scratch.at("state");
  Journal journal = three_orders();
  journal.decide("ord_1", nullptr, Action::quarantine, "q");
  journal.dead_letter({.id = "t/0/1", .topic = "t", .offset = 1, .cause = "c"});
  journal.mark({"topic", 5});
  REQUIRE(journal.apply_to(**open(directory)).has_value());
  const auto flip = [](std::string& value) { value.back() = static_cast<char>(value.back() ^ 1); };
  tamper(directory, Family::history, keys::history("ord_1", 0), flip);
  tamper(directory, Family::quarantine, keys::quarantine(p0, "ord_1"), flip);
  tamper(directory, Family::dead_letters, keys::dead_letter(Time{}, "t/0/1"), flip);
  {
    auto store = open(directory);
    CHECK((*store)->history(OrderId::of("ord_1"), 0, 9).error().code == ErrorCode::corrupt);
    CHECK((*store)->quarantined(p0).error().code == ErrorCode::corrupt);
    CHECK((*store)->dead_letters({"", 9}).error().code == ErrorCode::corrupt);
    CHECK((*store)->list({}).has_value());
  }
  tamper(directory, Family::partitions, keys::of_partition('I', p0), flip);
  CHECK((*open(directory))->position(p0).error().code == ErrorCode::corrupt);
  // A decision on a damaged row is refused, and nothing of its batch is written.
  tamper(directory, Family::partitions, keys::of_partition('I', p0), flip);
  tamper(directory, Family::orders, "ord_2", [](std::string& value) { value[9] ^= 1; });
  auto store = open(directory);
  Journal more = journal;
  more.decide("ord_3", make_saga("ord_3", {.version = 2}));
  more.decide("ord_2", make_saga("ord_2", {.version = 2}));
  const auto applied = more.apply_to(**store);
  REQUIRE_FALSE(applied.has_value());
  CHECK(applied.error().code == ErrorCode::corrupt);
  CHECK((*(*store)->load(OrderId::of("ord_3")))->saga.version == 1);
  CHECK(*(*store)->position(p0) == journal.position());
}

TEST_CASE("rocks store: a damaged file is reported, not read around", "[storage][store]") {
  ScratchDirectory scratch;
  const std::string directory = scratch.at("state");
  REQUIRE(three_orders().apply_to(**open(directory)).has_value());
  REQUIRE(open(directory).has_value());  // Opening turns the log into table files.
  int damaged = 0;
  for (const auto& file : std::filesystem::directory_iterator{directory}) {
    if (file.path().extension() != ".sst") continue;
    std::fstream bytes{file.path(), std::ios::in | std::ios::out | std::ios::binary};
    for (int at = 0; at < 64; ++at) {
      bytes.seekp(at);
      bytes.put('\x5a');
    }
    ++damaged;
  }
  REQUIRE(damaged > 0);
  auto store = open(directory);
  if (!store) {
    CHECK(store.error().code == ErrorCode::corrupt);
    return;
  }
  const auto loaded = (*store)->load(OrderId::of("ord_1"));
  REQUIRE_FALSE(loaded.has_value());
  CHECK(loaded.error().code == ErrorCode::corrupt);
}

TEST_CASE("rocks store: reads beside a living node, and of a dead one's directory",
          "[storage][store]") {
  ScratchDirectory scratch;
  const std::string directory = scratch.at("state");
  auto writer = open(directory);
  REQUIRE(three_orders().apply_to(**writer).has_value());
  const RocksStore::Options reading{.identity = {}, .read_only = true};
  {
    auto reader = RocksStore::open(directory, reading);
    REQUIRE(reader.has_value());
    CHECK((*reader)->identity() == identity_of_tests());
    CHECK((*reader)->list({})->orders.size() == 3);
    CHECK((*reader)->load(OrderId::of("ord_1"))->has_value());
    CHECK((*reader)->timers(p0, Time::min(), Time::max(), 9)->size() == 3);
    CHECK_FALSE((*reader)->apply(p0, {}, Position{99, 0, 0, 0}).has_value());
  }
  CHECK((*writer)->load(OrderId::of("ord_1"))->has_value());
  writer->reset();
  CHECK(RocksStore::open(directory, reading).has_value());
  CHECK(error_of(RocksStore::open(scratch.at("nothing"), reading)).code == ErrorCode::not_found);
}

TEST_CASE("rocks store: a directory that cannot be written says so", "[storage][store]") {
  ScratchDirectory scratch;
  std::ofstream{scratch.at("file")} << "no directory";
  const Error error = error_of(open(scratch.at("file") + "/state"));
  CHECK(error.code == ErrorCode::storage_failed);
  CHECK_THAT(error.detail, Catch::Contains("--data"));
  if (::getuid() == 0) return;  // Root may write everywhere.
  std::filesystem::create_directories(scratch.at("closed"));
  std::filesystem::permissions(scratch.at("closed"), std::filesystem::perms::owner_read |
                                                         std::filesystem::perms::owner_exec);
  CHECK_THAT(error_of(open(scratch.at("closed"))).detail, Catch::Contains("cannot be written"));
}

TEST_CASE("rocks store: how long a decision takes to apply", "[.bench]") {
  ScratchDirectory scratch;
  auto store = open(scratch.at("state"));
  constexpr int batches = 300;
  constexpr int batch_records = 64;
  Journal journal;
  Offset from = 0;
  std::clock_t spent = 0;
  for (int batch = 0; batch < batches; ++batch) {
    for (int i = 0; i < batch_records; ++i) {
      const int number = batch / 6 * batch_records + i;  // Six decisions an order.
      const std::string order = "ord_" + std::to_string(number);
      const auto version = static_cast<std::uint64_t>(batch % 6 + 1);
      journal.decide(order, make_saga(order, {.version = version,
                                              .status = static_cast<order::Status>(batch % 6),
                                              .intent = "pi_" + std::to_string(number),
                                              .updated_at = time_from_micros(batch * 1'000 + i)}));
    }
    const auto records = journal.from(from);
    const std::clock_t begin = std::clock();
    REQUIRE((*store)->apply(p0, records, journal.position()).has_value());
    spent += std::clock() - begin;
    from = journal.next();
  }
  WARN("apply " << spent * (1'000'000'000 / CLOCKS_PER_SEC) / (batches * batch_records)
                << " ns of CPU a decision in batches of " << batch_records);
}

}  // namespace
}  // namespace paysaga::storage
