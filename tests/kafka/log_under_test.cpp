#include "kafka/log_under_test.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>

#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include "paysaga/engine/kafka/positions.hpp"
#include "paysaga/engine/kafka/topics.hpp"

namespace paysaga::engine::kafka {

using storage::Offset;
using storage::PartitionId;

KafkaOptions fresh_options() {
  static std::atomic<int> count{0};
  KafkaOptions options;
  options.brokers = std::getenv("PAYSAGA_KAFKA");
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  options.group = "t" + std::to_string(std::chrono::duration_cast<milliseconds>(now).count()) +
                  "-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
  options.node = "a";
  options.partition_count = 4;
  for (const char* name : {"orders", "events", "copies", "never-written"}) {
    options.topics.push_back(topic_of(options, name));
  }
  if (std::getenv("PAYSAGA_KAFKA_LOG") != nullptr) {
    options.log = [](std::string_view line) {
      std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
    };
  }
  return options;
}

std::string topic_of(const KafkaOptions& options, const std::string& name) {
  return options.group + '.' + name;
}

class KafkaUnderTest::Prefixed final : public storage::Log {
 public:
  Prefixed(Log& log, std::string prefix) : log_{log}, prefix_{std::move(prefix)} {}

  std::string identity() const override { return log_.identity(); }
  std::uint32_t partition_count() const override { return log_.partition_count(); }
  std::size_t record_bytes_max() const override { return log_.record_bytes_max(); }
  void join(storage::OwnershipListener& listener) override { log_.join(listener); }
  void leave() override { log_.leave(); }
  bool membership_current() const override { return log_.membership_current(); }
  std::unique_ptr<storage::JournalWriter> journal_writer(PartitionId partition) override {
    return log_.journal_writer(partition);
  }
  std::unique_ptr<storage::Reading> tail(PartitionId partition, Offset from,
                                         storage::OnBatch on_batch) override {
    return log_.tail(partition, from, std::move(on_batch));
  }
  std::unique_ptr<storage::Reading> read_input(std::string_view topic, PartitionId partition,
                                               Offset from, storage::OnBatch on_batch) override {
    return log_.read_input(full(topic), partition, from, std::move(on_batch));
  }
  void journal_range(PartitionId partition, Done<std::pair<Offset, Offset>> done) override {
    log_.journal_range(partition, std::move(done));
  }
  void topic_range(std::string_view topic, PartitionId partition,
                   Done<std::pair<Offset, Offset>> done) override {
    log_.topic_range(full(topic), partition, std::move(done));
  }
  void put(storage::Output output, Done<Offset> done) override {
    output.topic = full(output.topic);
    log_.put(std::move(output), std::move(done));
  }
  void publish(std::vector<storage::Output> outputs, std::vector<storage::Commit> positions,
               bool atomic, Done<std::monostate> done) override {
    for (storage::Output& output : outputs) output.topic = full(output.topic);
    log_.publish(std::move(outputs), std::move(positions), atomic, std::move(done));
  }
  void committed_position(storage::Use use, PartitionId partition,
                          Done<std::optional<storage::Commit>> done) override {
    log_.committed_position(use, partition, std::move(done));
  }
  void commit_inbound(std::vector<storage::InboundCommit> commits) override {
    for (storage::InboundCommit& commit : commits) commit.topic = full(commit.topic);
    log_.commit_inbound(std::move(commits));
  }
  void write_snapshot(PartitionId partition, std::vector<storage::SnapshotEntry> entries,
                      storage::Commit position, Done<std::monostate> done) override {
    log_.write_snapshot(partition, std::move(entries), std::move(position), std::move(done));
  }
  void read_snapshot(
      PartitionId partition,
      std::function<void(Result<std::vector<storage::SnapshotEntry>>)> on_entries) override {
    log_.read_snapshot(partition, std::move(on_entries));
  }

 private:
  [[nodiscard]] std::string full(std::string_view topic) const {
    return prefix_ + std::string{topic};
  }
  Log& log_;
  std::string prefix_;
};

KafkaUnderTest::KafkaUnderTest() : options_{fresh_options()} {
  (void)restart();
}
KafkaUnderTest::~KafkaUnderTest() = default;

storage::Log& KafkaUnderTest::log() {
  return *prefixed_;
}

bool KafkaUnderTest::restart() {
  prefixed_.reset();
  kafka_.reset();
  auto opened = KafkaLog::open(options_);
  ensure(opened.has_value(), opened ? "" : opened.error().detail.c_str());
  kafka_ = std::move(*opened);
  prefixed_ = std::make_unique<Prefixed>(*kafka_, topic_of(options_, ""));
  return true;
}

bool KafkaUnderTest::trim_journal(PartitionId partition) {
  const Offset end = storage::conformance::journal_range(*kafka_, partition).second;
  return delete_journal(options_, partition, end);
}

bool delete_journal(const KafkaOptions& options, PartitionId partition, Offset below) {
  const auto client = open_asking_client(options, Asking::written);
  ensure(client.has_value(), "a client can be opened");
  const auto list =
      list_of(journal_topic(options), std::vector<storage::Commit>{{partition, below, {}}});
  rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(list.get());
  const Held<rd_kafka_queue_t> queue{rd_kafka_queue_new((*client)->handle())};
  rd_kafka_DeleteRecords((*client)->handle(), &request, 1, nullptr, queue.get());
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue.get(), 20'000);
  rd_kafka_DeleteRecords_destroy(request);
  const bool done = event != nullptr && rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR;
  if (event != nullptr) rd_kafka_event_destroy(event);
  return done;
}

namespace {
const storage::conformance::Registration kafka{
    {"kafka", [] { return std::make_unique<KafkaUnderTest>(); }}};
}  // namespace

}  // namespace paysaga::engine::kafka
