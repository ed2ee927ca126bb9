#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "paysaga/actors/node.hpp"
#include "paysaga/sim/check/fold.hpp"

namespace paysaga::sim {

/// Checks that each input is decided exactly once, that nobody is told of a decision before it
/// counts, that what cannot be read becomes one dead letter, that an order forgets no command that
/// it decided or parked, and that the queue of a quarantined order keeps its order.
///
/// What it does not check: what was decided (check/history and check/money look at the outcome).
class CommandCheck {
 public:
  explicit CommandCheck(Findings& findings) : findings_{findings} {}

  /// A customer begins to send a command; it may send it several times.
  void asked(const std::string& order, const std::string& id);
  /// The customer gave up before anybody took it: it may be decided, or never.
  void given_up(const std::string& order, const std::string& id);
  void answered(const std::string& order, const std::string& id, const actors::Submitted& answer,
                Time now);
  /// An input that nobody can read landed in a topic.
  void unreadable(const std::string& input_id);
  void counted(const CountedDecision& decision);
  void at_end(Time now);

  [[nodiscard]] std::uint64_t commands() const { return asked_.size(); }
  /// True once every command that had to be decided is.
  [[nodiscard]] bool complete() const { return open_ == 0; }

 private:
  struct Asked {
    bool required = true;
    std::uint32_t decided = 0;
  };
  using Name = std::pair<std::string, std::string>;  // Order and input id.

  void check_memory(const CountedDecision& decision);
  void check_queue(const CountedDecision& decision);
  void wrong(const CountedDecision& decision, std::string what);

  Findings& findings_;
  std::map<Name, Asked> asked_;
  std::map<std::pair<Roles, Name>, std::uint32_t> decided_;                  // By each group.
  std::map<std::pair<Roles, std::string>, std::deque<std::string>> queues_;  // Ids, by order.
  std::size_t open_ = 0;  // Required and not decided.
};

}  // namespace paysaga::sim
