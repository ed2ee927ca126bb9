#include "apps/store_position.hpp"

#include <functional>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/confirm.hpp"
#include "apps/json_view.hpp"
#include "apps/progress.hpp"
#include "apps/table.hpp"
#include "paysaga/engine/kafka/settings.hpp"
#include "paysaga/engine/kafka/topic_desk.hpp"
#include "paysaga/storage/json_writer.hpp"
#include "paysaga/storage/published_proof.hpp"

namespace paysaga::apps {
namespace {

using engine::kafka::TopicDesk;
using storage::PartitionId;

struct PositionOptions {
  std::optional<std::uint32_t> partition;
  std::optional<storage::Offset> next;
  bool dry_run = false;
  bool yes = false;
};

/// A group on Kafka, from outside.
struct Group {
  std::unique_ptr<TopicDesk> desk;
  std::string journal;
  std::uint32_t partitions = 0;
  bool atomic = true;
  Duration session_timeout{};
};

Result<Group> open_group(const Common& common) {
  const auto loaded = load_settings(common);
  if (!loaded) return fail(ErrorCode::malformed, "the configuration is not sound");
  if (loaded->settings.journal.kind != config::JournalKind::kafka) {
    return fail(ErrorCode::malformed,
                "the local log never forgets a position; this is for journal.kind = \"kafka\"");
  }
  const auto options = engine::kafka::kafka_options(loaded->settings);
  Group group;
  group.journal = engine::kafka::journal_topic(options);
  group.atomic = loaded->settings.journal.publish == config::Publish::exactly_once;
  group.session_timeout = options.session_timeout;
  auto desk = engine::kafka::open_desk(loaded->settings);
  if (!desk) return tl::unexpected{desk.error()};
  const auto lanes = (*desk)->lanes(group.journal);
  if (!lanes) return tl::unexpected{lanes.error()};
  group.partitions = static_cast<std::uint32_t>(lanes->size());
  group.desk = std::move(*desk);
  return group;
}

/// The partitions that are meant. Errors: not_found.
Result<std::vector<PartitionId>> chosen(const Group& group, const PositionOptions& options) {
  std::vector<PartitionId> ids;
  for (std::uint32_t i = 0; i < group.partitions; ++i) {
    if (!options.partition || *options.partition == i) ids.push_back(PartitionId{i});
  }
  if (!ids.empty()) return ids;
  return fail(ErrorCode::not_found, fmt::format("{} has no partition {}; it has {}", group.journal,
                                                *options.partition, group.partitions));
}

struct Row {
  PartitionId partition;
  TopicDesk::Lane journal;
  std::optional<storage::Commit> publisher;
  std::optional<storage::Commit> snapshotter;
};

Result<Row> row_of(const Group& group, PartitionId id) {
  const auto lane = group.desk->lane(group.journal, id);
  if (!lane) return tl::unexpected{lane.error()};
  auto publisher = group.desk->position(storage::Use::publisher, id);
  if (!publisher) return tl::unexpected{publisher.error()};
  auto snapshotter = group.desk->position(storage::Use::snapshotter, id);
  if (!snapshotter) return tl::unexpected{snapshotter.error()};
  return Row{id, *lane, std::move(*publisher), std::move(*snapshotter)};
}

bool is_sound(const std::optional<storage::Commit>& commit) {
  return commit && storage::position_of(*commit).has_value();
}

std::string place_text(const std::optional<storage::Commit>& commit) {
  if (!commit) return "none";
  return is_sound(commit) ? std::to_string(commit->next) : "unreadable";
}

void put_place(storage::JsonWriter& json, const std::optional<storage::Commit>& commit) {
  commit ? json.integer(commit->next) : json.null();
}

ExitCode show(const Common& common) {
  const auto group = open_group(common);
  if (!group) return complain_of(group.error());
  Table table{{{"PARTITION", Table::Align::right},
               {"JOURNAL FROM", Table::Align::right},
               {"TO", Table::Align::right},
               {"PUBLISHER", Table::Align::right},
               {"SNAPSHOTTER", Table::Align::right}}};
  std::vector<std::string> items;
  for (std::uint32_t i = 0; i < group->partitions; ++i) {
    const auto row = row_of(*group, PartitionId{i});
    if (!row) return complain_of(row.error());
    table.add({std::to_string(i), std::to_string(row->journal.first),
               std::to_string(row->journal.end), place_text(row->publisher),
               place_text(row->snapshotter)});
    storage::JsonWriter json{items.emplace_back()};
    json.open_object();
    json.key("partition").natural(i);
    json.key("journal_first").integer(row->journal.first);
    json.key("journal_end").integer(row->journal.end);
    put_place(json.key("publisher"), row->publisher);
    put_place(json.key("snapshotter"), row->snapshotter);
    json.close_object();
  }
  if (common.output == "table") {
    table.print();
    return ExitCode::ok;
  }
  Listing listing;
  listing.id = "/partition";
  return print_items(common.output, listing, items);
}

/// `take` gets the journal's records before `end`, until it fails.
Result<void> read_journal(const Group& group, const TopicDesk::Lane& journal, storage::Offset end,
                          const std::function<Result<void>(const storage::LogEntry&)>& take) {
  Result<void> taken;
  const auto read = group.desk->read(group.journal, journal.partition, journal.first, end,
                                     [&](const storage::LogEntry& entry) {
                                       if (taken) taken = take(entry);
                                     });
  return read ? taken : read;
}

/// Reads the journal and every topic that it publishes to.
Result<storage::PublishedProof::Verdict> prove(const Group& group, const TopicDesk::Lane& journal) {
  storage::PublishedProof proof{journal.partition, journal.first};
  const auto read = read_journal(group, journal, journal.end,
                                 [&](const storage::LogEntry& entry) { return proof.take(entry); });
  if (!read) return tl::unexpected{read.error()};
  proof.end_at(journal.end);
  for (const auto& place : proof.places()) {
    const auto lane = group.desk->lane(place.first, place.second);
    if (!lane) return tl::unexpected{lane.error()};
    proof.look(place, lane->first);
    const auto seen =
        group.desk->read(place.first, place.second, lane->first, lane->end,
                         [&](const storage::LogEntry& entry) { proof.see(place, entry.record); });
    if (!seen) return tl::unexpected{seen.error()};
  }
  return proof.verdict(group.atomic);
}

/// The position in front of the offset that a person names.
Result<storage::PublishedProof::Verdict> at_offset(const Group& group,
                                                   const TopicDesk::Lane& journal,
                                                   storage::Offset next) {
  if (next < journal.first || next > journal.end) {
    return fail(ErrorCode::malformed, fmt::format("--next {}: the journal reaches from {} to {}",
                                                  next, journal.first, journal.end));
  }
  storage::Acceptor acceptor{storage::position_at_first(journal.first)};
  const auto read =
      read_journal(group, journal, next, [&](const storage::LogEntry& entry) -> Result<void> {
        if (auto accepted = acceptor.accept(entry); !accepted) {
          return tl::unexpected{accepted.error()};
        }
        return {};
      });
  if (!read) return tl::unexpected{read.error()};
  acceptor.skip_to(next);
  return storage::PublishedProof::Verdict{.position = acceptor.position()};
}

struct Found {
  PartitionId partition;
  storage::PublishedProof::Verdict verdict;
};

void print_found(const std::vector<Found>& found, bool named) {
  Table table{{{"PARTITION", Table::Align::right},
               {"POSITION", Table::Align::right},
               {"PUBLISHED", Table::Align::right},
               {"TO PUBLISH", Table::Align::right}}};
  for (const auto& [partition, verdict] : found) {
    table.add({std::to_string(storage::index_of(partition)), std::to_string(verdict.position.next),
               named ? "" : with_commas(verdict.published),
               named ? "" : with_commas(verdict.left)});
  }
  table.print();
}

ExitCode commit(const Group& group, const std::vector<Found>& found) {
  for (const auto& [partition, verdict] : found) {
    const auto& position = verdict.position;
    const auto done = group.desk->commit({partition, position.next, storage::encode(position)});
    if (done) continue;
    if (done.error().code != ErrorCode::conflict) return complain_of(done.error());
    complain(
        fmt::format("nodes of the group run, or ended less than {} ago: end all of them, wait "
                    "for so long, and repeat this",
                    to_text(group.session_timeout)));
    return ExitCode::state_forbids;
  }
  fmt::print(stderr, "{} positions committed; the nodes may be started\n", found.size());
  return ExitCode::ok;
}

ExitCode set(const Common& common, const PositionOptions& options) {
  if (options.next && !options.partition) {
    complain("--next is of one partition: name it with --partition");
    return ExitCode::usage;
  }
  const auto group = open_group(common);
  if (!group) return complain_of(group.error());
  const auto ids = chosen(*group, options);
  if (!ids) return complain_of(ids.error());
  std::vector<Found> found;
  std::size_t refused = 0;
  for (const PartitionId id : *ids) {
    const auto row = row_of(*group, id);
    if (!row) return complain_of(row.error());
    if (is_sound(row->publisher)) continue;
    auto verdict =
        options.next ? at_offset(*group, row->journal, *options.next) : prove(*group, row->journal);
    if (verdict) {
      found.push_back({id, std::move(*verdict)});
      continue;
    }
    if (verdict.error().code != ErrorCode::conflict) return complain_of(verdict.error());
    ++refused;
    complain(
        fmt::format("partition {}: {}; if you know better, name the first journal record that "
                    "is not published: --partition {} --next OFFSET",
                    storage::index_of(id), verdict.error().detail, storage::index_of(id)));
  }
  if (found.empty() && refused == 0) {
    fmt::print(stderr, "the publisher's position is there in each partition; nothing to do\n");
    return options.next ? ExitCode::state_forbids : ExitCode::ok;
  }
  if (!found.empty()) {
    print_found(found, options.next.has_value());
    if (!options.dry_run) {
      const std::string what = fmt::format("commit {} positions", found.size());
      if (!options.yes && !is_confirmed(what, "nothing was committed; to " + what +
                                                  " without a terminal needs -y")) {
        return ExitCode::guarded;
      }
      const ExitCode done = commit(*group, found);
      if (done != ExitCode::ok) return done;
    }
  }
  if (refused == 0) return ExitCode::ok;
  return found.empty() ? ExitCode::problems_found : ExitCode::partly_done;
}

}  // namespace

void add_position(CLI::App& noun, Common& common, Work& work) {
  CLI::App* position = noun.add_subcommand(
      "position", "How far the journals on Kafka were published and written into snapshots");
  position->require_subcommand(1);
  position->add_subcommand("show", "The committed positions of each partition")
      ->callback([&common, &work] { work = [&common] { return show(common); }; });
  auto options = std::make_shared<PositionOptions>();
  CLI::App* verb = position->add_subcommand(
      "set",
      "Where Kafka has forgotten the publisher's position: finds out from the topics what was "
      "published, and commits it. All nodes of the group must have ended");
  verb->add_option("--partition", options->partition, "Only this one");
  verb->add_option("--next", options->next, "The first journal record that is not published");
  verb->add_flag("--dry-run", options->dry_run, "Only say which");
  verb->add_flag("-y,--yes", options->yes, "Do not ask");
  verb->callback(
      [&common, &work, options] { work = [&common, options] { return set(common, *options); }; });
}

}  // namespace paysaga::apps
