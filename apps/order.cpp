#include <chrono>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <simdjson.h>

#include "apps/cli.hpp"
#include "apps/confirm.hpp"
#include "apps/data_directory.hpp"
#include "apps/json_view.hpp"
#include "apps/next_action.hpp"
#include "apps/order_count.hpp"
#include "apps/order_view.hpp"
#include "paysaga/storage/codec_view.hpp"

namespace paysaga::apps {
namespace {

struct OrderOptions {
  std::string order;
  std::string status;
  std::string customer;
  std::string older_than;
  bool stuck = false;
  bool held = false;
  std::size_t limit = 50;
  std::string reason;
  std::string ticket;
  std::string refund_id;
  std::optional<std::int64_t> minor;
  std::string amount;  // Of `minor`, in the order's currency: a member of the body.
  std::string method;
  std::string command_id;
  bool yes = false;
};
using Options = std::shared_ptr<OrderOptions>;

std::string path_of(const OrderOptions& options) {
  return "/v1/orders/" + percent_encode(options.order);
}

/// The same list out of a data directory: of a node that runs, was stopped or was killed.
ExitCode list_directory(const Common& common, const OrderOptions& options, const Listing& listing) {
  auto store = open_store(*common.data);
  if (!store) return complain_of(store.error());
  storage::OrderQuery query;
  if (!options.status.empty()) {
    auto status = storage::parse_status_label(options.status);
    if (!status) return complain_of(status.error());
    query.status = *status;
  }
  if (!options.customer.empty()) {
    auto customer = CustomerId::parse(options.customer);
    if (!customer) return complain_of(customer.error());
    query.customer = std::move(*customer);
  }
  query.stuck = options.stuck || !options.reason.empty();
  query.stuck_reason = options.reason;
  query.held = options.held;
  if (!options.older_than.empty()) {
    const auto age = parse_duration(options.older_than);
    if (!age) return complain_of(age.error());
    query.older_than =
        std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()) - *age;
  }
  const auto items = list_orders(**store, std::move(query), options.limit);
  if (!items) return complain_of(items.error());
  return print_items(common.output, listing, *items);
}

ExitCode list(const Common& common, const OrderOptions& options) {
  std::string target =
      "/v1/orders?limit=" + std::to_string(std::min<std::size_t>(options.limit, 500));
  if (!options.status.empty()) target += "&status=" + percent_encode(options.status);
  if (!options.customer.empty()) target += "&customer=" + percent_encode(options.customer);
  if (!options.older_than.empty()) target += "&older_than=" + percent_encode(options.older_than);
  if (!options.reason.empty()) {
    target += "&stuck=" + percent_encode(options.reason);
  } else if (options.stuck) {
    target += "&stuck=true";
  }
  if (options.held) target += "&held=true";
  Listing listing;
  listing.target = target;
  listing.array = "orders";
  listing.id = "/order_id";
  listing.limit = options.limit;
  for (const char* name : {"order_id", "status", "open", "customer_id"}) {
    listing.csv.emplace_back(name, std::string{"/"} + name);
  }
  listing.csv.emplace_back("amount_minor", "/amount/minor");
  listing.csv.emplace_back("currency", "/amount/currency");
  add_money_csv(listing);
  listing.csv.emplace_back("stuck_reason", "/stuck/reason");
  listing.csv.emplace_back("stuck_since", "/stuck/since");
  listing.csv.emplace_back("waiting_for", "/waiting/for");
  listing.csv.emplace_back("waiting_since", "/waiting/since");
  listing.csv.emplace_back("updated_at", "/updated_at");
  listing.columns = {{"ORDER"},   {"STATUS"},    {"AMOUNT", Table::Align::right},
                     {"UPDATED"}, {"WAITS FOR"}, {"CUSTOMER"}};
  listing.row = [](const Json& order) {
    std::string waits = text_at(order, "/waiting/for");
    const std::string stuck = text_at(order, "/stuck/reason");
    if (!stuck.empty()) waits = "STUCK " + stuck;
    if (text_at(order, "/held") == "true") waits = stuck.empty() ? "HELD" : "HELD, STUCK " + stuck;
    return std::vector<std::string>{text_at(order, "/order_id"),
                                    text_at(order, "/status"),
                                    money_at(order, "/amount"),
                                    age_at(order, "/updated_at"),
                                    waits,
                                    text_at(order, "/customer_id")};
  };
  if (common.data) return list_directory(common, options, listing);
  return print_list(common.node_url, common.output, listing);
}

/// An order's JSON from the data directory, shown as if the node had answered it.
template <class Show>
ExitCode show_stored(const Common& common, const OrderOptions& options, const std::string& output,
                     Show show_it) {
  auto store = open_store(*common.data);
  if (!store) return complain_of(store.error());
  const auto json = stored_order(**store, options.order);
  if (!json) return complain_of(json.error());
  if (output != "table") {
    fmt::print("{}\n", *json);
    return ExitCode::ok;
  }
  simdjson::dom::parser parser;
  Json order;
  if (parser.parse(*json).get(order) != simdjson::SUCCESS) return ExitCode::error;
  show_it(order);
  return ExitCode::ok;
}

ExitCode show(const Common& common, const OrderOptions& options) {
  if (common.data) return show_stored(common, options, common.output, show_order);
  return print_object(common.node_url, common.output, path_of(options), show_order);
}

ExitCode why(const Common& common, const OrderOptions& options) {
  const auto say = [](const Json& order) { fmt::print("{}\n", why_sentence(order)); };
  if (common.data) return show_stored(common, options, "table", say);
  return print_object(common.node_url, "table", path_of(options), say);
}

void show_timeline(const Json& page) {
  simdjson::dom::array decisions;
  if (page["timeline"].get(decisions) != simdjson::SUCCESS) return;
  for (const Json decision : decisions) show_decision(decision);
  if (decisions.size() > 0) return;
  fmt::print(stderr,
             "its history here begins anew, because it was restored; what was before is in "
             "the topics payment-events and order-events\n");
}

ExitCode timeline(const Common& common, const OrderOptions& options) {
  if (!common.data) {
    return print_object(common.node_url, common.output, path_of(options) + "/timeline?limit=1000",
                        show_timeline);
  }
  auto store = open_store(*common.data);
  if (!store) return complain_of(store.error());
  const auto decisions = stored_timeline(**store, options.order);
  if (!decisions) return complain_of(decisions.error());
  std::string page = "{\"timeline\":[";
  for (std::size_t i = 0; i < decisions->size(); ++i) page += (i == 0 ? "" : ",") + (*decisions)[i];
  page += "]}";
  if (common.output != "table") {
    fmt::print("{}\n", page);
    return ExitCode::ok;
  }
  simdjson::dom::parser parser;
  Json json;
  if (parser.parse(page).get(json) != simdjson::SUCCESS) return ExitCode::error;
  show_timeline(json);
  return ExitCode::ok;
}

/// Prints each change of an order until it is closed.
ExitCode watch(const Common& common, const OrderOptions& options) {
  auto client = NodeClient::to(common.node_url);
  if (!client) return complain_of(client.error());
  std::string shown;
  for (;;) {
    const auto answer = client->get(path_of(options));
    if (!answer) return complain_of(answer.error());
    if (answer->status != 200) return complain_of(*answer);
    simdjson::dom::parser parser;
    Json order;
    if (parser.parse(answer->body).get(order) != simdjson::SUCCESS) return ExitCode::error;
    const std::string version = text_at(order, "/version");
    if (version != shown) {
      shown = version;
      fmt::print("{}  {}\n", text_at(order, "/updated_at"), why_sentence(order));
      std::fflush(stdout);
    }
    if (text_at(order, "/open") == "false") return ExitCode::ok;
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
  }
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) out += c;
  }
  return out + "\"";
}

