#include "paysaga/engine/http/server.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <sys/socket.h>

#include "paysaga/engine/http/connection.hpp"
#include "paysaga/engine/log.hpp"

namespace paysaga::engine::http {
namespace {

namespace net = boost::asio;
using tcp = net::ip::tcp;
using SystemError = boost::system::error_code;

constexpr auto accept_pause = std::chrono::milliseconds{100};
constexpr std::string_view too_many_answer =
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
    "Content-Length: 0\r\n\r\n";

Result<tcp::endpoint> endpoint_of(const config::ListenAddress& listen) {
  if (!config::is_loopback(listen.host)) {
    return fail(ErrorCode::malformed,
                "http.listen = " + to_text(listen) +
                    ": only loopback addresses are served, for there is no TLS here; put a TLS "
                    "proxy with authentication before it");
  }
  SystemError error;
  const net::ip::address address =
      net::ip::make_address(listen.host == "localhost" ? "127.0.0.1" : listen.host, error);
  if (error) {
    return fail(ErrorCode::malformed, "http.listen: \"" + listen.host + "\" is no IP address");
  }
  return tcp::endpoint{address, listen.port};
}

}  // namespace

class Server::Impl : public std::enable_shared_from_this<Server::Impl> {
 public:
  explicit Impl(ServerOptions options) : options_{std::move(options)} {}

  Result<std::monostate> listen() {
    const auto endpoint = endpoint_of(options_.listen);
    if (!endpoint) return tl::unexpected<Error>{endpoint.error()};
    SystemError error;
    const auto step = [&error](auto act) {
      if (!error) act();
    };
    step([&] { acceptor_.open(endpoint->protocol(), error); });
    // Only lets a port be taken again while old connections of it fade out.
    step([&] { acceptor_.set_option(net::socket_base::reuse_address(true), error); });
    step([&] { acceptor_.bind(*endpoint, error); });
    step([&] { acceptor_.listen(net::socket_base::max_listen_connections, error); });
    step([&] { local_ = acceptor_.local_endpoint(error); });
    if (error == net::error::address_in_use) {
      return fail(ErrorCode::conflict,
                  to_text(options_.listen) +
                      " is taken: another node may be running; stop it or give "
                      "another address with http.listen");
    }
    if (error) {
      return fail(ErrorCode::unavailable,
                  "cannot listen on " + to_text(options_.listen) + ": " + error.message());
    }
    return std::monostate{};
  }

  void run(std::shared_ptr<Api> api) {
    ensure(api_ == nullptr, "a server serves one API");
    api_ = std::move(api);
    net::post(acceptor_.get_executor(), [self = shared_from_this()] { self->accept_next(); });
    for (std::size_t i = 0; i < std::max<std::size_t>(options_.threads, 1); ++i) {
      threads_.emplace_back([context = context_] { context->run(); });
    }
  }

  void stop(Duration grace) {
    const std::lock_guard once{stopping_};
    if (threads_.empty()) return;
    net::post(acceptor_.get_executor(), [self = shared_from_this()] {
      SystemError ignored;
      self->acceptor_.close(ignored);
      self->pause_.cancel();
      self->work_.reset();
    });
    for_each_connection([](Connection& connection) { connection.finish(); });
    {
      std::unique_lock lock{guard_};
      stopped_ = true;
      none_left_.wait_for(lock, grace, [this] { return open_ == 0; });
    }
    for_each_connection([](Connection& connection) { connection.cut(); });
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  [[nodiscard]] tcp::endpoint local() const { return local_; }

 private:
  void accept_next() {
    if (!acceptor_.is_open()) return;
    acceptor_.async_accept(
        *context_, [self = shared_from_this()](SystemError error, tcp::socket socket) {
          if (error == net::error::operation_aborted) return;
          if (!error) {
            self->take(std::move(socket));
            return self->accept_next();
          }
          // Out of file descriptors, most likely: connections that end free some.
          log_event(LogLevel::warning, "http_accept_failed", {{"why", error.message()}});
          self->pause_.expires_after(accept_pause);
          self->pause_.async_wait([self](SystemError) { self->accept_next(); });
        });
  }

  void take(tcp::socket socket) {
    SystemError ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    std::unique_lock lock{guard_};
    if (stopped_) return;
    if (open_ >= options_.connections_max) {
      lock.unlock();
      api_->metrics().http_connection_refused();
      socket.non_blocking(true, ignored);
      socket.send(net::buffer(too_many_answer), 0, ignored);
      return;
    }
    ++open_;
    const bool is_ipv6 = local_.protocol() == tcp::v6();
    const int handle = socket.release(ignored);
    ensure(!ignored, "a fresh socket can be handed on");
    auto connection =
        open_connection({context_, api_, options_, [self = shared_from_this()] { self->closed(); }},
                        handle, is_ipv6);
    std::erase_if(connections_, [](const auto& one) { return one.expired(); });
    connections_.push_back(connection);
    api_->metrics().http_connections(static_cast<std::int64_t>(open_));
  }

  void closed() {
    const std::lock_guard lock{guard_};
    --open_;
    api_->metrics().http_connections(static_cast<std::int64_t>(open_));
    if (open_ == 0) none_left_.notify_all();
  }

  template <class Act>
  void for_each_connection(Act act) {
    std::vector<std::weak_ptr<Connection>> connections;
    {
      const std::lock_guard lock{guard_};
      stopped_ = true;  // Nothing is added behind our back.
      connections = connections_;
    }
    for (const auto& one : connections) {
      if (const auto connection = one.lock()) act(*connection);
    }
  }

  std::shared_ptr<Api> api_;
  ServerOptions options_;
  std::shared_ptr<net::io_context> context_ = std::make_shared<net::io_context>();
  std::optional<net::executor_work_guard<net::io_context::executor_type>> work_{
      context_->get_executor()};
  tcp::acceptor acceptor_{net::make_strand(*context_)};
  net::steady_timer pause_{acceptor_.get_executor()};
  tcp::endpoint local_;
  std::vector<std::thread> threads_;
  std::mutex stopping_;

  std::mutex guard_;  // Of what follows.
  std::condition_variable none_left_;
  std::vector<std::weak_ptr<Connection>> connections_;
  std::size_t open_ = 0;
  bool stopped_ = false;
};

Result<std::unique_ptr<Server>> Server::listen(ServerOptions options) {
  auto impl = std::make_shared<Impl>(std::move(options));
  if (auto listening = impl->listen(); !listening) {
    return tl::unexpected<Error>{listening.error()};
  }
  return std::unique_ptr<Server>{new Server{std::move(impl)}};
}

void Server::serve(std::shared_ptr<Api> api) {
  impl_->run(std::move(api));
}

Result<std::unique_ptr<Server>> Server::start(std::shared_ptr<Api> api, ServerOptions options) {
  auto server = listen(std::move(options));
  if (server) (*server)->serve(std::move(api));
  return server;
}

Server::Server(std::shared_ptr<Impl> impl) : impl_{std::move(impl)} {}

Server::~Server() {
  impl_->stop(Duration{0});
}

std::uint16_t Server::port() const {
  return impl_->local().port();
}

std::string Server::url() const {
  const tcp::endpoint local = impl_->local();
  const std::string host = local.address().to_string();
  return "http://" + (local.address().is_v6() ? "[" + host + "]" : host) + ":" +
         std::to_string(local.port());
}

void Server::stop(Duration grace) {
  impl_->stop(grace);
}

}  // namespace paysaga::engine::http
