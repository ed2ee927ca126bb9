#pragma once

#include <set>
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

/// The names of the rows of the table in this source file: Row{"name", ...}. A page that is to be
/// whole names each of them.
[[nodiscard]] std::set<std::string> rows_in(const std::string& file);

/// "a, b" in its parts.
[[nodiscard]] std::vector<std::string> parts_of(const std::string& cell);

}  // namespace paysaga::docs
