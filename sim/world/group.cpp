#include "paysaga/sim/world/group.hpp"

#include <algorithm>

namespace paysaga::sim {

bool Group::has(const std::string& node) const {
  return std::ranges::find(members_, node) != members_.end();
}

std::size_t Group::load(const std::string& node) const {
  return static_cast<std::size_t>(std::ranges::count(owners_, node));
}

const std::string& Group::idlest() const {
  return *std::ranges::min_element(members_, {}, [this](const auto& node) { return load(node); });
}

void Group::join(const std::string& node) {
  if (has(node)) return;
  members_.push_back(node);
  spread();
}

void Group::remove(const std::string& node) {
  if (std::erase(members_, node) == 0) return;
  for (std::string& owner : owners_) {
    if (owner == node) owner.clear();
  }
  log_.set_membership_current(node, false);
  if (!members_.empty()) spread();
}

void Group::owe_notice(const std::string& node) {
  ++notices_owed_[node];
  log_.set_membership_current(node, false);
}

void Group::noticed(const std::string& node) {
  const auto owed = notices_owed_.find(node);
  if (owed == notices_owed_.end()) return;  // Of another group.
  if (--owed->second > 0 || !has(node)) return;
  log_.set_membership_current(node, true);
}

void Group::give(std::size_t partition, const std::string& node) {
  const storage::PartitionId id{static_cast<std::uint32_t>(partition)};
  // A partition whose owner was removed was not taken from it yet: it is told now, if it still is.
  if (const auto former = log_.owner(id); former && !former->empty()) owe_notice(*former);
  owe_notice(node);
  owners_[partition] = node;
  log_.move(id, node);
}

/// Gives away what nobody owns, then evens out.
void Group::spread() {
  for (std::size_t i = 0; i < owners_.size(); ++i) {
    if (owners_[i].empty()) give(i, idlest());
  }
  for (std::size_t i = 0; i < owners_.size(); ++i) {
    const std::string to = idlest();
    if (load(owners_[i]) > load(to) + 1) give(i, to);
  }
}

void Group::take_all() {
  for (std::size_t i = 0; i < owners_.size(); ++i) {
    const storage::PartitionId id{static_cast<std::uint32_t>(i)};
    const auto owner = log_.owner(id);
    if (!owner) continue;
    owe_notice(*owner);
    log_.take(id);
  }
}

void Group::give_back(Prng& prng) {
  for (std::size_t i = 0; i < owners_.size(); ++i) {
    const storage::PartitionId id{static_cast<std::uint32_t>(i)};
    if (members_.empty() || log_.owner(id)) continue;
    const bool elsewhere = owners_[i].empty() || prng.chance(0.2);
    give(i, elsewhere ? members_[prng.below(members_.size())] : std::string{owners_[i]});
  }
}

std::optional<std::size_t> Group::move_to(const std::string& node, Prng& prng) {
  std::vector<std::size_t> of_others;
  for (std::size_t i = 0; i < owners_.size(); ++i) {
    if (owners_[i] != node) of_others.push_back(i);
  }
  if (!has(node) || of_others.empty()) return std::nullopt;
  const std::size_t partition = of_others[prng.below(of_others.size())];
  give(partition, node);
  return partition;
}

void Group::move_on(std::size_t partition, const std::string& node) {
  const auto other =
      std::ranges::find_if(members_, [&](const auto& member) { return member != node; });
  if (owners_[partition] == node && other != members_.end()) give(partition, *other);
}

bool Group::shuffle(Prng& prng) {
  if (members_.size() < 2) return false;
  const std::size_t partition = prng.below(owners_.size());
  std::vector<std::string> others;
  for (const std::string& member : members_) {
    if (member != owners_[partition]) others.push_back(member);
  }
  give(partition, others[prng.below(others.size())]);
  return true;
}

}  // namespace paysaga::sim
