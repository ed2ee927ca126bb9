#pragma once

#include <string>

#include "paysaga/actors/node.hpp"

namespace paysaga::engine::http {

/// As in docs/api/openapi.json: rates and tokens are calls, not millionths; no limit is null.
[[nodiscard]] std::string to_json(const actors::ProviderInfo& info);

}  // namespace paysaga::engine::http
