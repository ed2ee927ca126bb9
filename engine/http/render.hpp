#pragma once

#include <span>
#include <string>
#include <string_view>

#include "paysaga/actors/node.hpp"
#include "paysaga/engine/http/engine.hpp"

namespace paysaga::engine::http {

[[nodiscard]] std::string to_json(const actors::ActorInfo& actor);
[[nodiscard]] std::string to_json(const actors::PartitionInfo& partition);
/// {"<name>":[...],"next":...}; `next` is null at the end.
[[nodiscard]] std::string to_json(std::string_view name, const Page& page);
/// The page at /.
[[nodiscard]] std::string home_page(std::string_view node, std::string_view version, bool livemode);

}  // namespace paysaga::engine::http
