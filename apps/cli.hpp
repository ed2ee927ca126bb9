#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apps/exit_code.hpp"
#include "paysaga/config/load.hpp"

namespace CLI {
class App;
}

namespace paysaga::apps {

/// What every verb may be told.
struct Common {
  std::optional<std::string> config_file;
  std::vector<std::string> overrides;  // -X section.key=value.
  std::string node_url = "http://127.0.0.1:7480";
  std::optional<std::string> data;
  std::string output = "table";  // json, jsonl, csv (of lists), id.
};

/// A verb's work, chosen while the command line is read and done afterwards.
using Work = std::function<ExitCode()>;

/// Each noun adds its verbs to `app`; a chosen verb puts its work into `work`.
void add_run(CLI::App& app, Common& common, Work& work);
void add_stripe(CLI::App& app, Common& common, Work& work);
void add_config(CLI::App& app, Common& common, Work& work);
void add_order(CLI::App& app, Common& common, Work& work);
void add_doctor(CLI::App& app, Common& common, Work& work);
void add_actor(CLI::App& app, Common& common, Work& work);
void add_store(CLI::App& app, Common& common, Work& work);
void add_dlq(CLI::App& app, Common& common, Work& work);
void add_hold(CLI::App& app, Common& common, Work& work);
void add_topic(CLI::App& app, Common& common, Work& work);
void add_journal(CLI::App& app, Common& common, Work& work);
void add_submit(CLI::App& app, Common& common, Work& work);
void add_reconcile(CLI::App& app, Common& common, Work& work);
void add_sim(CLI::App& app, Common& common, Work& work);

/// The settings from all sources, or every fault.
[[nodiscard]] tl::expected<config::Loaded, config::Faults> read_settings(const Common& common);
/// The same, with the faults on standard error.
[[nodiscard]] std::optional<config::Loaded> load_settings(const Common& common);

/// `--limit` of a verb that lists; `help` says what of.
void add_limit(CLI::App& verb, std::size_t& limit, const std::string& help);

/// One line on standard error: "paysaga: what, why, what to do".
void complain(const std::string& what);

}  // namespace paysaga::apps
