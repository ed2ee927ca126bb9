#pragma once

#include <array>
#include <span>

#include "paysaga/saga/time.hpp"

namespace paysaga {

/// What becomes of a payment that succeeds after the order expired or was closed.
enum class LateSuccess { refund, accept, hold };

/// The settings that `decide` obeys. A pure value; a saga keeps no copy of it.
///
/// Source: the waits are those of the evidence table and the read schedule; in simulator mode they
/// are divided by `speed`.
struct Policy {
  Duration expires_in = minutes{30};  // Default of payment.initiate.
  LateSuccess late_success = LateSuccess::refund;
  Duration command_parked_max = minutes{10};  // An early command, then COMMAND_REFUSED.
  Duration webhook_parked_max = hours{24};
  int commands_max = 1'000;  // Remembered ids; more are refused `too_many_inputs`.
  int quarantined_max = 1'000;
  int same_key_repeats_max = 5;
  Duration repeat_min = seconds{1};  // Same-key repeats: full jitter between these bounds.
  Duration repeat_max = seconds{60};
  Duration key_age_max = hours{20};            // An older key is looked up, never sent again.
  Duration call_deadline = minutes{2};         // Of one call, connecting included.
  int simulator_speed = 1;                     // Divides the waits below.
  Duration create_absent_after = hours{1};     // Not found twice and this long after the last send.
  Duration unchanged_after = seconds{60};      // confirm, capture, cancel: unchanged this long.
  Duration refund_absent_after = minutes{10};  // Between two look-ups and after the last send.
  std::array<Duration, 6> read_schedule = {seconds{30}, minutes{2}, minutes{10},
                                           hours{1},    hours{6},   hours{24}};  // Then the last.
  std::array<Duration, 6> compensation_retry = {minutes{1}, minutes{10}, hours{1},
                                                hours{6},   hours{24},   hours{24}};
  int auto_retries = 0;                    // Off-session only.
  Duration hold_alarm_before = hours{24};  // Before a hold runs out; at most half of its time.
};

}  // namespace paysaga
