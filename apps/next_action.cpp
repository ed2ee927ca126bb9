#include "apps/next_action.hpp"

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <simdjson.h>

#include "apps/json_view.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::apps {
namespace {

/// "pi_1_secret_***": enough to see whose it is.
std::string masked_secret(const std::string& secret) {
  constexpr std::string_view mark = "_secret_";
  const std::size_t at = secret.find(mark);
  return at == std::string::npos ? "***" : secret.substr(0, at + mark.size()) + "***";
}

/// What stands behind the ? may hold the secret, too.
std::string masked_url(const std::string& url) {
  const std::size_t at = url.find_first_of("?#");
  return at == std::string::npos ? url : url.substr(0, at) + "?***";
}

struct Asked {
  std::string order;
  bool reveal = false;
};

void show(const Json& action, bool reveal) {
  const auto line = [](const char* name, const std::string& value) {
    if (!value.empty()) fmt::print("{:<14}{}\n", name, value);
  };
  const auto at = [&action](const char* pointer) { return text_at(action, pointer); };
  line("order", at("/order_id"));
  line("payment", at("/status") + ", at Stripe " + at("/stripe_status"));
  line("intent", at("/payment_intent_id"));
  line("amount", money_at(action, "/amount"));
  line("expires", age_at(action, "/expires_at"));
  line("next action", at("/next_action/type"));
  const std::string url = at("/next_action/redirect_to_url/url");
  line("url", reveal ? url : masked_url(url));
  line("return url", at("/return_url"));
  line("secret", reveal ? at("/client_secret")
                        : masked_secret(at("/client_secret")) + "  (--reveal shows it)");
}

/// The same object without what only the customer may see.
std::string masked_json(const Json& action) {
  std::string text;
  storage::JsonWriter json{text};
  json.open_object();
  for (const char* name : {"order_id", "status", "stripe_status", "payment_intent_id"}) {
    json.key(name).text(text_at(action, std::string{"/"} + name));
  }
  json.key("amount").raw(text_at(action, "/amount"));
  json.key("client_secret").text(masked_secret(text_at(action, "/client_secret")));
  json.key("next_action");
  const std::string type = text_at(action, "/next_action/type");
  if (type.empty()) {
    json.null();
  } else {
    json.open_object();
    json.key("type").text(type);
    json.close_object();
  }
  json.key("expires_at").text(text_at(action, "/expires_at"));
  json.close_object();
  return text;
}

ExitCode ask(const Common& common, const Asked& asked) {
  if (common.data) {
    complain(
        "the next action stands in no data directory: it is read from Stripe by a running node");
    return ExitCode::usage;
  }
  auto client = NodeClient::to(common.node_url);
  if (!client) return complain_of(client.error());
  const auto answer =
      client->get("/v1/orders/" + percent_encode(asked.order) + "/payment/next-action");
  if (!answer) return complain_of(answer.error());
  if (answer->status != 200) return complain_of(*answer);
  simdjson::dom::parser parser;
  Json action;
  if (parser.parse(answer->body).get(action) != simdjson::SUCCESS) {
    complain("the node answered something that is no JSON");
    return ExitCode::error;
  }
  if (common.output == "table") {
    show(action, asked.reveal);
  } else {
    fmt::print("{}\n", asked.reveal ? simdjson::minify(action) : masked_json(action));
  }
  return ExitCode::ok;
}

}  // namespace

void add_next_action(CLI::App& noun, const Common& common, Work& work) {
  auto asked = std::make_shared<Asked>();
  CLI::App* verb =
      noun.add_subcommand("next-action", "What its customer has to do, read at Stripe");
  verb->add_option("ORDER", asked->order, "Its id")->required();
  verb->add_flag("--reveal", asked->reveal, "Show the client secret and the whole address");
  verb->callback(
      [&common, &work, asked] { work = [&common, asked] { return ask(common, *asked); }; });
}

}  // namespace paysaga::apps
