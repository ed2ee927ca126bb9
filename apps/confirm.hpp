#pragma once

#include <string>

namespace paysaga::apps {

/// Asks on a terminal; elsewhere complains with `refusal`. False: it is not to be done.
[[nodiscard]] bool is_confirmed(const std::string& question, const std::string& refusal);

}  // namespace paysaga::apps
