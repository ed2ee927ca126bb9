#include <atomic>
#include <cstdlib>
#include <filesystem>

#include "paysaga/storage/local_disk.hpp"
#include "paysaga/storage/local_entry.hpp"
#include "paysaga/storage/local_log.hpp"
#include "paysaga/storage/memory_log.hpp"
#include "storage/conformance.hpp"
#include "storage/log_directory.hpp"
#include "storage/shuffled_courier.hpp"

namespace paysaga::storage::conformance {
namespace {

class Local final : public LogUnderTest {
 public:
  Local() { (void)restart(); }
  Log& log() override { return *log_; }
  bool restart() override {
    log_.reset();
    LocalLogOptions options;
    options.dir = directory_.path;
    options.group = "shop";
    options.partition_count = 4;
    options.clock = [this] { return time_from_micros(now_.fetch_add(1)); };
    auto opened = LocalLog::open(std::move(options));
    ensure(opened.has_value(), "the log under test opens");
    log_ = std::move(*opened);
    return true;
  }
  bool trim_journal(PartitionId partition) override {
    const Offset end = journal_range(*log_, partition).second;
    ensure(publish(*log_, {}, {{partition, end, ""}}).has_value(), "what is trimmed is published");
    now_ += Duration{hours{8 * 24}}.count();
    Answer<Result<std::uint64_t>> answer;
    log_->trim(answer.callback());
    const auto removed = answer.wait();
    return removed && *removed && **removed > 0;
  }
  bool damage_journal(PartitionId partition, Offset offset) override {
    log_.reset();
    auto disk = LocalDisk::open(directory_.path, true);
    ensure(disk.has_value(), "the database under test opens");
    const std::string key = entry_key(lane_prefix(journal_topic("shop"), partition), offset);
    const auto value = (*disk)->entry(key);
    ensure(value && *value, "the entry to damage is there");
    std::string damaged = **value;
    damaged.back() = static_cast<char>(damaged.back() ^ 1);
    (*disk)->put_entry(key, damaged);
    ensure((*disk)->write().has_value(), "the damage is done");
    disk->reset();
    return restart();
  }

 private:
  LogDirectory directory_;
  std::atomic<std::int64_t> now_{1'700'000'000'000'000};
  std::unique_ptr<LocalLog> log_;
};

class Memory final : public LogUnderTest {
 public:
  explicit Memory(std::unique_ptr<ShuffledCourier> courier = nullptr)
      : courier_{std::move(courier)} {}
  ~Memory() override {
    if (courier_) courier_->stop();
  }
  Log& log() override { return *log_; }
  bool restart() override {
    log_.reset();
    log_ = world_.open("a");
    return true;
  }
  bool trim_journal(PartitionId partition) override {
    world_.trim_journal(partition, journal_range(*log_, partition).second);
    return true;
  }
  bool damage_journal(PartitionId partition, Offset offset) override {
    world_.damage_journal(partition, offset, [](LogRecord& record) {
      record.value.back() = static_cast<char>(record.value.back() ^ 1);
    });
    return true;
  }
  bool lose_answer(PartitionId partition, bool landed) override {
    world_.fail_appends(partition,
                        landed ? MemoryFault::unknown_landed : MemoryFault::unknown_lost);
    return true;
  }
  bool delay_append(PartitionId partition) override {
    world_.fail_appends(partition, MemoryFault::unknown_late);
    return true;
  }
  void land_late() override {
    world_.land_late();
    if (courier_) courier_->land_late();
  }

 private:
  static MemoryLogOptions options(MemoryCourier* courier) {
    MemoryLogOptions options;
    options.threaded = courier == nullptr;
    options.courier = courier;
    return options;
  }

  std::unique_ptr<ShuffledCourier> courier_;
  MemoryWorld world_{options(courier_.get())};
  std::unique_ptr<MemoryLog> log_ = world_.open("a");
};

const Registration local{{"local", [] { return std::make_unique<Local>(); }}};
const Registration memory{{"memory", [] { return std::make_unique<Memory>(); }}};
const Registration carried{{"memory, carried", [] {
                              return std::make_unique<Memory>(std::make_unique<ShuffledCourier>(7));
                            }}};

}  // namespace
}  // namespace paysaga::storage::conformance
