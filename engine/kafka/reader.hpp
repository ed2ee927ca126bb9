#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "paysaga/engine/kafka/client.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::engine::kafka {

/// Reads partitions from given offsets on. A client of librdkafka reads a partition once at a time,
/// so there is one for the first reading of each partition, a second one for what is read twice
/// (the journal, by its partition and by the publisher), and so on.
///
/// Threads:   any; one thread a client calls back.
/// Lifetime:  outlives its readings.
class Reader {
 public:
  explicit Reader(KafkaOptions options);
  ~Reader();

  /// `limited`: only as many entries are delivered as credit allows. What is fetched ahead of it
  /// waits in the reading's own queue: a reading without credit is just not looked at.
  /// Errors (by callback): out_of_range, corrupt, unavailable.
  [[nodiscard]] std::unique_ptr<storage::Reading> read(const std::string& topic,
                                                       storage::PartitionId partition,
                                                       storage::Offset from,
                                                       storage::OnBatch on_batch, bool limited);

 private:
  class Lane;
  class Handle;
  struct Running;

  KafkaOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace paysaga::engine::kafka
