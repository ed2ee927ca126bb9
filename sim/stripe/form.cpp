#include "paysaga/sim/stripe/form.hpp"

#include <algorithm>

#include <simdjson.h>

#include "paysaga/sim/prng.hpp"

namespace paysaga::sim::stripe {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Turns `name[12]` into `name[]`: clients number the items of a list, or not.
std::string without_index(std::string name) {
  const std::size_t open = name.find('[');
  if (open == std::string::npos || name.back() != ']') return name;
  const std::size_t count = name.size() - open - 2;
  if (count == 0) return name;
  const bool digits = std::all_of(name.begin() + static_cast<std::ptrdiff_t>(open) + 1,
                                  name.end() - 1, [](char c) { return c >= '0' && c <= '9'; });
  if (digits) name.erase(open + 1, count);
  return name;
}

}  // namespace

Result<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) return fail(ErrorCode::malformed, "a bad percent sequence");
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (!simdjson::validate_utf8(out)) return fail(ErrorCode::malformed, "text that is not UTF-8");
  return out;
}

Result<Form> Form::parse(std::string_view text) {
  Form form;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (part.empty()) continue;
    if (form.parameters_.size() == parameters_max) {
      return fail(ErrorCode::malformed, "too many parameters");
    }
    const std::size_t equals = std::min(part.find('='), part.size());
    Result<std::string> name = percent_decode(part.substr(0, equals));
    if (!name) return tl::unexpected{name.error()};
    Result<std::string> value = percent_decode(part.substr(std::min(equals + 1, part.size())));
    if (!value) return tl::unexpected{value.error()};
    if (name->empty()) return fail(ErrorCode::malformed, "a parameter without a name");
    form.parameters_.emplace_back(without_index(std::move(*name)), std::move(*value));
  }
  return form;
}

std::optional<std::string_view> Form::find(std::string_view name) const {
  for (auto it = parameters_.rbegin(); it != parameters_.rend(); ++it) {
    if (it->first == name) return it->second;
  }
  return std::nullopt;
}

std::optional<std::string_view> Form::value(std::string_view name) const {
  const std::optional<std::string_view> found = find(name);
  return found && found->empty() ? std::nullopt : found;
}

std::vector<std::string_view> Form::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Parameter& parameter : parameters_) {
    if (parameter.first == name) values.emplace_back(parameter.second);
  }
  return values;
}

bool Form::any(std::string_view prefix) const {
  return std::any_of(parameters_.begin(), parameters_.end(), [&](const Parameter& parameter) {
    return std::string_view{parameter.first}.starts_with(prefix);
  });
}

std::uint64_t Form::digest() const {
  // Hashes are added up, so the order does not matter.
  std::uint64_t sum = 0;
  for (const Parameter& parameter : parameters_) {
    sum += hash_of(parameter.second, hash_of(parameter.first));
  }
  return sum;
}

}  // namespace paysaga::sim::stripe
