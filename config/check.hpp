#pragma once

#include <string>
#include <vector>

#include "paysaga/config/settings.hpp"

namespace paysaga::config {

/// A setting that does not fit the others.
struct Conflict {
  std::string name;  // "stripe.key".
  std::string what;  // What is wrong and what to do.
};

/// The group of nodes with these roles, where `kafka.group` names none: groups of one role each
/// work together through the topics.
[[nodiscard]] std::string default_group(Roles roles);
/// Fills in the defaults that depend on other settings: the base URL of a mode.
void complete(Settings& settings);
/// What does not fit together, all of it; empty if the settings are sound. It also refuses what
/// would be dangerous: a live key beside a test mode, a key sent to a stranger.
[[nodiscard]] std::vector<Conflict> check(const Settings& settings);

}  // namespace paysaga::config
