#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "paysaga/engine/kafka/reader.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::engine::kafka {

/// Reads the state topic from its first record to the end that it has at the time of the call.
///
/// Threads:   any.
/// Lifetime:  readings that have not come to their end are dropped with it.
class Snapshots {
 public:
  using OnEntries = std::function<void(Result<std::vector<storage::SnapshotEntry>>)>;

  Snapshots(const KafkaOptions& options, std::string topic)
      : topic_{std::move(topic)}, reader_{options} {}
  ~Snapshots();

  /// `range`: the topic's offsets in this partition.
  void read(storage::PartitionId partition, std::pair<storage::Offset, storage::Offset> range,
            OnEntries on_entries);

 private:
  struct Restore;

  std::string topic_;
  Reader reader_;
  std::mutex mutex_;
  std::list<std::shared_ptr<Restore>> running_;
};

}  // namespace paysaga::engine::kafka
