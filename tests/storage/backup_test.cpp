#include "paysaga/storage/backup.hpp"

#include <atomic>
#include <fstream>
#include <functional>
#include <thread>

#include <catch2/catch.hpp>

#include "paysaga/storage/checkpoint.hpp"
#include "paysaga/storage/local_log.hpp"
#include "paysaga/storage/rocks_store.hpp"
#include "storage/conformance.hpp"
#include "storage/store_world.hpp"

namespace paysaga::storage {
namespace {

namespace fs = std::filesystem;

const Time noon = time_from_micros(1'700'000'000'000'000);
const OnBytes silent = [](std::uint64_t, std::uint64_t) {};

BackupManifest manifest_of_tests() {
  BackupManifest manifest;
  manifest.program = "0.1.0";
  manifest.made_at = noon;
  manifest.identity = {"0123456789abcdef0123456789abcdef", "0123456789", 2, Roles::both};
  manifest.positions = {Position{7, 5, 1, 0xabc}, Position{}};
  manifest.files = {{"log/CURRENT", {16, std::string(64, 'a')}},
                    {"state/CURRENT", {17, std::string(64, 'b')}}};
  return manifest;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

/// The data directory of a node on the embedded default, with so many records in partition 0.
struct Data {
  explicit Data(const fs::path& data) : path{data} {
    LocalLogOptions options;
    options.dir = (data / "log").string();
    options.group = "shop";
    options.partition_count = 4;
    options.sync = false;
    auto opened = LocalLog::open(options);
    REQUIRE(opened.has_value());
    log = std::move(*opened);
    auto made = RocksStore::open((data / "state").string(), {.identity = {log->identity(), "", 4}});
    REQUIRE(made.has_value());
    store = std::move(*made);
    writer = log->journal_writer(PartitionId{0});
  }
  /// An order's decision: in the journal, then applied.
  void decide(const std::string& order) {
    append();
    apply(order);
  }
  void append() const {
    REQUIRE(conformance::append(*writer, {}, "decision").status == AppendStatus::appended);
  }
  void apply(const std::string& order) {
    journal.decide(order, make_saga(order, {}));
    REQUIRE(store->apply(PartitionId{0}, journal.from(journal.next() - 1), journal.position())
                .has_value());
  }
  [[nodiscard]] fs::path checkpoint() const {
    auto made = take_checkpoint(
        path, [this](const std::string& into) { return store->checkpoint(into); },
        [this](const std::string& into) { return log->checkpoint(into); });
    REQUIRE(made.has_value());
    return *made;
  }

  fs::path path;
  std::unique_ptr<LocalLog> log;
  std::unique_ptr<RocksStore> store;
  std::unique_ptr<JournalWriter> writer;
  Journal journal;
};

BackupManifest back_up(const Data& data, const fs::path& into) {
  auto manifest = make_backup(data.checkpoint(), into, "0.1.0", noon, silent);
  REQUIRE(manifest.has_value());
  return *manifest;
}

void change_byte(const fs::path& file, std::streamoff at) {
  std::fstream stream{file, std::ios::in | std::ios::out | std::ios::binary};
  stream.seekg(at);
  const int byte = stream.get();
  stream.seekp(at);
  stream.put(static_cast<char>(byte ^ 1));
  REQUIRE(stream.good());
}

/// What stands in a directory, by name.
std::size_t entries_in(const fs::path& directory) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator{directory}, fs::directory_iterator{}));
}

TEST_CASE("backup manifest: it is read as it was written", "[storage][backup]") {
  const BackupManifest manifest = manifest_of_tests();
  CHECK(decode_manifest(encode_manifest(manifest), "b") == manifest);
  CHECK(manifest.bytes() == 33);
}

TEST_CASE("backup manifest: what is damaged or newer is refused", "[storage][backup]") {
  const std::string good = encode_manifest(manifest_of_tests());
  const std::pair<std::string, std::string> changes[] = {
      {R"("format":1)", R"("format":0)"},
      {R"("kind":"local")", R"("kind":"kafka")"},
      {R"("log/CURRENT")", R"("log/../../CURRENT")"},
      {R"("log/CURRENT")", R"("log/..")"},
      {R"("log/CURRENT")", R"("/etc/passwd")"},
      {R"("log/CURRENT")", R"("state/2")"},  // The journal is missing.
      {R"("bytes":16)", R"("bytes":-16)"},
      {R"(["1 7)", R"(["x)"},
      {R"("ledger":"0123456789")", R"("ledger":"")"},
      {"2023-11-14T22:13:20", "yesterday"},
      {"}]}", "}]"},
  };
  for (const auto& [what, with] : changes) {
    CAPTURE(what, with);
    const auto read = decode_manifest(replaced(good, what, with), "b");
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == ErrorCode::corrupt);
  }
  const auto newer = decode_manifest(replaced(good, R"("format":1)", R"("format":2)"), "b");
  REQUIRE_FALSE(newer.has_value());
  CHECK(newer.error().code == ErrorCode::version_unsupported);
}

TEST_CASE("backup: states may be behind their journal, never ahead", "[storage][backup]") {
  const auto covered = [](Offset next, Offset first, Offset end) {
    return check_covered({Position{next, -1, 0, 1}}, {{first, end}}).has_value();
  };
  CHECK(covered(5, 0, 5));
  CHECK(covered(5, 5, 9));
  CHECK(covered(0, 0, 0));
  CHECK_FALSE(covered(6, 0, 5));
  CHECK_FALSE(covered(4, 5, 9));
}

TEST_CASE("backup: what is restored is what was there", "[storage][backup]") {
  ScratchDirectory scratch;
  BackupManifest manifest;
  Position then;
  {
    Data data{scratch.at("data")};
    data.decide("ord_1");
    then = data.journal.position();
    manifest = back_up(data, scratch.at("backup"));
    data.decide("ord_2");  // After it.
  }
  CHECK(manifest.positions.front() == then);
  CHECK(read_backup(scratch.at("backup")) == manifest);
  StoreReport report;
  REQUIRE(check_backup(scratch.at("backup"), manifest, report).has_value());
  CHECK(report.finding_count == 0);
  fs::create_directory(scratch.at("again"));  // Empty: it may be there.
  for (const std::string into : {"again", "deep/er/"}) {
    REQUIRE(restore_backup(scratch.at("backup"), manifest, scratch.at(into), silent).has_value());
    const Data restored{scratch.at(into)};
    CHECK(*restored.store->position(PartitionId{0}) == then);
    CHECK(restored.store->list({})->orders.size() == 1);
    CHECK(restored.store->identity() == manifest.identity);
    CHECK_FALSE(is_backup(scratch.at(into)));
  }
}

TEST_CASE("backup: a node that decides meanwhile is backed up whole", "[storage][backup]") {
  ScratchDirectory scratch;
  Data data{scratch.at("data")};
  data.decide("ord_0");
  std::atomic<bool> stopping = false;
  std::thread node{[&] {
    for (int i = 1; !stopping; ++i) data.decide("ord_" + std::to_string(i));
  }};
  for (int i = 0; i < 5; ++i) {
    const auto made =
        make_backup(data.checkpoint(), scratch.at(std::to_string(i)), "", noon, silent);
    CHECK(made.has_value());
  }
  stopping = true;
  node.join();
}

TEST_CASE("backup: states ahead of their journal are not backed up", "[storage][backup]") {
  ScratchDirectory scratch;
  Data data{scratch.at("data")};
  data.decide("ord_1");
  data.apply("ord_2");
  const auto made = make_backup(data.checkpoint(), scratch.at("backup"), "", noon, silent);
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().code == ErrorCode::corrupt);
  CHECK(entries_in(scratch.at("")) == 1);  // Nothing half-made is left.
}

