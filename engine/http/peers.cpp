#include "paysaga/engine/http/peers.hpp"

#include <algorithm>
#include <array>

#include "paysaga/engine/stripe/http_client.hpp"

namespace paysaga::engine::http {
namespace {

constexpr std::chrono::seconds connect_timeout{2};
constexpr std::size_t connections_max = 64;

/// What belongs to one connection, not to the message. Source: RFC 9110, section 7.6.1.
bool is_of_connection(std::string_view name) {
  constexpr std::array<std::string_view, 9> names{
      "host",       "connection", "content-length", "transfer-encoding", "expect", "te",
      "keep-alive", "upgrade",    "origin"};
  std::string lower{name};
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return std::ranges::find(names, lower) != names.end();
}

stripe::HttpRequest to_request(Request request, const std::string& node) {
  stripe::HttpRequest out;
  out.method = std::move(request.method);
  out.target = std::move(request.target);
  for (auto& [name, value] : request.headers) {
    if (name == "idempotency-key") out.repeatable = true;
    if (!is_of_connection(name)) out.headers.emplace_back(name, std::move(value));
  }
  out.repeatable |= out.method == "GET";
  out.headers.emplace_back(forwarded_header, node);
  out.body = std::move(request.body);
  return out;
}

Response to_response(stripe::HttpResponse from) {
  Response response;
  response.status = from.status;
  response.content_type = std::string{from.header("content-type").value_or("application/json")};
  response.body = std::move(from.body);
  for (auto& [name, value] : from.headers) {
    if (is_of_connection(name) || name == "Content-Type" || name == "content-type") continue;
    response.headers.emplace_back(name, std::move(value));
  }
  return response;
}

}  // namespace

Peers::Peers(std::string node, std::chrono::milliseconds answer_timeout)
    : node_{std::move(node)}, answer_timeout_{answer_timeout} {}

void Peers::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;  // From now on no client is made.
  }
  for (const auto& [address, client] : clients_) client->stop();
}

bool Peers::ask(const std::string& address, Request request, Done done) {
  stripe::Transport* client = client_to(address);
  if (client == nullptr) return false;
  client->send(to_request(std::move(request), node_),
               [done = std::move(done)](stripe::HttpResult result) {
                 if (auto* response = std::get_if<stripe::HttpResponse>(&result)) {
                   return done(to_response(std::move(*response)));
                 }
                 done(std::get<stripe::TransportFailure>(std::move(result)));
               });
  return true;
}

stripe::Transport* Peers::client_to(const std::string& address) {
  const std::lock_guard lock{mutex_};
  if (stopping_) return nullptr;
  if (const auto known = clients_.find(address); known != clients_.end()) {
    return known->second.get();
  }
  stripe::HttpClientOptions options;
  auto url = stripe::BaseUrl::parse(address);
  if (!url) return nullptr;
  options.url = std::move(*url);
  options.connections_max = connections_max;
  options.connect_timeout = std::min<std::chrono::milliseconds>(connect_timeout, answer_timeout_);
  options.request_timeout = answer_timeout_;
  auto started = stripe::HttpClient::start(std::move(options));
  if (!started) return nullptr;
  return clients_.emplace(address, std::move(*started)).first->second.get();
}

}  // namespace paysaga::engine::http
