#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "paysaga/saga/result.hpp"

/// What stands around every value that we keep: a version and a checksum.
///
///     version (1 byte) | checksum (4 bytes, little-endian) | body
///
/// The checksum is the low half of XXH3-64 over body, seeded with the version. Every version to
/// come keeps this form, so that a damaged value and a newer one are told apart.
namespace paysaga::storage {

inline constexpr std::size_t envelope_bytes = 5;

/// Begins a value; the body is appended to it.
[[nodiscard]] std::string open_envelope(std::uint8_t version);
/// Ends it: writes the checksum of what was appended since. `begin`: where the value begins.
void close_envelope(std::string& bytes, std::size_t begin = 0);
/// The body. `what` names the value in errors: "the state of an order".
/// Errors: corrupt, version_unsupported (newer than `version_max`).
[[nodiscard]] Result<std::string_view> read_envelope(std::string_view bytes,
                                                     std::uint8_t version_max,
                                                     std::string_view what);

}  // namespace paysaga::storage
