#include "paysaga/sim/stripe/courier.hpp"

#include <utility>

namespace paysaga::sim::stripe {

namespace http = engine::stripe;

http::HttpClient* Courier::client_of(const std::string& origin) {
  const auto known = clients_.find(origin);
  if (known != clients_.end()) return known->second.get();
  const Result<http::BaseUrl> url = http::BaseUrl::parse(origin);
  if (!url || clients_.size() == origins_max) return nullptr;
  http::HttpClientOptions options;
  options.url = *url;
  options.connections_max = 16;
  options.queue_max = Outbox::in_flight_max;
  options.request_timeout = options.queue_timeout = answer_max;
  options.response_bytes_max = 64U << 10U;
  auto client = http::HttpClient::start(std::move(options));
  if (!client) return nullptr;
  return clients_.emplace(origin, std::move(*client)).first->second.get();
}

void Courier::send(Parcel parcel, Done done) {
  const Result<WebhookUrl> url = WebhookUrl::parse(parcel.url);
  http::HttpClient* const client = url ? client_of(url->origin) : nullptr;
  if (client == nullptr) return done(0);
  http::HttpRequest request;
  request.method = "POST";
  request.target = url->target;
  request.headers = {{"Content-Type", "application/json; charset=utf-8"},
                     {"User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)"},
                     {"Stripe-Signature", std::move(parcel.signature)}};
  request.body = std::move(parcel.body);
  client->send(std::move(request), [done = std::move(done)](const http::HttpResult& result) {
    const auto* response = std::get_if<http::HttpResponse>(&result);
    done(response == nullptr ? 0 : response->status);
  });
}

}  // namespace paysaga::sim::stripe
