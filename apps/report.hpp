#pragma once

#include <span>

#include "apps/submitter.hpp"
#include "paysaga/storage/state_store.hpp"

namespace paysaga::apps {

/// The outcome of a run: orders by status, money by currency, counts and times.
void print_report(const SubmitReport& report, std::span<const storage::StatusCount> counts);

}  // namespace paysaga::apps
