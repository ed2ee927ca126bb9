#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <simdjson.h>

#include "apps/doctor_report.hpp"
#include "apps/json_view.hpp"

namespace paysaga::apps {
namespace {

using storage::CountBy;

constexpr std::size_t letter_pages_max = 10;
constexpr Duration limit_is_recent = minutes{10};
constexpr std::string_view default_node = "http://127.0.0.1:7480";

/// A node that is asked one thing after the other. What it does not tell becomes a finding, so that
/// the rest is still shown.
class Questions {
 public:
  Questions(NodeClient client, Place place, Time now, std::vector<Finding>& findings)
      : client_{std::move(client)}, place_{std::move(place)}, now_{now}, findings_{findings} {}

  void ask_counts();
  void ask_partitions();
  void ask_dead_letters();
  void ask_limits();
  void ask_webhooks();
  void ask_holds();
  void ask_comparison();

 private:
  [[nodiscard]] std::optional<std::string> body_of(const std::string& target, const char* what);
  [[nodiscard]] std::optional<std::vector<storage::OrderCount>> counts_by(CountBy by);
  void add(Finding finding) { findings_.push_back(std::move(finding)); }
  void not_told(std::string_view what, std::string why) {
    add({.need = Need::unknown, .what = std::string{what}, .text = std::move(why)});
  }

  NodeClient client_;
  Place place_;
  Time now_;
  std::vector<Finding>& findings_;
};

std::optional<std::string> Questions::body_of(const std::string& target, const char* what) {
  const auto answer = client_.get(target);
  if (answer && answer->status == 200) return answer->body;
  not_told(what, answer ? fmt::format("The node answered {} for {}.", answer->status, target)
                        : answer.error().detail);
  return std::nullopt;
}

std::optional<std::vector<storage::OrderCount>> Questions::counts_by(CountBy by) {
  const std::string name{to_text(by)};
  const auto body = body_of("/v1/order-counts?by=" + name, name.c_str());
  if (!body) return std::nullopt;
  simdjson::dom::parser parser;
  simdjson::dom::array rows;
  std::vector<storage::OrderCount> counts;
  bool sound = parser.parse(*body)["counts"].get(rows) == simdjson::SUCCESS;
  for (std::size_t i = 0; sound && i < rows.size(); ++i) {
    const auto count = storage::parse_count(simdjson::minify(rows.at(i).value_unsafe()), by);
    sound = count.has_value();
    if (count) counts.push_back(*count);
  }
  if (sound) return counts;
  not_told(name, "The node told counts that this version cannot read.");
  return std::nullopt;
}

void Questions::ask_counts() {
  const auto take = [this](std::vector<Finding> found) {
    for (Finding& finding : found) add(std::move(finding));
  };
  if (const auto counts = counts_by(CountBy::reason)) take(stuck_findings(*counts, place_, now_));
  if (const auto counts = counts_by(CountBy::waiting)) {
    take(waiting_findings(*counts, place_, now_));
  }
  if (const auto counts = counts_by(CountBy::currency)) add(risk_finding(*counts, place_));
}

/// What the rows of /v1/partitions come to.
struct PartitionFacts {
  std::size_t rows = 0;
  std::set<std::uint64_t> not_led;
  std::set<std::uint64_t> lagging;
  std::string why;
  std::optional<Time> oldest_due;

