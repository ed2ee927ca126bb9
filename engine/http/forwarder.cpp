#include "paysaga/engine/http/forwarder.hpp"

#include <algorithm>
#include <array>

#include "paysaga/engine/http/problem.hpp"
#include "paysaga/engine/stripe/http_client.hpp"

namespace paysaga::engine::http {
namespace {

constexpr std::chrono::seconds answer_timeout{65};  // Longer than any `Prefer: wait`.
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

Response again(const OrderId& order, std::string_view code, std::string detail) {
  Problem problem{503, std::string{code}, std::move(detail), order.text(), {}, {}, true, 1};
  return http::to_response(problem);
}

}  // namespace

Forwarder::Forwarder(storage::Log& log, std::string node, std::string address)
    : node_{std::move(node)}, address_{std::move(address)}, owners_{log} {}

Forwarder::~Forwarder() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;  // From now on no client is made.
  }
  for (const auto& [address, client] : clients_) client->stop();
}

void Forwarder::forward(storage::PartitionId partition, const OrderId& order, Request request,
                        Done done) {
  owners_.find(partition, [this, partition, order, request = std::move(request),
                           done = std::move(done)](Result<storage::Claim> claim) mutable {
    if (!claim) return done(again(order, "not_leading", claim.error().detail));
    if (claim->address == address_) {
      owners_.forget(partition);
      return done(again(order, "not_leading", "the order's partition changes its leader"));
    }
    send(partition, order, claim->address, std::move(request), done);
  });
}

stripe::Transport* Forwarder::client_to(const std::string& address) {
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
  options.connect_timeout = connect_timeout;
  options.request_timeout = answer_timeout;
  auto started = stripe::HttpClient::start(std::move(options));
  if (!started) return nullptr;
  return clients_.emplace(address, std::move(*started)).first->second.get();
}

void Forwarder::send(storage::PartitionId partition, const OrderId& order,
                     const std::string& address, Request request, const Done& done) {
  stripe::Transport* client = client_to(address);
  if (client == nullptr) {
    return done(
        again(order, "not_leading", "the leader's address " + address + " cannot be asked"));
  }
  client->send(to_request(std::move(request), node_),
               [this, partition, order, address, done](stripe::HttpResult result) {
                 if (auto* response = std::get_if<stripe::HttpResponse>(&result)) {
                   if (response->status == 503) owners_.forget(partition);
                   return done(to_response(std::move(*response)));
                 }
                 owners_.forget(partition);
                 const auto& failure = std::get<stripe::TransportFailure>(result);
                 const std::string why{stripe::to_text(failure.fault)};
                 if (!failure.maybe_sent) {
                   return done(again(order, "not_leading",
                                     "the leader at " + address + " is not reachable: " + why));
                 }
                 done(again(order, "outcome_unknown",
                            "the leader at " + address + " did not answer (" + why +
                                "): repeat with the same Idempotency-Key"));
               });
}

}  // namespace paysaga::engine::http
