#include "paysaga/engine/kafka/producer.hpp"

#include <algorithm>

#include <librdkafka/rdkafka.h>

namespace paysaga::engine::kafka {
namespace {

constexpr int poll_millis = 100;
// A batch's header and a record's own numbers in it, with room for a newer format.
constexpr std::size_t message_overhead_bytes = 512;
constexpr std::size_t header_overhead_bytes = 10;  // Two lengths of up to 5 bytes.

/// A number as the opaque pointer of a message, never null.
void* opaque_of(std::uint64_t number) {
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(number + 1));
}
std::uint64_t number_of(const void* opaque) {
  return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(opaque)) - 1;
}

}  // namespace

int produce(rd_kafka_s* client, rd_kafka_topic_s* topic, std::uint32_t partition,
            const storage::LogRecord& record, void* opaque) {
  rd_kafka_headers_t* headers = nullptr;
  if (!record.headers.empty()) {
    headers = rd_kafka_headers_new(record.headers.size());
    for (const storage::Header& header : record.headers) {
      (void)rd_kafka_header_add(headers, header.name.data(),
                                static_cast<ssize_t>(header.name.size()), header.value.data(),
                                static_cast<ssize_t>(header.value.size()));
    }
  }
  // Nothing, not an empty text: in a compacted topic it removes the key.
  char* const value = record.value.empty() ? nullptr : const_cast<char*>(record.value.data());
  // The signatures of librdkafka have no const; with F_COPY it writes to neither.
  const auto code = rd_kafka_producev(
      client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(static_cast<std::int32_t>(partition)),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_VALUE(value, record.value.size()),
      RD_KAFKA_V_KEY(record.key.empty() ? nullptr : record.key.data(), record.key.size()),
      RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR && headers != nullptr) rd_kafka_headers_destroy(headers);
  return code;
}

int delivery_code(const rd_kafka_message_s& message) {
  const bool unplaced = message.err == RD_KAFKA_RESP_ERR_NO_ERROR && message.offset < 0;
  return unplaced ? RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER : message.err;
}

std::size_t message_bytes(const storage::LogRecord& record) {
  std::size_t bytes = message_overhead_bytes + record.key.size() + record.value.size();
  for (const storage::Header& header : record.headers) {
    bytes += header_overhead_bytes + header.name.size() + header.value.size();
  }
  return bytes;
}

std::size_t record_bytes_of(std::size_t message_bytes_max) {
  return message_bytes_max - std::min(message_bytes_max, message_overhead_bytes);
}

Result<std::unique_ptr<Producer>> Producer::open(const KafkaOptions& options,
                                                 std::size_t message_bytes_max,
                                                 const std::vector<std::string>& topics) {
  auto producer = std::unique_ptr<Producer>{new Producer{message_bytes_max}};
  Producer& self = *producer;
  auto client = Client::open(
      options, Role::producer,
      {{"enable.idempotence", "true"},
       {"acks", "all"},
       {"message.timeout.ms", std::to_string(to_millis(options.delivery_timeout))},
       {"message.max.bytes", std::to_string(message_bytes_max)}},
      {.delivered = [&self](const rd_kafka_message_s& message) { self.delivered(message); },
       .failed = [&self](const std::string&) { self.failed_ = true; }});
  if (!client) return tl::unexpected{client.error()};
  self.client_ = std::move(*client);
  for (const std::string& name : topics) (void)self.topic(name);
  self.thread_ = std::thread{[&self] {
    while (!self.stopping_) (void)rd_kafka_poll(self.client_->handle(), poll_millis);
  }};
  return producer;
}

Producer::~Producer() {
  abandon();
  stopping_ = true;
  if (!thread_.joinable()) return;
  const Held<rd_kafka_queue_t> queue{rd_kafka_queue_get_main(client_->handle())};
  rd_kafka_queue_yield(queue.get());
  thread_.join();
}

rd_kafka_topic_s* Producer::topic(const std::string& name) {
  const std::lock_guard lock{mutex_};
  auto& topic = topics_[name];
  if (topic == nullptr) topic = client_->topic(name);
  return topic.get();
}

void Producer::send(const std::string& topic_name, storage::PartitionId partition,
                    const storage::LogRecord& record, Done done) {
  const std::size_t bytes = message_bytes(record);
  if (bytes > message_bytes_max_) {
    return done(fail(ErrorCode::malformed, topic_name + ": a message of " + std::to_string(bytes) +
                                               " bytes is larger than " +
                                               std::to_string(message_bytes_max_)));
  }
  rd_kafka_topic_s* to = topic(topic_name);
  std::uint64_t number = 0;
  int code = RD_KAFKA_RESP_ERR_NO_ERROR;
  {
    // Numbered and handed over under one lock: the order of the numbers is that of the log.
    const std::lock_guard lock{mutex_};
    number = first_ + waiting_.size();
    waiting_.push_back(done);
    code = produce(client_->handle(), to, index_of(partition), record, opaque_of(number));
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) waiting_.pop_back();
  }
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  Error error = to_error(code, topic_name + ": a record was not sent");
  done(tl::unexpected{std::move(error)});
}

Producer::Done Producer::take(std::uint64_t number) {
  const std::lock_guard lock{mutex_};
  ensure(number >= first_ && number - first_ < waiting_.size(), "a delivery is of a record sent");
  Done done = std::exchange(waiting_[number - first_], nullptr);
  while (!waiting_.empty() && !waiting_.front()) {
    waiting_.pop_front();
    ++first_;
  }
  return done;
}

void Producer::delivered(const rd_kafka_message_s& message) {
  const Done done = take(number_of(message._private));
  if (!done) return;
  const int code = delivery_code(message);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return gate_.pass([&] { done(message.offset); });
  Error error = to_error(
      code, std::string{rd_kafka_topic_name(message.rkt)} + ": a record's outcome is unknown");
  // Only of a record that is too large the broker has said that it took no part of it.
  if (error.code != ErrorCode::malformed) error.code = ErrorCode::storage_failed;
  gate_.pass([&] { done(tl::unexpected{std::move(error)}); });
}

void Producer::abandon() {
  gate_.close();
  if (client_ == nullptr) return;
  (void)rd_kafka_purge(client_->handle(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                              RD_KAFKA_PURGE_F_NON_BLOCKING);
}

void Producer::flush(Duration timeout) {
  (void)rd_kafka_flush(client_->handle(), to_millis(timeout));
}

}  // namespace paysaga::engine::kafka
