#include "paysaga/sim/stripe/journal.hpp"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "sim/stripe/world.hpp"

namespace paysaga::sim::stripe {
namespace {

/// A file of its own that is gone at the end.
struct ScratchFile {
  ScratchFile() {
    path = (std::filesystem::temp_directory_path() / "paysaga_journal_XXXXXX").string();
    const int file = ::mkstemp(path.data());
    REQUIRE(file >= 0);
    ::close(file);
  }
  ~ScratchFile() { std::filesystem::remove(path); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  std::string path;
};

/// Everything that a client can read of the objects.
std::string everything(World& world) {
  std::string text = world.get("/v1/payment_intents?limit=100&expand[]=data.latest_charge").body;
  for (const char* list : {"refunds", "charges", "disputes", "balance_transactions", "events"}) {
    text += world.get("/v1/" + std::string{list} + "?limit=100").body;
  }
  const std::string books = world.model.books_json(false);
  return text + books.substr(books.find("\"orders\":"));
}

/// A new request has another id in another life; the log of an error is named by it.
std::string without_log_url(std::string body) {
  const std::size_t begin = body.find("\"request_log_url\"");
  if (begin != std::string::npos) body.erase(begin, body.find(',', begin) - begin);
  return body;
}

/// A life of requests with faults of all kinds, drawn from the seed.
void live(World& world, std::uint64_t seed) {
  Prng prng{seed};
  Faults faults;
  for (std::size_t kind = 1; kind < fault_kinds; ++kind) faults.rates.at(kind) = 0.04;
  world.model.set_faults(faults);
  const std::vector<std::string> methods{"pm_card_visa",
                                         "pm_card_chargeDeclined",
                                         "pm_card_refundFail",
                                         "pm_card_pendingRefund",
                                         "pm_card_authenticationRequired",
                                         "pm_card_createDispute",
                                         "pm_nobody"};
  const std::vector<std::string> acts{"authenticate", "fail_authentication", "expire", "succeed"};
  std::vector<std::string> ids{"pi_nobody"};
  for (int i = 0; i < 200; ++i) {
    world.now += Duration{prng.between(0, 60'000'000)};
    const std::string key = "k" + std::to_string(prng.below(150));
    const std::string& id = ids[prng.below(ids.size())];
    switch (prng.below(8)) {
      case 0:
      case 1: {
        const Answer made = world.create("o" + std::to_string(prng.below(40)),
                                         prng.chance(0.3) ? "&capture_method=manual" : "", key);
        if (made.status == 200 && made.delivery == Delivery::whole) {
          ids.push_back(at(made.body, "id"));
        }
        break;
      }
      case 2:
      case 3:
        world.confirm(id, methods[prng.below(methods.size())], key);
        break;
      case 4:
        world.cancel(id, key);
        break;
      case 5:
        world.capture(id, "amount_to_capture=" + std::to_string(prng.between(1, 4300)), key);
        break;
      case 6:
        if (prng.chance(0.2)) world.post("/_sim/behaviour", "customer_fails=0.5");
        world.play(id, acts[prng.below(acts.size())]);
        break;
      default:
        world.refund(id, "&amount=" + std::to_string(prng.between(1, 3000)), key);
        break;
    }
  }
  world.model.set_faults({});
}

}  // namespace

TEST_CASE("journal: doing the records again gives the same account", "[sim][stripe]") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    World first{ModelOptions{seed, {}, {}, hours{24}}};
    live(first, seed);
    World second{first.options};
    second.now = first.now;
    for (const Record& record : first.records) REQUIRE(second.model.replay(record));
    CHECK(everything(first) == everything(second));
    CHECK(first.model.books().violations() == second.model.books().violations());
    CHECK(first.model.books().orphans() == second.model.books().orphans());
    // And both go on alike: kept keys answer with the same words.
    const std::vector<Record> records = first.records;
    for (const Record& record : records) {
      if (record.key.empty()) continue;
      CHECK(without_log_url(first.post(record.path, record.form, record.key).body) ==
            without_log_url(second.post(record.path, record.form, record.key).body));
    }
  }
}

TEST_CASE("journal: the same seed and requests give the same life twice", "[sim][stripe]") {
  World first;
  World second;
  live(first, 3);
  live(second, 3);
  CHECK(first.model.books_json(false) == second.model.books_json(false));
}

