#include "paysaga/config/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "paysaga/config/suggest.hpp"

namespace paysaga::config {
namespace {

// The spelling of each enumerator, in its order.
template <class E>
constexpr auto names_of = nullptr;
template <>
constexpr std::array<std::string_view, 2> names_of<Role>{"payments", "orders"};
template <>
constexpr std::array<std::string_view, 2> names_of<JournalKind>{"local", "kafka"};
template <>
constexpr std::array<std::string_view, 2> names_of<Publish>{"exactly_once", "at_least_once"};
template <>
constexpr std::array<std::string_view, 3> names_of<StripeMode>{"simulator", "test", "live"};
template <>
constexpr std::array<std::string_view, 3> names_of<LateSuccess>{"refund", "accept", "hold"};
template <>
constexpr std::array<std::string_view, 4> names_of<LogLevel>{"debug", "info", "warning", "error"};
template <>
constexpr std::array<std::string_view, 3> names_of<LogFormat>{"automatic", "text", "json"};

/// As a TOML basic string: one line whatever is in it.
std::string in_quotes(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += digits[byte >> 4U];
      out += digits[byte & 0xFU];
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string kind_of(const Value& value) {
  return std::visit(Overload{[](const Unusable& other) { return std::string{other.kind}; },
                             [](bool yes) { return std::string{yes ? "true" : "false"}; },
                             [](std::int64_t number) { return std::to_string(number); },
                             [](const std::string& text) { return in_quotes(text); },
                             [](const Texts&) { return std::string{"a list"}; },
                             [](const Table&) { return std::string{"a table"}; }},
                    value.data);
}

tl::unexpected<Error> not_a(const Value& value, const std::string& wanted) {
  return fail(ErrorCode::malformed, "got " + kind_of(value) + ", wants " + wanted);
}

Result<std::string> text_of(const Value& value, const std::string& wanted) {
  if (const auto* text = std::get_if<std::string>(&value.data)) return *text;
  return not_a(value, wanted);
}

/// A list of texts; outside of a file they are separated by commas.
Result<Texts> texts_of(const Value& value, const std::string& wanted) {
  if (const auto* texts = std::get_if<Texts>(&value.data)) return *texts;
  const auto* text = std::get_if<std::string>(&value.data);
  if (text == nullptr || value.source == Value::Source::file) return not_a(value, wanted);
  Texts texts;
  std::string_view rest = *text;
  while (true) {
    const std::size_t comma = rest.find(',');
    std::string_view one = rest.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    texts.emplace_back(one);
    if (comma == std::string_view::npos) return texts;
    rest.remove_prefix(comma + 1);
  }
}

template <class E>
std::string choices() {
  std::string out;
  for (const std::string_view name : names_of<E>)
    out += (out.empty() ? "" : ", ") + in_quotes(name);
  return "one of " + out;
}

template <class E>
Result<E> parse_choice(const std::string& text) {
  const auto& names = names_of<E>;
  const auto found = std::ranges::find(names, std::string_view{text});
  if (found != names.end()) return static_cast<E>(found - names.begin());
  const auto near = suggest(text, names);
  return fail(ErrorCode::malformed, "got " + in_quotes(text) + ", wants " + choices<E>() +
                                        (near ? "; did you mean " + in_quotes(*near) + "?" : ""));
}

template <class E>
Result<void> read_choice(const Value& value, E& out) {
  return text_of(value, choices<E>())
      .and_then([](const std::string& text) { return parse_choice<E>(text); })
      .map([&](E choice) { out = choice; });
}

template <class E>
std::string write_choice(E value) {
  return in_quotes(names_of<E>[static_cast<std::size_t>(value)]);
}

template <class T, class Write>
std::string write_list(const std::vector<T>& values, Write write_one) {
  std::string out;
  for (const T& value : values) out += (out.empty() ? "" : ", ") + write_one(value);
  return "[" + out + "]";
}

struct SizeUnit {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr std::array size_units{SizeUnit{"GiB", 1024ULL * 1024 * 1024},
                                SizeUnit{"MiB", 1024ULL * 1024}, SizeUnit{"KiB", 1024ULL},
                                SizeUnit{"B", 1ULL}};

/// Whole units of the largest kind that loses nothing: 90m, not 1.5h, so that it reads back equal.
std::string duration_text(Duration value) {
  constexpr std::array<std::pair<std::int64_t, const char*>, 6> units{{{86'400'000'000, "d"},
                                                                       {3'600'000'000, "h"},
                                                                       {60'000'000, "m"},
                                                                       {1'000'000, "s"},
                                                                       {1'000, "ms"},
                                                                       {1, "us"}}};
  if (value.count() == 0) return "0s";
  const auto* unit =
      std::ranges::find_if(units, [&](const auto& u) { return value.count() % u.first == 0; });
  return std::to_string(value.count() / unit->first) + unit->second;
}

constexpr const char* duration_wanted = "a duration such as \"30s\"";

}  // namespace

Result<void> read(const Value& value, std::string& out) {
  return text_of(value, "a text in quotes").map([&](std::string text) { out = std::move(text); });
}

Result<void> read(const Value& value, std::filesystem::path& out) {
  return text_of(value, "a path in quotes").map([&](const std::string& text) { out = text; });
}

Result<void> read(const Value& value, bool& out) {
  if (const auto* typed = std::get_if<bool>(&value.data)) {
    out = *typed;
    return {};
  }
  const auto* text = std::get_if<std::string>(&value.data);
  if (text == nullptr || value.source == Value::Source::file ||
      (*text != "true" && *text != "false")) {
    return not_a(value, "true or false");
  }
  out = *text == "true";
  return {};
}

Result<void> read(const Value& value, int& out) {
  std::int64_t number = 0;
  if (const auto* typed = std::get_if<std::int64_t>(&value.data)) {
    number = *typed;
  } else {
    const auto* text = std::get_if<std::string>(&value.data);
    if (text == nullptr || value.source == Value::Source::file) {
      return not_a(value, "a whole number");
    }
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc{} || end != text->data() + text->size()) {
      return not_a(value, "a whole number");
    }
  }
  if (number < std::numeric_limits<int>::min() || number > std::numeric_limits<int>::max()) {
    return not_a(value, "a smaller number");
  }
  out = static_cast<int>(number);
  return {};
}

Result<void> read(const Value& value, Duration& out) {
  return text_of(value, duration_wanted)
      .and_then([](const std::string& text) { return parse_duration(text); })
      .map([&](Duration duration) { out = duration; });
}

Result<void> read(const Value& value, std::vector<Duration>& out) {
  const auto texts = texts_of(value, "a list of durations such as [\"30s\", \"2m\"]");
  if (!texts) return tl::unexpected{texts.error()};
  std::vector<Duration> durations;
  for (const std::string& text : *texts) {
    const auto duration = parse_duration(text);
    if (!duration) return tl::unexpected{duration.error()};
    durations.push_back(*duration);
  }
  out = std::move(durations);
  return {};
}

Result<void> read(const Value& value, ByteSize& out) {
  const std::string wanted = "a size such as \"64KiB\" or \"1MiB\"";
  const auto text = text_of(value, wanted);
  if (!text) return tl::unexpected{text.error()};
  std::uint64_t count = 0;
  const char* text_end = text->data() + text->size();
  const auto [end, error] = std::from_chars(text->data(), text_end, count);
  const std::string_view unit{end, static_cast<std::size_t>(text_end - end)};
  const auto found = std::ranges::find(size_units, unit, &SizeUnit::name);
  std::uint64_t bytes = 0;
  if (error != std::errc{} || found == size_units.end() ||
      __builtin_mul_overflow(count, found->bytes, &bytes)) {
    return not_a(value, wanted);
  }
  out = ByteSize{bytes};
  return {};
}

Result<void> read(const Value& value, ListenAddress& out) {
  return text_of(value, "host:port in quotes")
      .and_then([](const std::string& text) { return ListenAddress::parse(text); })
      .map([&](ListenAddress address) { out = std::move(address); });
}

Result<void> read(const Value& value, std::optional<Url>& out) {
  const auto text = text_of(value, "a URL in quotes");
  if (!text) return tl::unexpected{text.error()};
  if (text->empty()) {
    out.reset();
    return {};
  }
  return Url::parse(*text).map([&](Url url) { out = std::move(url); });
}

Result<void> read(const Value& value, std::vector<Role>& out) {
  const auto texts = texts_of(value, "a list such as [\"payments\", \"orders\"]");
  if (!texts) return tl::unexpected{texts.error()};
  std::vector<Role> roles;
  for (const std::string& text : *texts) {
    const auto role = parse_choice<Role>(text);
    if (!role) return tl::unexpected{role.error()};
    if (std::ranges::find(roles, *role) == roles.end()) roles.push_back(*role);
  }
  out = std::move(roles);
  return {};
}

Result<void> read(const Value& value, JournalKind& out) {
  return read_choice(value, out);
}
Result<void> read(const Value& value, Publish& out) {
  return read_choice(value, out);
}
Result<void> read(const Value& value, StripeMode& out) {
  return read_choice(value, out);
}
Result<void> read(const Value& value, LateSuccess& out) {
  return read_choice(value, out);
}
Result<void> read(const Value& value, LogLevel& out) {
  return read_choice(value, out);
}
Result<void> read(const Value& value, LogFormat& out) {
  return read_choice(value, out);
}

std::string lowered(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

std::string write(const std::string& value) {
  return in_quotes(value);
}
std::string write(const std::filesystem::path& value) {
  return in_quotes(value.string());
}
std::string write(bool value) {
  return value ? "true" : "false";
}

std::string write(int value) {
  return std::to_string(value);
}
std::string write(Duration value) {
  return in_quotes(duration_text(value));
}
std::string write(const std::vector<Duration>& value) {
  return write_list(value, [](Duration one) { return write(one); });
}
std::string write(const ByteSize& value) {
  const auto* unit =
      std::ranges::find_if(size_units, [&](const auto& u) { return value.bytes % u.bytes == 0; });
  return in_quotes(std::to_string(value.bytes / unit->bytes) + std::string{unit->name});
}
std::string write(const ListenAddress& value) {
  return in_quotes(to_text(value));
}
std::string write(const std::optional<Url>& value) {
  return value ? in_quotes(to_text(*value)) : "\"\"";
}
std::string write(const Secret& value) {
  return in_quotes(to_text(value));
}
std::string write(const std::vector<Role>& value) {
  return write_list(value, [](Role one) { return write_choice(one); });
}
std::string write(JournalKind value) {
  return write_choice(value);
}
std::string write(Publish value) {
  return write_choice(value);
}
std::string write(StripeMode value) {
  return write_choice(value);
}
std::string write(LateSuccess value) {
  return write_choice(value);
}
std::string write(LogLevel value) {
  return write_choice(value);
}
std::string write(LogFormat value) {
  return write_choice(value);
}

}  // namespace paysaga::config
