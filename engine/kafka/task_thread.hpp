#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "paysaga/saga/time.hpp"

namespace paysaga::engine::kafka {

/// One thread that runs what blocks, one task after the other.
///
/// Threads:  any; `stop` is called by one, and by none of its own tasks.
class TaskThread {
 public:
  using Task = std::function<void()>;

  /// `on_tick` runs between two tasks whenever `every` has passed.
  explicit TaskThread(std::size_t tasks_max, Duration every = hours{1}, Task on_tick = {});
  ~TaskThread() { stop(); }
  TaskThread(const TaskThread&) = delete;
  TaskThread& operator=(const TaskThread&) = delete;

  /// False if there are too many, or it has been stopped: the task is dropped.
  [[nodiscard]] bool post(Task task);
  /// Runs what was posted, then ends the thread.
  void stop();

 private:
  void run();

  std::size_t tasks_max_;
  Duration every_;
  Task on_tick_;
  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<Task> tasks_;
  bool stopping_ = false;
  std::thread thread_;  // Last: it uses all of the others.
};

}  // namespace paysaga::engine::kafka
