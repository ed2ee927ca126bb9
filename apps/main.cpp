#include <algorithm>
#include <array>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/cli.hpp"

namespace {

/// "order list".
std::string verb_of(const CLI::App& app) {
  std::string verb;
  for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
    at = at->get_subcommands().front();
    verb += (verb.empty() ? "" : " ") + at->get_name();
  }
  return verb;
}

/// One object, or a text of its own, is no table.
bool has_csv(const std::string& verb) {
  constexpr std::array lists = {"reconcile run", "reconcile report", "order list",    "order count",
                                "actor list",    "partition list",   "partition lag", "dlq list"};
  return std::ranges::find(lists, verb) != lists.end();
}

}  // namespace

int main(int argc, char** argv) {
  using namespace paysaga::apps;
  CLI::App app{"paysaga: a payment saga engine", "paysaga"};
  app.require_subcommand(1);
  app.fallthrough();
  Common common;
  Work work;
  app.add_option("--config", common.config_file, "A configuration file (PAYSAGA_CONFIG)");
  app.add_option("-X", common.overrides, "A setting: section.key=value")->allow_extra_args(false);
  app.add_option("--data", common.data, "The data directory (PAYSAGA_DATA, ./paysaga-data)")
      ->envname("PAYSAGA_DATA");
  app.add_option("--node", common.node_url, "The node to ask (PAYSAGA_NODE)")
      ->envname("PAYSAGA_NODE");
  app.add_option("-o,--output", common.output, "table, json, jsonl, csv (of lists) or id")
      ->check(CLI::IsMember({"table", "json", "jsonl", "csv", "id"}));
  add_run(app, common, work);
  add_submit(app, common, work);
  add_order(app, common, work);
  add_doctor(app, common, work);
  add_actor(app, common, work);
  add_store(app, common, work);
  add_dlq(app, common, work);
  add_hold(app, common, work);
  add_topic(app, common, work);
  add_journal(app, common, work);
  add_stripe(app, common, work);
  add_reconcile(app, common, work);
  add_sim(app, common, work);
  add_config(app, common, work);
  app.add_subcommand("version", "What this is")->callback([&work] {
    work = [] {
      fmt::print("paysaga {}\n", PAYSAGA_VERSION);
      return ExitCode::ok;
    };
  });
  app.failure_message([](const CLI::App* root, const CLI::Error& error) {
    const CLI::App* verb = root;
    while (!verb->get_subcommands().empty()) verb = verb->get_subcommands().front();
    std::string path = verb->get_name();
    for (const CLI::App* at = verb; (at = at->get_parent()) != nullptr;) {
      path = at->get_name() + " " + path;
    }
    const auto unknown = root->remaining(true);
    const std::string what =
        unknown.empty() ? error.what() : "'" + unknown.front() + "' is not known here";
    return fmt::format("paysaga: {}; see `{} --help`\n", what, path);
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::usage);
  }
  if (common.output == "csv" && !has_csv(verb_of(app))) {
    complain("`" + verb_of(app) + "` prints no csv; use -o json");
    return static_cast<int>(ExitCode::usage);
  }
  return static_cast<int>(work());
}
