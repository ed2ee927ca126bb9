#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/cli.hpp"
#include "apps/json_view.hpp"
#include "apps/progress.hpp"
#include "apps/topic_source.hpp"
#include "paysaga/engine/kafka/settings.hpp"
#include "paysaga/engine/kafka/topic_desk.hpp"
#include "paysaga/saga/time.hpp"
#include "paysaga/storage/json_writer.hpp"
#include "paysaga/storage/local_log_view.hpp"

namespace paysaga::apps {
namespace {

constexpr std::chrono::milliseconds follow_every{300};

struct TopicOptions {
  std::string topic;
  std::optional<std::uint32_t> partition;
  std::optional<storage::Offset> from;
  std::size_t limit = 0;  // Entries a partition, the newest; 0: all.
  bool follow = false;
  bool dry_run = false;
};

std::optional<config::Settings> settings_of(const Common& common) {
  auto loaded = load_settings(common);
  if (!loaded) return std::nullopt;
  return std::move(loaded->settings);
}

bool is_on_kafka(const config::Settings& settings) {
  return settings.journal.kind == config::JournalKind::kafka;
}

void print_entry(const Common& common, const std::string& topic, storage::PartitionId partition,
                 const storage::LogEntry& entry) {
  if (common.output == "table") {
    fmt::print("{} {}/{}  {}  {}\n", paysaga::to_text(entry.appended_at),
               storage::index_of(partition), entry.offset, entry.record.key, entry.record.value);
    return;
  }
  std::string line;
  storage::JsonWriter json{line};
  json.open_object();
  json.key("topic").text(topic);
  json.key("partition").natural(storage::index_of(partition));
  json.key("offset").integer(entry.offset);
  json.key("appended_at").time(entry.appended_at);
  json.key("key").text(entry.record.key);
  json.key("headers").open_object();
  for (const storage::Header& header : entry.record.headers) {
    json.any_key(header.name).text(header.value);
  }
  json.close_object();
  json.key("value").text(entry.record.value);
  json.close_object();
  fmt::print("{}\n", line);
}

/// Why nothing can be shown of what was asked for; empty: something can, or will be.
std::string nothing_there(const std::string& topic, const TopicOptions& options,
                          const std::vector<TopicSource::Lane>& lanes) {
  const auto asked = [&](const TopicSource::Lane& lane) {
    return !options.partition || *options.partition == storage::index_of(lane.partition);
  };
  if (!lanes.empty() && std::ranges::none_of(lanes, asked)) {
    return fmt::format("topic {} has no partition {}; those with records end with {}", topic,
                       *options.partition, storage::index_of(lanes.back().partition));
  }
  const auto reaches = [&](const TopicSource::Lane& lane) {
    return asked(lane) && options.from.value_or(0) <= lane.end;
  };
  if (options.follow || lanes.empty() || std::ranges::any_of(lanes, reaches)) return {};
  return fmt::format("topic {} ends before offset {}; `--follow` waits for it", topic,
                     *options.from);
}

/// Prints what stands in a topic, partition by partition; then, if it is followed, what comes.
ExitCode tail_topic(const Common& common, const TopicOptions& options) {
  const auto settings = settings_of(common);
  if (!settings) return ExitCode::usage;
  const auto source = open_topics(*settings);
  if (!source) return complain_of(source.error());
  const auto topic = (*source)->find(options.topic);
  if (!topic) return complain_of(topic.error());
  std::map<storage::PartitionId, storage::Offset> nexts;
  for (;;) {
    const auto lanes = (*source)->lanes(*topic);
    if (!lanes) return complain_of(lanes.error());
    if (const std::string why = nothing_there(*topic, options, *lanes); !why.empty()) {
      complain(why);
      return ExitCode::not_found;
    }
    for (const TopicSource::Lane& lane : *lanes) {
      if (options.partition && *options.partition != storage::index_of(lane.partition)) continue;
      storage::Offset from = std::max(lane.first, options.from.value_or(lane.first));
      if (options.limit > 0) {
        from = std::max(from, lane.end - static_cast<storage::Offset>(options.limit));
      }
      storage::Offset& next = nexts.try_emplace(lane.partition, from).first->second;
      const auto read = (*source)->read(*topic, lane, next, [&](const storage::LogEntry& entry) {
        print_entry(common, *topic, lane.partition, entry);
      });
      if (!read) return complain_of(read.error());
      next = std::max(next, lane.end);
    }
    std::fflush(stdout);
    if (!options.follow) return ExitCode::ok;
    std::this_thread::sleep_for(follow_every);
  }
}

/// A compacted topic keeps the newest of each key, whatever its retention says.
std::string retention_of(const engine::kafka::TopicState& topic) {
  if (topic.cleanup == "compact") return "newest of a key";
  if (topic.retention_ms.empty() || topic.retention_ms == "-1") {
    return topic.exists ? "for ever" : "";
  }
  return to_text(Duration{milliseconds{std::stoll(topic.retention_ms)}});
}

ExitCode print_topics(const Common& common, std::vector<Table::Column> columns,
                      const std::vector<std::vector<std::string>>& rows,
                      const std::vector<std::string>& names) {
  if (common.output == "table") {
    Table table{std::move(columns)};
    for (const auto& row : rows) table.add(row);
    table.print();
    return ExitCode::ok;
  }
  std::vector<std::string> items;
  for (const auto& row : rows) {
    storage::JsonWriter json{items.emplace_back()};
    json.open_object();
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool number = !row[i].empty() &&
                          std::ranges::all_of(row[i], [](char c) { return c >= '0' && c <= '9'; });
      number ? json.any_key(names[i]).raw(row[i]) : json.any_key(names[i]).text(row[i]);
    }
    json.close_object();
  }
  Listing listing;
  listing.id = "/topic";
  return print_items(common.output, listing, items);
}

ExitCode list_local(const Common& common, const config::Settings& settings) {
  const auto log = storage::LocalLogView::open(settings.node.data / "log");
  if (!log) return complain_of(log.error());
  struct Totals {
    int partitions = 0;
    std::int64_t entries = 0;
  };
  std::map<std::string, Totals> topics;
  for (const auto& lane : (*log)->lanes()) {
    Totals& totals = topics[lane.topic];
    ++totals.partitions;
    totals.entries += lane.end - lane.first;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, totals] : topics) {
    rows.push_back({name, std::to_string(totals.partitions), std::to_string(totals.entries)});
  }
  return print_topics(
      common,
      {{"TOPIC"}, {"PARTITIONS USED", Table::Align::right}, {"ENTRIES", Table::Align::right}}, rows,
      {"topic", "partitions_used", "entries"});
}