  void add(const Json& row) {
    ++rows;
    std::uint64_t number = 0;
    if (row["partition"].get(number) != simdjson::SUCCESS) return;
    if (text_at(row, "/role") != "leading") {
      not_led.insert(number);
      why = text_at(row, "/node") + " is " + text_at(row, "/role");
      if (const std::string more = text_at(row, "/why"); !more.empty()) why += ": " + more;
    }
    for (const char* lag : {"lag", "publish_lag"}) {
      std::int64_t records = 0;
      if (row[lag].get(records) == simdjson::SUCCESS && records >= lag_records_max) {
        lagging.insert(number);
      }
    }
    const auto due = parse_time(text_at(row, "/oldest_due"));
    if (due && (!oldest_due || *due < *oldest_due)) oldest_due = *due;
  }
  void add_missing(const Json& row) {
    std::uint64_t number = 0;
    if (row["partition"].get(number) != simdjson::SUCCESS) return;
    ++rows;
    not_led.insert(number);
    why = text_at(row, "/why");
  }
};

Finding not_led_finding(const PartitionFacts& facts, const Place& place) {
  return {.need = Need::act,
          .what = "partitions",
          .text = fmt::format("Nobody leads {} (of {}): {}.", fmt::join(facts.not_led, ", "),
                              facts.rows, facts.why),
          .count = facts.not_led.size(),
          .unit = "partition",
          .next = {"paysaga partition list" + place.flag}};
}

Finding lagging_finding(const PartitionFacts& facts, const Place& place) {
  return {.need = Need::act,
          .what = "lag",
          .text = fmt::format("{} records and more wait to be applied or published in {}.",
                              lag_records_max, fmt::join(facts.lagging, ", ")),
          .count = facts.lagging.size(),
          .unit = "partition",
          .next = {"paysaga partition lag" + place.flag}};
}

void Questions::ask_partitions() {
  const auto body = body_of("/v1/partitions", "partitions");
  if (!body) return;
  simdjson::dom::parser parser;
  Json json;
  simdjson::dom::array rows;
  if (parser.parse(*body).get(json) != simdjson::SUCCESS ||
      json["partitions"].get(rows) != simdjson::SUCCESS) {
    return not_told("partitions", "The node told partitions that this version cannot read.");
  }
  PartitionFacts facts;
  for (const Json row : rows) facts.add(row);
  if (json["incomplete"].get(rows) == simdjson::SUCCESS) {
    for (const Json row : rows) facts.add_missing(row);
  }
  if (!facts.not_led.empty()) add(not_led_finding(facts, place_));
  if (!facts.lagging.empty()) add(lagging_finding(facts, place_));
  if (facts.not_led.empty() && facts.lagging.empty()) {
    add({.need = Need::none,
         .what = "partitions",
         .text = fmt::format("All {} are led, none lags.", facts.rows)});
  }
  add(wake_finding(facts.oldest_due, place_, now_));
}

void Questions::ask_dead_letters() {
  std::uint64_t waiting = 0;
  std::optional<Time> oldest;
  std::string next;
  for (std::size_t page = 0; page < letter_pages_max; ++page) {
    const auto body = body_of("/v1/dead-letters?limit=100" +
                                  (next.empty() ? std::string{} : "&after=" + percent_encode(next)),
                              "dead_letters");
    if (!body) return;
    simdjson::dom::parser parser;
    Json json;
    simdjson::dom::array letters;
    if (parser.parse(*body).get(json) != simdjson::SUCCESS ||
        json["dead_letters"].get(letters) != simdjson::SUCCESS) {
      return not_told("dead_letters", "The node told dead letters that cannot be read.");
    }
    for (const Json letter : letters) {
      if (text_at(letter, "/state") != "waiting") continue;
      ++waiting;
      const auto at = parse_time(text_at(letter, "/at"));
      if (at && (!oldest || *at < *oldest)) oldest = *at;
    }
    next = text_at(json, "/next");
    if (next.empty()) break;
  }
  add(dead_letter_finding(waiting, !next.empty(), oldest, place_));
}

void Questions::ask_limits() {
  const auto body = body_of("/v1/stripe/limits", "stripe");
  if (!body) return;
  simdjson::dom::parser parser;
  Json json;
  simdjson::dom::array endpoints;
  if (parser.parse(*body).get(json) != simdjson::SUCCESS ||
      json["endpoints"].get(endpoints) != simdjson::SUCCESS) {
    return not_told("stripe", "The node told limits that this version cannot read.");
  }
  std::vector<std::string> stopped;
  std::optional<Time> limited;
  std::string reason;
  const auto look = [&](const Json& gate) {
    if (text_at(gate, "/breaker") != "closed") stopped.push_back(text_at(gate, "/endpoint"));
    const auto at = parse_time(text_at(gate, "/last_limited/at"));
    if (at && (!limited || *limited < *at)) {
      limited = *at;
      reason = text_at(gate, "/last_limited/reason");
    }
  };
  Json all;
  if (json["all"].get(all) == simdjson::SUCCESS) look(all);
  for (const Json endpoint : endpoints) look(endpoint);
  const std::vector<std::string> next = {"paysaga stripe limits" + place_.flag};
  if (!stopped.empty()) {
    add({.need = Need::act,
         .what = "breaker",
         .text = fmt::format("This node does not call Stripe for {}: it refused the key, or does "
                             "not answer. It is tried again by itself.",
                             fmt::join(stopped, ", ")),
         .count = stopped.size(),
         .unit = "breaker",
         .next = next});
  }
  if (limited && now_ - *limited < limit_is_recent) {
    add({.need = Need::watch,
         .what = "rate_limited",
         .text = "Stripe answered 429 (" + reason + "); this node calls it more slowly.",
         .since = limited,
         .next = next});
  }
  if (stopped.empty()) {
    add({.need = Need::none, .what = "stripe", .text = "No breaker of this node is open."});
  }
}

void Questions::ask_webhooks() {
  const auto body = body_of("/metrics", "webhooks");
  if (!body) return;
  constexpr std::string_view series = "paysaga_webhooks_total{result=\"";
  std::uint64_t taken = 0;
  std::uint64_t refused = 0;
  std::vector<std::string> reasons;
  for (std::size_t at = body->find(series); at != std::string::npos;
       at = body->find(series, at + 1)) {
    const std::size_t begin = at + series.size();
    const std::size_t end = body->find("\"} ", begin);
    if (end == std::string::npos) break;
    const std::string result = body->substr(begin, end - begin);
    std::uint64_t number = 0;
    std::from_chars(body->data() + end + 3, body->data() + body->size(), number);
    const bool good = result == "stored" || result == "unhandled" || result == "foreign";
    (good ? taken : refused) += number;
    if (!good && number > 0) reasons.push_back(fmt::format("{} {}", number, result));
  }
  if (refused == 0) {
    return add({.need = Need::none,
                .what = "webhooks",
                .text = taken == 0 ? "None has come to this node: payments are read on a schedule."
                                   : fmt::format("This node took {}, none was refused.", taken)});
  }
  add({.need = taken == 0 ? Need::act : Need::watch,
       .what = "webhooks",
       .text = fmt::format("Since it started this node took {} and refused: {}.", taken,
                           fmt::join(reasons, ", ")),
       .count = refused,
       .unit = "webhook",
       .next = {"paysaga stripe webhook check --help", "paysaga config show"}});
}

/// Somebody stopped something on purpose; whoever is called at night may not know.
void Questions::ask_holds() {
  const auto body = body_of("/v1/holds", "holds");
  if (!body) return;
  simdjson::dom::parser parser;
  simdjson::dom::array holds;
  if (parser.parse(*body)["holds"].get(holds) != simdjson::SUCCESS) {
    return not_told("holds", "The node told holds that this version cannot read.");
  }
  std::vector<std::string> names;
  std::vector<std::string> next = {"paysaga hold list" + place_.flag};
  std::optional<Time> oldest;
  for (const Json hold : holds) {
    std::string name = text_at(hold, "/scope") + " " + text_at(hold, "/name");
    const auto since = parse_time(text_at(hold, "/since"));
    if (since && (!oldest || *since < *oldest)) oldest = *since;
    const std::string line = name + " (" + text_at(hold, "/reason") + ")";
    if (std::ranges::find(names, line) != names.end()) continue;  // Each node has it.
    names.push_back(line);
    next.push_back("paysaga hold clear " + name + " --reason WHY" + place_.flag);
  }
  if (names.empty()) {
    return add({.need = Need::none, .what = "holds", .text = "No calls are held."});
  }
  add({.need = Need::act,
       .what = "holds",
       .text = fmt::format("An operator holds calls: {}.", fmt::join(names, ", ")),
       .count = names.size(),
       .unit = "hold",
       .since = oldest,
       .next = std::move(next)});
}

void Questions::ask_comparison() {
  const auto answer = client_.get("/v1/reconcile");
  if (!answer || answer->status != 200) return;  // None was made, or it runs no payments.
  simdjson::dom::parser parser;
  Json report;
  simdjson::dom::array findings;
  if (parser.parse(answer->body).get(report) != simdjson::SUCCESS ||
      report["findings"].get(findings) != simdjson::SUCCESS) {
    return not_told("reconcile", "The node told a comparison that this version cannot read.");
  }
  const auto began = parse_time(text_at(report, "/began"));
  const std::string id = text_at(report, "/id");
  const std::string state = text_at(report, "/state");
  if (state == "failed") {
    return add({.need = Need::act,
                .what = "reconcile",
                .text = "The comparison " + id + " with Stripe failed: " + text_at(report, "/why"),
                .since = began ? std::optional{*began} : std::nullopt,
                .next = {"paysaga reconcile run --since 7d" + place_.flag}});
  }
  if (findings.size() == 0) {
    const bool runs = state == "running";
    return add({.need = runs ? Need::watch : Need::none,
                .what = "reconcile",
                .text = runs ? "The comparison " + id + " with Stripe is under way."
                             : "The comparison " + id + " with Stripe found nothing."});
  }
  add({.need = Need::act,
       .what = "reconcile",
       .text = "The last comparison with Stripe found payments that differ.",
       .count = findings.size(),
       .unit = "difference",
       .since = began ? std::optional{*began} : std::nullopt,
       .next = {"paysaga reconcile report" + place_.flag,
                "paysaga reconcile run --since 7d" + place_.flag}});
}

}  // namespace

Result<DoctorReport> ask_node(const Common& common, Time now) {
  auto client = NodeClient::to(common.node_url);
  if (!client) return tl::unexpected<Error>{client.error()};
  const auto version = client->get("/version");
  if (!version) return tl::unexpected<Error>{version.error()};
  if (version->status != 200) {
    return fail(version->status == 503 ? ErrorCode::unavailable : ErrorCode::forbidden,
                fmt::format("the node at {} answered {}: is its token missing?", common.node_url,
                            version->status));
  }
  DoctorReport report{.asked = common.node_url, .who = {}, .at = now, .findings = {}};
  simdjson::dom::parser parser;
  Json json;
  if (parser.parse(version->body).get(json) == simdjson::SUCCESS) {
    const bool live = text_at(json, "/livemode") == "true";
    report.who = fmt::format("node {}, version {}, {}", text_at(json, "/node"),
                             text_at(json, "/version"), live ? "LIVE MONEY" : "no live money");
  }
  Place place;
  if (common.node_url != default_node) place.flag = " --node " + common.node_url;
  const auto ready = client->get("/readyz");
  if (!ready || ready->status != 200) {
    report.findings.push_back({.need = Need::act,
                               .what = "ready",
                               .text = "The node is not ready: its log is not reachable, or it has "
                                       "not caught up.",
                               .next = {"paysaga partition list --here" + place.flag}});
  }
  Questions questions{std::move(*client), std::move(place), now, report.findings};
  questions.ask_counts();
  questions.ask_partitions();
  questions.ask_dead_letters();
  questions.ask_limits();
  questions.ask_webhooks();
  questions.ask_holds();
  questions.ask_comparison();
  return report;
}

}  // namespace paysaga::apps
