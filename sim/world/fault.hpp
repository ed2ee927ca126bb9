#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "paysaga/saga/result.hpp"

namespace paysaga::sim {

/// What goes wrong in a simulated world, by class. Each class draws from a random stream of its
/// own, so that switching one off does not reshuffle the others.
enum class Fault : std::uint8_t {
  append_refused,     // Not written, and said so.
  append_lost,        // Not written, and the answer was lost.
  append_late,        // The answer was lost; written seconds or minutes later.
  append_unheard,     // Written, and the answer was lost.
  append_unanswered,  // Written, and never answered: only reading it back tells.
  append_slow,
  read_slow,  // A batch of the journal or of an input reaches its reader late.
  publish_refused,
  publish_unheard,   // Carried out or not, and the answer was lost.
  publish_torn,      // Half of it is visible, no position moved; only with at_least_once.
  transaction_open,  // Written, and its end comes late: a commit or an abort.

  rebalance,         // A partition moves to another node.
  rebalance_whole,   // Everything is taken from everybody; most of it comes back to where it was.
  notice_late,       // A node hears late that it lost a partition: two owners at once.
  cut_off,           // A node gains a partition while its appends vanish, and loses it unheard.
  pause,             // A node stops for a while and wakes as a zombie.
  crash,             // kill -9: what was written is still on its disk.
  power_loss,        // What was written and not synced is gone.
  disk_lost,         // The node comes back with an empty disk.
  clean_stop,        // SIGTERM, and a start.
  disk_error,        // A write fails; it happened or not.
  disk_full,         // Every write fails until there is space again.
  order_unreadable,  // A node cannot read the state of one order for a while.
  journal_trimmed,
  snapshot_stalled,     // No snapshot can be written for a while; then a disk is lost.
  positions_forgotten,  // The log forgets what publisher and snapshotter committed.
  clock_wrong,          // A node comes back with a clock that is wrong by up to two days.

  provider_drop_before,  // The connection ends; nothing was done.
  provider_drop_after,   // The connection ends; it was done.
  provider_500_saved,
  provider_500_unsaved,
  provider_429,
  provider_lock_timeout,
  provider_slow,
  provider_truncated,
  provider_502,
  provider_down,          // Nobody reaches it for a while.
  provider_forgetful,     // It forgets keys after 24 hours, and outages last that long.
  provider_refund_fails,  // A refund is pending for a while, then fails.

  input_twice,
  input_late,  // Out of order, therefore.
  input_malformed,
  input_misplaced,     // On a partition where its order does not live.
  slow_actors,         // The world goes on while actors have work left.
  paid_elsewhere,      // A customer pays an intent at the provider itself, past the engine.
  disputed,            // A customer's bank disputes a payment, or asks about it, and decides later.
  refunded_elsewhere,  // Somebody refunds at the provider itself, past the engine.
  webhook_lost,        // Nobody is told of an event: the nodes fetch events themselves.

  roles_apart,  // Payments and orders are two groups of nodes; how many the orders' has.
  group_away,   // All nodes of one of them are gone for a while.
};
inline constexpr std::size_t fault_count = 50;

[[nodiscard]] std::string_view to_text(Fault fault);
/// Errors: malformed, with the nearest name.
[[nodiscard]] Result<Fault> parse_fault(std::string_view text);
/// All of them, in order.
[[nodiscard]] const std::array<Fault, fault_count>& all_faults();
/// True if a run has a number of it: of times, or of nodes; false if it has a chance at each
/// opportunity.
[[nodiscard]] bool is_timed(Fault fault);

template <class T>
using ByFault = std::array<T, fault_count>;
[[nodiscard]] constexpr std::size_t index_of(Fault fault) {
  return static_cast<std::size_t>(fault);
}

}  // namespace paysaga::sim
