#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <openssl/ssl.h>

#include "engine/stripe/certificates.hpp"

namespace paysaga::engine::stripe {

/// The server's side of one connection, for a script: everything blocks.
class Peer {
 public:
  Peer(int socket, int number, SSL_CTX* tls);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// Head and body of the next request; nothing if the client has gone.
  std::optional<std::string> read_request();
  void send(std::string_view bytes);
  /// Reads until the client has closed, or the server is stopped.
  void wait_closed();
  /// One byte after the other, until the client has had enough.
  void drip(char byte);
  /// Ends the connection with RST instead of FIN.
  void reset();
  void close();
  [[nodiscard]] int number() const { return number_; }

 private:
  friend class ScriptedServer;
  bool handshake();
  long receive(char* to, std::size_t size);
  void interrupt();

  std::mutex mutex_;  // Of the descriptor: the server interrupts from another thread.
  int socket_;
  int number_;  // 1 for the first connection.
  std::string unread_;
  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
};

/// A server on a free loopback port that runs `script` once a connection.
class ScriptedServer {
 public:
  using Script = std::function<void(Peer&)>;
  explicit ScriptedServer(Script script, const Identity* tls = nullptr,
                          std::function<void()> before_handshake = {});
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int connections() const { return connections_; }
  /// New connections are refused from now on.
  void stop_listening();

 private:
  void accept_all();

  Script script_;
  std::function<void()> before_handshake_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  bool listening_ = true;
  std::vector<std::shared_ptr<Peer>> peers_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

/// An answer with a JSON body and its length.
std::string answer_text(int status, std::string_view body, std::string_view more_headers = "");

}  // namespace paysaga::engine::stripe
