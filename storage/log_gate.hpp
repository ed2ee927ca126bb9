#pragma once

#include <atomic>
#include <mutex>
#include <utility>

namespace paysaga::storage {

/// Stands between a log's thread and the callbacks of one writer or reading: once it is closed,
/// nothing passes any more. Closing waits for a callback that is running in another thread, and may
/// be done from within the callback itself.
///
/// Threads:   any; but only one thread passes, so that two callbacks never wait for each other.
/// Lifetime:  shared by the handle that closes it and the log that passes it.
class LogGate {
 public:
  /// Runs `callback` unless the gate is closed.
  template <class F>
  void pass(F&& callback) {
    const std::lock_guard lock{mutex_};
    if (!closed()) std::forward<F>(callback)();
  }
  void close() {
    const std::lock_guard lock{mutex_};
    closed_.store(true, std::memory_order_release);
  }
  [[nodiscard]] bool closed() const { return closed_.load(std::memory_order_acquire); }

 private:
  std::recursive_mutex mutex_;
  std::atomic<bool> closed_{false};
};

}  // namespace paysaga::storage
