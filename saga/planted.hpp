#pragma once

#include <array>
#include <string_view>

#include "paysaga/saga/result.hpp"

namespace paysaga {

/// Bugs that are put in on purpose: each breaks one rule of the engine at the place where the rule
/// lives. A checker that has never found anything proves nothing; the simulator plants each of
/// these in turn and must find it.
///
/// They exist only in a build with PAYSAGA_PLANTED (preset `planted`). In every other build
/// `planted` is false at compile time, so that nothing of them remains.
enum class PlantedBug {
  none,
  act_before_read_back,        // Calls of a decision start before it is in the journal.
  new_key_on_retry,            // What may have been done is sent again as something new.
  unknown_read_as_failed,      // A confirm or refund without an answer counts as not made.
  dedup_dropped_on_restore,    // An order that is loaded has forgotten which commands it decided.
  epoch_unchecked,             // Records of a leader that was deposed count.
  jseq_unchecked,              // Records behind a lost one count.
  claim_without_nonce,         // Any claim that is read back is taken for one's own.
  failed_delivery_unnoticed,   // A record that is not in the journal makes nobody step down.
  cancel_withdraws_intended,   // A cancel treats what may have been sent as never sent.
  refund_without_reservation,  // Refunds under way are not counted against what is left.
  timer_lost_on_restart,       // What came due while nobody led is never woken.
  input_position_ahead,        // Inputs that are not decided yet count as decided.
  publisher_skips_after_failure,  // What could not be published is left out.
  unstable_position_guessed,      // A position that cannot be told yet is taken for none.
  lost_position_guessed,          // A publisher whose position is lost begins at the start.
  snapshot_skips_after_failure,   // What could not be written is left out of the snapshot.
  overtaken_event_heard,      // Orders go by the payment's event that comes last, not the newest.
  payment_topic_unread,       // Orders do not read one of the topics that tell of payments.
  captured_twice,             // A capture that is asked for again is made again.
  key_age_unheeded,           // A key is sent however old it is.
  dispute_ignored_by_refund,  // A refund begins while its payment is disputed.
  webhook_merged_backwards,   // What a late webhook shows of a dispute counts.
  sweep_skips_page            // Of the events that are fetched, only the first page is.
};

/// All of them but `none`.
inline constexpr std::array planted_bugs{PlantedBug::act_before_read_back,
                                         PlantedBug::new_key_on_retry,
                                         PlantedBug::unknown_read_as_failed,
                                         PlantedBug::dedup_dropped_on_restore,
                                         PlantedBug::epoch_unchecked,
                                         PlantedBug::jseq_unchecked,
                                         PlantedBug::claim_without_nonce,
                                         PlantedBug::failed_delivery_unnoticed,
                                         PlantedBug::cancel_withdraws_intended,
                                         PlantedBug::refund_without_reservation,
                                         PlantedBug::timer_lost_on_restart,
                                         PlantedBug::input_position_ahead,
                                         PlantedBug::publisher_skips_after_failure,
                                         PlantedBug::unstable_position_guessed,
                                         PlantedBug::lost_position_guessed,
                                         PlantedBug::snapshot_skips_after_failure,
                                         PlantedBug::overtaken_event_heard,
                                         PlantedBug::payment_topic_unread,
                                         PlantedBug::captured_twice,
                                         PlantedBug::key_age_unheeded,
                                         PlantedBug::dispute_ignored_by_refund,
                                         PlantedBug::webhook_merged_backwards,
                                         PlantedBug::sweep_skips_page};

/// "act_before_read_back"; of no bug, "none".
[[nodiscard]] std::string_view to_text(PlantedBug bug);
/// Errors:  malformed.
[[nodiscard]] Result<PlantedBug> parse_planted_bug(std::string_view text);

#ifdef PAYSAGA_PLANTED
/// Puts a bug in, or with `none` takes it out again.
///
/// Threads:  one, before any other of the engine begins.
void plant(PlantedBug bug);
/// True if this process runs with the bug.
[[nodiscard]] bool planted(PlantedBug bug);
#else
[[nodiscard]] constexpr bool planted(PlantedBug) {
  return false;
}
#endif

}  // namespace paysaga
