#pragma once

#include <memory>

#include "paysaga/config/settings.hpp"
#include "paysaga/engine/http/runtime_engine.hpp"
#include "paysaga/engine/http/server.hpp"
#include "paysaga/engine/metrics.hpp"

namespace paysaga::engine::http {

/// The HTTP side of one node, as its settings want it.
///
///     Metrics metrics{PAYSAGA_VERSION, http::operation_names()};
///     auto runtime = Runtime::start(settings, {.observer = &metrics});
///     auto service = http::Service::start((*runtime)->node(), (*runtime)->store(), metrics,
///     settings);
///     ...
///     (*service)->stop(grace);  // First: then nothing asks the runtime any more.
///     (*runtime)->stop(grace);
///
/// Lifetime:  node, store and metrics outlive it; destroy it after the runtime was stopped, for
///            answers that come late go through it.
class Service {
 public:
  /// Errors: as Server::start.
  [[nodiscard]] static Result<std::unique_ptr<Service>> start(actors::Node& node,
                                                              const storage::StateStore& store,
                                                              Metrics& metrics,
                                                              const config::Settings& settings);
  /// "http://127.0.0.1:7480".
  [[nodiscard]] std::string url() const { return server_->url(); }
  void stop(Duration grace) { server_->stop(grace); }

 private:
  Service(actors::Node& node, const storage::StateStore& store) : engine_{node, store} {}

  RuntimeEngine engine_;
  std::unique_ptr<Server> server_;
};

}  // namespace paysaga::engine::http
