// Holds of nodes: shown, set and cleared at the node that is asked, and passed on to the others.

#include <algorithm>

#include "paysaga/engine/http/api.hpp"
#include "paysaga/engine/http/problem.hpp"
#include "paysaga/engine/http/query.hpp"
#include "paysaga/engine/http/render.hpp"
#include "paysaga/engine/node_holds.hpp"
#include "paysaga/engine/system_clock.hpp"
#include "paysaga/storage/json_reader.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::engine::http {
namespace {

using actors::HoldScope;
using actors::NodeHold;

Response refused(const Error& error) {
  return to_response(to_problem(error));
}

/// The array `name` of another node's answer, its items as they stand.
std::vector<std::string> items_of(const std::string& body, std::string_view name) {
  std::vector<std::string> items;
  const auto document = storage::JsonDocument::parse(body);
  const auto list = document ? document->root().find(name) : std::nullopt;
  if (!list || list->type() != storage::JsonType::array) return items;
  for (storage::JsonCursor cursor{*list}; !cursor.done(); cursor.next()) {
    items.push_back(cursor.value().json());
  }
  return items;
}

/// What another node says went wrong.
std::string detail_of(const FellowAnswer& told) {
  if (told.status == 0) return told.why;
  const auto document = storage::JsonDocument::parse(told.body);
  const auto detail = document ? document->root().find("detail") : std::nullopt;
  const auto text = detail ? detail->text() : std::nullopt;
  return "it answered " + std::to_string(told.status) +
         (text ? ": " + std::string{*text} : std::string{});
}

void write_not_reached(storage::JsonWriter& json, const std::vector<FellowAnswer>& others) {
  json.key("not_reached").open_array();
  for (const FellowAnswer& told : others) {
    if (told.status == 200) continue;
    json.open_object();
    json.key("node").text(told.node);
    json.key("address").text(told.address);
    json.key("why").text(detail_of(told));
    json.close_object();
  }
  json.close_array();
}

std::string holds_json(const std::string& node, const std::vector<NodeHold>& holds,
                       const std::vector<FellowAnswer>& others) {
  std::string text;
  storage::JsonWriter json{text};
  json.open_object();
  json.key("holds").open_array();
  for (const NodeHold& hold : holds) {
    json.open_object();
    json.key("node").text(node);
    write_hold(json, hold);
    json.close_object();
  }
  for (const FellowAnswer& told : others) {
    for (const std::string& item : items_of(told.body, "holds")) json.raw(item);
  }
  json.close_array();
  write_not_reached(json, others);
  json.close_object();
  return text;
}

/// What was done where. `here`: false if the asked node was not meant, or refused.
std::string done_json(const std::string& node, bool here, const NodeHold& hold,
                      const std::vector<FellowAnswer>& others) {
  std::string text;
  storage::JsonWriter json{text};
  json.open_object();
  json.key("hold").open_object();
  write_hold(json, hold);
  json.close_object();
  json.key("nodes").open_array();
  if (here) json.text(node);
  for (const FellowAnswer& told : others) {
    if (told.status == 200) json.text(told.node);
  }
  json.close_array();
  write_not_reached(json, others);
  json.close_object();
  return text;
}

/// Whoever has it, or is meant, may be among those that did not answer.
Response nowhere(const std::vector<FellowAnswer>& others) {
  std::string names;
  for (const FellowAnswer& told : others) {
    names.append(names.empty() ? "" : ", ").append(told.node.empty() ? "a node" : told.node);
    names.append(" (").append(detail_of(told)).append(")");
  }
  return to_response({503,
                      "not_reached",
                      "no node that answered is meant; not reached: " + names,
                      {},
                      {},
                      {},
                      true,
                      1});
}

/// A node of another name is not meant, and one without the hold has nothing to clear: neither is
/// missing.
bool is_not_meant(const FellowAnswer& told) {
  return told.status == 404;
}

}  // namespace

void Api::run_hold(Call call) {
  const Operation operation = call.match.route->operation;
  if (operation == Operation::hold_list) return list_holds(std::move(call));
  if (!is_media_type(call.request.header("content-type").value_or(""), "application/json")) {
    return call.done(to_response(
        {415, "content_type", "send Content-Type: application/json", {}, {}, {}, false, {}}));
  }
  const auto document = storage::JsonDocument::parse(call.request.body);
  if (!document) return call.done(refused(document.error()));
  auto hold = read_hold(document->root(), operation == Operation::hold_clear);
  if (!hold) return call.done(refused(hold.error()));
  if (hold->scope == HoldScope::node && hold->name.empty()) hold->name = options_.node;
  if (hold->scope == HoldScope::provider && hold->name.empty()) hold->name = "stripe";
  if (!call.request.header(forwarded_header)) hold->since = SystemClock{}.now();
  change_hold(std::move(call), std::move(*hold));
}

void Api::list_holds(Call call) {
  auto holds = engine().holds();
  if (call.request.header(forwarded_header)) {
    return call.done(json_response(holds_json(options_.node, holds, {})));
  }
  engine().ask_fellows({"GET", call.request.target, call.request.headers, ""},
                       [self = shared_from_this(), holds = std::move(holds),
                        done = std::move(call.done)](const std::vector<FellowAnswer>& others) {
                         done(json_response(holds_json(self->options_.node, holds, others)));
                       });
}

/// First here, then at the others: who asks a node that refuses has changed nothing.
void Api::change_hold(Call call, NodeHold hold) {
  const bool clears = call.match.route->operation == Operation::hold_clear;
  const bool forwarded = call.request.header(forwarded_header).has_value();
  // A node that was named anew still obeys what held it under its former name.
  const auto holds = engine().holds();
  const bool kept = clears && std::ranges::any_of(holds, [&hold](const NodeHold& one) {
                      return one.scope == hold.scope && one.name == hold.name;
                    });
  const bool meant = kept || hold.scope != HoldScope::node || hold.name == options_.node;
  Result<void> here = fail(ErrorCode::not_found, "this node is " + options_.node);
  if (meant) {
    here =
        clears ? engine().clear_hold(hold.scope, hold.name, hold.reason) : engine().set_hold(hold);
  }
  // What is not held here may be held elsewhere.
  const bool missing = !here && here.error().code == ErrorCode::not_found;
  if (!here && (forwarded || !missing)) return call.done(refused(here.error()));
  const bool only_here = hold.scope == HoldScope::node && meant;
  if (forwarded || only_here) {
    if (!here) return call.done(refused(here.error()));
    return call.done(json_response(done_json(options_.node, true, hold, {})));
  }
  Request request{"POST", call.request.target, call.request.headers, {}};
  storage::JsonWriter json{request.body};
  json.open_object();
  write_hold(json, hold);
  json.close_object();
  engine().ask_fellows(request, [self = shared_from_this(), hold, here,
                                 done = std::move(call.done)](std::vector<FellowAnswer> others) {
    std::erase_if(others, is_not_meant);
    const bool anywhere =
        std::ranges::any_of(others, [](const FellowAnswer& told) { return told.status == 200; });
    if (!here && !anywhere) {
      return done(others.empty() ? refused(here.error()) : nowhere(others));
    }
    done(json_response(done_json(self->options_.node, here.has_value(), hold, others)));
  });
}

}  // namespace paysaga::engine::http
