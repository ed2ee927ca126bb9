#include <fmt/format.h>

#include "apps/data_directory.hpp"
#include "apps/doctor_report.hpp"
#include "paysaga/storage/order_row.hpp"

namespace paysaga::apps {
namespace {

using storage::CountBy;

constexpr std::size_t letters_page = 100;
constexpr std::size_t letters_max = 1'000;

/// As a shell takes it.
std::string quoted(const std::string& path) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
  if (path.find_first_not_of(plain) == std::string::npos) return path;
  std::string text = "'";
  for (const char c : path) text += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return text + "'";
}

Result<void> add_counts(const storage::StateStore& store, const Place& place,
                        DoctorReport& report) {
  const auto partitions = all_partitions(store);
  const auto stuck = storage::count_orders(store, partitions, CountBy::reason);
  const auto waiting = storage::count_orders(store, partitions, CountBy::waiting);
  const auto money = storage::count_orders(store, partitions, CountBy::currency);
  for (const auto* counts : {&stuck, &waiting, &money}) {
    if (!*counts) return tl::unexpected<Error>{counts->error()};
  }
  for (auto& finding : stuck_findings(*stuck, place, report.at)) report.findings.push_back(finding);
  for (auto& finding : waiting_findings(*waiting, place, report.at)) {
    report.findings.push_back(finding);
  }
  report.findings.push_back(risk_finding(*money, place));
  return {};
}

Result<void> add_dead_letters(const storage::StateStore& store, const Place& place,
                              DoctorReport& report) {
  std::uint64_t waiting = 0;
  std::optional<Time> oldest;
  std::string after;
  bool more = true;
  for (std::size_t seen = 0; more && seen < letters_max; seen += letters_page) {
    const auto letters = store.dead_letters({after, letters_page});
    if (!letters) return tl::unexpected<Error>{letters.error()};
    for (const storage::DeadLetter& letter : *letters) {
      if (letter.state != storage::DeadLetter::State::waiting) continue;
      if (!oldest) oldest = letter.at;  // The earliest comes first.
      ++waiting;
    }
    more = letters->size() == letters_page;
    if (more) after = to_text(storage::place_of(letters->back()));
  }
  report.findings.push_back(dead_letter_finding(waiting, more, oldest, place));
  return {};
}

Result<void> add_wakes(const storage::StateStore& store, const Place& place, DoctorReport& report) {
  std::optional<Time> oldest;
  for (const storage::PartitionId partition : all_partitions(store)) {
    const auto due = store.timers(partition, Time::min(), report.at, 1);
    if (!due) return tl::unexpected<Error>{due.error()};
    if (!due->empty() && (!oldest || due->front().at < *oldest)) oldest = due->front().at;
  }
  report.findings.push_back(wake_finding(oldest, place, report.at));
  return {};
}

}  // namespace

Result<DoctorReport> ask_directory(const Common& common, Time now) {
  const auto store = open_store(*common.data);
  if (!store) return tl::unexpected<Error>{store.error()};
  const bool in_use = is_in_use(*common.data);
  DoctorReport report{.asked = *common.data, .who = {}, .at = now, .findings = {}};
  report.who = in_use ? "a node works on it" : "no node works on it";
  const Place place{" --data " + quoted(*common.data), true};
  for (const auto& add : {add_counts, add_wakes, add_dead_letters}) {
    if (const auto added = add(**store, place, report); !added) {
      return tl::unexpected<Error>{added.error()};
    }
  }
  report.findings.push_back(
      {.need = Need::unknown,
       .what = "node",
       .text = "Who leads, breakers, limits and webhooks are known to a running node alone.",
       .next = {in_use ? "paysaga doctor" : "paysaga run" + place.flag}});
  return report;
}

}  // namespace paysaga::apps
