#pragma once

#include <string>
#include <vector>

#include "saga/payment/play.hpp"

// Tables of what follows: every status with every input, every call with every answer. One line
// each: `name  status: under way | told`.

namespace paysaga::payment::trial {

/// The world after the acts, from none.
[[nodiscard]] World after_rows(const std::vector<Act>& acts);
/// A world in this status, by the shortest way.
[[nodiscard]] World in_status(Status status);

/// Every command, an answer that nobody waits for, and wake-ups.
[[nodiscard]] std::string inputs_table(const World& world);
/// Every kind of answer to the call that `part` names, without news of its own.
[[nodiscard]] std::string answers_table(const World& world, const std::string& part);
/// An answer with the intent in each of its statuses.
[[nodiscard]] std::string intents_table(const World& world, const std::string& part);
/// An answer with the refund `id` in each of its statuses.
[[nodiscard]] std::string refunds_table(const World& world, const std::string& part,
                                        const std::string& id);

/// Compares line by line, so that a difference names its line.
void expect(const std::string& table, const std::string& expected);

}  // namespace paysaga::payment::trial
