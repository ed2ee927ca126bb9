#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace paysaga::storage {

/// What a check of a whole store found.
struct StoreReport {
  std::uint64_t orders = 0;
  std::uint64_t history = 0;  // Rows.
  std::uint64_t timers = 0;
  std::uint64_t index = 0;  // Rows.
  std::uint64_t dead_letters = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t queued = 0;  // Inputs behind quarantines.
  std::uint64_t finding_count = 0;
  std::vector<std::string> findings;  // One sentence each; the first `findings_max`.
  static constexpr std::size_t findings_max = 1'000;

  void add(std::string finding) {
    ++finding_count;
    if (findings.size() < findings_max) findings.push_back(std::move(finding));
  }
};

}  // namespace paysaga::storage
