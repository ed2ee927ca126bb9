#pragma once

#include <span>
#include <string>
#include <string_view>

#include "paysaga/config/settings.hpp"
#include "paysaga/config/value.hpp"

namespace paysaga::config {

/// One setting as people name it. Loading, `config show`, `check` and `template` all go by the one
/// table of these.
struct Key {
  std::string_view name;  // "stripe.timeout".
  std::string_view help;  // One or two sentences; lines end in "\n" where they break.
  /// Reads, checks the range and sets it. Errors: malformed.
  Result<void> (*set)(Settings&, const Value&);
  /// Its value in TOML; secrets as "***".
  std::string (*show)(const Settings&);
};

/// All settings, grouped by section, in the order in which they are shown.
[[nodiscard]] std::span<const Key> keys();
/// Null if there is none of that name.
[[nodiscard]] const Key* find_key(std::string_view name);
/// "node", "stripe", ...
[[nodiscard]] std::string_view section_of(const Key& key);
/// "PAYSAGA_STRIPE__TIMEOUT".
[[nodiscard]] std::string environment_name(const Key& key);
/// "unknown setting 'stripe.timout'; did you mean 'stripe.timeout'?"
[[nodiscard]] std::string unknown_key(std::string_view name);

}  // namespace paysaga::config
