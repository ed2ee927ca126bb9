#include "apps/table.hpp"

#include <algorithm>
#include <cstdio>

#include <sys/ioctl.h>
#include <unistd.h>

#include "apps/progress.hpp"

namespace paysaga::apps {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t column_cells_min = 8;

/// The first `cells` cells of a text, "…" being the last if something was cut.
std::string cut(const std::string& text, std::size_t cells) {
  if (cells_of(text) <= cells) return text;
  std::string kept;
  std::size_t used = 0;
  for (const char c : text) {
    const bool starts = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    if (starts && ++used == cells) break;
    kept += c;
  }
  return kept + "…";
}

std::string padded(const std::string& text, std::size_t cells, Table::Align align) {
  const std::string space(cells - std::min(cells, cells_of(text)), ' ');
  return align == Table::Align::left ? text + space : space + text;
}

}  // namespace

std::size_t cells_of(const std::string& text) {
  std::size_t cells = 0;
  bool escape = false;
  for (const char c : text) {
    if (c == '\x1b') escape = true;
    if (!escape && (static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++cells;
    if (escape && c == 'm') escape = false;
  }
  return cells;
}

std::string Table::text(bool terminal, std::size_t columns_max) const {
  std::string out;
  const auto last = columns_.size() - 1;
  if (!terminal) {
    for (const auto& row : rows_) {
      for (std::size_t i = 0; i < row.size(); ++i) out += row[i] + (i == last ? "\n" : "\t");
    }
    return out;
  }
  std::vector<std::size_t> widths;
  std::size_t total = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = cells_of(columns_[i].name);
    for (const auto& row : rows_) width = std::max(width, cells_of(row[i]));
    widths.push_back(width);
    total += width + (i == last ? 0 : gap);
  }
  while (columns_max > 0 && total > columns_max) {
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const bool candidate = columns_[i].align == Align::left && widths[i] > column_cells_min;
      if (candidate && (widest == columns_.size() || widths[i] > widths[widest])) widest = i;
    }
    if (widest == columns_.size()) break;
    --widths[widest];
    --total;
  }
  const bool colour = colour_wanted();
  const auto add_row = [&](const auto& cell, const char* before, const char* after) {
    out += before;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      std::string text = padded(cut(cell(i), widths[i]), widths[i], columns_[i].align);
      if (i == last) text.erase(text.find_last_not_of(' ') + 1);
      out += text;
      if (i != last) out.append(gap, ' ');
    }
    out += after;
    out += '\n';
  };
  add_row([&](std::size_t i) { return columns_[i].name; }, colour ? "\x1b[1m" : "",
          colour ? "\x1b[0m" : "");
  for (const auto& row : rows_) add_row([&](std::size_t i) { return row[i]; }, "", "");
  return out;
}

void Table::print() const {
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  winsize size{};
  const bool known = terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  const std::string all = text(terminal, known ? size.ws_col : 0);
  std::fwrite(all.data(), 1, all.size(), stdout);
}

}  // namespace paysaga::apps
