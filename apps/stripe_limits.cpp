#include "apps/stripe_limits.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <simdjson.h>

#include "apps/json_view.hpp"

namespace paysaga::apps {
namespace {

std::vector<std::string> row_of(const Json& gate) {
  const auto at = [&gate](std::string_view pointer) { return text_at(gate, pointer); };
  const std::string rate = at("/rate");
  const std::string forced = at("/forced");
  const std::string breaker = at("/breaker") + (forced.empty() ? "" : ", forced " + forced);
  std::string last = at("/last_limited/reason");
  if (!last.empty()) last += ", " + age_at(gate, "/last_limited/at");
  return {at("/endpoint"),
          rate.empty() ? "no limit" : fmt::format("{} of {} /s", rate, at("/rate_max")),
          at("/tokens"),
          at("/waiting/customer"),
          at("/waiting/refund"),
          at("/waiting/reconcile"),
          breaker,
          at("/why"),
          age_at(gate, "/retry_at"),
          at("/limited"),
          last};
}

void show(const Json& limits) {
  using Align = Table::Align;
  Table table{{{"ENDPOINT"},
               {"RATE"},
               {"TOKENS", Align::right},
               {"CUSTOMER", Align::right},
               {"REFUND", Align::right},
               {"RECONCILE", Align::right},
               {"BREAKER"},
               {"WHY"},
               {"TRIES AGAIN"},
               {"429s", Align::right},
               {"LAST 429"}}};
  Json all;
  if (limits["all"].get(all) == simdjson::SUCCESS) table.add(row_of(all));
  simdjson::dom::array endpoints;
  if (limits["endpoints"].get(endpoints) != simdjson::SUCCESS) return;
  for (const Json endpoint : endpoints) table.add(row_of(endpoint));
  table.print();
  simdjson::dom::array holds;
  if (limits["holds"].get(holds) != simdjson::SUCCESS) return;
  for (const Json hold : holds) {
    const std::string state = text_at(hold, "/state");
    fmt::print(stderr, "held by an operator: {} {}{}, since {}: {}\n", text_at(hold, "/scope"),
               text_at(hold, "/name"), state.empty() ? "" : " " + state, age_at(hold, "/since"),
               text_at(hold, "/reason"));
  }
}

}  // namespace

void add_stripe_limits(CLI::App& stripe, const Common& common, Work& work) {
  stripe.add_subcommand("limits", "How the node calls Stripe now: rates, queues, breakers, 429s")
      ->callback([&common, &work] {
        work = [&common] {
          return print_object(common.node_url, common.output, "/v1/stripe/limits", show);
        };
      });
}

}  // namespace paysaga::apps
