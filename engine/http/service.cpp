#include "paysaga/engine/http/service.hpp"

namespace paysaga::engine::http {

Result<std::unique_ptr<Service>> Service::start(actors::Node& node,
                                                const storage::StateStore& store, Metrics& metrics,
                                                const config::Settings& settings) {
  ApiOptions about;
  about.version = PAYSAGA_VERSION;
  about.node = settings.node.id;
  about.livemode = settings.stripe.mode == config::StripeMode::live;
  ServerOptions options;
  options.listen = settings.http.listen;
  options.connections_max = static_cast<std::size_t>(settings.http.connections_max);
  options.body_bytes_max = settings.http.body_max.bytes;
  options.stream.line_bytes_max = settings.http.body_max.bytes;
  options.body_timeout = settings.http.timeout;
  options.write_timeout = settings.http.timeout;
  auto service = std::unique_ptr<Service>{new Service{node, store}};
  auto api = std::make_shared<Api>(service->engine_, metrics, std::move(about));
  auto server = Server::start(std::move(api), std::move(options));
  if (!server) return tl::unexpected<Error>{server.error()};
  service->server_ = std::move(*server);
  return service;
}

}  // namespace paysaga::engine::http
