#pragma once

#include <string>

#include "apps/cli.hpp"

namespace paysaga::apps {

/// Copies the data directory, of a stopped node or with the help of the running one, into the new
/// directory `into`.
[[nodiscard]] ExitCode back_up(const Common& common, const std::string& into);

/// Puts a backup in place as the data directory, which must be empty or not there. With the journal
/// on this disk only if `lose_newer`: what happened after the backup is lost.
[[nodiscard]] ExitCode restore(const Common& common, const std::string& from, bool lose_newer);

}  // namespace paysaga::apps
