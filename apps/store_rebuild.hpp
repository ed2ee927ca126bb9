#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "paysaga/config/settings.hpp"
#include "paysaga/saga/result.hpp"

namespace paysaga::apps {

/// What a rebuilt store has otherwise than the one that it was compared with.
struct RebuildReport {
  std::uint64_t restored = 0;  // Entries of snapshots.
  std::uint64_t records = 0;   // Of the journal, that count.
  std::uint64_t orders = 0;
  std::vector<std::string> differences;  // One sentence each.
};

/// Makes a new store in the directory `into` from snapshot and journal, with no other effect, and
/// compares it with the store of the data directory where that stands.
/// Errors: conflict (`into` is there), out_of_range (the journal was trimmed), those of both.
[[nodiscard]] Result<RebuildReport> rebuild_store(const config::Settings& settings,
                                                  const std::string& into);

}  // namespace paysaga::apps
