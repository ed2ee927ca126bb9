#include "paysaga/sim/world/timeline.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace paysaga::sim {

bool Timeline::Later::operator()(const Thing& a, const Thing& b) const {
  return std::tie(a.when, a.number) > std::tie(b.when, b.number);
}

void Timeline::at(Time when, std::function<void()> happen) {
  ensure(when >= now_, "nothing is asked for in the past");
  ensure(happen != nullptr, "what is asked for can happen");
  heap_.push_back({when, asked_++, std::move(happen)});
  std::ranges::push_heap(heap_, Later{});
}

void Timeline::after(Duration delay, std::function<void()> happen) {
  ensure(delay >= Duration{0}, "a delay is not negative");
  // Without overflow: the longest delays mean "never".
  const bool endless = now_.time_since_epoch() >= Duration{0} && delay > Time::max() - now_;
  at(endless ? Time::max() : now_ + delay, std::move(happen));
}

std::optional<Time> Timeline::next() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().when;
}

bool Timeline::run_next() {
  if (heap_.empty()) return false;
  std::ranges::pop_heap(heap_, Later{});
  const Thing thing = std::move(heap_.back());
  heap_.pop_back();  // First: what happens may ask for more.
  ensure(thing.when >= now_, "time does not go back");
  now_ = thing.when;
  ++happened_;
  thing.happen();
  return true;
}

void Timeline::move_to(Time time) {
  ensure(time >= now_, "time does not go back");
  ensure(heap_.empty() || time <= heap_.front().when, "nothing that is to happen is passed over");
  now_ = time;
}

}  // namespace paysaga::sim
