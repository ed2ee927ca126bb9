#pragma once

#include "paysaga/sim/check/commands.hpp"
#include "paysaga/sim/check/effects.hpp"
#include "paysaga/sim/check/fold.hpp"
#include "paysaga/sim/check/history.hpp"
#include "paysaga/sim/check/ledger.hpp"
#include "paysaga/sim/check/money.hpp"
#include "paysaga/sim/check/publication.hpp"
#include "paysaga/sim/check/wishes.hpp"
#include "paysaga/storage/state_store.hpp"

namespace paysaga::sim {

/// All checkers of a run. It sees each entry land in the log and each request arrive at the payment
/// service, before anybody else does, and believes no node.
class Oracle {
 public:
  Oracle(std::uint32_t partitions, bool publish_once, const stripe::StripeModel& model)
      : fold{partitions, findings},
        history{findings},
        effects{findings},
        publication{publish_once, findings},
        commands{findings},
        ledger{findings},
        wishes{fold, findings},
        money{model, fold, findings} {}

  void journal_landed(storage::PartitionId partition, const storage::LogEntry& entry) {
    fold.landed(partition, entry, [this](const CountedDecision& decision) {
      history.counted(decision);
      effects.counted(decision);
      publication.counted(decision);
      commands.counted(decision);
      ledger.counted(decision);
      money.counted(decision);
      if (on_decision) on_decision(decision);
    });
  }
  /// A store says the same as the journal: of the orders that it has read as far as the fold.
  void compare_store(const storage::StateStore& store, storage::PartitionId partition,
                     const std::string& node, Time now);
  /// Once the world has come to rest.
  void at_end(Time now) {
    publication.at_end(now);
    commands.at_end(now);
    wishes.at_end(now);
    money.at_end(now);
  }

  Findings findings;
  Fold fold;
  HistoryCheck history;
  EffectCheck effects;
  PublicationCheck publication;
  CommandCheck commands;
  LedgerCheck ledger;
  WishCheck wishes;
  MoneyCheck money;
  std::function<void(const CountedDecision&)> on_decision;  // For the story of a replay.
};

}  // namespace paysaga::sim
