#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "paysaga/engine/housekeeper.hpp"
#include "paysaga/engine/stripe/event_sweep.hpp"

namespace paysaga::engine::stripe {

/// Keeps the sweeps of a node going, and its file of how far they have come.
///
/// One node of a group sweeps: the one that leads the first partition. One that has no file yet
/// begins 30 days back.
///
/// Lifetime:  outlives the last callback of its ports; what it refers to outlives its `stop`.
class Sweeper {
 public:
  struct Ports {
    Ask ask;
    Webhooks& webhooks;
    std::function<bool()> leads;  // True while this node is the one that sweeps.
    std::function<void(const SweepReport&)> done;
  };
  /// `file`: "2026-11-27T08:15:00.000000Z\n", replaced as a whole.
  Sweeper(const SweepOptions& options, std::filesystem::path file, Ports ports);
  /// As EventSweep::sweep_since: on the node that sweeps, and on one that will.
  void sweep_since(Time from) { sweep_.sweep_since(from); }
  /// No sweep begins any more.
  void stop() { housekeeper_.reset(); }

 private:
  [[nodiscard]] std::optional<Time> load() const;
  void save(Time swept) const;

  const std::filesystem::path file_;
  const std::function<bool()> leads_;
  EventSweep sweep_;
  std::optional<Housekeeper> housekeeper_;  // Last: it uses the others.
};

}  // namespace paysaga::engine::stripe
