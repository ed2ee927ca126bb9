// Appends to the local log beside its floor: bare RocksDB WriteBatches of the same bytes, the same
// number of entries and the same sync, written in the same process right after.

#include <condition_variable>
#include <memory>
#include <mutex>

#include <fmt/format.h>
#include <rocksdb/db.h>

#include "bench/harness.hpp"
#include "paysaga/storage/local_log.hpp"

namespace {

using namespace paysaga;

constexpr std::size_t value_bytes = 1'500;
constexpr std::uint32_t partitions = 4;

struct Measured {
  double seconds;
  storage::LocalLogStats stats;
  std::vector<double> latencies_ms;
};

Measured append_all(const std::string& dir, int records, int in_flight_max) {
  storage::LocalLogOptions options;
  options.dir = dir;
  options.group = "bench";
  options.partition_count = partitions;
  auto log = storage::LocalLog::open(std::move(options));
  if (!log) {
    fmt::print(stderr, "{}\n", log.error().detail);
    std::exit(1);
  }
  std::vector<std::unique_ptr<storage::JournalWriter>> writers;
  for (std::uint32_t i = 0; i < partitions; ++i) {
    writers.push_back((*log)->journal_writer(storage::PartitionId{i}));
  }
  std::mutex mutex;
  std::condition_variable changed;
  int in_flight = 0;
  std::vector<double> latencies;
  latencies.reserve(static_cast<std::size_t>(records));
  const std::string value(value_bytes, 'x');
  const bench::Stopwatch watch;
  for (int i = 0; i < records; ++i) {
    {
      std::unique_lock lock{mutex};
      changed.wait(lock, [&] { return in_flight < in_flight_max; });
      ++in_flight;
    }
    const double begun = watch.seconds();
    writers[static_cast<std::size_t>(i) % partitions]->append(
        {{"paysaga", std::string(32, 'h')}}, value, [&, begun](const storage::AppendOutcome&) {
          const std::lock_guard lock{mutex};
          latencies.push_back((watch.seconds() - begun) * 1e3);
          --in_flight;
          changed.notify_one();
        });
  }
  std::unique_lock lock{mutex};
  changed.wait(lock, [&] { return in_flight == 0; });
  return {watch.seconds(), (*log)->stats(), std::move(latencies)};
}

/// The same bytes in groups of the same mean size.
double floor_seconds(const std::string& dir, int records, double group) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* raw = nullptr;
  if (!rocksdb::DB::Open(options, dir, &raw).ok()) std::exit(1);
  const std::unique_ptr<rocksdb::DB> db{raw};
  const std::string value(value_bytes + 40, 'x');
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const bench::Stopwatch watch;
  double due = 0;
  rocksdb::WriteBatch batch;
  for (int i = 0; i < records; ++i) {
    batch.Put(fmt::format("{:016x}", i), value);
    if (++due < group && i + 1 < records) continue;
    due -= group;
    if (!db->Write(synced, &batch).ok()) std::exit(1);
    batch.Clear();
  }
  return watch.seconds();
}

}  // namespace

int main(int argc, char** argv) {
  const auto records = static_cast<int>(bench::option(argc, argv, "records", 40'000));
  const auto runs = static_cast<int>(bench::option(argc, argv, "runs", 5));
  bench::print_machine("append");
  for (const int in_flight : {1, 64, 1'024}) {
    const int count = in_flight == 1 ? std::max(1, records / 40) : records;
    std::vector<double> rates;
    std::vector<double> ratios;
    std::vector<double> p50;
    std::vector<double> p99;
    double group = 0;
    for (int run = 0; run < runs; ++run) {
      const bench::Directory ours;
      const bench::Directory bare;
      const Measured measured = append_all(ours.path() + "/log", count, in_flight);
      group = static_cast<double>(measured.stats.entries) /
              static_cast<double>(std::max<std::uint64_t>(1, measured.stats.groups));
      const double floor = floor_seconds(bare.path() + "/db", count, group);
      rates.push_back(count / measured.seconds);
      ratios.push_back(floor / measured.seconds);
      p50.push_back(bench::quantile_of(measured.latencies_ms, 0.5));
      p99.push_back(bench::quantile_of(measured.latencies_ms, 0.99));
    }
    fmt::print(
        "  {:>5} in flight: {:>7.0f} appends/s, p50 {:.2f} ms, p99 {:.2f} ms, groups of {:.1f}; "
        "{:.2f} of the floor (median of {} runs of {}, {} bytes each)\n",
        in_flight, bench::median(rates), bench::median(p50), bench::median(p99), group,
        bench::median(ratios), runs, count, value_bytes);
  }
}
