#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "paysaga/config/settings.hpp"

namespace paysaga::config {

/// Where settings come from; each overrules those before it, all overrule the defaults.
struct Sources {
  std::optional<std::filesystem::path> file;
  /// The process's environment: NAME=value. Only PAYSAGA_<SECTION>__<KEY> counts.
  std::vector<std::string> environment;
  /// The texts after -X: "stripe.timeout=10s".
  std::vector<std::string> options;
  /// Settings with a flag of their own: {"--data", "node.data", "/var/lib/paysaga"}.
  struct Flag {
    std::string flag;
    std::string name;
    std::string value;
  };
  std::vector<Flag> flags;
};

/// The environment of this process.
[[nodiscard]] std::vector<std::string> process_environment();

/// A setting with what set it.
struct Origin {
  std::string name;   // "stripe.timeout".
  std::string value;  // In TOML; secrets as "***".
  std::string where;  // "default", "paysaga.toml:12", "PAYSAGA_STRIPE__TIMEOUT", "-X".
};

struct Loaded {
  Settings settings;
  std::vector<Origin> origins;  // Every setting, in the table's order.
};

/// All that is wrong, one line each: "paysaga.toml:12: stripe.timeout: got ..., wants ...".
using Faults = std::vector<std::string>;

/// Reads all sources, then checks what must fit together. Either everything is sound, or every
/// fault is named at once.
[[nodiscard]] tl::expected<Loaded, Faults> load(const Sources& sources);

/// The lines of all faults.
[[nodiscard]] std::string to_text(const Faults& faults);

}  // namespace paysaga::config
