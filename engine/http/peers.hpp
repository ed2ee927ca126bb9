#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <variant>

#include "paysaga/engine/http/message.hpp"
#include "paysaga/engine/stripe/transport.hpp"

namespace paysaga::engine::http {

/// Connections to other nodes, by their addresses.
///
/// Threads:   any.
/// Lifetime:  what is under way at its end is answered then.
class Peers {
 public:
  using Answer = std::variant<Response, stripe::TransportFailure>;
  using Done = std::function<void(Answer)>;

  /// `node` is this node's name: it stands in all that is passed on.
  Peers(std::string node, std::chrono::milliseconds answer_timeout);
  ~Peers() { stop(); }
  Peers(const Peers&) = delete;
  Peers& operator=(const Peers&) = delete;

  /// False if the address cannot be asked: `done` is not called. Else it comes once, from a thread
  /// of its own; it must not block.
  [[nodiscard]] bool ask(const std::string& address, Request request, Done done);
  void stop();

 private:
  [[nodiscard]] stripe::Transport* client_to(const std::string& address);

  const std::string node_;
  const std::chrono::milliseconds answer_timeout_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<stripe::Transport>> clients_;  // By address.
  bool stopping_ = false;
};

}  // namespace paysaga::engine::http
