#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "paysaga/engine/stripe/base_url.hpp"
#include "paysaga/engine/stripe/http_message.hpp"
#include "paysaga/engine/stripe/transport.hpp"
#include "paysaga/saga/result.hpp"

namespace paysaga::engine::stripe {

struct HttpClientOptions {
  using SteadyTime = std::chrono::steady_clock::time_point;
  BaseUrl url;
  std::string ca_pem;  // Roots to trust instead of the system's; empty: the system's.
  std::size_t threads = 1;
  std::size_t connections_max = 32;  // In all, shared out evenly among the threads.
  std::size_t queue_max = 4'096;     // Requests that wait for a connection, in all.
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds request_timeout{30'000};
  std::chrono::milliseconds queue_timeout{30'000};
  std::chrono::milliseconds idle_max{30'000};  // An older idle connection is not used again.
  std::size_t response_bytes_max = 8 * 1024 * 1024;
  std::function<SteadyTime()> now = std::chrono::steady_clock::now;  // Tests have their own.
};

/// HTTP/1.1 to one host over a pool of kept-alive connections, on threads of its own.
///
/// It never repeats a request, with one exception: a connection that had been idle and ended before
/// the first byte of an answer. Then a repeatable request goes once more, over a new connection.
///
/// Threads:  `send` from any thread, never blocks. `done` comes exactly once, from a thread of the
///           client or, when it is stopped, of the caller; it must not block.
class HttpClient final : public Transport {
 public:
  /// Errors: malformed (roots that cannot be read).
  [[nodiscard]] static Result<std::unique_ptr<HttpClient>> start(HttpClientOptions options);
  ~HttpClient() override;  // Stops.
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  void send(HttpRequest request, Done done) override;
  /// Answers every outstanding request (stopped) and joins the threads. Not from a callback.
  void stop() override;

 private:
  class Shard;
  class Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace paysaga::engine::stripe
