#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/cli.hpp"
#include "paysaga/config/settings.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::apps {

/// Topics to look at: those of a data directory, or of Kafka.
class TopicSource {
 public:
  struct Lane {
    storage::PartitionId partition;
    storage::Offset first;
    storage::Offset end;
  };
  virtual ~TopicSource() = default;
  /// A topic of the journal's kind in full, with the prefix of the settings if it lacks it.
  /// Errors: not_found.
  [[nodiscard]] virtual Result<std::string> find(const std::string& topic) = 0;
  /// As it is now. Errors: not_found, unavailable.
  [[nodiscard]] virtual Result<std::vector<Lane>> lanes(const std::string& topic) = 0;
  /// Calls `each` for the entries in [from, end) of a lane.
  [[nodiscard]] virtual Result<void> read(
      const std::string& topic, const Lane& lane, storage::Offset from,
      const std::function<void(const storage::LogEntry&)>& each) = 0;
};

/// Errors: those of LocalLogView::open, or of TopicDesk::open.
[[nodiscard]] Result<std::unique_ptr<TopicSource>> open_topics(const config::Settings& settings);

}  // namespace paysaga::apps
