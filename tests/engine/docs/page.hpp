#pragma once

#include <string>
#include <vector>

namespace paysaga::docs {

/// A table of a page, as people read it: cells without backticks and blanks around them.
struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

/// The table under this heading of docs/payments.md; stops the test if there is none.
[[nodiscard]] Table table_of(const std::string& heading);

/// "a, b" in its parts.
[[nodiscard]] std::vector<std::string> parts_of(const std::string& cell);

}  // namespace paysaga::docs
