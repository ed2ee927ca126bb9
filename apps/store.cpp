#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/cli.hpp"
#include "apps/json_view.hpp"
#include "apps/store_backup.hpp"
#include "apps/store_position.hpp"
#include "apps/store_rebuild.hpp"
#include "apps/table.hpp"
#include "paysaga/storage/backup.hpp"
#include "paysaga/storage/json_writer.hpp"
#include "paysaga/storage/rocks_store.hpp"

namespace paysaga::apps {
namespace {

Result<std::filesystem::path> data_of(const Common& common) {
  const auto loaded = load_settings(common);
  if (!loaded) return fail(ErrorCode::malformed, "the configuration is not sound");
  return loaded->settings.node.data;
}

/// Read only: beside a running node, after its end or its death.
Result<std::unique_ptr<storage::RocksStore>> open_state(const std::filesystem::path& data) {
  storage::RocksStore::Options options;
  options.read_only = true;
  return storage::RocksStore::open((data / "state").string(), options);
}

/// What both verbs tell, by name.
std::vector<std::pair<std::string, std::uint64_t>> numbers_of(const storage::StoreReport& report) {
  return {{"orders", report.orders},
          {"history_rows", report.history},
          {"timers", report.timers},
          {"index_rows", report.index},
          {"dead_letters", report.dead_letters},
          {"quarantined", report.quarantined},
          {"queued_inputs", report.queued}};
}

void print_json(const storage::StoreReport& report) {
  std::string line;
  storage::JsonWriter json{line};
  json.open_object();
  for (const auto& [name, number] : numbers_of(report)) json.any_key(name).natural(number);
  json.key("problems").natural(report.finding_count);
  json.key("findings").open_array();
  for (const std::string& finding : report.findings) json.text(finding);
  json.close_array();
  json.close_object();
  fmt::print("{}\n", line);
}

/// Of a backup its files first.
Result<storage::StoreReport> inspect(const std::filesystem::path& data) {
  storage::StoreReport files;
  if (storage::is_backup(data)) {
    const auto manifest = storage::read_backup(data);
    if (!manifest) return tl::unexpected{manifest.error()};
    const auto checked = storage::check_backup(data, *manifest, files);
    if (!checked) return tl::unexpected{checked.error()};
    if (files.finding_count > 0) return files;
  }
  const auto store = open_state(data);
  if (!store) return tl::unexpected{store.error()};
  return (*store)->verify();
}

ExitCode verify(const Common& common) {
  const auto data = data_of(common);
  if (!data) return complain_of(data.error());
  const auto report = inspect(*data);
  if (!report) return complain_of(report.error());
  // The rows of a backup with problems were not read.
  const bool bad_backup = report->finding_count > 0 && storage::is_backup(*data);
  if (common.output == "json") {
    print_json(*report);
  } else {
    for (const std::string& finding : report->findings) fmt::print("{}\n", finding);
  }
  if (common.output != "json" && !bad_backup) {
    Table table{{{"ROWS"}, {"COUNT", Table::Align::right}}};
    for (const auto& [name, number] : numbers_of(*report)) {
      table.add({name, std::to_string(number)});
    }
    table.print();
  }
  if (report->finding_count == 0) return ExitCode::ok;
  if (bad_backup) {
    complain(fmt::format("the backup has {} problems; use another", report->finding_count));
    return ExitCode::problems_found;
  }
  complain(
      fmt::format("the store has {} problems; stop the node, move its state directory away "
                  "and start it again: it is filled from the journal",
                  report->finding_count));
  return ExitCode::problems_found;
}

ExitCode stats(const Common& common) {
  const auto data = data_of(common);
  if (!data) return complain_of(data.error());
  const auto store = open_state(*data);
  if (!store) return complain_of(store.error());
  Table table{{{"PARTITION", Table::Align::right},
               {"POSITION", Table::Align::right},
               {"EPOCH", Table::Align::right},
               {"QUARANTINED", Table::Align::right}}};
  for (std::uint32_t i = 0; i < (*store)->identity().partition_count; ++i) {
    const storage::PartitionId partition{i};
    const auto position = (*store)->position(partition);
    if (!position) return complain_of(position.error());
    const auto quarantined = (*store)->quarantined(partition);
    if (!quarantined) return complain_of(quarantined.error());
    table.add({std::to_string(i), std::to_string(position->next), std::to_string(position->epoch),
               std::to_string(quarantined->size())});
  }
  const auto& identity = (*store)->identity();
  fmt::print(stderr, "journal {}, ledger {}\n", identity.log, identity.ledger);
  table.print();
  return ExitCode::ok;
}

ExitCode rebuild(const Common& common, const std::string& into) {
  const auto loaded = load_settings(common);
  if (!loaded) return ExitCode::usage;
  const auto report = rebuild_store(loaded->settings, into);
  if (!report) return complain_of(report.error());
  for (const std::string& difference : report->differences) fmt::print("{}\n", difference);
  if (report->restored > 0) fmt::print(stderr, "{} entries of snapshots, ", report->restored);
  fmt::print(stderr, "{} records, {} orders; {} differences from the state in {}\n",
             report->records, report->orders, report->differences.size(),
             loaded->settings.node.data.string());
  return report->differences.empty() ? ExitCode::ok : ExitCode::problems_found;
}

void add_backup(CLI::App& noun, Common& common, Work& work) {
  auto into = std::make_shared<std::string>();
  CLI::App* backup = noun.add_subcommand(
      "backup",
      "A copy of the data directory (--data), with the states and the local journal, whole or not "
      "at all; a node that runs on it (--node) goes on");
  backup->add_option("DIR", *into, "The new directory")->required();
  backup->callback(
      [&common, &work, into] { work = [&common, into] { return back_up(common, *into); }; });

  auto from = std::make_shared<std::string>();
  auto lose_newer = std::make_shared<bool>(false);
  CLI::App* verb = noun.add_subcommand(
      "restore",
      "Puts a backup in place as the data directory (--data), which must be empty or not there; "
      "every byte is checked first");
  verb->add_option("DIR", *from, "The backup")->required();
  verb->add_flag("--lose-newer", *lose_newer,
                 "Needed where the journal is part of the backup: what was decided after it is "
                 "forgotten, payments too");
  verb->callback([&common, &work, from, lose_newer] {
    work = [&common, from, lose_newer] { return restore(common, *from, *lose_newer); };
  });
}

}  // namespace

void add_store(CLI::App& app, Common& common, Work& work) {
  CLI::App* noun = app.add_subcommand("store", "The states on disk");
  noun->require_subcommand(1);
  noun->add_subcommand("stats", "How far each partition's states have come")
      ->callback([&common, &work] { work = [&common] { return stats(common); }; });
  noun->add_subcommand("verify",
                       "Reads every row and checks it against the others, of a backup also every "
                       "file; 8: it found problems")
      ->callback([&common, &work] { work = [&common] { return verify(common); }; });
  auto into = std::make_shared<std::string>();
  CLI::App* verb = noun->add_subcommand(
      "rebuild",
      "The states anew, from the journal, and on Kafka the state topic, into a new directory; "
      "prints what the present ones have otherwise");
  verb->add_option("INTO", *into, "The new directory")->required();
  verb->callback(
      [&common, &work, into] { work = [&common, into] { return rebuild(common, *into); }; });
  add_backup(*noun, common, work);
  add_position(*noun, common, work);
}

}  // namespace paysaga::apps
