#include "apps/doctor_report.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "apps/amount.hpp"
#include "apps/progress.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::apps {
namespace {

using Sums = std::map<Currency, std::int64_t>;

constexpr std::size_t currencies_max = 4;  // On a screen.

std::string coloured(const std::string& text, const char* colour) {
  return colour_wanted() ? std::string{"\x1b["} + colour + "m" + text + "\x1b[0m" : text;
}

/// "57,092.30 EUR, 1,637,340 JPY".
std::string sums_text(const Sums& sums, std::size_t most) {
  std::string text;
  std::size_t shown = 0;
  for (const auto& [currency, minor] : sums) {
    if (shown++ == most) {
      return text + fmt::format(" and {} more currencies", sums.size() - most);
    }
    text += (text.empty() ? "" : ", ") + amount_text(minor, currency) + " ";
    text += currency.text();
  }
  return text;
}

std::string count_text(const Finding& finding) {
  if (!finding.count) return {};
  return fmt::format("{}{} {}{}", with_commas(*finding.count), finding.more ? "+" : "",
                     finding.unit, *finding.count == 1 && !finding.more ? "" : "s");
}

std::size_t name_cells(const DoctorReport& report) {
  std::size_t cells = 0;
  for (const Finding& finding : report.findings) cells = std::max(cells, finding.what.size());
  return cells;
}

/// "2 orders, oldest 3h (ord-17)".
std::string count_and_age(const Finding& finding, Time now) {
  std::string text = count_text(finding);
  if (!finding.since) return text;
  const Duration age = std::max(now - *finding.since, Duration{0});
  text += (text.empty() ? "since " : finding.count == 1 ? ", since " : ", oldest ");
  text += paysaga::to_text(age);
  return finding.order.empty() ? text : text + " (" + finding.order + ")";
}

/// "84.00 EUR; at risk 42.00 EUR".
std::string money_text(const Finding& finding) {
  std::string text = sums_text(finding.money, currencies_max);
  if (finding.at_risk.empty()) return text;
  return text + (text.empty() ? "" : "; ") + "at risk " +
         sums_text(finding.at_risk, currencies_max);
}

/// What it is, how much of it, what it means, and what to press.
std::string block_of(const Finding& finding, Time now, std::size_t cells) {
  const char* colour = finding.need == Need::act ? "1;31" : "33";
  const std::string space(cells - finding.what.size(), ' ');
  const std::string how_many = count_and_age(finding, now);
  const std::string money = money_text(finding);
  std::string text = "  " + coloured(finding.what, colour);
  text += how_many.empty() ? "\n" : space + "  " + how_many + "\n";
  if (!money.empty()) text += "      " + money + "\n";
  text += "      " + finding.text + "\n";
  for (const std::string& act : finding.next) text += "      " + coloured("$ " + act, "36") + "\n";
  return text;
}

std::string line_of(const Finding& finding, std::size_t cells) {
  const std::string space(cells - finding.what.size(), ' ');
  std::string text = "  " + finding.what + space + "  " + finding.text + "\n";
  for (const std::string& act : finding.next) text += "      " + coloured("$ " + act, "36") + "\n";
  return text;
}

std::string heading_of(const DoctorReport& report) {
  const auto acts = std::ranges::count(report.findings, Need::act, &Finding::need);
  if (acts == 0) return coloured("NOTHING NEEDS A PERSON", "1;32");
  return coloured(
      acts == 1 ? "1 THING NEEDS A PERSON" : fmt::format("{} THINGS NEED A PERSON", acts), "1;31");
}

void write_sums(storage::JsonWriter& json, const Sums& sums) {
  json.open_array();
  for (const auto& [currency, minor] : sums) json.money(Money{minor, currency});
  json.close_array();
}

void write_finding(storage::JsonWriter& json, const Finding& finding) {
  json.open_object();
  json.key("need").text(to_text(finding.need));
  json.key("what").text(finding.what);
  json.key("text").text(finding.text);
  json.key("count");
  finding.count ? json.natural(*finding.count) : json.null();
  json.key("more").boolean(finding.more);
  json.key("money");
  write_sums(json, finding.money);
  json.key("money_at_risk");
  write_sums(json, finding.at_risk);
  json.key("since");
  finding.since ? json.time(*finding.since) : json.null();
  json.key("order_id");
  finding.order.empty() ? json.null() : json.text(finding.order);
  json.key("next").open_array();
  for (const std::string& act : finding.next) json.text(act);
  json.close_array();
  json.close_object();
}

}  // namespace

bool DoctorReport::needs_person() const {
  return std::ranges::count(findings, Need::act, &Finding::need) > 0;
}

std::string screen_of(const DoctorReport& report) {
  const std::size_t cells = name_cells(report);
  std::string text = report.asked + (report.who.empty() ? "" : "  " + report.who) + "\n";
  text += paysaga::to_text(report.at) + "\n\n" + heading_of(report) + "\n";
  constexpr std::array headings = {
      std::pair{Need::act, ""}, std::pair{Need::watch, "GOES ON BY ITSELF"},
      std::pair{Need::unknown, "NOT KNOWN FROM HERE"}, std::pair{Need::none, "IN ORDER"}};
  for (const auto& [need, heading] : headings) {
    std::string part;
    for (const Finding& finding : report.findings) {
      if (finding.need != need) continue;
      const bool whole = need == Need::act || need == Need::watch;
      part += whole ? block_of(finding, report.at, cells) : line_of(finding, cells);
    }
    if (part.empty()) continue;
    const std::string title{heading};
    text += (title.empty() ? "" : "\n" + coloured(title, "1") + "\n") + part;
  }
  return text;
}

std::string lines_of(const DoctorReport& report) {
  std::string text;
  for (const Finding& finding : report.findings) {
    std::string next;
    for (const std::string& act : finding.next) next += (next.empty() ? "" : "; ") + act;
    const std::string count =
        finding.count ? std::to_string(*finding.count) + (finding.more ? "+" : "") : "";
    text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", to_text(finding.need), finding.what,
                        count, sums_text(finding.money, finding.money.size()),
                        sums_text(finding.at_risk, finding.at_risk.size()),
                        finding.since ? paysaga::to_text(*finding.since) : "", finding.order,
                        finding.text, next);
  }
  return text;
}

std::string json_of(const DoctorReport& report) {
  std::string text;
  storage::JsonWriter json{text};
  json.open_object();
  json.key("asked").text(report.asked);
  json.key("at").time(report.at);
  json.key("needs_person").boolean(report.needs_person());
  json.key("findings").open_array();
  for (const Finding& finding : report.findings) write_finding(json, finding);
  json.close_array();
  json.close_object();
  return text;
}

}  // namespace paysaga::apps
