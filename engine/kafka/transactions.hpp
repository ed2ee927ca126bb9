#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "paysaga/engine/kafka/client.hpp"
#include "paysaga/engine/kafka/fence.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::engine::kafka {

/// A transactional producer, remade whenever the outcome of a transaction is not plainly known: an
/// end of it that is still under way would tear the next one (PROTOCOL R20).
///
/// Threads:  one at a time. Every call blocks.
class Transactions {
 public:
  struct Work {
    std::span<const storage::Output> outputs;
    std::string topic;  // Of the positions.
    std::span<const storage::Commit> positions;
    Permit permit;
    std::function<bool()> owned;  // Asked once more before the positions are sent.
  };

  Transactions(KafkaOptions options, std::string id, std::size_t message_bytes_max)
      : options_{std::move(options)}, id_{std::move(id)}, message_bytes_max_{message_bytes_max} {}

  /// Starts the producer, which ends what a former one with this id has left open.
  /// Errors: malformed, unavailable.
  [[nodiscard]] Result<void> ready();
  /// Errors: unavailable (nothing is visible), storage_failed (all of it or nothing is visible).
  [[nodiscard]] Result<void> run(const Work& work);

 private:
  [[nodiscard]] Result<void> fill(const Work& work);
  [[nodiscard]] Result<void> produce_all(std::span<const storage::Output> outputs);
  [[nodiscard]] Result<void> send_positions(const Work& work);
  [[nodiscard]] Error abort(Error cause);
  [[nodiscard]] Error in_doubt(Error cause);

  KafkaOptions options_;
  std::string id_;
  std::size_t message_bytes_max_;
  int delivery_error_ = 0;  // Of this transaction.
  std::unique_ptr<Client> client_;
  std::map<std::string, Held<rd_kafka_topic_s>> topics_;  // The client's.
};

}  // namespace paysaga::engine::kafka
