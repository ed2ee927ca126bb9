#include "paysaga/engine/stripe/connection.hpp"

#include <string>
#include <type_traits>
#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "paysaga/saga/result.hpp"

namespace paysaga::engine::stripe {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

using TlsStream = asio::ssl::stream<tcp::socket>;
constexpr std::uint32_t header_bytes_max = 64 * 1024;
constexpr int interim_answers_max = 8;  // 1xx before the real one.

/// What the exchange ended with, before or after `wrote` bytes of the request went out.
Fault fault_of(const error_code& error) {
  if (error == http::error::body_limit || error == http::error::header_limit) {
    return Fault::too_large;
  }
  if (error == http::error::end_of_stream || error == http::error::partial_message) {
    return Fault::dropped;
  }
  // Every other error of Beast's HTTP parser tells of bytes that are not HTTP.
  const error_code parser_example = http::error::bad_version;
  return error.category() == parser_example.category() ? Fault::malformed : Fault::dropped;
}

template <class Stream>
class StreamConnection final : public Connection,
                               public std::enable_shared_from_this<StreamConnection<Stream>> {
 public:
  static constexpr bool tls = std::is_same_v<Stream, TlsStream>;

  template <class... Context>
  StreamConnection(asio::io_context& io, Options options, Context&... context)
      : options_{std::move(options)}, stream_{io, context...}, resolver_{io}, timer_{io} {}

  void connect(Connected connected) override {
    ensure(!connected_ && !done_, "a connection does one thing at a time");
    connected_ = std::move(connected);
    arm(options_.connect_timeout, Fault::connect_timeout);
    error_code not_an_address;
    const auto address = asio::ip::make_address(options_.url.host, not_an_address);
    if (!not_an_address) {
      socket().async_connect(
          {address, options_.url.port},
          [self = this->shared_from_this()](error_code error) { self->on_connected(error); });
      return;
    }
    resolver_.async_resolve(options_.url.host, std::to_string(options_.url.port),
                            tcp::resolver::numeric_service,
                            [self = this->shared_from_this()](error_code error, auto endpoints) {
                              self->on_resolved(error, std::move(endpoints));
                            });
  }

  void exchange(const HttpRequest& request, Done done) override {
    ensure(open_ && !connected_ && !done_, "an exchange needs an open and free connection");
    done_ = std::move(done);
    request_ = {};
    request_.version(11);
    request_.method_string(request.method);
    request_.target(request.target);
    request_.set(http::field::host, options_.url.authority());
    for (const auto& [name, value] : request.headers) request_.set(name, value);
    request_.body() = request.body;
    request_.prepare_payload();
    keep_alive_ = false;
    interim_answers_ = 0;
    parser_.reset();
    // From here on a byte may be out, until a failed write says that none was.
    maybe_sent_ = true;
    arm(options_.request_timeout, Fault::timeout);
    http::async_write(stream_, request_,
                      [self = this->shared_from_this()](error_code error, std::size_t bytes) {
                        self->on_written(error, bytes);
                      });
  }

  bool reusable() override {
    if (!open_ || !keep_alive_ || buffer_.size() > 0 || !socket().non_blocking()) return false;
    // Readable while idle: the server's end of the connection, or bytes that nobody asked for.
    char byte = 0;
    error_code error;
    socket().receive(asio::buffer(&byte, 1), tcp::socket::message_peek, error);
    return error == asio::error::would_block;
  }

  void close() override { finish({Fault::stopped, maybe_sent_, {}}); }

 private:
  tcp::socket& socket() {
    if constexpr (tls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  void arm(std::chrono::steady_clock::duration timeout, Fault fault) {
    timer_.expires_after(timeout);
    // A handler that was already queued when the timer was armed anew must not end the next phase.
    timer_.async_wait([self = this->shared_from_this(), phase = ++phase_, fault](error_code error) {
      if (!error && phase == self->phase_) self->finish({fault, self->maybe_sent_, {}});
    });
  }

  void disarm() {
    ++phase_;
    timer_.cancel();
  }

  void on_resolved(error_code error, tcp::resolver::results_type endpoints) {
    if (!connected_) return;
    if (error) return finish({Fault::dns, false, options_.url.host + ": " + error.message()});
    asio::async_connect(socket(), endpoints,
                        [self = this->shared_from_this()](error_code failed, const auto&) {
                          self->on_connected(failed);
                        });
  }

  void on_connected(error_code error) {
    if (!connected_) return;
    if (error) {
      return finish({Fault::refused, false, options_.url.authority() + ": " + error.message()});
    }
    socket().set_option(tcp::no_delay{true}, error);
    if constexpr (tls) {
      if (!prepare_tls()) return finish({Fault::tls, false, "cannot set the host name"});
      stream_.async_handshake(
          TlsStream::client,
          [self = this->shared_from_this()](error_code failed) { self->on_handshake(failed); });
    } else {
      succeed_connect();
    }
  }

  /// The certificate must be for this host; the name goes to the server, too (SNI, names only).
  bool prepare_tls() {
    if constexpr (tls) {
      SSL* ssl = stream_.native_handle();
      const char* host = options_.url.host.c_str();
      error_code not_an_address;
      asio::ip::make_address(options_.url.host, not_an_address);
      stream_.set_verify_mode(asio::ssl::verify_peer);
      if (!not_an_address) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
      return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
    }
    return true;
  }

  void on_handshake(error_code error) {
    if constexpr (tls) {
      if (!connected_) return;
      if (!error) return succeed_connect();
      std::string detail = options_.url.host + ": " + error.message();
      const auto verified = SSL_get_verify_result(stream_.native_handle());
      if (verified != X509_V_OK) {
        detail.append(": ").append(X509_verify_cert_error_string(verified));
      }
      finish({Fault::tls, false, std::move(detail)});
    }
  }

  void succeed_connect() {
    disarm();
    open_ = true;
    error_code ignored;  // Only the look of `reusable` must not block; it fails safely.
    socket().non_blocking(true, ignored);
    std::exchange(connected_, nullptr)(std::nullopt);
  }

  void on_written(error_code error, std::size_t bytes) {
    if (!done_) return;
    if (error) {
      // TLS buffers: there a count of zero does not prove that nothing left.
      if (!tls && bytes == 0) maybe_sent_ = false;
      return finish({fault_of(error), maybe_sent_, error.message()}, true);
    }
    read_answer();
  }

  void read_answer() {
    parser_.emplace();
    parser_->header_limit(header_bytes_max);
    parser_->body_limit(options_.response_bytes_max);
    http::async_read(
        stream_, buffer_, *parser_,
        [self = this->shared_from_this()](error_code error, std::size_t) { self->on_read(error); });
  }

  void on_read(error_code error) {
    if (!done_) return;
    if (error) {
      const Fault fault = fault_of(error);
      const bool stale = fault == Fault::dropped && !parser_->got_some() && interim_answers_ == 0;
      return finish({fault, true, error.message()}, stale);
    }
    const int status = static_cast<int>(parser_->get().result_int());
    if (status / 100 == 1) {
      if (status == 101 || ++interim_answers_ > interim_answers_max) {
        return finish({Fault::malformed, true, "unexpected interim answer"});
      }
      return read_answer();
    }
    disarm();
    maybe_sent_ = false;
    keep_alive_ = parser_->keep_alive();
    HttpResponse response;
    response.status = status;
    for (const auto& field : parser_->get()) {
      response.headers.emplace_back(std::string{field.name_string()}, std::string{field.value()});
    }
    response.body = std::move(parser_->get().body());
    std::exchange(done_, nullptr)({std::move(response)});
  }

  /// Ends the connection and whoever waits for it. Handlers that come later find nobody waiting.
  void finish(TransportFailure failure, bool stale = false) {
    disarm();
    open_ = false;
    error_code ignored;
    resolver_.cancel();
    socket().close(ignored);
    if (auto connected = std::exchange(connected_, nullptr)) return connected(std::move(failure));
    if (auto done = std::exchange(done_, nullptr)) done({std::move(failure), stale});
  }

  Options options_;
  Stream stream_;
  tcp::resolver resolver_;
  asio::steady_timer timer_;
  std::uint64_t phase_ = 0;
  Connected connected_;
  Done done_;
  http::request<http::string_body> request_;
  std::optional<http::response_parser<http::string_body>> parser_;
  beast::flat_buffer buffer_;
  bool open_ = false;
  bool keep_alive_ = false;
  bool maybe_sent_ = false;
  int interim_answers_ = 0;
};

}  // namespace

std::shared_ptr<Connection> make_connection(asio::io_context& io, asio::ssl::context* tls,
                                            Connection::Options options) {
  if (!options.url.tls) {
    return std::make_shared<StreamConnection<tcp::socket>>(io, std::move(options));
  }
  ensure(tls != nullptr, "https needs a TLS context");
  return std::make_shared<StreamConnection<TlsStream>>(io, std::move(options), *tls);
}

}  // namespace paysaga::engine::stripe
