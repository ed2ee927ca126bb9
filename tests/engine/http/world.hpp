#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "engine/http/client.hpp"
#include "engine/http/fake_engine.hpp"
#include "paysaga/engine/http/api.hpp"
#include "paysaga/engine/http/server.hpp"

namespace paysaga::engine::http {

/// A server on a free port with a fake engine behind it.
struct World {
  explicit World(ServerOptions options = {}, std::vector<std::string> tokens = {})
      : api{std::make_shared<Api>(engine, metrics,
                                  ApiOptions{.version = "1.2.3", .node = "n1", .tokens = tokens})} {
    options.listen.port = 0;
    auto started = Server::start(api, options);
    if (!started) throw std::runtime_error{started.error().detail};
    server = std::move(*started);
  }
  Reply ask(std::string_view method, std::string_view target, std::string_view body = "",
            std::string_view headers = "") {
    return http::ask(server->port(), method, target, body, headers);
  }

  FakeEngine engine;
  Metrics metrics{"1.2.3", operation_names()};
  std::shared_ptr<Api> api;
  std::unique_ptr<Server> server;
};

/// True if the JSON text `body` holds `part` somewhere.
[[nodiscard]] inline bool holds(const std::string& body, std::string_view part) {
  return body.find(part) != std::string::npos;
}

inline constexpr std::string_view initiate_body =
    R"({"amount":{"minor":4200,"currency":"EUR"},"customer_id":"cus_1"})";

/// Waits, bounded, for what another thread brings about.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace paysaga::engine::http
