#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>

#include <catch2/catch.hpp>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "kafka/log_under_test.hpp"
#include "paysaga/engine/kafka/positions.hpp"
#include "paysaga/engine/kafka/producer.hpp"
#include "paysaga/engine/kafka/topics.hpp"
#include "paysaga/engine/kafka/transactions.hpp"

namespace paysaga::engine::kafka {
namespace {

using storage::Commit;
using storage::Offset;
using storage::OwnershipToken;
using storage::PartitionId;
using storage::conformance::Answer;
using storage::conformance::deadline;
using storage::conformance::Gathered;
using storage::conformance::publish;
using storage::conformance::put;

constexpr PartitionId p0{0};

class Listener final : public storage::OwnershipListener {
 public:
  void gained(PartitionId, OwnershipToken token) override { change(1, token); }
  void lost(PartitionId, OwnershipToken) override { change(-1, 0); }
  /// The token under which `count` partitions are owned; 0 at the deadline.
  OwnershipToken wait(int count) {
    std::unique_lock lock{mutex_};
    const bool came = changed_.wait_for(lock, deadline, [&] { return owned_ == count; });
    return came ? token_ : 0;
  }

 private:
  void change(int by, OwnershipToken token) {
    const std::lock_guard lock{mutex_};
    owned_ += by;
    if (token != 0) token_ = token;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  int owned_ = 0;
  OwnershipToken token_ = 0;
};

storage::Output output(std::string value) {
  return {"events", p0, {"ord_1", {}, std::move(value)}};
}

std::optional<Commit> committed(storage::Log& log, PartitionId partition) {
  Answer<Result<std::optional<Commit>>> answer;
  log.committed_position(storage::Use::publisher, partition, answer.callback());
  const auto read = answer.wait();
  REQUIRE(read.has_value());
  REQUIRE(read->has_value());
  return **read;
}

std::vector<std::string> values_of(storage::Log& log, const std::string& topic, std::size_t count) {
  Gathered gathered;
  const auto reading = log.read_input(topic, p0, 0, gathered.callback());
  reading->credit(count);
  std::vector<std::string> values;
  for (const storage::LogEntry& entry : gathered.wait(count)) values.push_back(entry.record.value);
  return values;
}

}  // namespace

TEST_CASE("kafka: a publication under an ownership that has ended is refused", "[kafka]") {
  Listener listener;  // They hear until the log is gone.
  Listener again;
  KafkaUnderTest under_test;
  storage::Log& log = under_test.log();
  log.join(listener);
  const OwnershipToken first = listener.wait(4);
  REQUIRE(first != 0);
  for (const bool atomic : {true, false}) {
    Answer<Result<std::monostate>> answer;
    log.publish({output("owned")}, {{p0, 3, "3", first}}, atomic, answer.callback());
    const auto done = answer.wait();
    REQUIRE(done.has_value());
    INFO((*done ? "" : done->error().detail));
    CHECK(done->has_value());
  }
  CHECK(committed(log, p0) == Commit{p0, 3, "3"});
  log.leave();
  const auto refused = publish(log, {output("stale")}, {{p0, 9, "9", first}});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::unavailable);
  log.join(again);
  const OwnershipToken second = again.wait(4);
  REQUIRE(second != 0);
  CHECK_FALSE(publish(log, {output("stale")}, {{p0, 9, "9", first}}).has_value());
  REQUIRE(publish(log, {output("fresh")}, {{p0, 4, "4", second}}));
  CHECK(values_of(log, "events", 3) == std::vector<std::string>{"owned", "owned", "fresh"});
  CHECK(committed(log, p0) == Commit{p0, 4, "4"});
}

TEST_CASE("kafka: the broker refuses the positions of an assignment that it has replaced",
          "[kafka]") {
  Listener listener;
  Listener others;
  KafkaUnderTest under_test;
  storage::Log& log = under_test.log();
  log.join(listener);
  const OwnershipToken first = listener.wait(4);
  REQUIRE(first != 0);
  // Another node comes: each of them has two partitions, under a token of its own.
  KafkaOptions options = under_test.options();
  options.node = "b";
  const auto other = KafkaLog::open(options);
  REQUIRE(other.has_value());
  (*other)->join(others);
  REQUIRE(others.wait(2) != 0);
  const OwnershipToken second = listener.wait(2);
  CHECK(second != first);
  CHECK(log.membership_current());
  CHECK((*other)->membership_current());
  const auto stale = publish(log, {output("stale")}, {{p0, 7, "7", first}});
  REQUIRE_FALSE(stale.has_value());
  CHECK(stale.error().code == ErrorCode::unavailable);
  // What a node never owned it cannot move either.
  CHECK_FALSE(publish(log, {},
                      {{p0, 7, "", second},
                       {PartitionId{1}, 7, "", second},
                       {PartitionId{2}, 7, "", second},
                       {PartitionId{3}, 7, "", second}})
                  .has_value());
  CHECK_FALSE(committed(log, p0).has_value());
  (*other)->leave();
  CHECK(listener.wait(4) != 0);
}

TEST_CASE("kafka: a node whose name another one takes joins again once that one has gone",
          "[kafka]") {
  KafkaOptions options = fresh_options();
  std::mutex mutex;
  std::vector<std::string> said;
  options.log = [&](std::string_view line) {
    const std::lock_guard lock{mutex};
    said.emplace_back(line);
  };
  Listener first;
  auto log = KafkaLog::open(options);
  REQUIRE(log.has_value());
  (*log)->join(first);
  const int all = static_cast<int>(options.partition_count);
  const OwnershipToken before = first.wait(all);
  REQUIRE(before != 0);

  {
    KafkaOptions same = options;
    same.log = {};
    Listener second;
    auto other = KafkaLog::open(same);
    REQUIRE(other.has_value());
    (*other)->join(second);
    REQUIRE(second.wait(all) != 0);
    CHECK(first.wait(0) != 0);
    CHECK_FALSE((*log)->membership_current());
    CHECK((*other)->membership_current());
    (*other)->leave();
  }

  const OwnershipToken after = first.wait(all);
  CHECK(after > before);
  CHECK((*log)->membership_current());
  // The other one has fenced the transactions of this name as well: the first one may notice it.
  const auto publishes = [&] {
    const storage::Output output{topic_of(options, "events"), p0, {"ord_1", {}, "again"}};
    return publish(**log, {output}, {{p0, 1, {}, after}}).has_value();
  };
  CHECK((publishes() || publishes()));
  const std::lock_guard lock{mutex};
  CHECK(std::ranges::any_of(said, [](const std::string& line) {
    return line.find("another member as \"a\"") != std::string::npos;
  }));
}

TEST_CASE("kafka: a position is not told while a transaction that moves it is open", "[kafka]") {
  KafkaUnderTest under_test;
  storage::Log& log = under_test.log();
  const KafkaOptions& options = under_test.options();
  // A publisher that died: what it began stays until the broker gives it up, or its successor.
  const auto dead = Client::open(
      options, Role::producer,
      {{"transactional.id", options.group + "-dead"}, {"transaction.timeout.ms", "30000"}}, {});
  REQUIRE(dead.has_value());
  rd_kafka_t* producer = (*dead)->handle();
  constexpr int timeout_ms = 10'000;
  const auto move_to = [&](Offset next) {
    REQUIRE(rd_kafka_begin_transaction(producer) == nullptr);
    // Of no member and no generation: the broker takes it from anybody, which is why a node never
    // sends such a one (PROTOCOL R19).
    const std::shared_ptr<rd_kafka_consumer_group_metadata_t> nobody{
        rd_kafka_consumer_group_metadata_new(options.group.c_str()), Release{}};
    const std::vector<Commit> positions{{p0, next, std::to_string(next)}};
    const auto list = list_of(journal_topic(options), positions);
    REQUIRE(rd_kafka_send_offsets_to_transaction(producer, list.get(), nobody.get(), timeout_ms) ==
            nullptr);
  };
  REQUIRE(rd_kafka_init_transactions(producer, timeout_ms) == nullptr);
  move_to(5);
  REQUIRE(rd_kafka_commit_transaction(producer, timeout_ms) == nullptr);
  CHECK(committed(log, p0) == Commit{p0, 5, "5"});

  move_to(9);
  Answer<Result<std::optional<Commit>>> pending;
  log.committed_position(storage::Use::publisher, p0, pending.callback());
  const auto answered = pending.wait();
  REQUIRE(answered.has_value());
  REQUIRE_FALSE(answered->has_value());
  CHECK(answered->error().code == ErrorCode::unavailable);

  REQUIRE(rd_kafka_abort_transaction(producer, timeout_ms) == nullptr);
  CHECK(committed(log, p0) == Commit{p0, 5, "5"});
}

TEST_CASE("kafka: a record that the broker calls a repeat is not taken for written", "[kafka]") {
  // Of a producer that a partition does not know the broker takes any first request: if an earlier
  // one failed, its repeat is called a duplicate, and is nowhere (KAFKA-15591).
  constexpr std::int16_t produce_request = 0;
  KafkaOptions options = fresh_options();
  const auto host = Client::open(options, Role::producer, {}, {});
  REQUIRE(host.has_value());
  const std::unique_ptr<rd_kafka_mock_cluster_t, void (*)(rd_kafka_mock_cluster_t*)> mock{
      rd_kafka_mock_cluster_new((*host)->handle(), 1), rd_kafka_mock_cluster_destroy};
  REQUIRE(mock != nullptr);
  options.brokers = rd_kafka_mock_cluster_bootstraps(mock.get());
  const std::string topic = topic_of(options, "events");
  REQUIRE(rd_kafka_mock_topic_create(mock.get(), topic.c_str(), 1, 1) ==
          RD_KAFKA_RESP_ERR_NO_ERROR);
  const auto producer = Producer::open(options, 1'000'000, {topic});
  REQUIRE(producer.has_value());
  const auto put = [&] {
    Answer<Result<Offset>> answer;
    (*producer)->send(topic, p0, {"ord_1", {}, "x"}, answer.callback());
    const auto outcome = answer.wait();
    REQUIRE(outcome.has_value());
    return *outcome;
  };
  CHECK(put() == 0);
  rd_kafka_mock_push_request_errors(mock.get(), produce_request, 1,
                                    RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER);
  const auto repeated = put();
  REQUIRE_FALSE(repeated.has_value());
  CHECK(repeated.error().code == ErrorCode::storage_failed);
}

TEST_CASE("kafka: what an aborted transaction wrote is skipped by readers", "[kafka]") {
  KafkaUnderTest under_test;
  storage::Log& log = under_test.log();
  REQUIRE(put(log, "events", p0, "before"));
  // A member that the group does not know moves a position: the broker refuses it, at the end.
  Transactions transactions{under_test.options(), under_test.options().group + "-test", 1'000'000};
  std::vector<storage::Output> outputs{output("aborted")};
  outputs[0].topic = topic_of(under_test.options(), "events");
  const std::vector<Commit> positions{{p0, 5, "5"}};
  const Permit stranger{1,
                        {rd_kafka_consumer_group_metadata_new_with_genid(
                             under_test.options().group.c_str(), 1, "nobody", nullptr),
                         Release{}}};
  for (int i = 0; i < 2; ++i) {
    const auto done = transactions.run(
        {outputs, journal_topic(under_test.options()), positions, stranger, [] { return true; }});
    REQUIRE_FALSE(done.has_value());
    INFO(done.error().detail);
    CHECK(done.error().code == ErrorCode::unavailable);
  }
  CHECK_FALSE(committed(log, p0).has_value());
  REQUIRE(put(log, "events", p0, "behind"));
  CHECK(values_of(log, "events", 2) == std::vector<std::string>{"before", "behind"});
}

TEST_CASE("kafka: a reading moves over marks of transactions at the end", "[kafka]") {
  KafkaUnderTest under_test;
  storage::Log& log = under_test.log();
  REQUIRE(publish(log, {output("1")}, {}));
  Answer<Offset> moved;
  const auto reading = log.read_input(
      "events", p0, 0, [moved = moved.callback()](const Result<storage::LogBatch>& batch) {
        if (batch && batch->next >= 2) moved(batch->next);
      });
  reading->credit(5);
  CHECK(moved.wait() == 2);
}

TEST_CASE("kafka: a topic with other settings or partitions is named", "[kafka]") {
  KafkaOptions options = fresh_options();
  const auto client = open_asking_client(options, Asking::written);
  REQUIRE(client.has_value());
  KafkaOptions fewer = options;
  fewer.partition_count = 3;
  fewer.topics.resize(1);
  REQUIRE(ensure_topics(**client, fewer));
  options.create_topics = false;
  const auto report = check_topics(**client, options);
  REQUIRE(report.has_value());
  const auto named = [&](const std::string& topic, const std::string& what) {
    return std::ranges::any_of(report->faults, [&](const std::string& fault) {
      return fault.starts_with("topic " + topic + ": ") && fault.find(what) != std::string::npos;
    });
  };
  CHECK(report->faults.size() == 7);
  CHECK(named(journal_topic(options), "it has 3 partitions; the group has 4"));
  CHECK(named(topic_of(options, "copies"), "does not exist"));
  const auto log = KafkaLog::open(options);
  REQUIRE_FALSE(log.has_value());
  CHECK(log.error().code == ErrorCode::conflict);
}

TEST_CASE("kafka: a journal with a topic's usual settings is named, setting by setting",
          "[kafka]") {
  const KafkaOptions options = fresh_options();
  KafkaOptions maker = fresh_options();
  maker.topics = {journal_topic(options)};  // Made as if it were people's.
  const auto client = open_asking_client(maker, Asking::written);
  REQUIRE(client.has_value());
  REQUIRE(ensure_topics(**client, maker));
  REQUIRE(ensure_topics(**client, options));
  const auto report = check_topics(**client, options);
  REQUIRE(report.has_value());
  CHECK(report->faults == std::vector<std::string>{
                              "topic " + journal_topic(options) +
                              ": message.timestamp.type is CreateTime; set it to LogAppendTime"});
  CHECK(report->message_bytes_max > 1'000'000);
}

TEST_CASE("kafka: without a broker a log is not opened, within its time", "[kafka]") {
  KafkaOptions options = fresh_options();
  options.brokers = "127.0.0.1:1";
  options.open_timeout = milliseconds{300};
  const auto log = KafkaLog::open(options);
  REQUIRE_FALSE(log.has_value());
  CHECK(log.error().code == ErrorCode::unavailable);
}

TEST_CASE("kafka: a property that the protocol relies on is refused, and one that is not known",
          "[kafka]") {
  KafkaOptions options = fresh_options();
  options.properties["isolation.level"] = "read_uncommitted";
  CHECK(KafkaLog::open(options).error().code == ErrorCode::malformed);
  options.properties = {{"no.such.property", "secret"}};
  const auto log = KafkaLog::open(options);
  REQUIRE_FALSE(log.has_value());
  CHECK(log.error().code == ErrorCode::malformed);
  CHECK(log.error().detail.find("secret") == std::string::npos);
}

}  // namespace paysaga::engine::kafka
