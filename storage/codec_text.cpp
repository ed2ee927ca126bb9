#include "paysaga/storage/codec_text.hpp"

#include <algorithm>
#include <vector>

namespace paysaga::storage {
namespace {

constexpr std::size_t card_digits_min = 13;
constexpr std::size_t card_digits_max = 19;

/// A range of leading digits that a network issues.
///
/// Source:  ISO/IEC 7812 ranges as the networks publish them.
struct Network {
  int prefix_digits;
  int prefix_min;
  int prefix_max;
  std::size_t digits_min;
  std::size_t digits_max;
};
constexpr Network networks[] = {
    {1, 4, 4, 13, 19},        // Visa.
    {2, 51, 55, 16, 16},      // Mastercard.
    {4, 2221, 2720, 16, 16},  // Mastercard.
    {2, 34, 34, 15, 15},      // American Express.
    {2, 37, 37, 15, 15},      // American Express.
    {4, 6011, 6011, 16, 19},  // Discover.
    {3, 644, 659, 16, 19},    // Discover.
    {3, 300, 305, 14, 19},    // Diners Club.
    {2, 36, 36, 14, 19},      // Diners Club.
    {2, 38, 39, 14, 19},      // Diners Club.
    {4, 3528, 3589, 16, 19},  // JCB.
    {2, 62, 62, 16, 19},      // UnionPay.
    {4, 5018, 5018, 13, 19},  // Maestro.
    {4, 5020, 5020, 13, 19},  // Maestro.
    {4, 5038, 5038, 13, 19},  // Maestro.
    {4, 5893, 5893, 13, 19},  // Maestro.
    {4, 6304, 6304, 13, 19},  // Maestro.
    {4, 6759, 6763, 13, 19},  // Maestro.
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool luhn(std::string_view digits) {
  int sum = 0;
  bool twice = false;
  for (std::size_t i = digits.size(); i-- > 0; twice = !twice) {
    int value = digits[i] - '0';
    if (twice) value = value > 4 ? value * 2 - 9 : value * 2;
    sum += value;
  }
  return sum % 10 == 0;
}

bool is_card_number(std::string_view digits) {
  for (const Network& network : networks) {
    if (digits.size() < network.digits_min || digits.size() > network.digits_max) continue;
    int prefix = 0;
    for (int i = 0; i < network.prefix_digits; ++i) {
      prefix = prefix * 10 + (digits[static_cast<std::size_t>(i)] - '0');
    }
    if (prefix >= network.prefix_min && prefix <= network.prefix_max) return luhn(digits);
  }
  return false;
}

/// Digits without anything between, [begin, end) of the text.
struct Group {
  std::size_t begin;
  std::size_t end;
};

/// The groups of digits from `at` on that only single spaces or dashes part.
std::vector<Group> take_run(std::string_view text, std::size_t at) {
  std::vector<Group> run;
  while (true) {
    const std::size_t begin = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    run.push_back({begin, at});
    const bool goes_on =
        at + 1 < text.size() && (text[at] == ' ' || text[at] == '-') && is_digit(text[at + 1]);
    if (!goes_on) return run;
    ++at;
  }
}

struct Found {
  Group where;
  std::string digits;
};

/// The longest card number that begins with the first group of `run`: it is made of whole groups,
/// so that a long number of another kind is not taken for one.
std::optional<Found> card_at(std::string_view text, const std::vector<Group>& run,
                             std::size_t first) {
  std::optional<Found> found;
  std::string digits;
  for (std::size_t i = first; i < run.size() && digits.size() < card_digits_max; ++i) {
    digits += text.substr(run[i].begin, run[i].end - run[i].begin);
    if (digits.size() < card_digits_min || digits.size() > card_digits_max) continue;
    if (is_card_number(digits)) found = Found{{run[first].begin, run[i].end}, digits};
  }
  return found;
}

std::optional<Found> next_card(std::string_view text, std::size_t from) {
  for (std::size_t at = from; at < text.size();) {
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    const std::vector<Group> run = take_run(text, at);
    for (std::size_t first = 0; first < run.size(); ++first) {
      if (auto found = card_at(text, run, first)) return found;
    }
    at = run.back().end;
  }
  return std::nullopt;
}

std::string masked(const std::string& digits) {
  return std::string(digits.size() - 4, '*') + digits.substr(digits.size() - 4);
}

/// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<std::string> find_card_number(std::string_view text) {
  const auto found = next_card(text, 0);
  if (!found) return std::nullopt;
  return masked(found->digits);
}

std::string mask_card_numbers(std::string_view text) {
  std::string out;
  std::size_t copied = 0;
  while (const auto found = next_card(text, copied)) {
    out += text.substr(copied, found->where.begin - copied);
    out += masked(found->digits);
    copied = found->where.end;
  }
  out += text.substr(copied);
  return out;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string_view nearest(std::string_view text, const std::string_view* known,
                         std::size_t known_count) {
  constexpr std::size_t text_bytes_max = 64;  // The cost is quadratic.
  std::string_view best;
  if (text.size() > text_bytes_max) return best;
  std::size_t best_distance = 5;
  for (std::size_t i = 0; i < known_count; ++i) {
    const std::size_t d = distance(text, known[i]);
    if (d < best_distance && d < known[i].size() / 2) {
      best = known[i];
      best_distance = d;
    }
  }
  return best;
}

}  // namespace paysaga::storage
