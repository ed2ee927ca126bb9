#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "paysaga/actors/messages.hpp"

namespace paysaga::actors {

/// Looks in the topics themselves for what one record of a journal asks to publish: what is found
/// there was published, whatever became of the position.
///
/// Threads:  the publisher's; what the log answers comes to it as messages of the search's life.
class OutputSearch {
 public:
  enum class Found {
    yes,
    no,
    unclear,  // Every topic has lost its first records, and among the others it is not.
  };

  /// `outputs`: all that the record at `record` asks for; at least one.
  OutputSearch(storage::Log& log, Mailbox<PublisherActor> publisher, storage::PartitionId journal,
               storage::Offset record, std::vector<storage::Output> outputs);

  /// Looks in the topic that is next. Answers come with this life.
  void begin(Life life);
  /// None: there is more to come. Errors: those of the log's readings.
  [[nodiscard]] Result<std::optional<Found>> take(const Ranged& ranged);
  [[nodiscard]] Result<std::optional<Found>> take(const Searched& searched);

  [[nodiscard]] storage::Offset record() const { return record_; }
  [[nodiscard]] const std::string& topic() const { return outputs_[at_].topic; }

 private:
  [[nodiscard]] std::optional<Found> not_here();

  storage::Log& log_;
  Mailbox<PublisherActor> publisher_;
  storage::PartitionId journal_;
  storage::Offset record_;
  std::vector<storage::Output> outputs_;
  std::size_t at_ = 0;
  Life life_ = 0;
  std::pair<storage::Offset, storage::Offset> range_;
  std::unique_ptr<storage::Reading> reading_;
};

}  // namespace paysaga::actors
