#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "paysaga/config/address.hpp"
#include "paysaga/engine/http/api.hpp"
#include "paysaga/engine/http/command_stream.hpp"

namespace paysaga::engine::http {

struct ServerOptions {
  config::ListenAddress listen{"127.0.0.1", 7480};  // Port 0 takes a free one.
  std::size_t threads = 2;
  std::size_t connections_max = 1'024;
  std::size_t header_bytes_max = std::size_t{16} << 10U;
  std::size_t body_bytes_max = std::size_t{1} << 20U;
  Duration idle_timeout = seconds{75};    // Between requests.
  Duration header_timeout = seconds{10};  // From a request's first byte to the end of its header.
  Duration body_timeout = seconds{30};    // Of a whole body; of a pause within a command stream.
  Duration write_timeout = seconds{30};   // Of one answer; of 64 KiB of a stream's results.
  StreamLimits stream;
};

/// Serves the API over HTTP/1.1 from threads of its own.
///
/// Threads:   any.
class Server {
 public:
  /// Takes the port; who connects waits until it is served.
  /// Errors: malformed (the address is not loopback: without TLS no other is served), conflict (the
  /// port is taken), unavailable.
  [[nodiscard]] static Result<std::unique_ptr<Server>> listen(ServerOptions options);
  /// Once.
  void serve(std::shared_ptr<Api> api);
  /// Both.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(std::shared_ptr<Api> api,
                                                             ServerOptions options);
  ~Server();  // Stops without grace, if it was not stopped.
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The port listened on, also where any was asked for.
  [[nodiscard]] std::uint16_t port() const;
  /// "http://127.0.0.1:7480".
  [[nodiscard]] std::string url() const;
  /// No new connection or request; what is being answered gets up to `grace`, then it is cut. Call
  /// it before the engine is stopped.
  void stop(Duration grace);

 private:
  class Impl;
  explicit Server(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace paysaga::engine::http
