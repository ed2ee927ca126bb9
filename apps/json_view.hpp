#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/exit_code.hpp"
#include "apps/node_client.hpp"
#include "apps/table.hpp"

namespace simdjson::dom {
class element;
}

namespace paysaga::apps {

using Json = simdjson::dom::element;

/// The text at a JSON pointer ("/amount/minor"): strings bare, numbers and truths as they stand,
/// empty if there is nothing.
[[nodiscard]] std::string text_at(const Json& json, std::string_view pointer);
/// "42.00 EUR" of {"minor":4200,"currency":"EUR"}; empty if there is none.
[[nodiscard]] std::string money_at(const Json& json, std::string_view pointer);
/// A time for people, "12 s ago" or "in 3 min"; empty if there is none.
[[nodiscard]] std::string age_at(const Json& json, std::string_view pointer);

/// What a problem+json answer means for the process, after saying it on standard error.
/// `about`: which of several things it was asked for; may be empty.
[[nodiscard]] ExitCode complain_of(const HttpAnswer& answer, std::string_view about = {});
[[nodiscard]] ExitCode complain_of(const Error& error);

/// Of which partitions the pages of a list tell nothing.
class Gaps {
 public:
  void add(const Json& page);
  /// One line on standard error, if there are any.
  void say() const;

 private:
  std::map<std::string, std::set<std::uint64_t>> partitions_;  // By node and why.
};

/// A list that the node serves: its path, the array's name, the columns and how a row is made.
struct Listing {
  std::string target;
  std::string array;
  std::vector<Table::Column> columns;
  std::function<std::vector<std::string>(const Json&)> row;
  std::string id;  // The pointer of the id column, for `-o id`.
  /// For `-o csv`: names and pointers. None: the columns of the table.
  std::vector<std::pair<std::string, std::string>> csv = {};
  std::size_t limit = 0;  // Follow `next` up to so many items; 0: one page.
};
/// The parts of an order's money, for `-o csv`, in minor units.
void add_money_csv(Listing& listing);
/// Prints objects that are at hand, in the form asked for.
[[nodiscard]] ExitCode print_items(const std::string& output, const Listing& listing,
                                   const std::vector<std::string>& items);
/// Prints a list of the node in the form asked for: table, json, jsonl, csv, id.
[[nodiscard]] ExitCode print_list(const std::string& node_url, const std::string& output,
                                  const Listing& listing);
/// Prints one object: as it is for json and jsonl, else by `show`.
[[nodiscard]] ExitCode print_object(const std::string& node_url, const std::string& output,
                                    const std::string& target,
                                    const std::function<void(const Json&)>& show);

}  // namespace paysaga::apps
