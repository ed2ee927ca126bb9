#include "paysaga/engine/kafka/transactions.hpp"

#include <chrono>

#include <librdkafka/rdkafka.h>

#include "paysaga/engine/kafka/positions.hpp"
#include "paysaga/engine/kafka/producer.hpp"

namespace paysaga::engine::kafka {
namespace {

constexpr int poll_millis = 20;

struct ReleaseError {
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
};
using HeldError = std::unique_ptr<rd_kafka_error_t, ReleaseError>;

Error said(const HeldError& error, const std::string& doing) {
  return {ErrorCode::unavailable, doing + ": " + rd_kafka_error_string(error.get())};
}

}  // namespace

Result<void> Transactions::ready() {
  if (client_ != nullptr) return {};
  const std::string timeout = std::to_string(to_millis(options_.session_timeout));
  auto client = Client::open(options_, Role::producer,
                             {{"transactional.id", id_},
                              {"transaction.timeout.ms", timeout},
                              {"message.timeout.ms", timeout},
                              {"socket.timeout.ms", timeout},  // librdkafka wants no longer one.
                              {"message.max.bytes", std::to_string(message_bytes_max_)},
                              // The broker answers CONCURRENT_TRANSACTIONS until the former one
                              // has ended: with the default, each cycle waits 100 ms for it.
                              {"retry.backoff.ms", "1"}},
                             {.delivered = [this](const rd_kafka_message_t& message) {
                               const int code = delivery_code(message);
                               if (code != RD_KAFKA_RESP_ERR_NO_ERROR) delivery_error_ = code;
                             }});
  if (!client) return tl::unexpected{client.error()};
  const HeldError error{
      rd_kafka_init_transactions((*client)->handle(), to_millis(options_.session_timeout * 2))};
  if (error != nullptr) {
    return tl::unexpected{said(error, "the transactional producer cannot start")};
  }
  client_ = std::move(*client);
  return {};
}

Result<void> Transactions::run(const Work& work) {
  if (auto done = ready(); !done) return done;
  delivery_error_ = 0;
  const HeldError begun{rd_kafka_begin_transaction(client_->handle())};
  if (begun != nullptr) {
    topics_.clear();
    client_.reset();
    return tl::unexpected{said(begun, "a transaction cannot begin")};
  }
  if (auto filled = fill(work); !filled) return tl::unexpected{abort(filled.error())};
  const HeldError committed{
      rd_kafka_commit_transaction(client_->handle(), to_millis(options_.session_timeout))};
  if (committed == nullptr) return {};
  return tl::unexpected{in_doubt(said(committed, "it is not known if a transaction committed"))};
}

Result<void> Transactions::fill(const Work& work) {
  if (auto done = produce_all(work.outputs); !done) return done;
  const auto flushed = rd_kafka_flush(client_->handle(), to_millis(options_.session_timeout));
  if (flushed != RD_KAFKA_RESP_ERR_NO_ERROR || delivery_error_ != 0) {
    return tl::unexpected{to_error(delivery_error_ != 0 ? delivery_error_ : flushed,
                                   "outputs were not taken by the broker")};
  }
  if (!work.owned()) {
    return fail(ErrorCode::unavailable, "an ownership ended while its outputs were written");
  }
  return work.positions.empty() ? Result<void>{} : send_positions(work);
}

Result<void> Transactions::produce_all(std::span<const storage::Output> outputs) {
  const auto end = std::chrono::steady_clock::now() + options_.session_timeout;
  for (const storage::Output& output : outputs) {
    auto& topic = topics_[output.topic];
    if (topic == nullptr) topic = client_->topic(output.topic);
    for (;;) {
      const int code = produce(client_->handle(), topic.get(), index_of(output.partition),
                               output.record, nullptr);
      if (code == RD_KAFKA_RESP_ERR_NO_ERROR) break;
      if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL || std::chrono::steady_clock::now() > end) {
        return tl::unexpected{to_error(code, "an output to " + output.topic + " was not sent")};
      }
      (void)rd_kafka_poll(client_->handle(), poll_millis);
    }
  }
  return {};
}

Result<void> Transactions::send_positions(const Work& work) {
  const auto list = list_of(work.topic, work.positions);
  const auto end = std::chrono::steady_clock::now() + options_.session_timeout;
  for (;;) {
    const HeldError error{rd_kafka_send_offsets_to_transaction(
        client_->handle(), list.get(), work.permit.metadata.get(),
        to_millis(options_.session_timeout))};
    if (error == nullptr) return {};
    if (rd_kafka_error_is_retriable(error.get()) == 0 || std::chrono::steady_clock::now() > end) {
      return tl::unexpected{said(error, "the broker did not take the positions")};
    }
    (void)rd_kafka_poll(client_->handle(), poll_millis);
  }
}

Error Transactions::abort(Error cause) {
  const HeldError error{
      rd_kafka_abort_transaction(client_->handle(), to_millis(options_.session_timeout))};
  if (error != nullptr) return in_doubt(std::move(cause));
  cause.code = ErrorCode::unavailable;
  return cause;
}

Error Transactions::in_doubt(Error cause) {
  topics_.clear();
  client_.reset();
  // At once: it ends the transaction, for which the readers of its topics wait.
  (void)ready();
  cause.code = ErrorCode::storage_failed;
  return cause;
}

}  // namespace paysaga::engine::kafka
