#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "paysaga/saga/saga.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::storage {

/// A newer one is refused, an older one is read.
inline constexpr std::uint8_t state_version = 1;

/// A saga as it stands in journal, store and snapshots; the inverse of `decode_saga` for every saga
/// whose texts are UTF-8.
///
/// Shape:   an envelope (envelope.hpp) around JSON.
///          The JSON leaves out what is empty, zero or false.
[[nodiscard]] std::string encode_saga(const Saga& saga);

/// Errors: corrupt; version_unsupported (a newer version wrote it). Nothing is ever skipped: an
///         unknown field or text is an error too.
[[nodiscard]] Result<Saga> decode_saga(std::string_view bytes);

/// The JSON in an encoded saga, for people. Errors: as `decode_saga`.
[[nodiscard]] Result<std::string_view> state_json(std::string_view bytes);

/// A command as it stands in a state, and as its body hash sees it.
void write_stored_command(JsonWriter& json, const Command& command);

}  // namespace paysaga::storage