/// What is asked for names its currency, which the order has.
Result<std::string> amount_of(const Common& common, const OrderOptions& options) {
  if (!options.minor) return std::string{};
  auto client = NodeClient::to(common.node_url);
  if (!client) return tl::unexpected<Error>{client.error()};
  const auto answer = client->get(path_of(options));
  if (!answer) return tl::unexpected<Error>{answer.error()};
  simdjson::dom::parser parser;
  Json order;
  const bool read =
      answer->status == 200 && parser.parse(answer->body).get(order) == simdjson::SUCCESS;
  const std::string currency = read ? text_at(order, "/amount/currency") : std::string{};
  if (currency.empty()) {
    return fail(answer->status == 404 ? ErrorCode::not_found : ErrorCode::unavailable,
                "the currency of " + options.order + " is not known: the node answered " +
                    std::to_string(answer->status) + "; nothing was done");
  }
  return R"("amount":{"minor":)" + std::to_string(*options.minor) + R"(,"currency":)" +
         quoted(currency) + "}";
}

ExitCode command(const Common& common, const OrderOptions& options, const std::string& act,
                 const std::string& resource, const std::string& body) {
  if (!options.yes &&
      !is_confirmed(act + " order " + options.order,
                    "to " + act + " " + options.order + " without a terminal needs -y")) {
    return ExitCode::guarded;
  }
  auto client = NodeClient::to(common.node_url);
  if (!client) return complain_of(client.error());
  NodeClient::Headers headers = {{"Prefer", "wait=10"}};
  if (!options.command_id.empty()) headers.emplace_back("Idempotency-Key", options.command_id);
  const auto answer = client->post(path_of(options) + resource, body, "application/json", headers);
  if (!answer) return complain_of(answer.error());
  if (answer->status >= 300) return complain_of(*answer);
  if (common.output != "table") {
    fmt::print("{}\n", answer->body);
    return ExitCode::ok;
  }
  return print_object(common.node_url, "table", path_of(options), show_order);
}

CLI::App* add_verb(CLI::App& noun, const Options& options, const char* name, const char* help) {
  CLI::App* verb = noun.add_subcommand(name, help);
  verb->add_option("ORDER", options->order, "Its id")->required();
  return verb;
}

