#pragma once

#include "paysaga/sim/check/commands.hpp"
#include "paysaga/sim/check/disputes.hpp"
#include "paysaga/sim/check/effects.hpp"
#include "paysaga/sim/check/fold.hpp"
#include "paysaga/sim/check/history.hpp"
#include "paysaga/sim/check/ledger.hpp"
#include "paysaga/sim/check/money.hpp"
#include "paysaga/sim/check/pair.hpp"
#include "paysaga/sim/check/publication.hpp"
#include "paysaga/sim/check/whole.hpp"
#include "paysaga/sim/check/wishes.hpp"
#include "paysaga/storage/state_store.hpp"

namespace paysaga::sim {

/// All checkers of a run. It sees each entry land in the log and each request arrive at the payment
/// service, before anybody else does, and believes no node.
class Oracle {
 public:
  /// `apart`: payments and orders are two groups, each with a journal of its own.
  Oracle(bool apart, std::uint32_t partitions, bool publish_once, const stripe::StripeModel& model)
      : payments{apart ? Roles::payments : Roles::both, partitions, findings},
        orders{Roles::orders, partitions, findings},
        wholes{payments, apart ? orders : payments},
        history{findings},
        effects{findings},
        publication{publish_once, findings},
        commands{findings},
        ledger{findings},
        wishes{wholes, findings},
        money{model, wholes, findings},
        pair{orders, wholes, findings},
        disputes{model, wholes, findings} {}

  /// An entry of the journal of the group with these roles.
  void journal_landed(Roles roles, storage::PartitionId partition, const storage::LogEntry& entry) {
    fold_of(roles).landed(partition, entry, [this](const CountedDecision& decision) {
      history.counted(decision);
      effects.counted(decision);
      publication.counted(decision);
      commands.counted(decision);
      ledger.counted(decision);
      money.counted(decision);
      pair.counted(decision);
      disputes.counted(decision);
      if (on_decision) on_decision(decision);
    });
  }
  /// A record landed in a topic between two groups.
  void between_landed(Topic topic, const storage::LogRecord& record);
  /// The journals of the group with these roles.
  [[nodiscard]] const Fold& fold(Roles roles) const {
    return roles == Roles::orders ? orders : payments;
  }
  /// Of all groups.
  [[nodiscard]] std::uint64_t counted() const { return payments.counted() + orders.counted(); }
  [[nodiscard]] std::uint64_t voided() const { return payments.voided() + orders.voided(); }
  /// A store says the same as the journal of its group: of the orders that it has read as far as
  /// the fold.
  void compare_store(const storage::StateStore& store, storage::PartitionId partition,
                     const std::string& node, Time now);
  /// Once the world has come to rest.
  void at_end(Time now) {
    publication.at_end(now);
    commands.at_end(now);
    wishes.at_end(now);
    money.at_end(now);
    pair.at_end(now);
    disputes.at_end(now);
  }

  Findings findings;
  Fold payments;  // Of the nodes that run them, whether or not they run the orders, too.
  Fold orders;    // Of nodes that run orders alone.
  const Wholes wholes;
  HistoryCheck history;
  EffectCheck effects;
  PublicationCheck publication;
  CommandCheck commands;
  LedgerCheck ledger;
  WishCheck wishes;
  MoneyCheck money;
  PairCheck pair;
  DisputeCheck disputes;
  std::function<void(const CountedDecision&)> on_decision;  // For the story of a replay.

 private:
  [[nodiscard]] Fold& fold_of(Roles roles) { return roles == Roles::orders ? orders : payments; }
};

}  // namespace paysaga::sim
