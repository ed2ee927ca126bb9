#include "paysaga/sim/stripe/route.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace paysaga::sim::stripe {
namespace {

struct Route {
  std::string_view method;
  std::string_view start;
  bool id;               // An id follows the start.
  std::string_view end;  // What follows the id.
  Endpoint endpoint;
  bool change = false;  // It may change the account.
};

constexpr Route read(std::string_view path, Endpoint endpoint) {
  return {"GET", path, path.ends_with('/'), "", endpoint};
}
constexpr Route change(std::string_view path, Endpoint endpoint, std::string_view end = "") {
  return {"POST", path, path.ends_with('/'), end, endpoint, true};
}

/// A path that ends with a slash is followed by an id.
constexpr std::array routes{
    change("/v1/payment_intents", Endpoint::create_intent),
    change("/v1/payment_intents/", Endpoint::confirm_intent, "/confirm"),
    change("/v1/payment_intents/", Endpoint::capture_intent, "/capture"),
    change("/v1/payment_intents/", Endpoint::cancel_intent, "/cancel"),
    change("/v1/payment_intents/", Endpoint::update_intent),
    read("/v1/payment_intents", Endpoint::list_intents),
    read("/v1/payment_intents/search", Endpoint::search_intents),
    read("/v1/payment_intents/", Endpoint::retrieve_intent),
    change("/v1/refunds", Endpoint::create_refund),
    change("/v1/refunds/", Endpoint::cancel_refund, "/cancel"),
    change("/v1/refunds/", Endpoint::update_refund),
    read("/v1/refunds", Endpoint::list_refunds),
    read("/v1/refunds/", Endpoint::retrieve_refund),
    read("/v1/charges", Endpoint::list_charges),
    read("/v1/charges/", Endpoint::retrieve_charge),
    change("/v1/disputes/", Endpoint::close_dispute, "/close"),
    change("/v1/disputes/", Endpoint::update_dispute),
    read("/v1/disputes", Endpoint::list_disputes),
    read("/v1/disputes/", Endpoint::retrieve_dispute),
    read("/v1/balance_transactions", Endpoint::list_transactions),
    read("/v1/balance_transactions/", Endpoint::retrieve_transaction),
    read("/v1/events", Endpoint::list_events),
    read("/v1/events/", Endpoint::retrieve_event),
    change("/v1/webhook_endpoints", Endpoint::create_endpoint),
    change("/v1/webhook_endpoints/", Endpoint::update_endpoint),
    Route{"DELETE", "/v1/webhook_endpoints/", true, "", Endpoint::delete_endpoint, true},
    read("/v1/webhook_endpoints", Endpoint::list_endpoints),
    read("/v1/webhook_endpoints/", Endpoint::retrieve_endpoint),
    read("/_sim/books", Endpoint::sim_books),
    read("/_sim/faults", Endpoint::sim_faults),
    Route{"POST", "/_sim/faults", false, "", Endpoint::sim_faults},
    read("/_sim/limits", Endpoint::sim_limits),
    Route{"POST", "/_sim/limits", false, "", Endpoint::sim_limits},
    read("/_sim/behaviour", Endpoint::sim_behaviour),
    change("/_sim/behaviour", Endpoint::sim_set_behaviour),
    read("/_sim/clock", Endpoint::sim_clock),
    change("/_sim/clock", Endpoint::sim_advance_clock),
    read("/_sim/requests", Endpoint::sim_requests),
    read("/_sim/deliveries", Endpoint::sim_deliveries),
    change("/_sim/play/", Endpoint::sim_play),
    read("/_sim/authenticate/", Endpoint::sim_authenticate),
    change("/_sim/authenticate/", Endpoint::sim_answer),
};

bool matches(const Route& route, std::string_view method, std::string_view path) {
  if (route.method != method || !path.starts_with(route.start)) return false;
  path.remove_prefix(route.start.size());
  if (!route.id) return path.empty();
  if (!path.ends_with(route.end)) return false;
  path.remove_suffix(route.end.size());
  return !path.empty() && path.find('/') == std::string_view::npos;
}

int base64_value(char c) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t place = letters.find(c);
  return place == std::string_view::npos ? -1 : static_cast<int>(place);
}

/// What is no base64 ends the text.
std::string base64_decode(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const int value = base64_value(c);
    if (value < 0) break;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((bits >> count) & 0xffU);
    }
  }
  return out;
}

std::string secret_key(std::string_view header) {
  constexpr std::string_view bearer = "Bearer ";
  constexpr std::string_view basic = "Basic ";
  if (header.starts_with(bearer)) return std::string{header.substr(bearer.size())};
  if (!header.starts_with(basic)) return {};
  const std::string pair = base64_decode(header.substr(basic.size()));
  return pair.substr(0, pair.find(':'));  // The key is the user name; there is no password.
}

}  // namespace

Endpoint find_endpoint(std::string_view method, std::string_view path) {
  for (const Route& route : routes) {
    if (matches(route, method, path)) return route.endpoint;
  }
  return Endpoint::unknown;
}

std::string_view id_in_path(std::string_view path) {
  for (const Route& route : routes) {
    if (!route.id || !matches(route, route.method, path)) continue;
    path.remove_prefix(route.start.size());
    path.remove_suffix(route.end.size());
    return path;
  }
  return {};
}

bool is_control(Endpoint endpoint) {
  return endpoint >= Endpoint::sim_books;
}

bool is_change(Endpoint endpoint) {
  return std::any_of(routes.begin(), routes.end(), [&](const Route& route) {
    return route.change && route.endpoint == endpoint;
  });
}

std::optional<ErrorReply> check_authorization(std::string_view header) {
  // The key itself never stands in an answer: answers are logged.
  constexpr std::string_view type = "invalid_request_error";
  const std::string key = secret_key(header);
  if (key.empty()) {
    return ErrorReply{401, type, "", "",
                      "You did not provide an API key. Send it as 'Authorization: Bearer sk_...'."};
  }
  for (const std::string_view start : {"sk_test_", "rk_test_"}) {
    if (key.size() > start.size() && key.starts_with(start)) return std::nullopt;
  }
  return ErrorReply{401, type, "", "",
                    "Invalid API key: this Stripe simulator takes test keys only (sk_test_... or "
                    "rk_test_...)."};
}

}  // namespace paysaga::sim::stripe
