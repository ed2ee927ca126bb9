#include "paysaga/storage/local_log.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include "paysaga/storage/local_disk.hpp"
#include "paysaga/storage/local_entry.hpp"
#include "paysaga/storage/local_log_view.hpp"
#include "storage/conformance.hpp"
#include "storage/log_directory.hpp"

namespace paysaga::storage {
namespace {

using conformance::Answer;
using conformance::append;
using conformance::Gathered;
using conformance::journal_range;
using conformance::publish;
using conformance::put;
using conformance::read_journal;

constexpr PartitionId p0{0};

LocalLogOptions options_in(const std::string& dir) {
  LocalLogOptions options;
  options.dir = dir;
  options.group = "shop";
  options.partition_count = 4;
  return options;
}

std::unique_ptr<LocalLog> open(const LocalLogOptions& options) {
  auto log = LocalLog::open(options);
  REQUIRE(log.has_value());
  return std::move(*log);
}

void set_meta(const std::string& dir, std::string_view key, std::string_view value) {
  auto disk = LocalDisk::open(dir, true);
  REQUIRE(disk.has_value());
  (*disk)->put_meta(key, value);
  REQUIRE((*disk)->write().has_value());
}

std::uint64_t trim(LocalLog& log) {
  Answer<Result<std::uint64_t>> answer;
  log.trim(answer.callback());
  const auto removed = answer.wait();
  REQUIRE(removed.has_value());
  REQUIRE(removed->has_value());
  return **removed;
}

/// No file of this process may grow beyond `bytes`, as on a full disk, until it ends.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) {
    former_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ensure(getrlimit(RLIMIT_FSIZE, &former_) == 0, "the file limit can be read");
    rlimit limit = former_;
    limit.rlim_cur = bytes;
    ensure(setrlimit(RLIMIT_FSIZE, &limit) == 0, "the file limit can be set");
  }
  ~FileLimit() {
    (void)setrlimit(RLIMIT_FSIZE, &former_);
    (void)std::signal(SIGXFSZ, former_handler_);
  }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;

 private:
  rlimit former_{};
  void (*former_handler_)(int) = nullptr;
};

/// Without the rights of root, if the test has them, until it ends.
class NobodysRights {
 public:
  NobodysRights() : dropped_{geteuid() == 0 && seteuid(65534) == 0} {}
  ~NobodysRights() {
    if (dropped_) ensure(seteuid(0) == 0, "the rights come back");
  }
  NobodysRights(const NobodysRights&) = delete;
  NobodysRights& operator=(const NobodysRights&) = delete;

 private:
  bool dropped_;
};

}  // namespace

TEST_CASE("local log: a directory that does not fit is refused in one clear line",
          "[storage][local]") {
  LogDirectory directory;
  (void)open(options_in(directory.path));
  struct Row {
    const char* what;
    std::function<void(LocalLogOptions&)> change;
    ErrorCode code;
    const char* says;
  };
  const Row row = GENERATE(values<Row>(
      {{"another number of partitions", [](LocalLogOptions& o) { o.partition_count = 5; },
        ErrorCode::conflict, "made with 4 partitions, the settings say 5"},
       {"another group", [](LocalLogOptions& o) { o.group = "other"; }, ErrorCode::conflict,
        "belongs to group shop, not other"},
       {"a newer format", [](LocalLogOptions& o) { set_meta(o.dir, "format", "2"); },
        ErrorCode::version_unsupported, "run the newer version"},
       {"a format that is none", [](LocalLogOptions& o) { set_meta(o.dir, "format", "x"); },
        ErrorCode::corrupt, "format"},
       {"no partitions", [](LocalLogOptions& o) { o.partition_count = 0; }, ErrorCode::malformed,
        "partitions"},
       {"a group that names no topic", [](LocalLogOptions& o) { o.group = "a/b"; },
        ErrorCode::malformed, "group"},
       {"a file in its place",
        [](LocalLogOptions& o) {
          o.dir += "-file";
          std::ofstream{o.dir} << "not a directory";
        },
        ErrorCode::storage_failed, "-file"}}));
  INFO(row.what);
  LocalLogOptions options = options_in(directory.path);
  row.change(options);
  const auto log = LocalLog::open(options);
  REQUIRE_FALSE(log.has_value());
  CHECK(to_text(log.error().code) == to_text(row.code));
  CHECK_THAT(log.error().detail, Catch::Contains(row.says));
  CHECK(log.error().detail.find('\n') == std::string::npos);
}

