#include "paysaga/engine/http/list_json.hpp"

#include <charconv>
#include <limits>
#include <optional>

#include "paysaga/engine/http/render.hpp"
#include "paysaga/storage/json_reader.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::engine::http {
namespace {

using storage::JsonCursor;
using storage::JsonValue;
using storage::JsonWriter;

tl::unexpected<Error> no_part() {
  return fail(ErrorCode::malformed, "this is no part of a list as nodes tell it each other");
}

std::optional<storage::PartitionId> partition_of(const JsonValue& value) {
  const auto number = value.natural();
  if (!number || *number > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return storage::PartitionId{static_cast<std::uint32_t>(*number)};
}

}  // namespace

std::string to_text(const storage::PartitionSet& partitions) {
  std::string text;
  for (const storage::PartitionId partition : partitions) {
    text.append(text.empty() ? "" : ",").append(std::to_string(index_of(partition)));
  }
  return text;
}

Result<storage::PartitionSet> parse_partitions(std::string_view text) {
  storage::PartitionSet partitions;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end;) {
    std::uint32_t number = 0;
    const auto [behind, error] = std::from_chars(at, end, number);
    if (error != std::errc{} || (behind != end && *behind != ',')) {
      return fail(ErrorCode::malformed, "partitions are numbers, separated by commas");
    }
    partitions.insert(storage::PartitionId{number});
    at = behind == end ? end : behind + 1;
  }
  return partitions;
}

std::string list_json(std::string_view name, const Page& page,
                      const std::vector<Missing>& missing) {
  std::string text;
  JsonWriter json{text};
  json.open_object();
  write_page(json, name, page);
  json.key("incomplete").open_array();
  for (const Missing& one : missing) {
    json.open_object();
    json.key("partition").natural(index_of(one.partition));
    json.key("node");
    if (one.node.empty()) {
      json.null();
    } else {
      json.text(one.node);
    }
    json.key("why").text(one.why);
    json.close_object();
  }
  json.close_array();
  json.close_object();
  text += '\n';
  return text;
}

std::string part_json(std::string_view name, const Part& part) {
  std::string text;
  JsonWriter json{text};
  json.open_object();
  write_page(json, name, part.page);
  json.key("partitions_told").open_array();
  for (const storage::PartitionId partition : part.partitions) json.natural(index_of(partition));
  json.close_array();
  json.key("places").open_array();
  for (const storage::PageCursor& place : part.page.places) json.text(to_text(place));
  json.close_array();
  json.close_object();
  text += '\n';
  return text;
}

Result<Part> parse_part(std::string_view name, std::string_view body) {
  const auto document = storage::JsonDocument::parse(body);
  if (!document) return tl::unexpected<Error>{document.error()};
  const auto items = document->root().find(name);
  const auto partitions = document->root().find("partitions_told");
  const auto places = document->root().find("places");
  if (!items || !partitions || !places) return no_part();
  Part part;
  for (JsonCursor at{*partitions}; !at.done(); at.next()) {
    const auto partition = partition_of(at.value());
    if (!partition) return no_part();
    part.partitions.insert(*partition);
  }
  JsonCursor place{*places};
  for (JsonCursor item{*items}; !item.done(); item.next()) {
    const auto text = place.done() ? std::nullopt : place.value().text();
    auto cursor = storage::parse_page_cursor(text.value_or(""));
    if (!cursor) return no_part();
    part.page.add(item.value().json(), std::move(*cursor));
    place.next();
  }
  const auto next = document->root().find("next");
  part.page.next = next ? next->text().value_or("") : "";
  if (!place.done() || (part.page.items.empty() && !part.page.next.empty())) return no_part();
  return part;
}

}  // namespace paysaga::engine::http
