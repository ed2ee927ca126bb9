#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/engine/reconcile/compare.hpp"

namespace paysaga::engine::reconcile {

/// Payments of one side in one currency.
struct Sums {
  std::uint64_t payments = 0;  // That took money.
  std::int64_t captured_minor = 0;
  std::int64_t refunded_minor = 0;
};

/// Of the payments that were made in the span: what the provider lists as ours, what the engine has
/// of the same orders, and what others have taken on the account.
struct CurrencySums {
  Sums there;
  Sums here;
  Sums foreign;
};

enum class State { running, done, failed };

/// What a comparison of the engine with its provider has found, or has so far.
struct Report {
  static constexpr std::size_t findings_max = 10'000;

  std::string id;  // "20261127T081500Z".
  State state = State::running;
  std::string step;  // What it is at: "intents", "refunds", "orders", "again". Empty at its end.
  std::string why;   // Of `failed`.
  Time from{};       // Objects created since, and orders changed since.
  Time began{};
  std::optional<Time> ended;
  std::uint64_t intents = 0;
  std::uint64_t refunds = 0;
  std::uint64_t orders = 0;
  std::uint64_t foreign = 0;  // Intents and refunds of others.
  std::uint64_t moving = 0;   // Orders that differ while a call of theirs is not answered.
  std::vector<Finding> findings;
  std::uint64_t findings_left_out = 0;
  std::map<std::string, CurrencySums, std::less<>> sums;  // By currency.
};

/// {"id":...,"state":"done","from":...,"findings":[...],"sums":[...]}: docs/reconciliation.md.
[[nodiscard]] std::string report_json(const Report& report);

}  // namespace paysaga::engine::reconcile
