#include "paysaga/saga/planted.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace paysaga {

std::string_view to_text(PlantedBug bug) {
  switch (bug) {
    case PlantedBug::none:
      return "none";
    case PlantedBug::captured_twice:
      return "captured_twice";
    case PlantedBug::key_age_unheeded:
      return "key_age_unheeded";
    case PlantedBug::act_before_read_back:
      return "act_before_read_back";
    case PlantedBug::new_key_on_retry:
      return "new_key_on_retry";
    case PlantedBug::unknown_read_as_failed:
      return "unknown_read_as_failed";
    case PlantedBug::dedup_dropped_on_restore:
      return "dedup_dropped_on_restore";
    case PlantedBug::epoch_unchecked:
      return "epoch_unchecked";
    case PlantedBug::jseq_unchecked:
      return "jseq_unchecked";
    case PlantedBug::claim_without_nonce:
      return "claim_without_nonce";
    case PlantedBug::failed_delivery_unnoticed:
      return "failed_delivery_unnoticed";
    case PlantedBug::cancel_withdraws_intended:
      return "cancel_withdraws_intended";
    case PlantedBug::refund_without_reservation:
      return "refund_without_reservation";
    case PlantedBug::timer_lost_on_restart:
      return "timer_lost_on_restart";
    case PlantedBug::input_position_ahead:
      return "input_position_ahead";
    case PlantedBug::publisher_skips_after_failure:
      return "publisher_skips_after_failure";
    case PlantedBug::unstable_position_guessed:
      return "unstable_position_guessed";
    case PlantedBug::lost_position_guessed:
      return "lost_position_guessed";
    case PlantedBug::snapshot_skips_after_failure:
      return "snapshot_skips_after_failure";
    case PlantedBug::overtaken_event_heard:
      return "overtaken_event_heard";
    case PlantedBug::payment_topic_unread:
      return "payment_topic_unread";
    case PlantedBug::dispute_ignored_by_refund:
      return "dispute_ignored_by_refund";
    case PlantedBug::webhook_merged_backwards:
      return "webhook_merged_backwards";
    case PlantedBug::sweep_skips_page:
      return "sweep_skips_page";
  }
  std::abort();
}

Result<PlantedBug> parse_planted_bug(std::string_view text) {
  if (text == to_text(PlantedBug::none)) return PlantedBug::none;
  const auto found =
      std::ranges::find_if(planted_bugs, [&](PlantedBug bug) { return to_text(bug) == text; });
  if (found != planted_bugs.end()) return *found;
  return fail(ErrorCode::malformed, "no bug is named '" + std::string{text.substr(0, 40)} + "'");
}

#ifdef PAYSAGA_PLANTED
namespace {

// Written before the engine's threads begin, and only read by them.
PlantedBug in_this_process = PlantedBug::none;

}  // namespace

void plant(PlantedBug bug) {
  in_this_process = bug;
}

bool planted(PlantedBug bug) {
  return bug == in_this_process;
}
#endif

}  // namespace paysaga
