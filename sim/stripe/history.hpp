#pragma once

#include <deque>
#include <unordered_map>

#include "paysaga/saga/time.hpp"
#include "paysaga/sim/stripe/intent.hpp"

namespace paysaga::sim::stripe {

/// How intents were a short while ago: a search answers from an index that lags behind.
class History {
 public:
  /// `state` is what the intent was until `now`. What is older than `lag` is forgotten.
  void keep(Index intent, const IntentState& state, Time now, Duration lag) {
    while (!changes_.empty() && changes_.front().at <= now - lag) changes_.pop_front();
    // Of the changes that one request makes, only what was before the first counts.
    if (!changes_.empty() && changes_.back().intent == intent && changes_.back().at == now) return;
    if (lag > Duration{0}) changes_.push_back({now, intent, state});
  }
  /// The intents that have changed since, as they were at `then`.
  [[nodiscard]] std::unordered_map<Index, const IntentState*> states_at(Time then) const {
    std::unordered_map<Index, const IntentState*> states;
    for (const Change& change : changes_) {
      if (change.at > then) states.try_emplace(change.intent, &change.before);
    }
    return states;
  }

 private:
  struct Change {
    Time at;
    Index intent;
    IntentState before;
  };
  std::deque<Change> changes_;
};

}  // namespace paysaga::sim::stripe
