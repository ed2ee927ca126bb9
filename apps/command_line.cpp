#include "apps/command_line.hpp"

#include <utility>

#include <simdjson.h>

namespace paysaga::apps {

CommandLine read_command_line(std::size_t number, std::string text) {
  CommandLine line{number, std::move(text), {}, {}};
  thread_local simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (parser.parse(line.text).get(document) != simdjson::SUCCESS) return line;
  std::string_view value;
  if (document["order_id"].get(value) == simdjson::SUCCESS) line.order = value;
  if (document["wait_for"].get(value) == simdjson::SUCCESS) line.wait_for = std::string{value};
  return line;
}

bool is_over(std::string_view status, std::string_view wanted, bool busy) {
  if (status == wanted) return true;
  return !busy && status != "PAYMENT_PROCESSING" && status != "REFUND_PENDING";
}

}  // namespace paysaga::apps
