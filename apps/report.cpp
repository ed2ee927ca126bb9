#include "apps/report.hpp"

#include <map>

#include <fmt/format.h>

#include "apps/amount.hpp"
#include "apps/progress.hpp"
#include "apps/table.hpp"
#include "paysaga/storage/codec_view.hpp"

namespace paysaga::apps {
namespace {

struct CurrencySums {
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  std::int64_t at_risk = 0;
};

void print_statuses(std::span<const storage::StatusCount> counts) {
  std::map<order::Status, std::uint64_t> orders;
  std::map<order::Status, std::uint64_t> stuck;
  for (const storage::StatusCount& count : counts) {
    orders[count.status] += count.orders;
    stuck[count.status] += count.stuck;
  }
  Table table{{{"ORDERS"}, {"COUNT", Table::Align::right}, {"STUCK", Table::Align::right}}};
  for (const auto& [status, count] : orders) {
    if (count == 0) continue;
    table.add({storage::status_label(status), with_commas(count), with_commas(stuck[status])});
  }
  if (!table.empty()) table.print();
}

void print_money(std::span<const storage::StatusCount> counts) {
  std::map<std::string, std::pair<Currency, CurrencySums>> sums;
  for (const storage::StatusCount& count : counts) {
    if (!count.currency) continue;
    const std::string letters{count.currency->text()};
    auto& sum = sums.try_emplace(letters, *count.currency, CurrencySums{}).first->second.second;
    sum.captured += count.money.captured;
    sum.refunded += count.money.refunded;
    sum.at_risk += count.money_at_risk_minor;
  }
  Table table{{{"MONEY"},
               {"CAPTURED", Table::Align::right},
               {"REFUNDED", Table::Align::right},
               {"AT RISK", Table::Align::right}}};
  for (const auto& [letters, entry] : sums) {
    const auto& [currency, sum] = entry;
    table.add({letters, amount_text(sum.captured, currency), amount_text(sum.refunded, currency),
               amount_text(sum.at_risk, currency)});
  }
  if (!table.empty()) table.print();
}

}  // namespace

void print_report(const SubmitReport& report, std::span<const storage::StatusCount> counts) {
  fmt::print("\n");
  print_statuses(counts);
  fmt::print("\n");
  print_money(counts);
  fmt::print("\n{} lines of {} orders in {:.1f} s ({:.0f} lines/s)\n", with_commas(report.lines),
             with_commas(report.orders), report.seconds,
             report.seconds > 0 ? static_cast<double>(report.lines) / report.seconds : 0.0);
  fmt::print("accepted {}, early and parked {}, refused {}, invalid {}",
             with_commas(report.accepted), with_commas(report.parked), with_commas(report.refused),
             with_commas(report.invalid));
  if (report.quarantined > 0) fmt::print(", quarantined {}", with_commas(report.quarantined));
  fmt::print("\n");
  if (report.repeated > 0) {
    fmt::print("{} known commands passed over\n", with_commas(report.repeated));
  }
  for (const auto& [code, count] : report.refused_by_code) {
    fmt::print("  refused {}: {}\n", code, with_commas(count));
  }
  fmt::print("submit -> durable p50 {:.1f} ms, p99 {:.1f} ms",
             quantile_ms(report.durable_micros, 0.5), quantile_ms(report.durable_micros, 0.99));
  if (!report.final_micros.empty()) {
    fmt::print("; submit -> final p50 {:.1f} ms, p99 {:.1f} ms",
               quantile_ms(report.final_micros, 0.5), quantile_ms(report.final_micros, 0.99));
  }
  fmt::print("\n");
  std::fflush(stdout);
}

}  // namespace paysaga::apps
