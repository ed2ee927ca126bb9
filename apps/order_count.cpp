#include "apps/order_count.hpp"

#include <memory>

#include <CLI/CLI.hpp>
#include <simdjson.h>

#include "apps/amount.hpp"
#include "apps/data_directory.hpp"
#include "apps/json_view.hpp"
#include "apps/progress.hpp"
#include "paysaga/storage/order_counts.hpp"

namespace paysaga::apps {
namespace {

using storage::CountBy;

bool looks_at_orders(CountBy by) {
  return by == CountBy::reason || by == CountBy::waiting;
}

std::string amount_at(const Json& count, std::string_view pointer) {
  const auto currency = Currency::parse(text_at(count, "/currency"));
  std::int64_t minor = 0;
  if (!currency || count.at_pointer(pointer).get(minor) != simdjson::SUCCESS) return {};
  return amount_text(minor, *currency);
}

std::string number_at(const Json& count, std::string_view pointer) {
  std::uint64_t number = 0;
  if (count.at_pointer(pointer).get(number) != simdjson::SUCCESS) return {};
  return with_commas(number) + (text_at(count, "/more") == "true" ? "+" : "");
}

Listing listing_of(CountBy by, bool here) {
  const std::string name{to_text(by)};
  Listing listing;
  listing.target = "/v1/order-counts?by=" + name + (here ? "&here=true" : "");
  listing.array = "counts";
  listing.id = by == CountBy::currency ? "/currency" : "/" + name;
  constexpr auto right = Table::Align::right;
  if (by != CountBy::currency) {
    listing.columns.push_back({by == CountBy::status   ? "STATUS"
                               : by == CountBy::reason ? "STUCK BY"
                                                       : "WAITS FOR"});
    listing.csv.emplace_back(name, "/" + name);
  }
  listing.columns.push_back({"CURRENCY"});
  if (looks_at_orders(by)) {
    for (const char* sum : {"ORDERS", "AMOUNT", "AT RISK"}) listing.columns.push_back({sum, right});
    listing.columns.push_back({"OLDEST"});
    listing.columns.push_back({"ORDER"});
  } else {
    for (const char* sum :
         {"ORDERS", "OPEN", "STUCK", "AMOUNT", "CAPTURED", "REFUNDED", "DISPUTED", "AT RISK"}) {
      listing.columns.push_back({sum, right});
    }
  }
  listing.row = [by](const Json& count) {
    std::vector<std::string> row;
    if (by != CountBy::currency) row.push_back(text_at(count, "/" + std::string{to_text(by)}));
    row.push_back(text_at(count, "/currency"));
    if (looks_at_orders(by)) {
      row.push_back(number_at(count, "/orders"));
      row.push_back(amount_at(count, "/amount_minor"));
      row.push_back(amount_at(count, "/money_at_risk_minor"));
      row.push_back(age_at(count, "/oldest/since"));
      row.push_back(text_at(count, "/oldest/order_id"));
      return row;
    }
    for (const char* number : {"/orders", "/open", "/stuck"}) {
      row.push_back(number_at(count, number));
    }
    for (const char* amount : {"/amount_minor", "/money/captured", "/money/refunded",
                               "/money/disputed", "/money_at_risk_minor"}) {
      row.push_back(amount_at(count, amount));
    }
    return row;
  };
  for (const char* plain : {"currency", "orders", "open", "stuck", "amount_minor"}) {
    listing.csv.emplace_back(plain, std::string{"/"} + plain);
  }
  add_money_csv(listing);
  listing.csv.emplace_back("oldest_order_id", "/oldest/order_id");
  listing.csv.emplace_back("oldest_since", "/oldest/since");
  listing.csv.emplace_back("more", "/more");
  return listing;
}

ExitCode count(const Common& common, const std::string& way, bool here) {
  const auto by = storage::parse_count_by(way);
  if (!by) return complain_of(by.error());
  const Listing listing = listing_of(*by, here);
  if (!common.data) return print_list(common.node_url, common.output, listing);
  const auto store = open_store(*common.data);
  if (!store) return complain_of(store.error());
  const auto counts = storage::count_orders(**store, all_partitions(**store), *by);
  if (!counts) return complain_of(counts.error());
  std::vector<std::string> items;
  for (const storage::OrderCount& one : *counts) items.push_back(storage::count_json(one, *by));
  return print_items(common.output, listing, items);
}

}  // namespace

void add_order_count(CLI::App& noun, const Common& common, Work& work) {
  auto by = std::make_shared<std::string>("status");
  auto here = std::make_shared<bool>(false);
  CLI::App* verb = noun.add_subcommand("count", "How many there are, with their money");
  verb->add_option("--by", *by,
                   "status, currency, reason (why they are stuck) or waiting (what they wait for)");
  verb->add_flag("--here", *here, "Only those that the node which is asked leads");
  verb->callback([&common, &work, by, here] {
    work = [&common, by, here] { return count(common, *by, *here); };
  });
}

}  // namespace paysaga::apps
