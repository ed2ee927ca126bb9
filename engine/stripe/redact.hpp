#pragma once

#include <string>
#include <string_view>

namespace paysaga::engine::stripe {

/// `text` without secrets, on one line, cut to `text_bytes_max` bytes at a whole character.
///
/// Shape:  for texts of others (error messages) that are kept in the state and shown.
[[nodiscard]] std::string redact(std::string_view text, std::size_t text_bytes_max = 500);

}  // namespace paysaga::engine::stripe