TEST_CASE("local log: a directory is used by one node at a time", "[storage][local]") {
  LogDirectory directory;
  auto first = open(options_in(directory.path));
  const auto second = LocalLog::open(options_in(directory.path));
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == ErrorCode::conflict);
  CHECK_THAT(second.error().detail, Catch::Contains("in use by another process"));
  first.reset();
  CHECK(LocalLog::open(options_in(directory.path)).has_value());
}

TEST_CASE("local log: a directory that may not be written is forbidden", "[storage][local]") {
  LogDirectory directory;
  (void)open(options_in(directory.path));
  const auto none = std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec |
                    std::filesystem::perms::others_read | std::filesystem::perms::others_exec;
  std::filesystem::permissions(directory.root, none);
  std::filesystem::permissions(directory.path, none);
  {
    const NobodysRights nobody;
    for (const std::string& dir : {directory.path, directory.root + "/fresh"}) {
      const auto log = LocalLog::open(options_in(dir));
      REQUIRE_FALSE(log.has_value());
      CHECK(to_text(log.error().code) == "forbidden");
      CHECK_THAT(log.error().detail, Catch::Contains("may not be written"));
    }
  }
  std::filesystem::permissions(directory.root, std::filesystem::perms::owner_all);
  std::filesystem::permissions(directory.path, std::filesystem::perms::owner_all);
}

TEST_CASE("local log: a failed write is unknown, and nothing is accepted until it is reopened",
          "[storage][local]") {
  LogDirectory directory;
  auto log = open(options_in(directory.path));
  auto writer = log->journal_writer(p0);
  REQUIRE(append(*writer, {}, "acknowledged").status == AppendStatus::appended);
  Gathered gathered;
  auto reading = log->tail(p0, 0, gathered.callback());
  REQUIRE(gathered.wait(1).size() == 1);
  {
    const FileLimit full{4096};
    const auto failed = append(*writer, {}, std::string(64 * 1024, 'x'));
    CHECK(failed.status == AppendStatus::unknown);
    CHECK_THAT(failed.why, Catch::Contains("restart the node"));
  }
  REQUIRE(gathered.wait_error().has_value());
  CHECK(gathered.wait_error()->code == ErrorCode::unavailable);
  REQUIRE(log->failure().has_value());
  CHECK_FALSE(log->membership_current());
  // There is room again, but what happened to the write before is not known.
  CHECK(append(*writer, {}, "more").status == AppendStatus::refused);
  CHECK(put(*log, "orders", p0, "more").error().code == ErrorCode::unavailable);
  CHECK(publish(*log, {}, {{p0, 1, ""}}).error().code == ErrorCode::unavailable);
  Gathered late;
  auto refused = log->tail(p0, 0, late.callback());
  REQUIRE(late.wait_error().has_value());
  CHECK(late.wait_error()->code == ErrorCode::unavailable);

  reading.reset();
  writer.reset();
  refused.reset();
  log.reset();
  log = open(options_in(directory.path));
  const Offset end = journal_range(*log, p0).second;
  CHECK((end == 1 || end == 2));
  CHECK(read_journal(*log, p0, 0, 1)[0].record.value == "acknowledged");
  CHECK(append(*log->journal_writer(p0), {}, "goes on").offset == end);
}

