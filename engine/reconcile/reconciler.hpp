#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "paysaga/engine/reconcile/report.hpp"
#include "paysaga/engine/stripe/listing.hpp"
#include "paysaga/engine/stripe/webhooks.hpp"

namespace paysaga::engine::reconcile {

/// Compares all payments of a span of time, here and at the provider, both ways, one run at a time,
/// in the lowest lane of the provider's rates.
///
/// What differs is compared again a little later: what was only on its way is no finding. Nothing
/// is changed anywhere; orders hear of what they do not know by the sweep of events that `sweep`
/// asks for at a run's beginning.
///
/// Threads:   any; a run has one of its own.
/// Lifetime:  what its ports reach outlives it; it ends a run under way.
class Reconciler {
 public:
  struct Ports {
    stripe::Ask ask;
    /// GET of this node's own API, which asks other nodes: status and body.
    std::function<void(std::string target, std::function<void(int, std::string)> done)> get;
    std::function<void(Time from)> sweep;
    std::string ledger;
    std::filesystem::path directory;  // Of the reports that are kept: "<id>.json".
    std::function<void(const Report&)> ended = [](const Report&) {};
    Duration again_after = seconds{5};  // Before what differs is compared again, three times.
  };
  explicit Reconciler(Ports ports);
  ~Reconciler();
  Reconciler(const Reconciler&) = delete;
  Reconciler& operator=(const Reconciler&) = delete;

  /// Begins a run over all since `from`, and returns its report so far. Errors: conflict (one is
  /// under way).
  [[nodiscard]] Result<std::string> begin(Time from, Time now);
  /// The JSON of the run under way, or of the newest that was kept. Errors: not_found, or those of
  /// reading it.
  [[nodiscard]] Result<std::string> newest() const;
  /// Ends a run under way: it is lost.
  void stop();

 private:
  class Run;

  void perform(Time from);
  void keep(const Report& report) const;

  const Ports ports_;
  mutable std::mutex guard_;
  std::condition_variable stopping_;
  bool stopped_ = false;
  std::optional<Report> report_;  // Of the run under way, or the last of this life.
  std::thread thread_;
};

/// The newest report that is kept in a directory. Errors: not_found, storage_failed.
[[nodiscard]] Result<std::string> newest_report(const std::filesystem::path& directory);

}  // namespace paysaga::engine::reconcile
