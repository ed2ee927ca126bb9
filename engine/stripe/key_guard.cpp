#include "paysaga/engine/stripe/key_guard.hpp"

#include <algorithm>

namespace paysaga::engine::stripe {
namespace {

bool is_live(std::string_view key) {
  return key.starts_with("sk_live_") || key.starts_with("rk_live_");
}

bool is_test(std::string_view key) {
  return key.starts_with("sk_test_") || key.starts_with("rk_test_");
}

bool is_printable(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

Result<void> check_key(std::string_view key, const BaseUrl& url, bool livemode) {
  if (!is_printable(key)) {
    return fail(ErrorCode::malformed, "the Stripe key is empty or not printable ASCII");
  }
  if (!url.tls && !url.is_loopback()) {
    return fail(ErrorCode::forbidden,
                "stripe base_url is plain http to " + url.host +
                    ": use https, or http on a loopback address for the simulator");
  }
  if (is_live(key)) {
    if (!url.tls || !url.is_stripe()) {
      return fail(ErrorCode::forbidden,
                  "a live Stripe key is sent to https://api.stripe.com only, "
                  "and base_url is at " +
                      url.host);
    }
    if (!livemode) {
      return fail(ErrorCode::forbidden, "a live Stripe key, but the mode is not live");
    }
    return {};
  }
  if (livemode) {
    return fail(ErrorCode::forbidden,
                "the mode is live, but the Stripe key is none of sk_live_ or rk_live_");
  }
  if (url.is_stripe() && !is_test(key)) {
    return fail(ErrorCode::malformed,
                "Stripe takes a secret key: sk_test_ or, better, rk_test_ with few rights");
  }
  return {};
}

}  // namespace paysaga::engine::stripe
