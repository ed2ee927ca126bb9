#include "engine/docs/page.hpp"

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

#include <catch2/catch.hpp>

namespace paysaga::docs {
namespace {

std::string trimmed(std::string text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream{text};
  for (std::string part; std::getline(stream, part, at);) parts.push_back(trimmed(part));
  return parts;
}

/// "| a | b |".
std::vector<std::string> cells_of(std::string line) {
  std::erase(line, '`');
  return split(line.substr(1, line.size() - 2), '|');
}

}  // namespace

Table table_of(const std::string& heading) {
  std::ifstream page{PAYSAGA_SOURCE "docs/payments.md"};
  std::string line;
  while (std::getline(page, line) && line != heading) {
  }
  while (std::getline(page, line) && !line.starts_with("|") && !line.starts_with("#")) {
  }
  INFO("the table under " << heading << " of docs/payments.md");
  REQUIRE(line.starts_with("|"));
  Table table{cells_of(line), {}};
  std::getline(page, line);  // The line that makes it a table.
  while (std::getline(page, line) && line.starts_with("|")) {
    table.rows.push_back(cells_of(line));
    REQUIRE(table.rows.back().size() == table.columns.size());
  }
  REQUIRE_FALSE(table.rows.empty());
  return table;
}

std::set<std::string> rows_in(const std::string& file) {
  std::ifstream source{PAYSAGA_SOURCE + file};
  std::stringstream text;
  text << source.rdbuf();
  const std::string all = text.str();
  const std::regex row{R"re(Row\{"([a-z_.]+)",)re"};
  std::set<std::string> names;
  for (std::sregex_iterator at{all.begin(), all.end(), row}; at != std::sregex_iterator{}; ++at) {
    names.insert((*at)[1]);
  }
  INFO(file);
  REQUIRE(names.size() > 10);
  return names;
}

std::vector<std::string> parts_of(const std::string& cell) {
  return split(cell, ',');
}

}  // namespace paysaga::docs
