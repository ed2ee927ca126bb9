#include "paysaga/saga/parking.hpp"

#include <algorithm>
#include <utility>

#include "paysaga/saga/dedup.hpp"

namespace paysaga {
namespace {

std::string line_of(const CommandInput& input, const Reply& reply) {
  std::string line{to_text(input.command)};
  line.append(" ").append(input.id.text()).append(": ").append(reply.summary);
  return line;
}

void join(std::string& text, const std::string& more) {
  if (!text.empty()) text += "; ";
  text += more;
}

Parked take(Saga& saga, std::size_t index) {
  const auto at = saga.parked.begin() + static_cast<std::ptrdiff_t>(index);
  Parked parked = std::move(*at);
  saga.parked.erase(at);
  return parked;
}

}  // namespace

void park(Turn& turn, const CommandInput& input) {
  const Time now = turn.context.now;
  turn.saga.parked.push_back(Parked{input, now, now + turn.context.policy.command_parked_max});
}

std::string retry_parked(Turn& turn) {
  std::string summary;
  for (std::size_t i = 0; i < turn.saga.parked.size();) {
    const Reply reply = route(turn, turn.saga.parked[i].input);
    if (reply.outcome == Outcome::parked) {
      ++i;
      continue;
    }
    const Parked done = take(turn.saga, i);
    const bool refused = reply.outcome == Outcome::refused;
    remember(turn.saga, done.input, refused ? reply.code : "");
    join(summary, line_of(done.input, reply));
    if (reply.outcome == Outcome::accepted) i = 0;  // What waits before it may now be possible.
  }
  return summary;
}

std::optional<std::string> expire_parked(Turn& turn) {
  std::optional<std::string> summary;
  for (std::size_t i = 0; i < turn.saga.parked.size();) {
    if (turn.saga.parked[i].until > turn.context.now) {
      ++i;
      continue;
    }
    const Parked late = take(turn.saga, i);
    // What it waits for is what refuses it; if that has come just now, it is decided after all.
    Reply reply = route(turn, late.input);
    if (reply.outcome == Outcome::parked) {
      const std::string code = turn.saga.payment ? "outcome_unknown" : "order_unknown";
      reply = refuse(turn, late.input, code, "What the command needs has not come in time.");
    }
    remember(turn.saga, late.input, reply.outcome == Outcome::refused ? reply.code : "");
    if (!summary) summary.emplace();
    join(*summary, line_of(late.input, reply));
  }
  return summary;
}

void delay_parked(Saga& saga, Time held_since, Time now) {
  for (Parked& parked : saga.parked) parked.until += now - std::max(held_since, parked.since);
}

std::optional<Time> first_parked_until(const Saga& saga) {
  std::optional<Time> first;
  for (const Parked& parked : saga.parked) {
    if (!first || parked.until < *first) first = parked.until;
  }
  return first;
}

}  // namespace paysaga
