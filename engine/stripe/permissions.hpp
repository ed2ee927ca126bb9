#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "paysaga/engine/stripe/request_encoder.hpp"

namespace paysaga::engine::stripe {

/// A permission and what needs it. Where one endpoint writes and another reads, it is to write.
struct PermissionUse {
  Permission permission;
  std::vector<std::string_view> endpoints;
};

/// All that a restricted key must be allowed, one a resource: derived from the encoder's endpoints.
[[nodiscard]] std::vector<PermissionUse> needed_permissions();

/// Where Stripe's dashboard makes a restricted key with exactly these permissions.
[[nodiscard]] std::string key_form_url();

}  // namespace paysaga::engine::stripe