TEST_CASE("journal: records come back as they were written", "[sim][stripe]") {
  const ScratchFile file;
  const std::vector<Record> written{
      {time_from_micros(17), 3, Record::Outcome::answered, "k1", "/v1/refunds", "a=1"},
      {time_from_micros(-5), 1ULL << 40U, Record::Outcome::error_500_undone, "", "/", ""},
      {time_from_micros(0), 0, Record::Outcome::key_reused, std::string(255, 'k'), "/p",
       std::string(100'000, 'x')},
  };
  {
    auto journal = Journal::open(file.path, 0xabcU);
    REQUIRE(journal);
    for (const Record& record : written) REQUIRE(journal->append(record));
  }
  auto journal = Journal::open(file.path, 99);
  REQUIRE(journal);
  CHECK(journal->seed() == 0xabcU);
  std::vector<Record> read;
  REQUIRE(journal->replay([&](const Record& record) -> Result<void> {
    read.push_back(record);
    return {};
  }));
  REQUIRE(read.size() == written.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    CHECK(read[i].at == written[i].at);
    CHECK(read[i].number == written[i].number);
    CHECK(read[i].outcome == written[i].outcome);
    CHECK(read[i].key == written[i].key);
    CHECK(read[i].path == written[i].path);
    CHECK(read[i].form == written[i].form);
  }
}

TEST_CASE("journal: a torn last record is cut off, wherever it is torn", "[sim][stripe]") {
  const ScratchFile file;
  const Record record{time_from_micros(1), 1, Record::Outcome::answered, "k", "/v1/refunds", "a=1"};
  const auto count = [&] {
    int records = 0;
    auto journal = Journal::open(file.path, 1);
    REQUIRE(journal);
    REQUIRE(journal->replay([&](const Record&) -> Result<void> {
      ++records;
      return {};
    }));
    return records;
  };
  {
    auto journal = Journal::open(file.path, 1);
    REQUIRE(journal);
    REQUIRE(journal->append(record));
    REQUIRE(journal->append(record));
  }
  const auto whole = std::filesystem::file_size(file.path);
  const auto one = (whole - 34) / 2;  // After the header.
  for (std::uintmax_t torn = 1; torn < one; ++torn) {
    CAPTURE(torn);
    const ScratchFile copy;
    std::filesystem::copy_file(file.path, copy.path,
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(copy.path, whole - torn);
    auto journal = Journal::open(copy.path, 1);
    REQUIRE(journal);
    int records = 0;
    REQUIRE(journal->replay([&](const Record&) -> Result<void> {
      ++records;
      return {};
    }));
    CHECK(records == 1);
    CHECK(std::filesystem::file_size(copy.path) == whole - one);
  }
  CHECK(count() == 2);
}

TEST_CASE("journal: damage and foreign files are reported, never skipped", "[sim][stripe]") {
  const ScratchFile file;
  const auto write = [&](const std::string& bytes) {
    std::ofstream{file.path, std::ios::binary | std::ios::trunc} << bytes;
  };
  const auto ignore = [](const Record&) -> Result<void> { return {}; };
  write("paysaga-stripe 2 0000000000000001\n");
  CHECK(Journal::open(file.path, 1).error().code == ErrorCode::version_unsupported);
  write("something else that is longer than a header\n");
  CHECK(Journal::open(file.path, 1).error().code == ErrorCode::corrupt);
  write("");
  {
    auto journal = Journal::open(file.path, 1);
    REQUIRE(journal);
    CHECK(Journal::open(file.path, 1).error().code == ErrorCode::conflict);
    for (int i = 0; i < 3; ++i) {
      REQUIRE(
          journal->append({time_from_micros(1), 1, Record::Outcome::answered, "key", "/p", ""}));
    }
  }
  std::fstream bytes{file.path, std::ios::binary | std::ios::in | std::ios::out};
  bytes.seekp(34 + 12 + 20);
  bytes.put('!');
  bytes.close();
  auto damaged = Journal::open(file.path, 1);
  REQUIRE(damaged);
  CHECK(damaged->replay(ignore).error().code == ErrorCode::corrupt);
  CHECK(Journal::open("/nowhere/at/all", 1).error().code == ErrorCode::storage_failed);
}

}  // namespace paysaga::sim::stripe