ExitCode list_topics(const Common& common) {
  const auto settings = settings_of(common);
  if (!settings) return ExitCode::usage;
  if (!is_on_kafka(*settings)) return list_local(common, *settings);
  const auto desk = engine::kafka::open_desk(*settings);
  if (!desk) return complain_of(desk.error());
  const auto topics = (*desk)->list();
  if (!topics) return complain_of(topics.error());
  std::vector<std::vector<std::string>> rows;
  for (const engine::kafka::TopicState& topic : *topics) {
    if (!topic.exists) {
      rows.push_back({topic.name, "missing", "", "", "", ""});
      continue;
    }
    rows.push_back({topic.name, std::to_string(topic.partitions), std::to_string(topic.replicas),
                    std::to_string(topic.entries), topic.cleanup, retention_of(topic)});
  }
  return print_topics(common,
                      {{"TOPIC"},
                       {"PARTITIONS", Table::Align::right},
                       {"REPLICAS", Table::Align::right},
                       {"ENTRIES", Table::Align::right},
                       {"CLEANUP"},
                       {"KEPT"}},
                      rows, {"topic", "partitions", "replicas", "entries", "cleanup", "kept"});
}

ExitCode create_topics(const Common& common, const TopicOptions& options) {
  const auto settings = settings_of(common);
  if (!settings) return ExitCode::usage;
  if (!is_on_kafka(*settings)) {
    fmt::print(stderr, "the local log makes its topics by itself; there is nothing to do\n");
    return ExitCode::ok;
  }
  const auto desk = engine::kafka::open_desk(*settings);
  if (!desk) return complain_of(desk.error());
  const auto before = (*desk)->list();
  if (!before) return complain_of(before.error());
  std::vector<std::string> missing;
  for (const auto& topic : *before) {
    if (!topic.exists) missing.push_back(topic.name);
  }
  if (!options.dry_run && !missing.empty()) {
    if (const auto made = (*desk)->create(); !made) return complain_of(made.error());
  }
  for (const std::string& topic : missing) fmt::print("{}\n", topic);
  fmt::print(stderr, "{} topics {}, {} were there\n", missing.size(),
             options.dry_run ? "would be made" : "made", before->size() - missing.size());
  if (options.dry_run) return ExitCode::ok;
  const auto faults = (*desk)->check();
  if (!faults) return complain_of(faults.error());
  for (const std::string& fault : *faults) fmt::print(stderr, "{}\n", fault);
  return faults->empty() ? ExitCode::ok : ExitCode::problems_found;
}

