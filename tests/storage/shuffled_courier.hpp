#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "paysaga/storage/memory_log.hpp"

namespace paysaga::storage {

/// Lets the steps of a log happen in an order that a seed decides, each line in its own order, from
/// a thread of its own, because the tests of the suite wait. What lands late is kept until asked.
///
/// Threads:  any.
class ShuffledCourier final : public MemoryCourier {
 public:
  explicit ShuffledCourier(std::uint64_t seed) : random_{seed}, thread_{[this] { run(); }} {}
  ~ShuffledCourier() override { stop(); }

  void carry(const MemoryStep& step, std::function<void()> happen) override {
    const std::lock_guard lock{mutex_};
    if (step.kind == MemoryStep::Kind::append && step.line == 0) {
      late_.push_back(std::move(happen));
    } else {
      add(step.line, std::move(happen));
    }
  }
  std::optional<MemoryFault> fault(MemoryStep::Kind, std::string_view, PartitionId) override {
    return std::nullopt;  // A test has the world itself fail.
  }
  void land_late() {
    const std::lock_guard lock{mutex_};
    for (auto& happen : std::exchange(late_, {})) add(0, std::move(happen));
  }
  /// Nothing happens once this returns, so that the world can go.
  void stop() {
    {
      const std::lock_guard lock{mutex_};
      stopping_ = true;
    }
    came_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

 private:
  using Line =
      std::pair<std::uint64_t, std::uint64_t>;  // A step without order is a line by itself.

  void add(std::uint64_t line, std::function<void()> happen) {
    lines_[{line, line == 0 ? ++alone_ : 0}].push_back(std::move(happen));
    came_.notify_one();
  }
  void run() {
    for (;;) {
      std::function<void()> happen;
      {
        std::unique_lock lock{mutex_};
        came_.wait(lock, [this] { return stopping_ || !lines_.empty(); });
        if (stopping_) return;
        const auto line =
            std::next(lines_.begin(), static_cast<std::ptrdiff_t>(random_() % lines_.size()));
        happen = std::move(line->second.front());
        line->second.pop_front();
        if (line->second.empty()) lines_.erase(line);
      }
      happen();
    }
  }

  std::mutex mutex_;
  std::condition_variable came_;
  std::map<Line, std::deque<std::function<void()>>> lines_;
  std::deque<std::function<void()>> late_;
  std::uint64_t alone_ = 0;
  bool stopping_ = false;
  std::mt19937_64 random_;
  std::thread thread_;  // Last: it uses all of the others.
};

}  // namespace paysaga::storage
