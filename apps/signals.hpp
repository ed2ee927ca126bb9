#pragma once

#include <functional>
#include <memory>
#include <thread>

namespace paysaga::apps {

/// Takes SIGINT and SIGTERM on a thread of its own: the first one calls `on_stop`, the second ends
/// the process at once. Made before any other thread, so that all of them leave the signals to it.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// Returns when a signal came.
  void wait();
  void on_stop(std::function<void()> on_stop);
  [[nodiscard]] bool stopped() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace paysaga::apps
