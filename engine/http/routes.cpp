#include "paysaga/engine/http/routes.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace paysaga::engine::http {
namespace {

using enum Operation;

constexpr std::array route_table = {
    Route{"POST", "/v1/orders/{order_id}/payment", "payment_initiate", command, "payment.initiate"},
    Route{"POST", "/v1/orders/{order_id}/payment/confirm", "payment_confirm", command,
          "payment.confirm"},
    Route{"POST", "/v1/orders/{order_id}/payment/capture", "payment_capture", command,
          "payment.capture"},
    Route{"POST", "/v1/orders/{order_id}/payment/cancel", "payment_cancel", command,
          "payment.cancel"},
    Route{"POST", "/v1/orders/{order_id}/cancel", "order_cancel", command, "order.cancel"},
    Route{"POST", "/v1/orders/{order_id}/rejected", "order_rejected", command, "order.rejected"},
    Route{"POST", "/v1/orders/{order_id}/delivery_failed", "order_delivery_failed", command,
          "order.delivery_failed"},
    Route{"POST", "/v1/orders/{order_id}/fulfilled", "order_fulfilled", command, "order.fulfilled"},
    Route{"POST", "/v1/orders/{order_id}/refunds", "refund_request", command, "refund.request"},
    Route{"POST", "/v1/orders/{order_id}/hold", "order_hold", command, "order.hold"},
    Route{"POST", "/v1/orders/{order_id}/resume", "order_resume", order_resume, "order.resume"},
    Route{"POST", "/v1/orders/{order_id}/skip", "order_skip", order_skip, ""},
    Route{"GET", "/v1/orders/{order_id}/payment/next-action", "payment_next_action", next_action,
          ""},
    Route{"GET", "/v1/orders/{order_id}/timeline", "order_timeline", order_timeline, ""},
    Route{"GET", "/v1/orders/{order_id}", "order_show", order_show, ""},
    Route{"GET", "/v1/orders", "order_list", order_list, ""},
    Route{"GET", "/v1/order-counts", "order_count", order_count, ""},
    Route{"POST", "/v1/commands", "commands", commands, ""},
    Route{"GET", "/v1/actors", "actor_list", actor_list, ""},
    Route{"GET", "/v1/actors/{order_id}", "actor_show", actor_show, ""},
    Route{"GET", "/v1/partitions", "partition_list", partition_list, ""},
    Route{"GET", "/v1/dead-letters", "dead_letter_list", dead_letter_list, ""},
    Route{"GET", "/v1/dead-letters/{dead_letter_id}", "dead_letter_show", dead_letter_show, ""},
    Route{"POST", "/v1/dead-letters/{dead_letter_id}/redrive", "dead_letter_redrive",
          dead_letter_redrive, ""},
    Route{"POST", "/v1/dead-letters/{dead_letter_id}/discard", "dead_letter_discard",
          dead_letter_discard, ""},
    Route{"POST", "/v1/checkpoints", "checkpoint_make", checkpoint_make, ""},
    Route{"GET", "/v1/stripe/limits", "stripe_limits", stripe_limits, ""},
    Route{"POST", "/v1/reconcile", "reconcile_begin", reconcile_begin, ""},
    Route{"GET", "/v1/reconcile", "reconcile_show", reconcile_show, ""},
    Route{"GET", "/v1/holds", "hold_list", hold_list, ""},
    Route{"POST", "/v1/holds", "hold_set", hold_set, ""},
    Route{"POST", "/v1/holds/clear", "hold_clear", hold_clear, ""},
    Route{"POST", "/webhooks/stripe", "stripe_webhook", stripe_webhook, ""},
    Route{"GET", "/livez", "livez", livez, ""},
    Route{"GET", "/readyz", "readyz", readyz, ""},
    Route{"GET", "/metrics", "metrics", metrics, ""},
    Route{"GET", "/version", "version", version, ""},
    Route{"GET", "/openapi.json", "openapi", openapi, ""},
    Route{"GET", "/", "home", home, ""},
};

/// The parameters of `pattern` in `segments`; none if they do not match.
std::optional<std::vector<std::string>> match(std::string_view pattern,
                                              const std::vector<std::string>& segments) {
  std::vector<std::string> parameters;
  std::size_t at = 0;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);  // The slash.
    if (pattern.empty()) break;
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    const std::string_view piece = pattern.substr(0, end);
    if (at == segments.size()) return std::nullopt;
    if (piece == "{dead_letter_id}") {  // Such an id has slashes: payment-commands/3/1207.
      pattern.remove_prefix(end);
      const auto behind = static_cast<std::size_t>(std::ranges::count(pattern, '/'));
      std::string id = segments[at];
      while (++at + behind < segments.size()) id.append("/").append(segments[at]);
      parameters.push_back(std::move(id));
      continue;
    }
    if (piece.front() == '{') {
      parameters.push_back(segments[at]);
    } else if (piece != segments[at]) {
      return std::nullopt;
    }
    ++at;
    pattern.remove_prefix(end);
  }
  if (at != segments.size()) return std::nullopt;
  return parameters;
}

}  // namespace

std::span<const Route> routes() {
  return route_table;
}

std::vector<std::string_view> operation_names() {
  std::vector<std::string_view> names;
  names.reserve(route_table.size());
  for (const Route& route : route_table) names.push_back(route.name);
  return names;
}

std::variant<Match, PathUnknown, MethodUnknown> find_route(std::string_view method,
                                                           const Target& target) {
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  std::string allow;
  for (const Route& route : route_table) {
    auto parameters = match(route.pattern, target.segments);
    if (!parameters) continue;
    if (route.method == wanted) return Match{&route, std::move(*parameters)};
    if (!allow.empty()) allow += ", ";
    allow += route.method == "GET" ? "GET, HEAD" : route.method;
  }
  if (allow.empty()) return PathUnknown{};
  return MethodUnknown{std::move(allow)};
}

}  // namespace paysaga::engine::http
