#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "paysaga/engine/http/message.hpp"

namespace paysaga::engine::http {

/// What a request asks for. docs/api/openapi.json describes each by its `operationId`.
enum class Operation {
  command,  // One command for one order; the route names it.
  commands,
  order_show,
  order_timeline,
  next_action,
  order_list,
  order_count,
  order_resume,
  order_skip,
  actor_list,
  actor_show,
  partition_list,
  dead_letter_list,
  dead_letter_show,
  dead_letter_redrive,
  dead_letter_discard,
  checkpoint_make,
  stripe_limits,
  reconcile_begin,
  reconcile_show,
  hold_list,
  hold_set,
  hold_clear,
  stripe_webhook,
  livez,
  readyz,
  metrics,
  version,
  openapi,
  home,
};

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/v1/orders/{order_id}/payment".
  std::string_view name;     // operationId, and the label of its metrics.
  Operation operation;
  std::string_view command;  // "payment.initiate", for Operation::command.
};

[[nodiscard]] std::span<const Route> routes();
/// Their names: the closed set of labels that Metrics is made with.
[[nodiscard]] std::vector<std::string_view> operation_names();

/// A route and what stands in the place of its {parameters}, in order.
struct Match {
  const Route* route;
  std::vector<std::string> parameters;
};
struct PathUnknown {};
struct MethodUnknown {
  std::string allow;  // "GET, POST".
};

/// HEAD finds what GET finds.
[[nodiscard]] std::variant<Match, PathUnknown, MethodUnknown> find_route(std::string_view method,
                                                                         const Target& target);

}  // namespace paysaga::engine::http
