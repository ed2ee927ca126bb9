#pragma once

#include <string>
#include <string_view>

namespace paysaga::engine::stripe {

/// `text` on one line, cut to `text_bytes_max` bytes, with every Stripe secret in it replaced by
/// "***": secret and restricted keys, webhook and client secrets, ephemeral keys.
///
/// Shape:  for texts of others (error messages) that we keep, log or show.
[[nodiscard]] std::string redact(std::string_view text, std::size_t text_bytes_max = 500);

}  // namespace paysaga::engine::stripe
