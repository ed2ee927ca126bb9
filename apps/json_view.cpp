#include "apps/json_view.hpp"

#include <chrono>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <simdjson.h>

#include "apps/cli.hpp"
#include "paysaga/saga/money.hpp"
#include "paysaga/saga/time.hpp"

namespace paysaga::apps {
namespace {

/// Reads an answer's body; the parser must outlive the element.
bool read(simdjson::dom::parser& parser, const std::string& body, Json& json) {
  if (parser.parse(body).get(json) == simdjson::SUCCESS) return true;
  complain("the node answered something that is no JSON");
  return false;
}

/// As RFC 4180 wants it.
std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

void print_csv(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) line += (i == 0 ? "" : ",") + csv_cell(cells[i]);
  fmt::print("{}\n", line);
}

std::vector<std::string> csv_names(const Listing& listing) {
  std::vector<std::string> names;
  for (const auto& [name, pointer] : listing.csv) names.push_back(name);
  if (!names.empty()) return names;
  for (const Table::Column& column : listing.columns) names.push_back(column.name);
  return names;
}

std::vector<std::string> csv_row(const Listing& listing, const Json& item) {
  if (listing.csv.empty()) return listing.row(item);
  std::vector<std::string> cells;
  for (const auto& [name, pointer] : listing.csv) cells.push_back(text_at(item, pointer));
  return cells;
}

}  // namespace

std::string text_at(const Json& json, std::string_view pointer) {
  Json found;
  if (json.at_pointer(pointer).get(found) != simdjson::SUCCESS || found.is_null()) return {};
  std::string_view text;
  if (found.get(text) == simdjson::SUCCESS) return std::string{text};
  return simdjson::minify(found);
}

std::string money_at(const Json& json, std::string_view pointer) {
  Json found;
  std::int64_t minor = 0;
  std::string_view letters;
  if (json.at_pointer(pointer).get(found) != simdjson::SUCCESS) return {};
  if (found["minor"].get(minor) != simdjson::SUCCESS) return {};
  if (found["currency"].get(letters) != simdjson::SUCCESS) return {};
  const auto currency = Currency::parse(letters);
  return currency ? to_text(Money{minor, *currency}) : std::string{};
}

std::string age_at(const Json& json, std::string_view pointer) {
  const auto time = parse_time(text_at(json, pointer));
  if (!time) return {};
  const auto now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  return *time <= now ? to_text(now - *time) + " ago" : "in " + to_text(*time - now);
}

ExitCode complain_of(const HttpAnswer& answer, std::string_view about) {
  simdjson::dom::parser parser;
  Json json;
  std::string detail;
  if (parser.parse(answer.body).get(json) == simdjson::SUCCESS) {
    detail = text_at(json, "/code") + ": " + text_at(json, "/detail");
  }
  if (detail.size() <= 2) detail = fmt::format("the node answered {}", answer.status);
  complain(about.empty() ? detail : fmt::format("{}: {}", about, detail));
  if (answer.status == 404) return ExitCode::not_found;
  if (answer.status == 409 || answer.status == 422) return ExitCode::state_forbids;
  if (answer.status == 401 || answer.status == 403) return ExitCode::guarded;
  if (answer.status == 503) return ExitCode::not_reachable;
  return answer.status == 400 ? ExitCode::usage : ExitCode::error;
}

ExitCode complain_of(const Error& error) {
  complain(error.detail);
  if (error.code == ErrorCode::unavailable) return ExitCode::not_reachable;
  if (error.code == ErrorCode::not_found) return ExitCode::not_found;
  return error.code == ErrorCode::malformed ? ExitCode::usage : ExitCode::error;
}

void Gaps::add(const Json& page) {
  simdjson::dom::array missing;
  if (page["incomplete"].get(missing) != simdjson::SUCCESS) return;
  for (const Json one : missing) {
    std::uint64_t partition = 0;
    if (one["partition"].get(partition) != simdjson::SUCCESS) continue;
    const std::string node = text_at(one, "/node");
    const std::string who = node.empty() ? "" : "node " + node + ": ";
    partitions_[who + text_at(one, "/why")].insert(partition);
  }
}

void Gaps::say() const {
  if (partitions_.empty()) return;
  std::string text;
  for (const auto& [why, partitions] : partitions_) {
    text += fmt::format("{}partition{} {} ({})", text.empty() ? "" : "; ",
                        partitions.size() == 1 ? "" : "s", fmt::join(partitions, ", "), why);
  }
  complain("the list is not complete, it has nothing of " + text);
}

void add_money_csv(Listing& listing) {
  for (const char* part : {"authorized", "captured", "refunding", "refunded", "disputed", "lost"}) {
    listing.csv.emplace_back(part, std::string{"/money/"} + part);
  }
  listing.csv.emplace_back("money_at_risk_minor", "/money_at_risk_minor");
}

ExitCode print_items(const std::string& output, const Listing& listing,
                     const std::vector<std::string>& items) {
  Table table{listing.columns};
  simdjson::dom::parser parser;
  if (output == "json") fmt::print("[");
  if (output == "csv") print_csv(csv_names(listing));
  for (std::size_t i = 0; i < items.size(); ++i) {
    Json item;
    if (!read(parser, items[i], item)) return ExitCode::error;
    if (output == "table") {
      table.add(listing.row(item));
    } else if (output == "csv") {
      print_csv(csv_row(listing, item));
    } else if (output == "id") {
      fmt::print("{}\n", text_at(item, listing.id));
    } else if (output == "jsonl") {
      fmt::print("{}\n", items[i]);
    } else {
      fmt::print("{}{}", i == 0 ? "" : ",", items[i]);
    }
  }
  if (output == "json") fmt::print("]\n");
  if (output == "table") table.print();
  return ExitCode::ok;
}

ExitCode print_list(const std::string& node_url, const std::string& output,
                    const Listing& listing) {
  auto client = NodeClient::to(node_url);
  if (!client) return complain_of(client.error());
  std::vector<std::string> items;
  std::string next;
  Gaps gaps;
  do {
    const char joint = listing.target.find('?') == std::string::npos ? '?' : '&';
    const auto answer = client->get(
        next.empty() ? listing.target : listing.target + joint + "after=" + percent_encode(next));
    if (!answer) return complain_of(answer.error());
    if (answer->status != 200) return complain_of(*answer);
    simdjson::dom::parser parser;
    Json json;
    simdjson::dom::array page;
    if (!read(parser, answer->body, json)) return ExitCode::error;
    if (json[listing.array].get(page) != simdjson::SUCCESS) return ExitCode::error;
    gaps.add(json);
    for (const Json item : page) {
      if (listing.limit == 0 || items.size() < listing.limit) {
        items.push_back(simdjson::minify(item));
      }
    }
    next = text_at(json, "/next");
  } while (!next.empty() && items.size() < listing.limit);
  const ExitCode printed = print_items(output, listing, items);
  gaps.say();
  return printed;
}

ExitCode print_object(const std::string& node_url, const std::string& output,
                      const std::string& target, const std::function<void(const Json&)>& show) {
  auto client = NodeClient::to(node_url);
  if (!client) return complain_of(client.error());
  const auto answer = client->get(target);
  if (!answer) return complain_of(answer.error());
  if (answer->status != 200) return complain_of(*answer);
  if (output != "table") {
    fmt::print("{}\n", answer->body);
    return ExitCode::ok;
  }
  simdjson::dom::parser parser;
  Json json;
  if (!read(parser, answer->body, json)) return ExitCode::error;
  show(json);
  return ExitCode::ok;
}

}  // namespace paysaga::apps
