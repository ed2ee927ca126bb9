#pragma once

#include <string>
#include <vector>

#include "apps/cli.hpp"
#include "apps/findings.hpp"

namespace paysaga::apps {

/// What the doctor found, and whom it asked.
struct DoctorReport {
  std::string asked;  // A URL or a directory.
  std::string who;    // "node n1, version 0.1.0, no live money"; empty for a directory.
  Time at{};
  std::vector<Finding> findings;

  [[nodiscard]] bool needs_person() const;
};

/// Errors: unavailable (the node does not answer), forbidden (it wants a token).
[[nodiscard]] Result<DoctorReport> ask_node(const Common& common, Time now);
/// Errors: those of the store.
[[nodiscard]] Result<DoctorReport> ask_directory(const Common& common, Time now);

/// For people on a terminal.
[[nodiscard]] std::string screen_of(const DoctorReport& report);
/// One line a finding: need, what, count, money, at risk, since, order, text, next; tab-separated.
[[nodiscard]] std::string lines_of(const DoctorReport& report);
/// As docs/doctor.md describes it.
[[nodiscard]] std::string json_of(const DoctorReport& report);

}  // namespace paysaga::apps
