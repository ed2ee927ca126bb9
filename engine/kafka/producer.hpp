#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "paysaga/engine/kafka/client.hpp"
#include "paysaga/storage/log.hpp"
#include "paysaga/storage/log_gate.hpp"

namespace paysaga::engine::kafka {

/// Hands one record to librdkafka, which copies it; returns its code.
[[nodiscard]] int produce(rd_kafka_s* client, rd_kafka_topic_s* topic, std::uint32_t partition,
                          const storage::LogRecord& record, void* opaque);
/// The code of a delivery report. A report of success without an offset is none: the broker called
/// the record a repeat of one that it has, which it also does where a partition did not know the
/// producer, lost its first request and took the second (KAFKA-15591). Then it is nowhere.
[[nodiscard]] int delivery_code(const rd_kafka_message_s& message);
/// The bytes that a record takes in a message at most.
[[nodiscard]] std::size_t message_bytes(const storage::LogRecord& record);
/// What of a message of the topic's `max.message.bytes` is left for the record itself.
[[nodiscard]] std::size_t record_bytes_of(std::size_t message_bytes_max);

/// An idempotent producer with acks=all, and the thread that calls back.
///
/// Threads:   `send` from any; `done` comes from the producer's thread, or from within the call.
/// Lifetime:  what was not sent is dropped at its end, and then nothing is called back.
class Producer {
 public:
  /// The offset of a record that is durable. Errors: malformed (too large; it was not sent),
  /// unavailable (it was not sent), storage_failed (it may be in the log, or land later).
  using Done = std::function<void(Result<storage::Offset>)>;

  /// `topics` are looked for at once, so that the first record to them is not late.
  [[nodiscard]] static Result<std::unique_ptr<Producer>> open(
      const KafkaOptions& options, std::size_t message_bytes_max,
      const std::vector<std::string>& topics);
  ~Producer();

  void send(const std::string& topic, storage::PartitionId partition,
            const storage::LogRecord& record, Done done);
  /// Drops what was not sent and calls back no more; does not wait for the network.
  void abandon();
  /// Waits until everything has its outcome.
  void flush(Duration timeout);
  /// True once nothing can be sent any more: it is replaced by another one.
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  explicit Producer(std::size_t message_bytes_max) : message_bytes_max_{message_bytes_max} {}
  void delivered(const rd_kafka_message_s& message);
  [[nodiscard]] Done take(std::uint64_t number);
  [[nodiscard]] rd_kafka_topic_s* topic(const std::string& name);

  std::size_t message_bytes_max_;
  storage::LogGate gate_;
  std::atomic<bool> failed_{false};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::deque<Done> waiting_;  // Of the records numbered from first_ on; empty: it was called.
  std::uint64_t first_ = 0;
  std::unique_ptr<Client> client_;
  std::map<std::string, Held<rd_kafka_topic_s>> topics_;  // Before the client that they belong to.
  std::thread thread_;
};

}  // namespace paysaga::engine::kafka
