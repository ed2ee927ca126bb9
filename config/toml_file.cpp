#include "paysaga/config/toml_file.hpp"

#include <fstream>
#include <iterator>

#include <toml++/toml.h>

namespace paysaga::config {
namespace {

/// Tables whose names are chosen by others: a name in them is one more part of a setting's.
bool is_open_table(std::string_view name) {
  return name.starts_with("kafka.properties") || name.starts_with("stripe.webhook_secrets");
}

/// Texts only; anything else among them makes the list unusable.
Value list_of(const toml::array& array) {
  Texts texts;
  for (const toml::node& element : array) {
    const auto* text = element.as_string();
    if (text == nullptr) return {Unusable{"a list of something else than texts"}};
    texts.push_back(text->get());
  }
  return {std::move(texts)};
}

Value table_of(const toml::table& toml_table) {
  Table table;
  for (const auto& [name, node] : toml_table) {
    const auto* text = node.as_string();
    if (text == nullptr) return {Unusable{"a table of something else than texts"}};
    table.emplace(name.str(), text->get());
  }
  return {std::move(table)};
}

Value value_of(const toml::node& node) {
  if (const auto* yes = node.as_boolean()) return {yes->get()};
  if (const auto* number = node.as_integer()) return {number->get()};
  if (const auto* text = node.as_string()) return {text->get()};
  if (const auto* array = node.as_array()) return list_of(*array);
  if (const auto* inner = node.as_table()) return table_of(*inner);
  if (node.is_floating_point()) return {Unusable{"a decimal number"}};
  return {Unusable{"a date or time"}};
}

}  // namespace

Result<std::vector<Assignment>> read_toml_file(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (!file.is_open() || file.bad() || std::filesystem::is_directory(path)) {
    return fail(ErrorCode::not_found,
                "the configuration file " + path.string() + " cannot be read; is its name right?");
  }
  return read_toml(text, path);
}

Result<std::vector<Assignment>> read_toml(std::string_view text,
                                          const std::filesystem::path& path) {
  const auto place = [&](const toml::source_region& region) {
    return path.string() + ":" + std::to_string(region.begin.line);
  };
  std::vector<Assignment> out;
  // Within an open table a table is one more part of a name (dotted keys); elsewhere, and in
  // braces, it is a value.
  const auto is_section = [](const std::string& name) {
    return name.find('.') == std::string::npos || is_open_table(name);
  };
  const auto add = [&](const auto& self, const std::string& name, const toml::node& node) -> void {
    const toml::table* inner = node.as_table();
    if (inner != nullptr && !inner->empty() && !inner->is_inline() && is_section(name)) {
      for (const auto& [key, setting] : *inner) {
        self(self, name + "." + std::string{key.str()}, setting);
      }
      return;
    }
    Value value = value_of(node);
    value.folder = path.parent_path();
    out.push_back({name, place(node.source()), std::move(value)});
  };
  try {
    const toml::table root = toml::parse(text, path.string());
    for (const auto& [section, node] : root) add(add, std::string{section.str()}, node);
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::malformed,
                place(error.source()) + ": " + std::string{error.description()});
  }
  return out;
}

}  // namespace paysaga::config
