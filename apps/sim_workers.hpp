#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "apps/sim_outcome.hpp"

namespace paysaga::apps {

/// Processes that run seeds: what kills one of them is a finding about its seed and not the end of
/// the others. Seeds are handed out one by one through a pipe, outcomes come back as lines.
///
/// SIGINT and SIGTERM end the work while it lasts. Workers die with this process, however it ends.
///
/// Threads:   one, and no other in the whole process: a worker is a fork of it.
class SimWorkers {
 public:
  struct Options {
    unsigned jobs = 1;
    /// Nothing that lies behind the first failed seed is run.
    bool until_found = false;
    /// A worker that is silent for longer has hung. None: it may take its time.
    std::optional<seconds> patience = seconds{120};
  };
  /// What a worker does with a seed.
  using Run = std::function<SeedOutcome(std::uint64_t seed)>;
  using Met = std::function<void(const SeedOutcome&)>;

  SimWorkers(Options options, Run run);
  ~SimWorkers();
  SimWorkers(const SimWorkers&) = delete;
  SimWorkers& operator=(const SimWorkers&) = delete;

  /// Runs `count` seeds from `first`. Each outcome is met once, in the order in which they end;
  /// `tick` is called several times a second. False if a signal came before all were run.
  [[nodiscard]] bool work(std::uint64_t first, std::uint64_t count, const Met& met,
                          const std::function<void()>& tick);

 private:
  class Worker;

  void start_worker(std::unique_ptr<Worker>& slot);
  void hand_out(Worker& worker);
  [[nodiscard]] bool done() const;
  [[nodiscard]] bool wait();
  void hear(std::unique_ptr<Worker>& slot, const Met& met);
  void finish(Worker& worker, const SeedOutcome& outcome, const Met& met);

  Options options_;
  Run run_;
  int signals_ = -1;
  bool stopped_ = false;
  std::uint64_t first_ = 0;
  std::uint64_t next_ = 0;  // Counted from the first.
  std::uint64_t end_ = 0;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace paysaga::apps
