#include "paysaga/engine/http/message.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace paysaga::engine::http {
namespace {

int hex_digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

Result<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return fail(ErrorCode::malformed, "the address holds a % without two hexadecimal digits");
    }
    decoded.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return decoded;
}

/// Calls `take` with each piece of `text` between separators, empty ones left out.
template <class Take>
void for_each_piece(std::string_view text, char separator, Take take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool equal_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

}  // namespace

std::optional<std::string_view> Target::parameter(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

Result<Target> parse_target(std::string_view target) {
  if (target.empty() || target.front() != '/') {
    return fail(ErrorCode::malformed, "the address has no path");
  }
  const std::size_t question = std::min(target.find('?'), target.size());
  Target parsed;
  std::optional<Error> error;
  for_each_piece(target.substr(0, question), '/', [&](std::string_view piece) {
    auto segment = percent_decoded(piece, false);
    if (!segment) error = segment.error();
    if (segment) parsed.segments.push_back(std::move(*segment));
  });
  if (question < target.size()) {
    for_each_piece(target.substr(question + 1), '&', [&](std::string_view piece) {
      const std::size_t equals = std::min(piece.find('='), piece.size());
      auto key = percent_decoded(piece.substr(0, equals), true);
      auto value = percent_decoded(piece.substr(std::min(equals + 1, piece.size())), true);
      if (!key) error = key.error();
      if (!value) error = value.error();
      if (key && value) parsed.query.emplace_back(std::move(*key), std::move(*value));
    });
  }
  if (error) return tl::unexpected<Error>{*error};
  return parsed;
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::optional<int> preferred_wait(std::string_view prefer) {
  std::optional<int> wait;
  for_each_piece(prefer, ',', [&wait](std::string_view piece) {
    const std::string_view preference = trimmed(piece);
    const std::size_t equals = preference.find('=');
    if (equals == std::string_view::npos ||
        !equal_letters(trimmed(preference.substr(0, equals)), "wait")) {
      return;
    }
    const std::string_view text = trimmed(preference.substr(equals + 1));
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    // A preference that cannot be read is passed over, as RFC 7240 asks.
    if (error == std::errc{} && end == text.data() + text.size() && value >= 0) wait = value;
  });
  return wait;
}

bool is_media_type(std::string_view content_type, std::string_view type) {
  return equal_letters(trimmed(content_type.substr(0, content_type.find(';'))), type);
}

}  // namespace paysaga::engine::http
