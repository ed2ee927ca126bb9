#include "paysaga/config/key.hpp"

#include <algorithm>
#include <vector>

#include "paysaga/config/suggest.hpp"

namespace paysaga::config {

const Key* find_key(std::string_view name) {
  const auto found = std::ranges::find(keys(), name, &Key::name);
  return found == keys().end() ? nullptr : &*found;
}

std::string_view section_of(const Key& key) {
  return key.name.substr(0, key.name.find('.'));
}

std::string environment_name(const Key& key) {
  std::string out = "PAYSAGA_";
  for (const char c : key.name) {
    if (c == '.') {
      out += "__";
    } else {
      out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return out;
}

std::string unknown_key(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Key& key : keys()) names.push_back(key.name);
  const auto near = suggest(name, names);
  return "unknown setting '" + std::string{name.substr(0, 80)} + "'" +
         (near ? "; did you mean '" + *near + "'?" : "; `paysaga config template` lists them all");
}

}  // namespace paysaga::config
