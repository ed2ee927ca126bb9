#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <simdjson.h>

#include "apps/cli.hpp"
#include "apps/confirm.hpp"
#include "apps/data_directory.hpp"
#include "apps/json_view.hpp"
#include "paysaga/engine/node_holds.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::apps {
namespace {

struct HoldOptions {
  std::string scope;
  std::string name;
  std::string state;
  std::string reason;
  std::string ticket;
  bool yes = false;
  std::size_t limit = 100;
};
using Options = std::shared_ptr<HoldOptions>;

/// A held order in the form of the other holds, out of its whole JSON.
std::string order_hold_json(const Json& order) {
  std::string text;
  storage::JsonWriter json{text};
  json.open_object();
  json.key("scope").text("order");
  json.key("name").text(text_at(order, "/order_id"));
  json.key("reason").text(text_at(order, "/held/reason"));
  json.key("ticket");
  const std::string ticket = text_at(order, "/held/ticket");
  ticket.empty() ? json.null() : json.text(ticket);
  json.key("since").text(text_at(order, "/held/since"));
  json.close_object();
  return text;
}

Listing listing_of() {
  Listing listing;
  listing.array = "holds";
  listing.id = "/name";
  listing.columns = {{"SCOPE"}, {"NAME"}, {"STATE"}, {"SINCE"}, {"TICKET"}, {"REASON"}, {"NODE"}};
  listing.row = [](const Json& hold) {
    const std::string state = text_at(hold, "/state");
    return std::vector<std::string>{text_at(hold, "/scope"),        text_at(hold, "/name"),
                                    state.empty() ? "held" : state, age_at(hold, "/since"),
                                    text_at(hold, "/ticket"),       text_at(hold, "/reason"),
                                    text_at(hold, "/node")};
  };
  return listing;
}

/// One object of the node, or why there is none.
Result<std::string> fetch(NodeClient& client, const std::string& target) {
  const auto answer = client.get(target);
  if (!answer) return tl::unexpected<Error>{answer.error()};
  if (answer->status == 200) return answer->body;
  return fail(answer->status == 404 ? ErrorCode::not_found : ErrorCode::unavailable,
              "the node answered " + std::to_string(answer->status) + " for " + target);
}

/// One line a node that did not tell, or did not do, what was asked.
bool say_not_reached(const Json& answer) {
  simdjson::dom::array list;
  if (answer["not_reached"].get(list) != simdjson::SUCCESS) return false;
  bool any = false;
  for (const Json node : list) {
    any = true;
    const std::string name = text_at(node, "/node");
    complain("not reached: " + (name.empty() ? std::string{"a node"} : name) + " " +
             text_at(node, "/address") + ": " + text_at(node, "/why"));
  }
  return any;
}

/// The held orders, each as a hold: asked of the node one by one, for a list has no reasons.
Result<void> add_orders(NodeClient& client, std::size_t limit, std::vector<std::string>& items) {
  const auto page = fetch(
      client, "/v1/orders?held=true&limit=" + std::to_string(std::min<std::size_t>(limit, 500)));
  if (!page) return tl::unexpected<Error>{page.error()};
  simdjson::dom::parser parser;
  Json json;
  simdjson::dom::array orders;
  if (parser.parse(*page).get(json) != simdjson::SUCCESS ||
      json["orders"].get(orders) != simdjson::SUCCESS) {
    return fail(ErrorCode::unavailable, "the node's list of orders cannot be read");
  }
  for (const Json summary : orders) {
    const auto order = fetch(client, "/v1/orders/" + percent_encode(text_at(summary, "/order_id")));
    if (!order) return tl::unexpected<Error>{order.error()};
    simdjson::dom::parser of_order;
    Json whole;
    if (of_order.parse(*order).get(whole) != simdjson::SUCCESS) continue;
    if (!text_at(whole, "/held/reason").empty()) items.push_back(order_hold_json(whole));
  }
  Gaps gaps;
  gaps.add(json);
  gaps.say();
  return {};
}

ExitCode list_directory(const Common& common, const HoldOptions& options) {
  std::vector<std::string> items;
  const auto holds = engine::kept_holds(*common.data);
  if (!holds) return complain_of(holds.error());
  for (const actors::NodeHold& hold : *holds) {
    std::string text;
    storage::JsonWriter json{text};
    json.open_object();
    engine::write_hold(json, hold);
    json.close_object();
    items.push_back(std::move(text));
  }
  auto store = open_store(*common.data);
  if (!store) return complain_of(store.error());
  storage::OrderQuery query;
  query.held = true;
  const auto orders = list_orders(**store, query, options.limit);
  if (!orders) return complain_of(orders.error());
  for (const std::string& summary : *orders) {
    simdjson::dom::parser parser;
    Json json;
    if (parser.parse(summary).get(json) != simdjson::SUCCESS) continue;
    const auto order = stored_order(**store, text_at(json, "/order_id"));
    if (!order) return complain_of(order.error());
    simdjson::dom::parser of_order;
    Json whole;
    if (of_order.parse(*order).get(whole) != simdjson::SUCCESS) continue;
    if (!text_at(whole, "/held/reason").empty()) items.push_back(order_hold_json(whole));
  }
  return print_items(common.output, listing_of(), items);
}

ExitCode list(const Common& common, const HoldOptions& options) {
  if (common.data) return list_directory(common, options);
  auto client = NodeClient::to(common.node_url);
  if (!client) return complain_of(client.error());
  const auto answer = fetch(*client, "/v1/holds");
  if (!answer) return complain_of(answer.error());
  simdjson::dom::parser parser;
  Json json;
  simdjson::dom::array holds;
  if (parser.parse(*answer).get(json) != simdjson::SUCCESS ||
      json["holds"].get(holds) != simdjson::SUCCESS) {
    return complain_of(Error{ErrorCode::unavailable, "the node's list of holds cannot be read"});
  }
  std::vector<std::string> items;
  for (const Json hold : holds) items.push_back(simdjson::minify(hold));
  if (auto added = add_orders(*client, options.limit, items); !added) {
    return complain_of(added.error());
  }
  const bool missing = say_not_reached(json);
  const ExitCode printed = print_items(common.output, listing_of(), items);
  return missing && printed == ExitCode::ok ? ExitCode::partly_done : printed;
}

std::string body_of(const HoldOptions& options) {
  std::string text;
  storage::JsonWriter json{text};
  json.open_object();
  if (options.scope != "order") {
    json.key("scope").text(options.scope);
    if (!options.name.empty()) json.key("name").text(options.name);
    if (!options.state.empty()) json.key("state").text(options.state);
  }
  json.key("reason").text(options.reason);
  if (!options.ticket.empty()) json.key("ticket").text(options.ticket);
  json.close_object();
  return text;
}

/// Where the change is asked for.
std::string target_of(const HoldOptions& options, bool clears) {
  if (options.scope != "order") return clears ? "/v1/holds/clear" : "/v1/holds";
  return "/v1/orders/" + percent_encode(options.name) + (clears ? "/resume" : "/hold");
}

ExitCode change(const Common& common, const HoldOptions& options, bool clears) {
  if (options.name.empty() && options.scope != "node" && options.scope != "provider") {
    complain("a hold of scope " + options.scope + " needs a NAME; see `paysaga hold set --help`");
    return ExitCode::usage;
  }
  const std::string what = options.scope + (options.name.empty() ? "" : " " + options.name) +
                           (options.state.empty() ? "" : " " + options.state);
  const std::string act = clears ? "clear the hold of " : "hold ";
  if (!options.yes &&
      !is_confirmed(act + what, "to " + act + what + " without a terminal needs -y")) {
    return ExitCode::guarded;
  }
  auto client = NodeClient::to(common.node_url);
  if (!client) return complain_of(client.error());
  const auto answer =
      client->post(target_of(options, clears), body_of(options), "application/json", {});
  if (!answer) return complain_of(answer.error());
  if (answer->status >= 300) return complain_of(*answer);
  simdjson::dom::parser parser;
  Json json;
  if (parser.parse(answer->body).get(json) != simdjson::SUCCESS) return ExitCode::error;
  const bool missing = say_not_reached(json);
  if (common.output != "table") {
    fmt::print("{}\n", answer->body);
  } else {
    simdjson::dom::array nodes;
    std::string at;
    if (json["nodes"].get(nodes) == simdjson::SUCCESS) {
      for (const Json node : nodes) at += (at.empty() ? " at " : ", ") + text_at(node, "");
    }
    fmt::print("{} {}{}\n", clears ? "cleared:" : "held:", what, at);
  }
  return missing ? ExitCode::partly_done : ExitCode::ok;
}

void add_change(CLI::App& noun, Common& common, Work& work, const Options& options, bool clears) {
  CLI::App* verb =
      clears ? noun.add_subcommand("clear", "End a hold; what waited goes on")
             : noun.add_subcommand("set", "Start no calls of a kind until the hold is cleared");
  verb->add_option("SCOPE", options->scope, "provider, operation, node, breaker or order")
      ->required()
      ->check(CLI::IsMember({"provider", "operation", "node", "breaker", "order"}));
  verb->add_option(
      "NAME", options->name,
      "stripe; create, confirm, capture, cancel, refund or reads; a node's id (that of "
      "the node that is asked); an endpoint of `stripe limits`, or all; an order's id");
  if (!clears) {
    verb->add_option("STATE", options->state,
                     "Of a breaker: open (no calls) or closed (calls, "
                     "although it failed)");
  }
  verb->add_option("--reason", options->reason, "Why")->required();
  verb->add_option("--ticket", options->ticket, "Where it is written up, as in OPS-7");
  verb->add_flag("-y,--yes", options->yes, "Do not ask");
  verb->callback([&common, &work, options, clears] {
    work = [&common, options, clears] { return change(common, *options, clears); };
  });
}

}  // namespace

void add_hold(CLI::App& app, Common& common, Work& work) {
  CLI::App* noun = app.add_subcommand("hold", "What operators stop: calls of nodes, orders");
  noun->require_subcommand(1);
  auto options = std::make_shared<HoldOptions>();
  CLI::App* lists = noun->add_subcommand("list", "All holds: of every node, and of orders");
  add_limit(*lists, options->limit, "At most so many orders (100)");
  lists->callback(
      [&common, &work, options] { work = [&common, options] { return list(common, *options); }; });
  add_change(*noun, common, work, options, false);
  add_change(*noun, common, work, options, true);
}

}  // namespace paysaga::apps
