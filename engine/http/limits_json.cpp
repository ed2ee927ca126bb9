#include "paysaga/engine/http/limits_json.hpp"

#include <array>

#include <fmt/format.h>

#include "paysaga/storage/json_writer.hpp"

namespace paysaga::engine::http {
namespace {

constexpr std::array<const char*, 3> lanes = {"customer", "refund", "reconcile"};

void add_calls(storage::JsonWriter& json, const char* name, std::int64_t millionths, bool limited) {
  json.key(name);
  if (!limited) return json.null();
  json.raw(fmt::format("{:.3f}", static_cast<double>(millionths) / 1e6));
}

void add_gate(storage::JsonWriter& json, const actors::ProviderInfo::Gate& gate, bool whole) {
  const bool limited = gate.rate_max > 0;
  json.open_object();
  json.key("endpoint").text(gate.name);
  add_calls(json, "rate_max", gate.rate_max, limited);
  add_calls(json, "rate", gate.rate, limited);
  add_calls(json, "tokens", gate.tokens, limited);
  json.key("breaker").text(gate.probing ? "probing" : gate.open ? "open" : "closed");
  json.key("retry_at");
  if (gate.retry_at) {
    json.time(*gate.retry_at);
  } else {
    json.null();
  }
  if (!whole) {
    json.key("waiting").open_object();
    for (std::size_t i = 0; i < lanes.size(); ++i) json.key(lanes[i]).natural(gate.waiting[i]);
    json.close_object();
    json.key("limited").natural(gate.limited);
    json.key("last_limited");
    if (gate.limited_at) {
      json.open_object();
      json.key("at").time(*gate.limited_at);
      json.key("reason").text(actors::text_of(gate.limited_why));
      json.close_object();
    } else {
      json.null();
    }
  }
  json.close_object();
}

}  // namespace

std::string to_json(const actors::ProviderInfo& info) {
  std::string text;
  storage::JsonWriter json{text};
  json.open_object();
  json.key("in_flight").natural(info.in_flight);
  json.key("in_flight_max").natural(info.in_flight_max);
  json.key("waiting").natural(info.waiting);
  json.key("all");
  add_gate(json, info.all, true);
  json.key("endpoints").open_array();
  for (const auto& endpoint : info.endpoints) add_gate(json, endpoint, false);
  json.close_array();
  json.close_object();
  return text;
}

}  // namespace paysaga::engine::http