TEST_CASE("backup: nothing is written over, and nothing damaged put in place",
          "[storage][backup]") {
  ScratchDirectory scratch;
  BackupManifest manifest;
  {
    Data data{scratch.at("data")};
    data.decide("ord_1");
    manifest = back_up(data, scratch.at("backup"));
    const auto again = make_backup(data.checkpoint(), scratch.at("backup"), "", noon, silent);
    REQUIRE_FALSE(again.has_value());
    CHECK(again.error().code == ErrorCode::conflict);
  }
  const fs::path backup = scratch.at("backup");
  const auto refused = [&](const std::string& into) {
    const auto restored = restore_backup(backup, manifest, scratch.at(into), silent);
    REQUIRE_FALSE(restored.has_value());
    CHECK(restored.error().detail.find('\n') == std::string::npos);
    CHECK(entries_in(scratch.at("")) == 2);
    return restored.error().code;
  };
  CHECK(refused("data") == ErrorCode::conflict);
  manifest.identity.ledger = "another";
  CHECK(refused("new") == ErrorCode::corrupt);
  StoreReport foreign;
  REQUIRE(check_backup(backup, manifest, foreign).has_value());
  CHECK(foreign.finding_count == 1);
  manifest = *read_backup(backup);
  for (const BackupFile& file : manifest.files) {
    CAPTURE(file.path);
    if (file.digest.bytes == 0) continue;
    const auto last = static_cast<std::streamoff>(file.digest.bytes - 1);
    change_byte(backup / file.path, last);
    CHECK(refused("new") == ErrorCode::corrupt);
    StoreReport report;
    REQUIRE(check_backup(backup, manifest, report).has_value());
    CHECK(report.findings ==
          std::vector<std::string>{"the file " + file.path + " is not what was backed up"});
    change_byte(backup / file.path, last);
  }
  fs::rename(backup / manifest.files.back().path, backup / "moved");
  CHECK(refused("new") == ErrorCode::corrupt);
  fs::remove(backup / manifest_name);
  const auto unfinished = read_backup(backup);
  REQUIRE_FALSE(unfinished.has_value());
  CHECK(unfinished.error().code == ErrorCode::not_found);
}

TEST_CASE("checkpoint: a few are kept, and go with the next start", "[storage][backup]") {
  ScratchDirectory scratch;
  Data data{scratch.at("data")};
  fs::path newest;
  for (std::size_t i = 0; i < checkpoints_max + 2; ++i) newest = data.checkpoint();
  CHECK(entries_in(data.path) == 2 + checkpoints_max);
  CHECK(fs::exists(newest / "state" / "CURRENT"));
  remove_checkpoints(data.path);
  CHECK(entries_in(data.path) == 2);
  const auto failed = take_checkpoint(
      data.path, [](const std::string&) { return fail(ErrorCode::storage_failed, "full"); }, {});
  CHECK_FALSE(failed.has_value());
  CHECK(entries_in(data.path) == 2);
}

}  // namespace
}  // namespace paysaga::storage
