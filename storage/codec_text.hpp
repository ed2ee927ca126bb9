#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace paysaga::storage {

/// The first card number in a text, masked ("************4242"); none if there is none. A card
/// number has 13 to 19 digits, also with single spaces or dashes between groups, the prefix of a
/// network and a fitting check digit.
[[nodiscard]] std::optional<std::string> find_card_number(std::string_view text);

/// The text with every card number in it masked but for its last four digits.
[[nodiscard]] std::string mask_card_numbers(std::string_view text);

/// How many characters a UTF-8 text has.
[[nodiscard]] std::size_t count_characters(std::string_view text);

/// The one of `known` that `text` was most likely meant to be; empty if none is near.
[[nodiscard]] std::string_view nearest(std::string_view text, const std::string_view* known,
                                       std::size_t known_count);

}  // namespace paysaga::storage
