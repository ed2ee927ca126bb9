#include "engine/stripe/scripted_server.hpp"

#include <csignal>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "paysaga/saga/result.hpp"

namespace paysaga::engine::stripe {

Peer::Peer(int socket, int number, SSL_CTX* tls)
    : socket_{socket}, number_{number}, context_{tls} {}

Peer::~Peer() {
  close();
  SSL_free(ssl_);
}

bool Peer::handshake() {
  if (context_ == nullptr) return true;
  ssl_ = SSL_new(context_);
  SSL_set_fd(ssl_, socket_);
  return SSL_accept(ssl_) == 1;
}

long Peer::receive(char* to, std::size_t size) {
  if (ssl_ != nullptr) return SSL_read(ssl_, to, static_cast<int>(size));
  return ::recv(socket_, to, size, 0);
}

std::optional<std::string> Peer::read_request() {
  char bytes[4096];
  while (true) {
    const std::size_t head_end = unread_.find("\r\n\r\n");
    if (head_end != std::string::npos) {
      const std::size_t length_at = unread_.find("Content-Length: ");
      std::size_t size = head_end + 4;
      if (length_at < head_end) size += std::strtoul(unread_.c_str() + length_at + 16, nullptr, 10);
      if (unread_.size() >= size) {
        std::string request = unread_.substr(0, size);
        unread_.erase(0, size);
        return request;
      }
    }
    const long count = receive(bytes, sizeof bytes);
    if (count <= 0) return std::nullopt;
    unread_.append(bytes, static_cast<std::size_t>(count));
  }
}

void Peer::send(std::string_view bytes) {
  if (ssl_ != nullptr) {
    SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
    return;
  }
  while (!bytes.empty()) {
    const long count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Peer::wait_closed() {
  char bytes[4096];
  while (receive(bytes, sizeof bytes) > 0) {
  }
}

void Peer::drip(char byte) {
  constexpr int pace_ms = 5;
  pollfd readable{socket_, POLLIN, 0};  // Readable: the client has closed.
  do {
    send({&byte, 1});
  } while (::poll(&readable, 1, pace_ms) == 0);
}

void Peer::reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void Peer::close() {
  const std::lock_guard lock{mutex_};
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

void Peer::interrupt() {
  const std::lock_guard lock{mutex_};
  if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

ScriptedServer::ScriptedServer(Script script, const Identity* tls,
                               std::function<void()> before_handshake)
    : script_{std::move(script)},
      before_handshake_{std::move(before_handshake)},
      context_{tls != nullptr ? make_server_context(*tls) : nullptr, &SSL_CTX_free},
      listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL.
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  ensure(::bind(listener_, generic, size) == 0, "a test server binds a free port");
  ensure(::listen(listener_, 128) == 0, "a test server listens");
  ensure(::getsockname(listener_, generic, &size) == 0, "a test server knows its port");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread{[this] { accept_all(); }};
}

ScriptedServer::~ScriptedServer() {
  stop_listening();
  acceptor_.join();
  for (const auto& peer : peers_) peer->interrupt();
  for (auto& thread : threads_) thread.join();
  ::close(listener_);
}

void ScriptedServer::stop_listening() {
  const std::lock_guard lock{mutex_};
  if (std::exchange(listening_, false)) ::shutdown(listener_, SHUT_RDWR);
}

void ScriptedServer::accept_all() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    auto peer = std::make_shared<Peer>(socket, ++connections_, context_.get());
    const std::lock_guard lock{mutex_};
    peers_.push_back(peer);
    threads_.emplace_back([this, peer] {
      if (before_handshake_) before_handshake_();
      if (peer->handshake()) script_(*peer);
      peer->close();
    });
  }
}

std::string answer_text(int status, std::string_view body, std::string_view more_headers) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " Any\r\n";
  text.append("Content-Type: application/json\r\n").append(more_headers);
  text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
  return text.append(body);
}

}  // namespace paysaga::engine::stripe
