#include "paysaga/sim/check/commands.hpp"

namespace paysaga::sim {

void CommandCheck::asked(const std::string& order, const std::string& id) {
  const auto [asked, is_new] = asked_.try_emplace({order, id});
  if (is_new) ++open_;
}

void CommandCheck::given_up(const std::string& order, const std::string& id) {
  Asked& asked = asked_.at({order, id});
  if (asked.required && asked.decided == 0) --open_;
  asked.required = false;
}

void CommandCheck::unreadable(const std::string& input_id) {
  asked("", input_id);
}

void CommandCheck::answered(const std::string& order, const std::string& id,
                            const actors::Submitted& answer, Time now) {
  using Kind = actors::Submitted::Kind;
  const bool tells = answer.kind == Kind::accepted || answer.kind == Kind::repeated ||
                     answer.kind == Kind::refused || answer.kind == Kind::parked;
  if (!tells || asked_.at({order, id}).decided > 0) return;
  findings_.add({"commands", id + " was answered before a decision on it counted", order, now});
}

void CommandCheck::counted(const CountedDecision& decision) {
  using storage::Action;
  const Action action = decision.decision.action;
  if (action == Action::enqueue || action == Action::quarantine || action == Action::lift) return;
  if (decision.decision.input_id.empty()) return;
  const Name name{decision.decision.order, decision.decision.input_id};
  if (++decided_[name] > 1) {
    findings_.add(
        {"commands", name.second + " was decided twice", name.first, decision.entry.appended_at});
  }
  const auto found = asked_.find(name);
  if (found == asked_.end()) return;
  if (++found->second.decided == 1 && found->second.required) --open_;
}

void CommandCheck::at_end(Time now) {
  for (const auto& [name, asked] : asked_) {
    if (!asked.required || asked.decided > 0) continue;
    findings_.add({"commands", name.second + " was never decided", name.first, now});
  }
}

}  // namespace paysaga::sim
