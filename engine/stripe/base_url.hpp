#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "paysaga/saga/result.hpp"

namespace paysaga::engine::stripe {

/// Where a provider is: "https://api.stripe.com", "http://127.0.0.1:8420".
struct BaseUrl {
  bool tls;
  std::string host;  // A name or an address, lower case, without the brackets of IPv6.
  std::uint16_t port;

  /// Takes no user, path, query or fragment (one "/" at the end is forgiven).
  /// Errors: malformed.
  [[nodiscard]] static Result<BaseUrl> parse(std::string_view text);
  /// For the Host header: the port stands there only if it is not the scheme's own.
  [[nodiscard]] std::string authority() const;
  [[nodiscard]] bool is_loopback() const;
  [[nodiscard]] bool is_stripe() const;
};

}  // namespace paysaga::engine::stripe