void add_acts(CLI::App& noun, Common& common, Work& work, const Options& options) {
  const auto add_act = [&](const char* name, const char* help, bool reason, auto body) {
    CLI::App* verb = add_verb(noun, options, name, help);
    verb->add_option("--command-id", options->command_id, "To repeat it safely");
    if (reason) {
      verb->add_option("--reason", options->reason, "Why; it stands in the order's timeline")
          ->required();
      verb->add_flag("-y,--yes", options->yes, "Do not ask");
    }
    verb->callback([&common, &work, options, name, reason, body] {
      if (!reason) options->yes = true;
      work = [&common, options, name, body] {
        auto amount = amount_of(common, *options);
        if (!amount) return complain_of(amount.error());
        options->amount = std::move(*amount);
        const auto [resource, json] = body(*options);
        return command(common, *options, name, resource, json);
      };
    });
    return verb;
  };
  using Parts = std::pair<std::string, std::string>;
  add_act("cancel", "Cancel it; what was paid is refunded", true, [](const OrderOptions& o) {
    return Parts{"/cancel", "{\"reason\":" + quoted(o.reason) + "}"};
  });
  CLI::App* refund =
      add_act("refund", "Refund all that is left, or a part", true, [](const OrderOptions& o) {
        std::string json = "{\"reason\":" + quoted(o.reason);
        if (!o.refund_id.empty()) {
          json += ",\"refund_id\":" + quoted(o.refund_id);
        }
        if (o.minor) json += "," + o.amount;
        return Parts{"/refunds", json + "}"};
      });
  refund->add_option("--minor", options->minor, "Of the smallest unit; default: what is left");
  refund->add_option("--refund-id", options->refund_id, "Default: the command's id");
  CLI::App* confirm =
      add_act("confirm", "Confirm it with a payment method", false, [](const OrderOptions& o) {
        return Parts{"/payment/confirm", "{\"payment_method\":" + quoted(o.method) + "}"};
      });
  confirm->add_option("--method", options->method, "pm_...")->required();
  CLI::App* capture =
      add_act("capture", "Take the held money, or a part of it", false, [](const OrderOptions& o) {
        return Parts{"/payment/capture", "{" + o.amount + "}"};
      });
  capture->add_option("--minor", options->minor, "Of the smallest unit; default: all that is held");
  const auto why = [](const OrderOptions& o) {
    const std::string ticket = o.ticket.empty() ? "" : ",\"ticket\":" + quoted(o.ticket);
    return "{\"reason\":" + quoted(o.reason) + ticket + "}";
  };
  CLI::App* hold =
      add_act("hold", "Send nothing for it until it is resumed; it decides and looks on", true,
              [why](const OrderOptions& o) {
                return Parts{"/hold", why(o)};
              });
  CLI::App* resume = add_act("resume", "End its hold, or decide the queue of a quarantined order",
                             true, [why](const OrderOptions& o) {
                               return Parts{"/resume", why(o)};
                             });
  for (CLI::App* verb : {hold, resume}) {
    verb->add_option("--ticket", options->ticket, "Where it is written up, as in OPS-7");
  }
  add_act("skip", "Move the first of its queue to the dead letters, decide the rest", true,
          [](const OrderOptions& o) {
            return Parts{"/skip", "{\"reason\":" + quoted(o.reason) + "}"};
          });
}

}  // namespace

void add_order(CLI::App& app, Common& common, Work& work) {
  CLI::App* noun = app.add_subcommand("order", "Orders: what they are, why they wait");
  noun->require_subcommand(1);
  auto options = std::make_shared<OrderOptions>();
  CLI::App* lists = noun->add_subcommand("list", "The newest first");
  lists->add_option("--status", options->status, "As in REFUND_PENDING");
  lists->add_option("--customer", options->customer);
  lists->add_option("--older-than", options->older_than, "Not changed for so long, as in 1h");
  lists->add_flag("--stuck", options->stuck, "Only those that a person should look at");
  lists->add_option("--reason", options->reason,
                    "Only those that are stuck for it, as in compensation_stuck");
  lists->add_flag("--held", options->held, "Only those that wait for an operator to resume them");
  add_limit(*lists, options->limit, "At most so many (50)");
  lists->callback(
      [&common, &work, options] { work = [&common, options] { return list(common, *options); }; });
  const auto add_read = [&](const char* name, const char* help, auto read) {
    add_verb(*noun, options, name, help)->callback([&common, &work, options, read] {
      work = [&common, options, read] { return read(common, *options); };
    });
  };
  add_read("show", "One order, whole", show);
  add_read("timeline", "All its decisions, with why and what they published", timeline);
  add_read("why", "In one sentence: what it waits for, since when, what comes next", why);
  add_read("watch", "Follow it until it is closed", watch);
  add_acts(*noun, common, work, options);
  add_order_count(*noun, common, work);
  add_next_action(*noun, common, work);
}

}  // namespace paysaga::apps
