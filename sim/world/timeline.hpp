#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "paysaga/saga/time.hpp"

namespace paysaga::sim {

/// Virtual time: what is to happen later, in the order in which it will.
///
/// The order depends on nothing but the calls: two things at the same time happen in the order in
/// which they were asked for.
///
/// Threads:  one.
class Timeline {
 public:
  explicit Timeline(Time start) : now_{start} {}

  [[nodiscard]] Time now() const { return now_; }
  /// Range: `when` is not before now.
  void at(Time when, std::function<void()> happen);
  /// Range: `delay` is not negative; one that leads beyond the end of time ends there.
  void after(Duration delay, std::function<void()> happen);
  /// When the next thing happens; none if nothing is to happen.
  [[nodiscard]] std::optional<Time> next() const;
  /// Moves time to the next thing and lets it happen; it may ask for more, also for now. False if
  /// there is none.
  bool run_next();
  /// Only moves time. Range: now .. next.
  void move_to(Time time);
  /// How many things have happened.
  [[nodiscard]] std::uint64_t happened() const { return happened_; }

 private:
  struct Thing {
    Time when;
    std::uint64_t number;
    std::function<void()> happen;
  };
  struct Later {
    bool operator()(const Thing& a, const Thing& b) const;
  };

  Time now_;
  std::uint64_t asked_ = 0;
  std::uint64_t happened_ = 0;
  std::vector<Thing> heap_;  // What is next stands first.
};

}  // namespace paysaga::sim
