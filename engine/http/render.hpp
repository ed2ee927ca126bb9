#pragma once

#include <span>
#include <string>
#include <string_view>

#include "paysaga/actors/node.hpp"
#include "paysaga/engine/http/engine.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::engine::http {

[[nodiscard]] std::string to_json(const actors::ActorInfo& actor);
/// `node`: the one that says so.
[[nodiscard]] std::string to_json(const actors::PartitionInfo& partition, std::string_view node);
[[nodiscard]] Response json_response(std::string body);
/// Two fields of an open object: the items, and where the list goes on; null at its end.
void write_page(storage::JsonWriter& json, std::string_view name, const Page& page);
/// {"<name>":[...],"next":...}; `next` is null at the end.
[[nodiscard]] std::string to_json(std::string_view name, const Page& page);
/// The page at /.
[[nodiscard]] std::string home_page(std::string_view node, std::string_view version, bool livemode);

}  // namespace paysaga::engine::http
