#pragma once

#include <string>
#include <vector>

namespace paysaga::apps {

/// Rows for people: aligned and headed on a terminal, tab-separated without decoration elsewhere.
class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string name;
    Align align = Align::left;
  };

  explicit Table(std::vector<Column> columns) : columns_{std::move(columns)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// With a newline behind each row. On a terminal the widest left column is cut with "…" until the
  /// table fits `columns_max`; 0: no limit.
  [[nodiscard]] std::string text(bool terminal, std::size_t columns_max) const;
  /// To standard output, in the form that fits it.
  void print() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// How many terminal cells a UTF-8 text takes; colours take none.
[[nodiscard]] std::size_t cells_of(const std::string& text);

}  // namespace paysaga::apps