/// Every fault on a line of its own.
ExitCode check_topics(const Common& common) {
  const auto settings = settings_of(common);
  if (!settings) return ExitCode::usage;
  if (!is_on_kafka(*settings)) {
    fmt::print(stderr,
               "the local log keeps its topics right by itself; `paysaga journal verify` "
               "reads what it keeps\n");
    return ExitCode::ok;
  }
  const auto desk = engine::kafka::open_desk(*settings);
  if (!desk) return complain_of(desk.error());
  const auto faults = (*desk)->check();
  if (!faults) return complain_of(faults.error());
  for (const std::string& fault : *faults) fmt::print("{}\n", fault);
  if (!faults->empty()) return ExitCode::problems_found;
  fmt::print(stderr, "all topics are as they should be\n");
  return ExitCode::ok;
}

}  // namespace

void add_topic(CLI::App& app, Common& common, Work& work) {
  auto options = std::make_shared<TopicOptions>();
  CLI::App* topic = app.add_subcommand("topic", "The topics: of the data directory, or on Kafka");
  topic->require_subcommand(1);
  topic->add_subcommand("list", "All of the group, with how much stands in each")
      ->callback([&common, &work] { work = [&common] { return list_topics(common); }; });
  CLI::App* create = topic->add_subcommand("create", "Make those that are missing on Kafka");
  create->add_flag("--dry-run", options->dry_run, "Only say which");
  create->callback([&common, &work, options] {
    work = [&common, options] { return create_topics(common, *options); };
  });
  topic->add_subcommand("check", "Are those on Kafka as the nodes need them? Every fault")
      ->callback([&common, &work] { work = [&common] { return check_topics(common); }; });
  CLI::App* tail = topic->add_subcommand("tail", "What stands in one, partition by partition");
  tail->add_option("TOPIC", options->topic, "As in payment-events")->required();
  tail->add_option("--partition", options->partition, "Only this one");
  tail->add_option("--from", options->from, "Of each partition, from this offset on")
      ->check(CLI::Range(storage::Offset{0}, std::numeric_limits<storage::Offset>::max()));
  add_limit(*tail, options->limit, "Only the newest so many of each partition");
  tail->add_flag("--follow", options->follow, "Go on with what comes, until it is stopped");
  tail->callback([&common, &work, options] {
    work = [&common, options] { return tail_topic(common, *options); };
  });
}

}  // namespace paysaga::apps
