#include "paysaga/sim/world/courier.hpp"

#include <algorithm>
#include <array>

namespace paysaga::sim {

using storage::MemoryFault;
using storage::MemoryStep;
namespace {

constexpr Duration open_max = seconds{16};

}  // namespace

Courier::Courier(const Plan& plan, Timeline& timeline, Dice& dice)
    : timeline_{timeline},
      dice_{dice},
      hop_max_{plan.hop_max},
      way_{Prng::stream(plan.seed, "way to the log")},
      grave_{Prng::stream(plan.seed, "sendings of the dead")} {}

Duration Courier::cut_off_for(std::string_view node) const {
  const auto found = cut_off_.find(node);
  return found == cut_off_.end() ? Duration{0}
                                 : std::max(found->second - timeline_.now(), Duration{0});
}

Duration Courier::way_of(const MemoryStep& step) {
  const auto slow = [&](Fault fault, Duration most) {
    if (!dice_.strikes(fault)) return Duration{0};
    return Duration{dice_.of(fault).between(1'000, most.count())};
  };
  Duration way{way_.between(20, hop_max_.count())};
  const Duration cut = cut_off_for(step.node);
  switch (step.kind) {
    case MemoryStep::Kind::append:
      way += slow(Fault::append_slow, seconds{15});
      break;
    case MemoryStep::Kind::read:
      way += slow(Fault::read_slow, seconds{15});
      break;
    case MemoryStep::Kind::membership:
      way += slow(Fault::notice_late, minutes{3}) + cut;
      break;
    case MemoryStep::Kind::answer:
      if (cut.count() > 0) way += Duration{dice_.of(Fault::cut_off).between(1'000, 5'000'000)};
      break;
    case MemoryStep::Kind::publish:
      break;
    case MemoryStep::Kind::ending:
      // The session timeout of its producer, and the coordinator's round of looks.
      way = Duration{dice_.of(Fault::transaction_open).between(1'000, open_max.count())};
      break;
  }
  return way;
}

void Courier::carry(const MemoryStep& step, std::function<void()> happen) {
  const std::string node{step.node};
  if (dead_.contains(node)) return;
  // A record that lands late on purpose has no line: it comes long after its writer gave up.
  const bool late = step.kind == MemoryStep::Kind::append && step.line == 0;
  Duration way = way_of(step);
  if (late)
    way += Duration{dice_.of(Fault::append_late).between(1'000, Duration{minutes{3}}.count())};
  Time when = timeline_.now() + way;
  if (step.line != 0) {
    Time& last = lines_[step.line];
    when = std::max(when, last);
    last = when;
  }
  const bool sending =
      step.kind == MemoryStep::Kind::append || step.kind == MemoryStep::Kind::publish;
  const bool survives = sending && grave_.chance(0.5);
  timeline_.at(when, [this, node, kind = step.kind, survives, happen = std::move(happen)] {
    if (dead_.contains(node) && !survives) return;
    happen();
    if (kind == MemoryStep::Kind::membership && on_notice) on_notice(node);
  });
}

std::optional<MemoryFault> Courier::fault(MemoryStep::Kind kind, std::string_view node,
                                          storage::PartitionId) {
  if (cut_off_for(node).count() > 0) return MemoryFault::unknown_lost;
  return kind == MemoryStep::Kind::append ? append_fault() : publish_fault();
}

std::optional<MemoryFault> Courier::append_fault() {
  if (dice_.strikes(Fault::append_refused)) return MemoryFault::refused;
  if (dice_.strikes(Fault::append_lost)) return MemoryFault::unknown_lost;
  if (dice_.strikes(Fault::append_late)) return MemoryFault::unknown_late;
  if (dice_.strikes(Fault::append_unheard)) return MemoryFault::unknown_landed;
  if (dice_.strikes(Fault::append_unanswered)) return MemoryFault::unanswered;
  return std::nullopt;
}

std::optional<MemoryFault> Courier::publish_fault() {
  if (dice_.strikes(Fault::publish_refused)) return MemoryFault::refused;
  if (dice_.strikes(Fault::publish_unheard)) {
    return dice_.of(Fault::publish_unheard).chance(0.5) ? MemoryFault::unknown_landed
                                                        : MemoryFault::unknown_lost;
  }
  if (dice_.strikes(Fault::transaction_open)) {
    constexpr std::array endings{MemoryFault::open_commits, MemoryFault::open_aborts,
                                 MemoryFault::open_unmoved};
    return endings[dice_.of(Fault::transaction_open).below(endings.size())];
  }
  if (dice_.strikes(Fault::publish_torn)) return MemoryFault::partial;
  return std::nullopt;
}

}  // namespace paysaga::sim
