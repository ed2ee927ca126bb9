#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "paysaga/engine/http/page.hpp"
#include "paysaga/saga/result.hpp"

namespace paysaga::engine::http {

/// The partitions that a node which gathers a list asks another for: "0,3,11".
inline constexpr std::string_view partitions_header = "paysaga-partitions";

[[nodiscard]] std::string to_text(const storage::PartitionSet& partitions);
/// Errors: malformed.
[[nodiscard]] Result<storage::PartitionSet> parse_partitions(std::string_view text);

/// A list as people see it: {"<name>":[...],"next":...,"incomplete":[...]}.
[[nodiscard]] std::string list_json(std::string_view name, const Page& page,
                                    const std::vector<Missing>& missing);
/// A list as nodes tell it each other: {"<name>":[...],"next":...,"partitions_told":[...],
/// "places":[...]}, with the place of each item.
[[nodiscard]] std::string part_json(std::string_view name, const Part& part);
/// Errors: malformed.
[[nodiscard]] Result<Part> parse_part(std::string_view name, std::string_view body);

}  // namespace paysaga::engine::http
