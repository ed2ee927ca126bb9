#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace paysaga::engine::stripe {

/// Names in any case, values without line breaks.
using Headers = std::vector<std::pair<std::string, std::string>>;
/// The first value of that name, without regard to case.
[[nodiscard]] std::optional<std::string_view> find_header(const Headers& headers,
                                                          std::string_view name);

struct HttpRequest {
  std::string method;
  std::string target;
  Headers headers;
  std::string body;
  /// A second sending does nothing more than the first: a GET, or a POST under an idempotency key.
  bool repeatable = false;
  /// No first byte is written at or after this; checked again after connecting.
  std::chrono::steady_clock::time_point send_before = std::chrono::steady_clock::time_point::max();
  std::size_t lane = 0;  // 0 goes first when connections are scarce; up to lanes_max - 1.
};
inline constexpr std::size_t lanes_max = 3;

struct HttpResponse {
  int status = 0;
  Headers headers;
  std::string body;
  /// The same request may have reached the server once before, on a connection that was lost.
  bool repeated = false;

  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const {
    return find_header(headers, name);
  }
};

/// Why no answer came.
enum class Fault {
  dns,
  refused,          // No connection: refused, unreachable, reset while connecting.
  tls,              // Handshake, certificate or host name.
  connect_timeout,  // Name, connection and handshake together.
  overloaded,       // The queue is full, or no connection became free in time.
  expired,          // `send_before` had passed.
  stopped,          // The client was stopped.
  timeout,          // Sent, and no whole answer in time.
  dropped,          // Sent, and the connection ended without a whole answer.
  malformed,        // What came was not HTTP.
  too_large,        // The answer was above the limit.
};

struct TransportFailure {
  Fault fault;
  /// A byte of the request may have reached the server. False is a promise: nothing was done there.
  bool maybe_sent;
  std::string detail;
};

using HttpResult = std::variant<HttpResponse, TransportFailure>;

[[nodiscard]] std::string_view to_text(Fault fault);

}  // namespace paysaga::engine::stripe
