#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace paysaga::config {

/// The candidate that `text` most likely meant, if one is near enough: for mistyped keys and verbs.
[[nodiscard]] std::optional<std::string> suggest(std::string_view text,
                                                 std::span<const std::string_view> candidates);

}  // namespace paysaga::config
