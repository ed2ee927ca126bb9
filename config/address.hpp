#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "paysaga/saga/result.hpp"

namespace paysaga::config {

/// True for 127.0.0.0/8, ::1 and localhost.
[[nodiscard]] bool is_loopback(std::string_view host);

/// Where a server listens: "127.0.0.1:7480", "[::1]:7480". Port 0 lets the system choose.
struct ListenAddress {
  std::string host;  // Without the brackets of IPv6.
  std::uint16_t port = 0;

  /// Errors: malformed.
  [[nodiscard]] static Result<ListenAddress> parse(std::string_view text);
  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};
[[nodiscard]] std::string to_text(const ListenAddress& address);

/// Where a provider is: "https://api.stripe.com", "http://127.0.0.1:8420". No path.
struct Url {
  bool tls = true;
  std::string host;
  std::uint16_t port = 0;

  /// Errors: malformed.
  [[nodiscard]] static Result<Url> parse(std::string_view text);
  friend bool operator==(const Url&, const Url&) = default;
};
/// The port stands there only if it is not the scheme's own.
[[nodiscard]] std::string to_text(const Url& url);

}  // namespace paysaga::config
