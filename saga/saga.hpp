#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "paysaga/saga/call.hpp"
#include "paysaga/saga/event.hpp"
#include "paysaga/saga/hold.hpp"
#include "paysaga/saga/input.hpp"
#include "paysaga/saga/order/order.hpp"
#include "paysaga/saga/payment/payment.hpp"
#include "paysaga/saga/policy.hpp"
#include "paysaga/saga/roles.hpp"

namespace paysaga {

/// A command id that was decided, with what it said and what came of it: its repeat gets the same
/// answer, another body under the same id is `id_reused`.
struct Seen {
  EventId id;
  std::uint64_t body_hash;
  std::string refused;  // The code; empty if it was accepted.
  friend bool operator==(const Seen&, const Seen&) = default;
};

/// An early command that waits for what it needs.
struct Parked {
  CommandInput input;
  Time since{};
  Time until{};
  friend bool operator==(const Parked&, const Parked&) = default;
};

/// The last decisions in short form; a cold restore has no more of the order's history.
struct Recent {
  Time at{};
  std::string what;  // One line.
  friend bool operator==(const Recent&, const Recent&) = default;
};
inline constexpr std::size_t recent_max = 32;

/// All that one order actor holds: both machines and what surrounds them. A node of one role leaves
/// the other machine as it is before its first event.
struct Saga {
  OrderId id;
  std::string correlation_id;
  std::optional<payment::Payment> payment;  // None before its first payment.initiate.
  order::Order order;
  std::vector<Seen> seen;
  std::vector<Parked> parked;
  std::vector<Recent> recent;
  std::string payment_hash;  // Heads of the two hash chains, hex; kept by the codec.
  std::string order_hash;
  std::uint64_t version = 0;  // Decisions so far.
  Time updated_at{};
  std::optional<Hold> hold = {};
  friend bool operator==(const Saga&, const Saga&) = default;
};

/// What surrounds a decision. Nothing else does: the same arguments give the same decision.
struct Context {
  Time now;  // PROTOCOL: never runs backwards over a takeover.
  const Policy& policy;
  const RequestEncoder& encoder;
  std::string_view group;   // Part of every event id.
  std::string_view ledger;  // Part of every idempotency key.
  std::uint64_t jitter;     // Any number; spreads repeats. The partition draws it.
  bool livemode = false;
  Roles roles = Roles::both;
};

/// What an order machine asks of a payment machine that other nodes run.
struct CancelForOthers {
  EventId id;  // Of the command. A function of the order's sequence: a repeat has the same.
  command::PaymentCancel ask;
  std::string correlation_id;
};

/// What the decision did with its input.
enum class Outcome {
  accepted,  // The state moved, or the command is granted as it stands.
  ignored,   // Repeated, overtaken or not due: nothing follows, nothing need be journalled.
  parked,    // Early: it waits in the state.
  refused,   // The state forbids it: `code` says why, COMMAND_REFUSED is among the events.
  misused,   // The provider says our key was reused: the order must be quarantined.
};

/// The whole answer for one input: one journal record (unless it was `ignored`).
struct Decision {
  Outcome outcome;
  std::string code;     // refused: closed set. ignored: why.
  std::string summary;  // One line for the timeline: what came in, what it led to.
  Saga next;
  std::vector<Event> events;                  // In order; each machine's sequence has no gap.
  std::vector<CancelForOthers> cancels = {};  // Only of a node without the payment machine.
};

/// An order that no input has reached yet.
[[nodiscard]] Saga new_saga(OrderId id);

/// Decides one input. Pure; total: every input has an answer in every state.
[[nodiscard]] Decision decide(const Saga& saga, const Input& input, const Context& context);

/// The calls that the state waits for, those in the future included (`not_before`).
[[nodiscard]] std::vector<Call> pending_calls(const Saga& saga, const Context& context);

/// The order's hold as its machines see it; null if it is not held. Lifetime: of the saga.
[[nodiscard]] inline const Hold* hold_of(const Saga& saga) {
  return saga.hold ? &*saga.hold : nullptr;
}

/// When the next WakeInput is due: expiry, a parked command's end.
[[nodiscard]] std::optional<Time> next_decision_at(const Saga& saga);

/// When something is next to be done without news from outside: a call or a wake. Every open order
/// has one, unless people are to act or it is held. With `after`, the first that is later: a call
/// may be planned beside one that runs.
[[nodiscard]] std::optional<Time> next_wake_at(const Saga& saga, Time after = Time::min());

/// True while anything may still be done for it (status open, or an operation, refund or parked
/// command is left), or it is held.
[[nodiscard]] bool is_open(const Saga& saga);

/// What an open order waits for, for people: one sentence without its name and times.
struct Waiting {
  std::string on;    // customer_method, provider_answer, evidence, refund, delivery, ...
  std::string text;  // "Stripe's answer to the confirm of attempt 2, unknown since ..."
  Time since{};
  std::optional<Time> next_at;
};
[[nodiscard]] std::optional<Waiting> waiting_for(const Saga& saga);

/// Money that may be lost: unknown operations, captured money of ended orders, failed refunds.
[[nodiscard]] std::int64_t money_at_risk_minor(const Saga& saga);

/// Everything that must hold of a saga at rest, where nodes of these roles decided it; the first
/// broken rule, or nothing. `decide` does
/// not ask: what a provider says may contradict what it said before. Who carries a decision out
/// asks, of every one, and stops the order rather than the node.
[[nodiscard]] std::optional<std::string> check(const Saga& saga, Roles roles = Roles::both);

/// The order's status. Where only the payment machine runs: what the payment alone says of it.
[[nodiscard]] order::Status status_of(const Saga& saga);
/// "PAYMENT_PROCESSING": that status as people see it.
[[nodiscard]] std::string status_text(const Saga& saga);

}  // namespace paysaga
