#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <simdjson.h>

#include "apps/cli.hpp"
#include "apps/json_view.hpp"

namespace paysaga::apps {
namespace {

std::string count_of(const Json& json, const char* name) {
  simdjson::dom::array items;
  if (json[name].get(items) != simdjson::SUCCESS) return "0";
  return std::to_string(items.size());
}

void print_texts(const Json& json, const char* label, const char* name) {
  simdjson::dom::array items;
  if (json[name].get(items) != simdjson::SUCCESS) return;
  for (const Json item : items) fmt::print("{:<13}{}\n", label, text_at(item, ""));
}

ExitCode list_actors(const Common& common, std::size_t limit) {
  Listing listing;
  listing.target = "/v1/actors?limit=" + std::to_string(limit);
  listing.array = "actors";
  listing.id = "/order_id";
  listing.columns = {{"ORDER"},
                     {"STATUS"},
                     {"MAILBOX", Table::Align::right},
                     {"IN FLIGHT", Table::Align::right},
                     {"CALLS", Table::Align::right},
                     {"PARKED", Table::Align::right},
                     {"WAKES"},
                     {"ACTIVE"}};
  listing.row = [](const Json& actor) {
    return std::vector<std::string>{
        text_at(actor, "/order_id"),        text_at(actor, "/status"),
        text_at(actor, "/mailbox"),         text_at(actor, "/decisions_in_flight"),
        count_of(actor, "calls_in_flight"), count_of(actor, "parked"),
        age_at(actor, "/next_wake_at"),     age_at(actor, "/active_since")};
  };
  return print_list(common.node_url, common.output, listing);
}

void show_actor(const Json& actor) {
  for (const auto& [label, pointer] : {std::pair{"order", "/order_id"},
                                       {"status", "/status"},
                                       {"partition", "/partition"},
                                       {"version", "/version"},
                                       {"read back", "/version_committed"},
                                       {"mailbox", "/mailbox"},
                                       {"in flight", "/decisions_in_flight"}}) {
    fmt::print("{:<13}{}\n", label, text_at(actor, pointer));
  }
  print_texts(actor, "call", "calls_in_flight");
  print_texts(actor, "operation", "operations");
  print_texts(actor, "parked", "parked");
  const std::string wakes = age_at(actor, "/next_wake_at");
  if (!wakes.empty()) fmt::print("{:<13}{}\n", "wakes", wakes);
  fmt::print("{:<13}{}\n", "active since", age_at(actor, "/active_since"));
}

Listing listing_of_partitions() {
  Listing listing;
  listing.target = "/v1/partitions";
  listing.array = "partitions";
  listing.id = "/partition";
  return listing;
}

ExitCode list_partitions(const Common& common, bool here) {
  Listing listing = listing_of_partitions();
  if (here) listing.target += "?here=true";
  listing.columns = {{"PARTITION", Table::Align::right},
                     {"NODE"},
                     {"ROLE"},
                     {"EPOCH", Table::Align::right},
                     {"APPLIED", Table::Align::right},
                     {"LAG", Table::Align::right},
                     {"UNPUBLISHED", Table::Align::right},
                     {"ACTORS", Table::Align::right},
                     {"IN FLIGHT", Table::Align::right},
                     {"CLAIMS", Table::Align::right},
                     {"STEP-DOWNS", Table::Align::right},
                     {"WHY"}};
  listing.row = [](const Json& partition) {
    return std::vector<std::string>{
        text_at(partition, "/partition"),    text_at(partition, "/node"),
        text_at(partition, "/role"),         text_at(partition, "/epoch"),
        text_at(partition, "/applied_next"), text_at(partition, "/lag"),
        text_at(partition, "/publish_lag"),  text_at(partition, "/orders_active"),
        text_at(partition, "/in_flight"),    text_at(partition, "/claims"),
        text_at(partition, "/step_downs"),   text_at(partition, "/why")};
  };
  return print_list(common.node_url, common.output, listing);
}

ExitCode list_lags(const Common& common) {
  Listing listing = listing_of_partitions();
  listing.columns = {{"PARTITION", Table::Align::right},
                     {"NODE"},
                     {"NOT APPLIED", Table::Align::right},
                     {"NOT PUBLISHED", Table::Align::right},
                     {"IN FLIGHT", Table::Align::right}};
  listing.row = [](const Json& partition) {
    return std::vector<std::string>{text_at(partition, "/partition"), text_at(partition, "/node"),
                                    text_at(partition, "/lag"), text_at(partition, "/publish_lag"),
                                    text_at(partition, "/in_flight")};
  };
  return print_list(common.node_url, common.output, listing);
}

}  // namespace

void add_actor(CLI::App& app, Common& common, Work& work) {
  auto id = std::make_shared<std::string>();
  auto limit = std::make_shared<std::size_t>(50);

  CLI::App* actor = app.add_subcommand("actor", "Order actors as they are now");
  actor->require_subcommand(1);
  CLI::App* list = actor->add_subcommand("list", "The active ones");
  add_limit(*list, *limit, "At most so many (50)");
  list->callback([&, limit] { work = [&common, limit] { return list_actors(common, *limit); }; });
  const auto add_show = [&common, &work, id](CLI::App* verb) {
    verb->add_option("ORDER", *id, "Its order")->required();
    verb->callback([&common, &work, id] {
      work = [&common, id] {
        return print_object(common.node_url, common.output, "/v1/actors/" + percent_encode(*id),
                            show_actor);
      };
    });
  };
  add_show(actor->add_subcommand("show", "What one holds, has in flight and has parked"));
  add_show(app.add_subcommand("inspect", "The same as `actor show`"));

  CLI::App* partition = app.add_subcommand("partition", "Partitions: who leads, how far it is");
  partition->require_subcommand(1);
  auto here = std::make_shared<bool>(false);
  CLI::App* partitions = partition->add_subcommand("list", "Each, as its leader says");
  partitions->add_flag("--here", *here,
                       "As the node that is asked says, also what it only follows");
  partitions->callback([&common, &work, here] {
    work = [&common, here] { return list_partitions(common, *here); };
  });
  partition
      ->add_subcommand("lag",
                       "How many records of its journal each has still to apply, and "
                       "to publish")
      ->callback([&common, &work] { work = [&common] { return list_lags(common); }; });
}

}  // namespace paysaga::apps