TEST_CASE("local log: what is on the disk at any moment has all that was acknowledged",
          "[storage][local]") {
  LogDirectory directory;
  LogDirectory image;
  const auto log = open(options_in(directory.path));
  const auto writer = log->journal_writer(p0);
  for (int i = 0; i < 200; ++i) {
    REQUIRE(append(*writer, {}, std::to_string(i)).status == AppendStatus::appended);
    if (i % 40 != 39) continue;
    // The directory as kill -9 would leave it now: copied while the log is open.
    std::filesystem::remove_all(image.path);
    std::filesystem::copy(directory.path, image.path, std::filesystem::copy_options::recursive);
    const auto crashed = open(options_in(image.path));
    CHECK(journal_range(*crashed, p0) == std::pair<Offset, Offset>{0, i + 1});
    const auto entries = read_journal(*crashed, p0, 0, static_cast<std::size_t>(i) + 1);
    REQUIRE(entries.size() == static_cast<std::size_t>(i) + 1);
    CHECK(entries.back().record.value == std::to_string(i));
  }
}

TEST_CASE("local log: appends that wait for the same sync share it", "[storage][local]") {
  LogDirectory directory;
  const auto log = open(options_in(directory.path));
  std::vector<std::unique_ptr<JournalWriter>> writers;
  for (std::uint32_t i = 0; i < 4; ++i) writers.push_back(log->journal_writer(PartitionId{i}));
  constexpr int appends = 20'000;
  Answer<int> last;
  std::atomic<int> left{appends};
  for (int i = 0; i < appends; ++i) {
    writers[static_cast<std::size_t>(i % 4)]->append(
        {}, std::string(300, 'x'), [&left, done = last.callback()](const AppendOutcome& outcome) {
          ensure(outcome.status == AppendStatus::appended, "an append of the test lands");
          if (--left == 0) done(0);
        });
  }
  REQUIRE(last.wait().has_value());
  const LocalLogStats stats = log->stats();
  CHECK(stats.appends == appends);
  CHECK(stats.entries == appends);
  CHECK(stats.groups >= 1);
  CHECK(stats.groups < appends / 10);
  CHECK(stats.bytes > appends * 300U);
  CHECK(stats.write_seconds > 0);
  CHECK(stats.queued_bytes == 0);
}

TEST_CASE("local log: retention removes what is old, but nothing that is still needed",
          "[storage][local]") {
  LogDirectory directory;
  std::atomic<std::int64_t> now{micros_of(parse_time("2026-01-01T00:00:00Z").value())};
  LocalLogOptions options = options_in(directory.path);
  options.clock = [&now] { return time_from_micros(now); };
  auto log = open(options);
  const auto pass_days = [&now](int days) { now += Duration{hours{24 * days}}.count(); };
  const auto first_of = [&log](const std::string& topic) {
    Answer<Result<std::pair<Offset, Offset>>> answer;
    log->topic_range(topic, p0, answer.callback());
    return answer.wait()->value().first;
  };
  {
    const auto writer = log->journal_writer(p0);
    for (int i = 0; i < 10; ++i) (void)append(*writer, {}, "old");
  }
  for (int i = 0; i < 3; ++i) {
    REQUIRE(put(*log, "inbound", p0, "old"));
    REQUIRE(put(*log, "events", p0, "old"));
  }
  pass_days(8);
  (void)append(*log->journal_writer(p0), {}, "fresh");
  CHECK(trim(*log) == 0);  // Nothing of the journal is published.
  REQUIRE(publish(*log, {}, {{p0, 6, ""}}));
  CHECK(trim(*log) == 6);
  REQUIRE(publish(*log, {}, {{p0, 11, ""}}));
  CHECK(trim(*log) == 4);
  CHECK(trim(*log) == 0);
  CHECK(journal_range(*log, p0) == std::pair<Offset, Offset>{10, 11});

  pass_days(25);
  log->commit_inbound({{"inbound", p0, 2}});
  CHECK(trim(*log) == 3 + 2 + 1);  // All events, two inputs, the journal's last entry.
  CHECK(first_of("events") == 3);
  CHECK(first_of("inbound") == 2);
  CHECK(journal_range(*log, p0) == std::pair<Offset, Offset>{11, 11});
  log.reset();
  log = open(options);
  CHECK(journal_range(*log, p0) == std::pair<Offset, Offset>{11, 11});
  CHECK(first_of("inbound") == 2);
  CHECK(put(*log, "events", p0, "new").value() == 3);

  LocalLogOptions for_ever = options;
  for_ever.topic_retention.reset();
  log.reset();
  log = open(for_ever);
  pass_days(400);
  CHECK(trim(*log) == 0);
}

