#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <simdjson.h>

#include "apps/cli.hpp"
#include "apps/json_view.hpp"
#include "apps/progress.hpp"
#include "paysaga/engine/reconcile/reconciler.hpp"
#include "paysaga/saga/time.hpp"

namespace paysaga::apps {
namespace {

constexpr std::chrono::milliseconds look_every{300};
constexpr std::array<std::string_view, 4> steps = {"intents", "refunds", "orders", "again"};

struct ReconcileOptions {
  std::string since = "7d";
  bool no_wait = false;
  bool sums = false;
};
using Options = std::shared_ptr<ReconcileOptions>;

std::uint64_t number_at(const Json& json, std::string_view pointer) {
  std::uint64_t number = 0;
  if (json.at_pointer(pointer).get(number) != simdjson::SUCCESS) return 0;
  return number;
}

std::vector<std::string> items_of(const Json& report, std::string_view array) {
  std::vector<std::string> items;
  simdjson::dom::array all;
  if (report[array].get(all) != simdjson::SUCCESS) return items;
  for (const Json item : all) items.push_back(simdjson::minify(item));
  return items;
}

/// An amount of a row of sums, which names its currency beside it.
std::string sum_at(const Json& row, std::string_view pointer) {
  const auto currency = Currency::parse(text_at(row, "/currency"));
  std::int64_t minor = 0;
  if (!currency || row.at_pointer(pointer).get(minor) != simdjson::SUCCESS) return {};
  return to_text(Money{minor, *currency});
}

Listing sums_listing() {
  using Align = Table::Align;
  Listing listing;
  listing.id = "/currency";
  listing.columns = {{"CURRENCY"},
                     {"SIDE"},
                     {"PAYMENTS", Align::right},
                     {"CAPTURED", Align::right},
                     {"REFUNDED", Align::right}};
  listing.row = [](const Json& of) {
    return std::vector<std::string>{text_at(of, "/currency"), text_at(of, "/side"),
                                    text_at(of, "/payments"), sum_at(of, "/captured_minor"),
                                    sum_at(of, "/refunded_minor")};
  };
  listing.csv = {{"currency", "/currency"},
                 {"side", "/side"},
                 {"payments", "/payments"},
                 {"captured_minor", "/captured_minor"},
                 {"refunded_minor", "/refunded_minor"}};
  return listing;
}

/// One row a currency and side, as finance wants them under each other.
std::vector<std::string> rows_of_sums(const std::vector<std::string>& sums) {
  std::vector<std::string> rows;
  simdjson::dom::parser parser;
  for (const std::string& text : sums) {
    Json of;
    if (parser.parse(text).get(of) != simdjson::SUCCESS) continue;
    for (const std::string side : {"provider", "engine", "foreign"}) {
      const auto at = [&](const char* name) { return text_at(of, "/" + side + "/" + name); };
      rows.push_back(fmt::format(R"({{"currency":"{}","side":"{}","payments":{},)"
                                 R"("captured_minor":{},"refunded_minor":{}}})",
                                 text_at(of, "/currency"), side, at("payments"),
                                 at("captured_minor"), at("refunded_minor")));
    }
  }
  return rows;
}

Listing findings_listing() {
  Listing listing;
  listing.id = "/order_id";
  listing.columns = {{"DIFFERENCE"}, {"ORDER"}, {"PROVIDER ID"}, {"MONEY", Table::Align::right},
                     {"ENGINE"},     {"STRIPE"}};
  listing.csv = {{"difference", "/difference"},   {"order_id", "/order_id"},
                 {"provider_id", "/provider_id"}, {"minor", "/money/minor"},
                 {"currency", "/money/currency"}, {"engine", "/engine"},
                 {"provider", "/provider"},       {"meaning", "/meaning"}};
  listing.row = [](const Json& of) {
    return std::vector<std::string>{text_at(of, "/difference"),  text_at(of, "/order_id"),
                                    text_at(of, "/provider_id"), money_at(of, "/money"),
                                    text_at(of, "/engine"),      text_at(of, "/provider")};
  };
  return listing;
}

ExitCode print_sums(const std::string& output, const Json& report) {
  return print_items(output, sums_listing(), rows_of_sums(items_of(report, "sums")));
}

/// What people read first, and what each kind of difference means.
void say(const Json& report) {
  const auto findings = items_of(report, "findings");
  fmt::print(stderr, "{}: {} payments, {} refunds and {} orders since {}; ", text_at(report, "/id"),
             with_commas(number_at(report, "/intents")), with_commas(number_at(report, "/refunds")),
             with_commas(number_at(report, "/orders")), text_at(report, "/from"));
  const std::uint64_t more = number_at(report, "/findings_left_out");
  if (findings.empty()) {
    fmt::print(stderr, "engine and Stripe agree");
  } else {
    fmt::print(stderr, "{} differ", with_commas(findings.size() + more));
  }
  const std::uint64_t moving = number_at(report, "/moving");
  if (moving > 0) fmt::print(stderr, "; {} under way, not compared", with_commas(moving));
  const std::uint64_t foreign = number_at(report, "/foreign");
  if (foreign > 0) fmt::print(stderr, "; {} of others left alone", with_commas(foreign));
  fmt::print(stderr, "\n");
}

void explain(const Json& report) {
  std::vector<std::string> told;
  simdjson::dom::parser parser;
  for (const std::string& item : items_of(report, "findings")) {
    Json finding;
    if (parser.parse(item).get(finding) != simdjson::SUCCESS) continue;
    std::string line = text_at(finding, "/difference") + ": " + text_at(finding, "/meaning");
    if (std::ranges::find(told, line) == told.end()) told.push_back(std::move(line));
  }
  for (const std::string& line : told) fmt::print(stderr, "{}\n", line);
}

ExitCode print_report(const Common& common, const ReconcileOptions& options,
                      const std::string& text) {
  simdjson::dom::parser parser;
  Json report;
  if (parser.parse(text).get(report) != simdjson::SUCCESS) {
    complain("the report cannot be read");
    return ExitCode::error;
  }
  const std::string state = text_at(report, "/state");
  if (common.output == "json") {
    fmt::print("{}\n", simdjson::minify(report));
  } else {
    if (common.output == "table") say(report);
    const bool both = common.output == "table" && !options.sums;
    ExitCode printed = ExitCode::ok;
    if (options.sums || both) printed = print_sums(common.output, report);
    const auto findings = items_of(report, "findings");
    if (!options.sums && printed == ExitCode::ok && !(both && findings.empty())) {
      printed = print_items(common.output, findings_listing(), findings);
    }
    if (printed != ExitCode::ok) return printed;
    if (common.output == "table") explain(report);
  }
  if (state == "failed") {
    complain("the comparison failed: " + text_at(report, "/why") + "; run it again");
    return ExitCode::error;
  }
  if (state == "running") return ExitCode::ok;
  return items_of(report, "findings").empty() ? ExitCode::ok : ExitCode::problems_found;
}

ExitCode watch(const Common& common, const ReconcileOptions& options, NodeClient& client,
               const std::string& id) {
  std::string text;
  {
    Progress progress{"Comparing", steps.size()};
    for (;;) {
      const auto answer = client.get("/v1/reconcile");
      if (!answer) return complain_of(answer.error());
      if (answer->status != 200) return complain_of(*answer);
      text = answer->body;
      simdjson::dom::parser parser;
      Json report;
      if (parser.parse(text).get(report) != simdjson::SUCCESS) break;
      if (text_at(report, "/id") != id || text_at(report, "/state") != "running") break;
      const auto* step = std::ranges::find(steps, text_at(report, "/step"));
      progress.show(static_cast<std::uint64_t>(step - steps.begin()),
                    fmt::format("{} payments  {} refunds  {} orders",
                                with_commas(number_at(report, "/intents")),
                                with_commas(number_at(report, "/refunds")),
                                with_commas(number_at(report, "/orders"))));
      std::this_thread::sleep_for(look_every);
    }
    progress.clear();
  }
  return print_report(common, options, text);
}

ExitCode begin(const Common& common, const ReconcileOptions& options) {
  if (const auto since = parse_duration(options.since); !since) return complain_of(since.error());
  auto client = NodeClient::to(common.node_url);
  if (!client) return complain_of(client.error());
  const auto answer = client->post("/v1/reconcile", R"({"since":")" + options.since + R"("})",
                                   "application/json", {});
  if (!answer) return complain_of(answer.error());
  if (answer->status != 202) return complain_of(*answer);
  simdjson::dom::parser parser;
  Json report;
  if (parser.parse(answer->body).get(report) != simdjson::SUCCESS) {
    complain("the node's answer cannot be read");
    return ExitCode::error;
  }
  const std::string id = text_at(report, "/id");
  if (!options.no_wait) return watch(common, options, *client, id);
  fmt::print("{}\n", common.output == "json" ? answer->body : id);
  return ExitCode::ok;
}

ExitCode report(const Common& common, const ReconcileOptions& options) {
  if (common.data) {
    const auto kept =
        engine::reconcile::newest_report(std::filesystem::path{*common.data} / "reconciliations");
    if (!kept) return complain_of(kept.error());
    return print_report(common, options, *kept);
  }
  auto client = NodeClient::to(common.node_url);
  if (!client) return complain_of(client.error());
  const auto answer = client->get("/v1/reconcile");
  if (!answer) return complain_of(answer.error());
  if (answer->status != 200) return complain_of(*answer);
  return print_report(common, options, answer->body);
}

}  // namespace

void add_reconcile(CLI::App& app, Common& common, Work& work) {
  CLI::App* reconcile =
      app.add_subcommand("reconcile", "Compare all payments with Stripe, both ways");
  reconcile->require_subcommand(1);
  const Options options = std::make_shared<ReconcileOptions>();
  CLI::App* run = reconcile->add_subcommand(
      "run", "Compare now: exit 8 if anything differs; nothing is changed anywhere");
  run->add_option("--since", options->since, "How far back: 7d, 36h (7d)");
  run->add_flag("--no-wait", options->no_wait, "Only begin; look with `reconcile report`");
  run->callback(
      [&common, &work, options] { work = [&common, options] { return begin(common, *options); }; });
  CLI::App* show = reconcile->add_subcommand(
      "report", "The newest comparison of the node, or of a data directory");
  show->callback([&common, &work, options] {
    work = [&common, options] { return report(common, *options); };
  });
  for (CLI::App* verb : {run, show}) {
    verb->add_flag("--sums", options->sums, "Only the sums by currency, for finance");
  }
}

}  // namespace paysaga::apps
