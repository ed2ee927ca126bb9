#pragma once

#include <string_view>

#include "paysaga/engine/stripe/base_url.hpp"
#include "paysaga/saga/result.hpp"

namespace paysaga::engine::stripe {

/// Whether a key may go to `url` at all, before anything is sent.
///
/// Shape:   no error holds any part of the key.
/// Errors:  malformed (no secret key), forbidden (a live key that would leave for anything but
///          https://api.stripe.com, a key of the other mode, plain http beyond this machine).
[[nodiscard]] Result<void> check_key(std::string_view key, const BaseUrl& url, bool livemode);

}  // namespace paysaga::engine::stripe
