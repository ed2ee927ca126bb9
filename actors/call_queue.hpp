#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "paysaga/actors/messages.hpp"

namespace paysaga::actors {

/// Calls that wait for their turn: customers before refunds before reconciliation, and within a
/// lane the oldest whose endpoint may be called. Pure.
///
/// One start in `lowest_every` looks from the lowest lane up instead, so that customers who never
/// pause do not keep reconciliation waiting for ever. 0: they may.
class CallQueue {
 public:
  static constexpr std::size_t lanes = 3;

  CallQueue(std::size_t endpoints, int lowest_every)
      : lowest_every_{lowest_every}, waiting_(endpoints) {}

  void put(std::size_t endpoint, StartCall start) {
    const auto lane = static_cast<std::size_t>(start.call.call.lane);
    waiting_[endpoint][lane].push_back({++arrived_, std::move(start)});
    ++size_;
  }

  struct Ready {
    std::size_t endpoint;
    StartCall start;
  };

  /// The next call of those whose endpoint `may` be called.
  [[nodiscard]] std::optional<Ready> next(const std::function<bool(std::size_t)>& may) {
    const bool upwards = lowest_every_ > 0 && (taken_ + 1) % lowest_every_ == 0;
    for (std::size_t i = 0; i < lanes; ++i) {
      if (auto ready = next_of(upwards ? lanes - 1 - i : i, may)) return ready;
    }
    return std::nullopt;
  }

  /// Those that go before a call of the lane, which comes now: of its endpoint, or of all.
  [[nodiscard]] std::size_t ahead(std::size_t endpoint, Lane lane) const {
    std::size_t count = 0;
    for (std::size_t i = 0; i <= static_cast<std::size_t>(lane); ++i) {
      count += waiting_[endpoint][i].size();
    }
    return count;
  }
  [[nodiscard]] std::size_t ahead(Lane lane) const {
    std::size_t count = 0;
    for (std::size_t endpoint = 0; endpoint < waiting_.size(); ++endpoint) {
      count += ahead(endpoint, lane);
    }
    return count;
  }
  [[nodiscard]] std::size_t waiting(std::size_t endpoint, std::size_t lane) const {
    return waiting_[endpoint][lane].size();
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// All of them, which wait no longer.
  [[nodiscard]] std::vector<StartCall> take_all() {
    std::vector<StartCall> all;
    for (auto& endpoint : waiting_) {
      for (auto& lane : endpoint) {
        for (Waiting& waiting : lane) all.push_back(std::move(waiting.start));
        lane.clear();
      }
    }
    size_ = 0;
    return all;
  }

 private:
  struct Waiting {
    std::uint64_t arrived;
    StartCall start;
  };

  std::optional<Ready> next_of(std::size_t lane, const std::function<bool(std::size_t)>& may) {
    std::deque<Waiting>* oldest = nullptr;
    std::size_t chosen = 0;
    for (std::size_t endpoint = 0; endpoint < waiting_.size(); ++endpoint) {
      auto& queue = waiting_[endpoint][lane];
      if (queue.empty() || !may(endpoint)) continue;
      if (oldest != nullptr && oldest->front().arrived <= queue.front().arrived) continue;
      oldest = &queue;
      chosen = endpoint;
    }
    if (oldest == nullptr) return std::nullopt;
    Ready ready{chosen, std::move(oldest->front().start)};
    oldest->pop_front();
    --size_;
    ++taken_;
    return ready;
  }

  int lowest_every_;
  std::uint64_t arrived_ = 0;
  std::int64_t taken_ = 0;
  std::size_t size_ = 0;
  std::vector<std::array<std::deque<Waiting>, lanes>> waiting_;  // By endpoint.
};

}  // namespace paysaga::actors
