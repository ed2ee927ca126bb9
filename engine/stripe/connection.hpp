#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "paysaga/engine/stripe/base_url.hpp"
#include "paysaga/engine/stripe/http_message.hpp"

namespace boost::asio {
class io_context;
namespace ssl {
class context;
}
}  // namespace boost::asio

namespace paysaga::engine::stripe {

/// One HTTP/1.1 connection to one host, used for one exchange at a time.
///
/// Threads:  the one that runs its io_context, callbacks included.
/// Order:    connect, then exchange after exchange while `reusable`. Each callback comes exactly
///           once, for `close` at once and from within it.
class Connection {
 public:
  struct Options {
    BaseUrl url;
    std::chrono::steady_clock::duration connect_timeout;
    std::chrono::steady_clock::duration request_timeout;
    std::size_t response_bytes_max;
  };
  /// What came of one exchange.
  struct Outcome {
    HttpResult result;
    /// Not one byte of an answer came and the connection ended: if it had been idle before, the
    /// server had most likely closed it already.
    bool stale = false;
  };
  using Connected = std::function<void(std::optional<TransportFailure>)>;
  using Done = std::function<void(Outcome)>;

  virtual ~Connection() = default;
  virtual void connect(Connected connected) = 0;
  virtual void exchange(const HttpRequest& request, Done done) = 0;
  /// Open, kept alive by the server's own words, and with nothing to read: not even its end.
  [[nodiscard]] virtual bool reusable() = 0;
  /// Ends whatever runs, with Fault::stopped.
  virtual void close() = 0;
};

/// `tls` is needed for https and must hold the roots; both contexts outlive the connection.
[[nodiscard]] std::shared_ptr<Connection> make_connection(boost::asio::io_context& io,
                                                          boost::asio::ssl::context* tls,
                                                          Connection::Options options);

}  // namespace paysaga::engine::stripe
