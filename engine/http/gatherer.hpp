#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "paysaga/engine/http/message.hpp"
#include "paysaga/engine/http/page.hpp"
#include "paysaga/engine/http/peers.hpp"
#include "paysaga/engine/kafka/task_thread.hpp"
#include "paysaga/engine/owners.hpp"

namespace paysaga::engine::http {

/// Asks the nodes that lead other partitions for their parts of a list. Their addresses stand in
/// the claims, as for the Forwarder; it looks them up by itself, so that no list holds up a
/// command.
///
/// Threads:   any.
/// Lifetime:  the log outlives it; what is under way at its end is answered then.
class Gatherer {
 public:
  using Done = std::function<void(Gathered)>;

  /// `node` and `address` are this node's. Who has not answered within `answer_within` is missing.
  Gatherer(storage::Log& log, std::string node, std::string address,
           std::chrono::milliseconds answer_within = std::chrono::seconds{5});
  ~Gatherer();

  /// The same request goes to each of them. `done` comes once, within that time and a moment.
  void gather(std::string_view list, Request request, const storage::PartitionSet& partitions,
              Done done);

 private:
  struct Asking;  // One list on its way.
  using AskingPtr = std::shared_ptr<Asking>;

  void look_for(const AskingPtr& asking, const storage::PartitionSet& partitions);
  void found(const AskingPtr& asking, storage::PartitionId partition,
             const Result<storage::Claim>& claim);
  void ask(const AskingPtr& asking);
  void answered(const AskingPtr& asking, const std::string& address,
                const storage::PartitionSet& asked, const Peers::Answer& answer);
  void finish(const AskingPtr& asking);
  void end_overdue();

  const std::string node_;
  const std::string address_;
  const std::chrono::milliseconds answer_within_;
  std::mutex mutex_;
  std::list<AskingPtr> under_way_;  // The earliest first.
  Peers peers_;
  Owners owners_;              // Its thread calls back into this.
  kafka::TaskThread overdue_;  // Last: its thread uses all of the others.
};

}  // namespace paysaga::engine::http
