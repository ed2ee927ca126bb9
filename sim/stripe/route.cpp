#include "paysaga/sim/stripe/route.hpp"

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
};

constexpr std::array routes{
    Route{"POST", "/v1/payment_intents", false, "", Endpoint::create_intent},
    Route{"POST", "/v1/payment_intents/", true, "/confirm", Endpoint::confirm_intent},
    Route{"POST", "/v1/payment_intents/", true, "/cancel", Endpoint::cancel_intent},
    Route{"POST", "/v1/payment_intents/", true, "/capture", Endpoint::capture_intent},
    Route{"POST", "/v1/payment_intents/", true, "", Endpoint::update_intent},
    Route{"GET", "/v1/payment_intents", false, "", Endpoint::list_intents},
    Route{"GET", "/v1/payment_intents/", true, "", Endpoint::retrieve_intent},
    Route{"POST", "/v1/refunds", false, "", Endpoint::create_refund},
    Route{"GET", "/v1/refunds", false, "", Endpoint::list_refunds},
    Route{"GET", "/v1/refunds/", true, "", Endpoint::retrieve_refund},
    Route{"POST", "/v1/refunds/", true, "/cancel", Endpoint::cancel_refund},
    Route{"POST", "/v1/refunds/", true, "", Endpoint::update_refund},
    Route{"GET", "/v1/disputes/", true, "", Endpoint::retrieve_dispute},
    Route{"POST", "/v1/disputes/", true, "/close", Endpoint::close_dispute},
    Route{"POST", "/v1/disputes/", true, "", Endpoint::update_dispute},
    Route{"GET", "/v1/charges/", true, "", Endpoint::retrieve_charge},
    Route{"GET", "/_sim/books", false, "", Endpoint::sim_books},
    Route{"GET", "/_sim/faults", false, "", Endpoint::sim_faults},
    Route{"POST", "/_sim/faults", false, "", Endpoint::sim_faults},
    Route{"GET", "/_sim/behaviour", false, "", Endpoint::sim_behaviour},
    Route{"POST", "/_sim/behaviour", false, "", Endpoint::sim_set_behaviour},
    Route{"POST", "/_sim/play/", true, "", Endpoint::sim_play},
    Route{"GET", "/_sim/authenticate/", true, "", Endpoint::sim_authenticate},
    Route{"POST", "/_sim/authenticate/", true, "", Endpoint::sim_answer},
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
  switch (endpoint) {
    case Endpoint::create_intent:
    case Endpoint::update_intent:
    case Endpoint::confirm_intent:
    case Endpoint::capture_intent:
    case Endpoint::cancel_intent:
    case Endpoint::create_refund:
    case Endpoint::update_refund:
    case Endpoint::cancel_refund:
    case Endpoint::update_dispute:
    case Endpoint::close_dispute:
    case Endpoint::sim_set_behaviour:
    case Endpoint::sim_play:
    case Endpoint::sim_answer:
      return true;
    case Endpoint::unknown:
    case Endpoint::retrieve_intent:
    case Endpoint::list_intents:
    case Endpoint::retrieve_refund:
    case Endpoint::list_refunds:
    case Endpoint::retrieve_charge:
    case Endpoint::retrieve_dispute:
    case Endpoint::sim_books:
    case Endpoint::sim_faults:
    case Endpoint::sim_behaviour:
    case Endpoint::sim_authenticate:
      return false;
  }
  ensure(false, "an endpoint changes something or not");
  return false;
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