TEST_CASE("local log: the time of appends never runs backwards", "[storage][local]") {
  LogDirectory directory;
  std::atomic<std::int64_t> now{5'000'000};
  LocalLogOptions options = options_in(directory.path);
  options.clock = [&now] { return time_from_micros(now); };
  auto log = open(options);
  (void)append(*log->journal_writer(p0), {}, "1");
  now = 1'000'000;
  (void)append(*log->journal_writer(p0), {}, "2");
  log.reset();
  log = open(options);
  (void)append(*log->journal_writer(p0), {}, "3");
  const auto entries = read_journal(*log, p0, 0, 3);
  REQUIRE(entries.size() == 3);
  for (const LogEntry& entry : entries) CHECK(micros_of(entry.appended_at) == 5'000'000);
}

TEST_CASE("local log: a queue that is full refuses and goes on", "[storage][local]") {
  LogDirectory directory;
  LocalLogOptions options = options_in(directory.path);
  options.queue_bytes_max = 1000;
  const auto log = open(options);
  const auto writer = log->journal_writer(p0);
  std::atomic<int> refused{0};
  std::atomic<int> left{5000};
  Answer<int> last;
  for (int i = 0; i < 5000; ++i) {
    writer->append({}, std::string(100, 'x'),
                   [&, done = last.callback()](const AppendOutcome& outcome) {
                     if (outcome.status == AppendStatus::refused) ++refused;
                     if (--left == 0) done(0);
                   });
  }
  REQUIRE(last.wait().has_value());
  CHECK(refused > 0);
  CHECK(refused < 5000);
  CHECK(append(*writer, {}, "later").status == AppendStatus::appended);
  CHECK(journal_range(*log, p0).second == 5000 - refused + 1);
}

TEST_CASE("local log: it can be looked at beside the running node and after its end",
          "[storage][local]") {
  LogDirectory directory;
  CHECK(LocalLogView::open(directory.path).error().code == ErrorCode::not_found);
  auto log = open(options_in(directory.path));
  {
    const auto writer = log->journal_writer(p0);
    for (int i = 0; i < 20; ++i) (void)append(*writer, {{"h", "v"}}, std::to_string(i));
  }
  REQUIRE(put(*log, "orders", PartitionId{2}, "an order"));
  REQUIRE(publish(*log, {}, {{p0, 12, "1 12 0 11 ab"}}));
  const auto look = [&] {
    const auto opened = LocalLogView::open(directory.path);
    REQUIRE(opened.has_value());
    const LocalLogView& view = **opened;
    CHECK(view.group() == "shop");
    CHECK(view.partition_count() == 4);
    const auto lanes = view.lanes();
    REQUIRE(lanes.size() == 2);
    CHECK(lanes[0].topic == "orders");
    CHECK(index_of(lanes[0].partition) == 2);
    CHECK(lanes[1].topic == "shop-journal");
    CHECK(lanes[1].end == 20);
    const auto batch = view.read_journal(p0, 15, 3);
    REQUIRE(batch.has_value());
    REQUIRE(batch->entries.size() == 3);
    CHECK(batch->next == 18);
    CHECK(batch->entries[0].record == LogRecord{"", {{"h", "v"}}, "15"});
    CHECK(view.read_journal(p0, 20, 3).value().entries.empty());
    CHECK(view.read_journal(p0, 21, 3).error().code == ErrorCode::out_of_range);
    CHECK(view.read_topic("orders", PartitionId{2}, 0, 9).value().entries[0].record.value ==
          "an order");
    CHECK(view.read_topic("nothing", p0, 0, 9).value().entries.empty());
    CHECK(view.committed_position(Use::publisher, p0).value() == Commit{p0, 12, "1 12 0 11 ab"});
  };
  look();
  CHECK(append(*log->journal_writer(p0), {}, "20").offset == 20);  // The node was not disturbed.
  CHECK(LocalLogView::open(directory.path).value()->read_journal(p0, 20, 9).value().next == 21);
  log.reset();
  CHECK(LocalLogView::open(directory.path).value()->identity().size() == 32);
}

}  // namespace paysaga::storage
