#pragma once

#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "paysaga/sim/world/plan.hpp"
#include "paysaga/sim/world/timeline.hpp"
#include "paysaga/storage/memory_log.hpp"

namespace paysaga::sim {

/// The way between the nodes and their log: every step takes its time, and some of them go wrong.
///
/// Lifetime:  outlives the log that it serves.
class Courier final : public storage::MemoryCourier {
 public:
  Courier(const Plan& plan, Timeline& timeline, Dice& dice);

  void carry(const storage::MemoryStep& step, std::function<void()> happen) override;
  [[nodiscard]] std::optional<storage::MemoryFault> fault(storage::MemoryStep::Kind kind,
                                                          std::string_view node,
                                                          storage::PartitionId partition) override;
  /// The node died: what it had sent may still arrive, nothing reaches it any more.
  void bury(const std::string& node) { dead_.insert(node); }
  /// Until then the node's appends are lost, which it learns seconds later, and it hears of nothing
  /// that it gains or loses.
  void cut_off(const std::string& node, Time until) { cut_off_[node] = until; }
  /// Told when a node has heard of a partition that it gained or lost.
  std::function<void(const std::string& node)> on_notice;

 private:
  [[nodiscard]] Duration way_of(const storage::MemoryStep& step);
  /// How long the node is cut off from now on; zero: it is not.
  [[nodiscard]] Duration cut_off_for(std::string_view node) const;
  [[nodiscard]] std::optional<storage::MemoryFault> append_fault();
  [[nodiscard]] std::optional<storage::MemoryFault> publish_fault();

  Timeline& timeline_;
  Dice& dice_;
  Duration hop_max_;
  Prng way_;
  Prng grave_;                                     // What of a dead node's sendings still arrives.
  std::unordered_map<std::uint64_t, Time> lines_;  // When the last step of a line happens.
  std::unordered_set<std::string> dead_;
  std::map<std::string, Time, std::less<>> cut_off_;
};

}  // namespace paysaga::sim
