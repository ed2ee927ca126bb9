#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "paysaga/saga/result.hpp"

namespace paysaga::apps {

struct HttpAnswer {
  int status = 0;
  std::string body;
};

/// A connection to a node. One request after the other.
class NodeClient {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  /// Errors: malformed (the URL).
  [[nodiscard]] static Result<NodeClient> to(std::string_view url);

  /// Errors: unavailable (not reachable, or it broke off).
  [[nodiscard]] Result<HttpAnswer> get(const std::string& target);
  [[nodiscard]] Result<HttpAnswer> post(const std::string& target, const std::string& body,
                                        const std::string& content_type, const Headers& headers);
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  NodeClient(std::string url, std::string host, std::string port)
      : url_{std::move(url)}, host_{std::move(host)}, port_{std::move(port)} {}
  [[nodiscard]] Result<HttpAnswer> exchange(bool is_post, const std::string& target,
                                            const std::string& body,
                                            const std::string& content_type,
                                            const Headers& headers);

  std::string url_;
  std::string host_;
  std::string port_;
};

/// `text` as it may stand in a path or a query.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace paysaga::apps
