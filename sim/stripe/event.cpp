#include "paysaga/sim/stripe/event.hpp"

#include <utility>

namespace paysaga::sim::stripe {

void Events::add(Event event) {
  while (!events_.empty() && events_.front().created + kept_for <= event.created) {
    events_.pop_front();
    ++begin_;
  }
  events_.push_back(std::move(event));
}

const Event* Events::find(Index number) const {
  return number >= begin_ && number < end() ? &events_[number - begin_] : nullptr;
}

Event* Events::find(Index number) {
  return number >= begin_ && number < end() ? &events_[number - begin_] : nullptr;
}

bool matches(std::string_view pattern, std::string_view type) {
  if (!pattern.ends_with('*')) return pattern == type;
  return type.starts_with(pattern.substr(0, pattern.size() - 1));
}

}  // namespace paysaga::sim::stripe
