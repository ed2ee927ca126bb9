#include "paysaga/engine/kafka/task_thread.hpp"

#include <chrono>
#include <utility>

namespace paysaga::engine::kafka {

TaskThread::TaskThread(std::size_t tasks_max, Duration every, Task on_tick)
    : tasks_max_{tasks_max}, every_{every}, on_tick_{std::move(on_tick)}, thread_{[this] {
        run();
      }} {}

bool TaskThread::post(Task task) {
  {
    const std::lock_guard lock{mutex_};
    if (stopping_ || tasks_.size() >= tasks_max_) return false;
    tasks_.push_back(std::move(task));
  }
  posted_.notify_one();
  return true;
}

void TaskThread::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  posted_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void TaskThread::run() {
  auto due = std::chrono::steady_clock::now() + every_;
  for (;;) {
    Task task;
    {
      std::unique_lock lock{mutex_};
      posted_.wait_until(lock, due, [this] { return stopping_ || !tasks_.empty(); });
      if (!tasks_.empty()) {
        task = std::move(tasks_.front());
        tasks_.pop_front();
      } else if (stopping_) {
        return;
      }
    }
    if (task) task();
    if (std::chrono::steady_clock::now() < due) continue;
    if (on_tick_) on_tick_();
    due = std::chrono::steady_clock::now() + every_;
  }
}

}  // namespace paysaga::engine::kafka
