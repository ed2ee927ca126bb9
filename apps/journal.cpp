#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/cli.hpp"
#include "apps/json_view.hpp"
#include "apps/progress.hpp"
#include "paysaga/saga/time.hpp"
#include "paysaga/storage/acceptor.hpp"
#include "paysaga/storage/local_log_view.hpp"

namespace paysaga::apps {
namespace {

constexpr std::size_t batch_entries = 512;

struct JournalOptions {
  std::optional<std::uint32_t> partition;
  std::size_t limit = 0;  // Records a partition, the newest; 0: all.
};

Result<std::unique_ptr<storage::LocalLogView>> open_log(const Common& common) {
  const auto loaded = load_settings(common);
  if (!loaded) return fail(ErrorCode::malformed, "the configuration is not sound");
  if (loaded->settings.journal.kind == config::JournalKind::kafka) {
    return fail(ErrorCode::malformed,
                "the journal is on Kafka; only one in a data directory is read here, and `paysaga "
                "topic tail` shows the bytes of any topic");
  }
  return storage::LocalLogView::open(loaded->settings.node.data / "log");
}

/// Goes through the journal of one partition with the rule that every reader goes by.
template <class Each>
Result<storage::Position> read_journal(const storage::LocalLogView& log,
                                       const storage::LocalLogView::Lane& lane, Each each) {
  storage::Acceptor acceptor{storage::position_at_first(lane.first)};
  while (acceptor.position().next < lane.end) {
    auto batch = log.read_journal(lane.partition, acceptor.position().next, batch_entries);
    if (!batch) return tl::unexpected{batch.error()};
    for (const storage::LogEntry& entry : batch->entries) {
      auto accepted = acceptor.accept(entry);
      if (!accepted) {
        return fail(accepted.error().code,
                    "offset " + std::to_string(entry.offset) + ": " + accepted.error().detail);
      }
      each(entry, *accepted);
    }
    acceptor.skip_to(batch->next);
  }
  return acceptor.position();
}

void print_record(const storage::LocalLogView::Lane& lane, const storage::LogEntry& entry,
                  const storage::Acceptance& accepted) {
  const std::string place = fmt::format("{} {}/{}", paysaga::to_text(entry.appended_at),
                                        storage::index_of(lane.partition), entry.offset);
  if (const auto* invalid = std::get_if<storage::Void>(&accepted)) {
    fmt::print("{}  void      {}\n", place, invalid->why);
    return;
  }
  const auto& counted = std::get<storage::Counted>(accepted);
  std::visit(Overload{[&](const storage::Claim& claim) {
                        fmt::print("{}  claim     by {} ({})\n", place, claim.node, claim.version);
                      },
                      [&](const storage::Mark& mark) {
                        fmt::print("{}  mark      {} topics\n", place, mark.inputs.size());
                      },
                      [&](const storage::DecisionView& decision) {
                        fmt::print("{}  {:<9} {} {} {} {}\n", place,
                                   storage::to_text(decision.action), decision.order,
                                   decision.input_kind, decision.outcome, decision.summary);
                      }},
             counted.value);
}

std::vector<storage::LocalLogView::Lane> journal_lanes(const storage::LocalLogView& log) {
  std::vector<storage::LocalLogView::Lane> lanes = log.lanes();
  std::erase_if(lanes, [&](const auto& lane) { return lane.topic != log.group() + "-journal"; });
  return lanes;
}

ExitCode tail_journal(const Common& common, const JournalOptions& options) {
  auto log = open_log(common);
  if (!log) return complain_of(log.error());
  for (const auto& lane : journal_lanes(**log)) {
    if (options.partition && *options.partition != storage::index_of(lane.partition)) continue;
    const storage::Offset from =
        options.limit == 0 ? lane.first : lane.end - static_cast<storage::Offset>(options.limit);
    const auto read = read_journal(**log, lane, [&](const auto& entry, const auto& accepted) {
      if (entry.offset >= from) print_record(lane, entry, accepted);
    });
    if (!read) return complain_of(read.error());
  }
  return ExitCode::ok;
}

std::uint64_t lane_number(storage::Offset offset) {
  return static_cast<std::uint64_t>(std::max<storage::Offset>(0, offset));
}

ExitCode verify_journal(const Common& common) {
  auto log = open_log(common);
  if (!log) return complain_of(log.error());
  Table table{{{"PARTITION", Table::Align::right},
               {"FIRST", Table::Align::right},
               {"END", Table::Align::right},
               {"CLAIMS", Table::Align::right},
               {"DECISIONS", Table::Align::right},
               {"VOID", Table::Align::right},
               {"RESULT"}}};
  bool sound = true;
  for (const auto& lane : journal_lanes(**log)) {
    std::uint64_t claims = 0;
    std::uint64_t decisions = 0;
    std::uint64_t voids = 0;
    const auto read = read_journal(**log, lane, [&](const auto&, const auto& accepted) {
      const auto* counted = std::get_if<storage::Counted>(&accepted);
      if (counted == nullptr) {
        ++voids;
      } else if (counted->kind() == storage::RecordKind::claim) {
        ++claims;
      } else {
        ++decisions;
      }
    });
    sound = sound && read.has_value();
    table.add({std::to_string(storage::index_of(lane.partition)),
               with_commas(lane_number(lane.first)), with_commas(lane_number(lane.end)),
               with_commas(claims), with_commas(decisions), with_commas(voids),
               read ? "sound" : read.error().detail});
  }
  table.print();
  return sound ? ExitCode::ok : ExitCode::problems_found;
}

}  // namespace

void add_journal(CLI::App& app, Common& common, Work& work) {
  auto options = std::make_shared<JournalOptions>();
  CLI::App* journal = app.add_subcommand("journal", "The journal, in the data directory");
  journal->require_subcommand(1);
  CLI::App* records = journal->add_subcommand("tail", "Its records, with what does not count");
  records->add_option("--partition", options->partition, "Only this one");
  add_limit(*records, options->limit, "Only the newest so many of each partition");
  records->callback([&common, &work, options] {
    work = [&common, options] { return tail_journal(common, *options); };
  });
  journal->add_subcommand("verify", "Do all records decode, follow and chain?")
      ->callback([&common, &work] { work = [&common] { return verify_journal(common); }; });
}

}  // namespace paysaga::apps
