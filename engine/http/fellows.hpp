#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "paysaga/engine/http/message.hpp"
#include "paysaga/engine/http/peers.hpp"
#include "paysaga/engine/owners.hpp"
#include "paysaga/storage/log.hpp"

namespace paysaga::engine::http {

/// Asks all other nodes of the group that are known: those that lead a partition, or led one last.
/// One that only stands by is not known to anybody.
///
/// Threads:   any; `done` comes once, from a thread of its own or from within the call.
/// Lifetime:  the log outlives it; what is under way at its end is answered then.
class Fellows {
 public:
  using Done = std::function<void(std::vector<FellowAnswer>)>;

  /// `node` and `address` are this node's.
  Fellows(storage::Log& log, std::string node, std::string address,
          std::chrono::milliseconds answer_within = std::chrono::seconds{5});
  ~Fellows();

  /// The same request goes to each of them; none passes it on.
  void ask(const Request& request, Done done);

 private:
  struct Asking;
  using AskingPtr = std::shared_ptr<Asking>;

  void found(const AskingPtr& asking, storage::PartitionId partition,
             const Result<storage::Claim>& claim);
  void ask_all(const AskingPtr& asking);

  const std::string address_;
  const std::uint32_t partition_count_;
  Peers peers_;
  Owners owners_;  // Last: its thread calls back into this.
};

}  // namespace paysaga::engine::http
