#pragma once

#include <functional>
#include <memory>

#include "paysaga/engine/http/api.hpp"
#include "paysaga/engine/http/server.hpp"

namespace boost::asio {
class io_context;
}

namespace paysaga::engine::http {

/// One client's connection. It lives until the client, a timeout or the server ends it.
///
/// Threads:  any.
class Connection {
 public:
  virtual ~Connection() = default;
  /// Answers what is being asked and then closes.
  virtual void finish() = 0;
  /// Closes at once.
  virtual void cut() = 0;
};

struct ConnectionSetup {
  std::shared_ptr<boost::asio::io_context> context;
  std::shared_ptr<Api> api;
  ServerOptions options;
  std::function<void()> closed;  // Called once, from a thread of the context.
};

/// Takes over an accepted TCP socket and serves it.
[[nodiscard]] std::shared_ptr<Connection> open_connection(ConnectionSetup setup, int socket,
                                                          bool is_ipv6);

}  // namespace paysaga::engine::http
