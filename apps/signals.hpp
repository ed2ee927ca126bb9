#pragma once

#include <functional>
#include <memory>
#include <thread>

namespace paysaga::apps {

/// What SIGHUP does to this process.
enum class Hangup {
  ends_at_once,  // As by default.
  stops,         // As SIGTERM: the terminal that it was started on has gone.
  calls,         // `on_hangup`.
};

/// Takes SIGINT and SIGTERM on a thread of its own: the first one calls `on_stop`, the second ends
/// the process at once. Made before any other thread, so that all of them leave the signals to it.
class Signals {
 public:
  explicit Signals(Hangup hangup = Hangup::ends_at_once);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// Returns when a signal came.
  void wait();
  void on_stop(std::function<void()> on_stop);
  /// Called for each SIGHUP, on that thread; at once, and here, if one came before. What was called
  /// before runs no more when this returns.
  void on_hangup(std::function<void()> on_hangup);
  [[nodiscard]] bool stopped() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace paysaga::apps
