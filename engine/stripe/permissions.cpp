#include "paysaga/engine/stripe/permissions.hpp"

#include <algorithm>

namespace paysaga::engine::stripe {

std::vector<PermissionUse> needed_permissions() {
  std::vector<PermissionUse> uses;
  for (const EndpointNeed& need : endpoint_needs()) {
    for (const Permission& permission : need.permissions) {
      auto use = std::ranges::find_if(uses, [&](const PermissionUse& other) {
        return other.permission.resource == permission.resource;
      });
      if (use == uses.end()) use = uses.insert(uses.end(), {permission, {}});
      if (permission.write) use->permission = permission;
      use->endpoints.push_back(need.endpoint);
    }
  }
  return uses;
}

std::string key_form_url() {
  std::string url = "https://dashboard.stripe.com/apikeys/create?name=paysaga";
  for (const PermissionUse& use : needed_permissions()) {
    url.append("&permissions%5B%5D=").append(use.permission.id);
  }
  return url;
}

}  // namespace paysaga::engine::stripe
