#pragma once

#include <string_view>

#include "paysaga/sim/stripe/account.hpp"

namespace paysaga::sim::stripe {

/// Does what a request asks of the account. `id` is the one in its path, if it has one.
[[nodiscard]] Reply dispatch(Account& account, Endpoint endpoint, std::string_view id,
                             const Form& form, Time now);

}  // namespace paysaga::sim::stripe
