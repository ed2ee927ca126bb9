#pragma once

#include <string>

#include "paysaga/saga/money.hpp"

namespace paysaga::apps {

/// "12,345.00": for tables, whose currency stands in a column of its own.
[[nodiscard]] std::string amount_text(std::int64_t minor, Currency currency);

}  // namespace paysaga::apps
