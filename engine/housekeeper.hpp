#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace paysaga::engine {

/// Calls `work` every `period` on a thread of its own, until it is destroyed.
class Housekeeper {
 public:
  Housekeeper(std::chrono::milliseconds period, std::function<void()> work)
      : thread_{[this, period, work = std::move(work)] { run(period, work); }} {}
  ~Housekeeper() {
    {
      const std::lock_guard lock{mutex_};
      stopped_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

 private:
  void run(std::chrono::milliseconds period, const std::function<void()>& work) {
    std::unique_lock lock{mutex_};
    while (!changed_.wait_for(lock, period, [this] { return stopped_; })) {
      lock.unlock();
      work();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
  std::thread thread_;  // Last: it uses the others.
};

}  // namespace paysaga::engine
