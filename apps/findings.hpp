#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "paysaga/saga/money.hpp"
#include "paysaga/saga/time.hpp"
#include "paysaga/storage/order_counts.hpp"

namespace paysaga::apps {

/// What a person has to do with it.
enum class Need {
  act,      // Nothing goes on, or money may be lost, until somebody does something.
  watch,    // It goes on by itself; worth a look if it is old.
  none,     // It is in order.
  unknown,  // It cannot be known from where it was asked.
};
[[nodiscard]] std::string_view to_text(Need need);

/// One line of `doctor`.
struct Finding {
  Need need;
  std::string what;  // compensation_stuck, delivery, partitions, ...
  std::string text;  // One sentence.
  std::optional<std::uint64_t> count = {};
  std::string_view unit = "order";              // What is counted, one of it.
  bool more = false;                            // At least so many.
  std::map<Currency, std::int64_t> money = {};  // Of these orders.
  std::map<Currency, std::int64_t> at_risk = {};
  std::optional<Time> since = {};      // The oldest.
  std::string order = {};              // That one.
  std::vector<std::string> next = {};  // What to press, the first first.
};

/// How commands name what was asked: " --node URL", " --data DIR" or nothing.
struct Place {
  std::string flag;
  bool is_directory = false;  // No node answers: what changes something is not possible.
};

/// Thresholds, beyond which what goes on by itself is a person's matter.
inline constexpr Duration unknown_is_old = minutes{10};
inline constexpr Duration wake_is_late = seconds{60};
inline constexpr std::int64_t lag_records_max = 1'000;

/// Orders that are stuck, a finding a reason. `counts`: by reason.
[[nodiscard]] std::vector<Finding> stuck_findings(const std::vector<storage::OrderCount>& counts,
                                                  const Place& place, Time now);
/// What open orders wait for. `counts`: by waiting.
[[nodiscard]] std::vector<Finding> waiting_findings(const std::vector<storage::OrderCount>& counts,
                                                    const Place& place, Time now);
/// All money at risk. `counts`: by currency.
[[nodiscard]] Finding risk_finding(const std::vector<storage::OrderCount>& counts,
                                   const Place& place);
/// `more`: not all were looked at.
[[nodiscard]] Finding dead_letter_finding(std::uint64_t waiting, bool more,
                                          std::optional<Time> oldest, const Place& place);
/// `oldest`: the wake-up that is past its time for the longest.
[[nodiscard]] Finding wake_finding(std::optional<Time> oldest, const Place& place, Time now);

}  // namespace paysaga::apps
