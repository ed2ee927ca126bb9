#include <charconv>

#include "paysaga/config/value.hpp"

namespace paysaga::config {
namespace {

constexpr int rate_max = 10'000;
constexpr const char* wanted =
    "wants { endpoint = \"20/s\", total = \"22/s\", lowest_every = \"16\" }, some of these; a rate "
    "is \"none\" or \"1/s\" to \"10000/s\"";

Result<int> number_of(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (whole && number >= 0 && number <= rate_max) return number;
  return fail(ErrorCode::malformed, wanted);
}

Result<int> rate_of(std::string_view text) {
  if (text == "none") return 0;
  if (!text.ends_with("/s")) return fail(ErrorCode::malformed, wanted);
  auto rate = number_of(text.substr(0, text.size() - 2));
  if (rate && *rate == 0) return fail(ErrorCode::malformed, wanted);
  return rate;
}

Result<void> set(StripeRates& rates, const std::string& name, const std::string& text) {
  if (name == "lowest_every") {
    return number_of(text).map([&](int every) { rates.lowest_every = every; });
  }
  if (name != "endpoint" && name != "total") return fail(ErrorCode::malformed, wanted);
  return rate_of(text).map(
      [&](int rate) { (name == "total" ? rates.total : rates.endpoint) = rate; });
}

/// "endpoint=20/s,total=22/s", where there are no tables.
Table table_in(std::string_view text) {
  Table table;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    const std::string_view one = text.substr(0, end);
    const std::size_t equals = std::min(one.find('='), one.size());
    table.emplace(one.substr(0, equals), one.substr(std::min(equals + 1, one.size())));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return table;
}

std::string write_rate(int rate) {
  return rate == 0 ? "\"none\"" : "\"" + std::to_string(rate) + "/s\"";
}

}  // namespace

Result<void> read(const Value& value, StripeRates& out) {
  Table table;
  if (const auto* typed = std::get_if<Table>(&value.data)) {
    table = *typed;
  } else if (const auto* text = std::get_if<std::string>(&value.data);
             text != nullptr && value.source != Value::Source::file) {
    table = table_in(*text);
  } else {
    return fail(ErrorCode::malformed, wanted);
  }
  StripeRates rates;
  for (const auto& [name, text] : table) {
    if (auto taken = set(rates, name, text); !taken) return taken;
  }
  out = rates;
  return {};
}

std::string write(const StripeRates& value) {
  std::string out = "{ ";
  if (value.endpoint) out += "endpoint = " + write_rate(*value.endpoint) + ", ";
  if (value.total) out += "total = " + write_rate(*value.total) + ", ";
  return out + "lowest_every = \"" + std::to_string(value.lowest_every) + "\" }";
}

}  // namespace paysaga::config
