#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "paysaga/saga/result.hpp"

namespace paysaga::engine::http {

/// The path and the query of a request, decoded.
struct Target {
  std::vector<std::string> segments;  // "/v1/orders/a%2Eb" is {"v1", "orders", "a.b"}.
  std::vector<std::pair<std::string, std::string>> query;

  /// The first value of that name.
  [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
};

/// Errors: malformed (a wrong percent escape, no path).
[[nodiscard]] Result<Target> parse_target(std::string_view target);

/// Names the node that passed a request on, which the next one therefore does not.
inline constexpr std::string_view forwarded_header = "paysaga-forwarded";

struct Request {
  std::string method;                                        // "GET".
  std::string target;                                        // As it came: "/v1/orders?limit=10".
  std::vector<std::pair<std::string, std::string>> headers;  // Names in lower case.
  std::string body;

  /// The first value of that name; none if there is none.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// What another node answered.
struct FellowAnswer {
  std::string node;  // As its claim names it.
  std::string address;
  int status = 0;  // 0: it was not reached, `why` says it.
  std::string body;
  std::string why;
};

/// Seconds of `Prefer: wait=5`; none without it. Source: RFC 7240.
[[nodiscard]] std::optional<int> preferred_wait(std::string_view prefer);

/// True if a Content-Type names `type`, whatever its parameters.
[[nodiscard]] bool is_media_type(std::string_view content_type, std::string_view type);

}  // namespace paysaga::engine::http
