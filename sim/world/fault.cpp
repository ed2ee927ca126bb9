#include "paysaga/sim/world/fault.hpp"

#include <string>

#include "paysaga/config/suggest.hpp"

namespace paysaga::sim {
namespace {

// clang-format off
constexpr ByFault<std::string_view> names{
    "append_refused", "append_lost", "append_late", "append_unheard", "append_unanswered",
    "append_slow", "read_slow", "publish_refused", "publish_unheard", "publish_torn",
    "transaction_open",     "rebalance", "rebalance_whole", "notice_late", "cut_off", "pause", "crash", "power_loss",
    "disk_lost", "clean_stop", "disk_error", "disk_full", "order_unreadable", "journal_trimmed",
    "snapshot_stalled", "positions_forgotten", "clock_wrong",
    "provider_drop_before", "provider_drop_after", "provider_500_saved", "provider_500_unsaved",
    "provider_429", "provider_lock_timeout", "provider_slow", "provider_truncated",
    "provider_502", "provider_down", "provider_forgetful", "provider_refund_fails",
    "input_twice", "input_late", "input_malformed", "input_misplaced", "slow_actors",
    "paid_elsewhere", "disputed", "refunded_elsewhere", "webhook_lost", "roles_apart", "group_away"};
// clang-format on

constexpr ByFault<Fault> make_all() {
  ByFault<Fault> all{};
  for (std::size_t i = 0; i < fault_count; ++i) all[i] = static_cast<Fault>(i);
  return all;
}
constexpr ByFault<Fault> all = make_all();
static_assert(!names.back().empty(), "every fault has a name");

}  // namespace

std::string_view to_text(Fault fault) {
  return names[index_of(fault)];
}

const std::array<Fault, fault_count>& all_faults() {
  return all;
}

Result<Fault> parse_fault(std::string_view text) {
  for (const Fault fault : all) {
    if (to_text(fault) == text) return fault;
  }
  const auto near = config::suggest(text, names);
  return fail(ErrorCode::malformed, "no fault is named '" + std::string{text.substr(0, 40)} + "'" +
                                        (near ? "; did you mean " + *near + "?" : ""));
}

bool is_timed(Fault fault) {
  switch (fault) {
    case Fault::rebalance:
    case Fault::rebalance_whole:
    case Fault::cut_off:
    case Fault::pause:
    case Fault::crash:
    case Fault::power_loss:
    case Fault::disk_lost:
    case Fault::clean_stop:
    case Fault::disk_error:
    case Fault::disk_full:
    case Fault::order_unreadable:
    case Fault::journal_trimmed:
    case Fault::snapshot_stalled:
    case Fault::positions_forgotten:
    case Fault::clock_wrong:
    case Fault::provider_down:
    case Fault::provider_forgetful:
    case Fault::roles_apart:
    case Fault::group_away:
      return true;
    case Fault::append_refused:
    case Fault::append_lost:
    case Fault::append_late:
    case Fault::append_unheard:
    case Fault::append_unanswered:
    case Fault::append_slow:
    case Fault::read_slow:
    case Fault::publish_refused:
    case Fault::publish_unheard:
    case Fault::publish_torn:
    case Fault::transaction_open:
    case Fault::notice_late:
    case Fault::provider_drop_before:
    case Fault::provider_drop_after:
    case Fault::provider_500_saved:
    case Fault::provider_500_unsaved:
    case Fault::provider_429:
    case Fault::provider_lock_timeout:
    case Fault::provider_slow:
    case Fault::provider_truncated:
    case Fault::provider_502:
    case Fault::provider_refund_fails:
    case Fault::input_twice:
    case Fault::input_late:
    case Fault::input_malformed:
    case Fault::input_misplaced:
    case Fault::slow_actors:
    case Fault::paid_elsewhere:
    case Fault::disputed:
    case Fault::refunded_elsewhere:
    case Fault::webhook_lost:
      return false;
  }
  return false;
}

}  // namespace paysaga::sim
