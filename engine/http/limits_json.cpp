#include "paysaga/engine/http/limits_json.hpp"

#include <array>

#include <fmt/format.h>

#include "paysaga/engine/node_holds.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::engine::http {
namespace {

constexpr std::array<const char*, 3> lanes = {"customer", "refund", "reconcile"};

void add_calls(storage::JsonWriter& json, const char* name, std::int64_t millionths, bool limited) {
  json.key(name);
  if (!limited) return json.null();
  json.raw(fmt::format("{:.3f}", static_cast<double>(millionths) / 1e6));
}

/// An operator's word beside what the breaker itself knows.
void add_forced(storage::JsonWriter& json, const actors::NodeHold* hold) {
  json.key("forced");
  if (hold == nullptr) return json.null();
  json.text(hold->closed ? "closed" : "open");
}

void add_gate(storage::JsonWriter& json, const actors::ProviderInfo::Gate& gate,
              const actors::CallHolds& holds, bool whole) {
  const bool limited = gate.rate_max > 0;
  json.open_object();
  json.key("endpoint").text(gate.name);
  add_calls(json, "rate_max", gate.rate_max, limited);
  add_calls(json, "rate", gate.rate, limited);
  add_calls(json, "tokens", gate.tokens, limited);
  json.key("breaker").text(gate.probing ? "probing" : gate.open ? "open" : "closed");
  add_forced(json, holds.forced(gate.name));
  json.key("why");
  gate.why.empty() ? json.null() : json.text(gate.why);
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
  const actors::CallHolds holds{info.holds};
  add_gate(json, info.all, holds, true);
  json.key("endpoints").open_array();
  for (const auto& endpoint : info.endpoints) add_gate(json, endpoint, holds, false);
  json.close_array();
  json.key("holds").open_array();
  for (const actors::NodeHold& hold : info.holds) {
    json.open_object();
    write_hold(json, hold);
    json.close_object();
  }
  json.close_array();
  json.close_object();
  return text;
}

}  // namespace paysaga::engine::http
