#pragma once

#include <cstdint>
#include <string_view>

namespace paysaga::sim::stripe {

/// What a request asks for. Those from `sim_books` on are about the simulator itself.
enum class Endpoint : std::uint8_t {
  unknown,
  create_intent,
  update_intent,
  confirm_intent,
  capture_intent,
  cancel_intent,
  retrieve_intent,
  list_intents,
  search_intents,
  create_refund,
  update_refund,
  cancel_refund,
  retrieve_refund,
  list_refunds,
  retrieve_charge,
  list_charges,
  update_dispute,
  close_dispute,
  retrieve_dispute,
  list_disputes,
  retrieve_transaction,
  list_transactions,
  retrieve_event,
  list_events,
  create_endpoint,
  update_endpoint,
  delete_endpoint,
  retrieve_endpoint,
  list_endpoints,
  sim_books,
  sim_faults,
  sim_behaviour,
  sim_set_behaviour,
  sim_clock,
  sim_advance_clock,
  sim_requests,
  sim_deliveries,
  sim_limits,
  sim_play,
  sim_authenticate,
  sim_answer,
};
inline constexpr std::size_t endpoint_kinds = 41;
[[nodiscard]] std::string_view to_text(Endpoint endpoint);

}  // namespace paysaga::sim::stripe
