#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/config/value.hpp"

namespace paysaga::config {

/// `name = value` as it stands in a file; known or not is for the reader to say. An empty section
/// is an assignment of an empty table to its name.
struct Assignment {
  std::string name;   // "stripe.timeout".
  std::string where;  // "paysaga.toml:12".
  Value value;
};

/// Errors: not_found; malformed (no TOML: the parser stops at the first fault), with its place.
[[nodiscard]] Result<std::vector<Assignment>> read_toml_file(const std::filesystem::path& path);

/// The same of a text that calls itself `name`. Errors: malformed.
[[nodiscard]] Result<std::vector<Assignment>> read_toml(std::string_view text,
                                                        const std::filesystem::path& name);

}  // namespace paysaga::config
