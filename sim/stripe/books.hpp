#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "paysaga/saga/money.hpp"
#include "paysaga/saga/time.hpp"
#include "paysaga/sim/stripe/endpoint.hpp"
#include "paysaga/sim/stripe/fault.hpp"
#include "paysaga/sim/stripe/object.hpp"

namespace paysaga::sim::stripe {

/// What must never be asked of Stripe. Each of these is a fault of the client.
enum class Violation : std::uint8_t {
  double_charge,            // A second succeeded charge for one order of one ledger.
  double_refund,            // A second refund that did not fail for one refund_id of an order.
  refund_over_charge,       // A refund of more than is left of the charge was asked for.
  key_reused_other_params,  // An idempotency key came again with another request.
  capture_twice,            // A second capture, not a repeat under the first one's key.
  capture_over_authorized,  // A capture of more than was authorized.
};
inline constexpr std::size_t violation_kinds = 6;

/// What Stripe refuses because the state forbids it. A client that lost an answer may run into
/// these honestly, so they are counted and are no violations.
enum class Refusal : std::uint8_t {
  confirm_after_success,
  confirm_after_cancel,
  cancel_after_success,
  cancel_after_cancel,
  refund_of_unpaid,
  refund_after_refund,  // Nothing is left to refund.
  refund_of_disputed,
  capture_unauthorized,  // Nothing is, or is still, authorized.
  cancel_while_processing,
};
inline constexpr std::size_t refusal_kinds = 9;

[[nodiscard]] std::string_view to_text(Violation violation);
[[nodiscard]] std::string_view to_text(Refusal refusal);

/// Units:  the smallest unit of the currency.
struct Totals {
  std::int64_t charged_minor = 0;
  std::int64_t refunded_minor = 0;  // Those pending are counted, those failed are not.
  std::int64_t refund_failed_minor = 0;
  std::int64_t disputed_minor = 0;     // Withdrawn by disputes.
  std::int64_t dispute_won_minor = 0;  // Given back of it.
  std::uint64_t charges = 0;
  std::uint64_t refunds = 0;
};

/// What the intents of one order came to.
struct OrderBook {
  std::string ledger;
  std::string order_id;
  std::vector<Index> intents;
  std::uint32_t charges = 0;       // Succeeded.
  std::uint32_t live_intents = 0;  // Not cancelled.
};

/// The simulator's own account of what it was asked and what it did, kept up at each step, so that
/// a summary costs the same for ten orders and for a million.
class Books {
 public:
  /// A violation, for the person who looks for its cause.
  struct Sighting {
    Violation violation;
    Index order;
    Time at;
    std::string key;
  };

  /// The order that `metadata` names by ledger and order_id; no_index if it names none.
  [[nodiscard]] Index open_order(const Metadata& metadata);
  void count_intent(Index order, Index intent);
  void count_decline() { ++declines_; }
  void count_cancel(Index order);
  void count_charge(Index order, const Money& amount, Time now);
  void count_refund(const Money& amount);
  void count_refund_failed(const Money& amount);
  void count_dispute(const Money& amount);
  void count_dispute_won(const Money& amount);
  /// `key` is the idempotency key, where it says more than the order.
  void count(Violation violation, Index order, Time now, std::string key = {});
  void count(Refusal refusal);
  void count(Endpoint endpoint) { ++requests_[static_cast<std::size_t>(endpoint)]; }
  void count(Fault fault) { ++faults_[static_cast<std::size_t>(fault)]; }
  void count_answer(int status) { ++answers_[status]; }
  void count_replay() { ++replays_; }
  void count_key_in_use() { ++keys_in_use_; }

  [[nodiscard]] const std::vector<OrderBook>& orders() const { return orders_; }
  [[nodiscard]] const std::map<std::string, Totals, std::less<>>& totals() const { return totals_; }
  [[nodiscard]] std::uint64_t violations(Violation violation) const;
  [[nodiscard]] std::uint64_t violations() const;
  /// The first hundred of them.
  [[nodiscard]] const std::vector<Sighting>& sightings() const { return sightings_; }
  [[nodiscard]] std::uint64_t refusals(Refusal refusal) const;
  [[nodiscard]] std::uint64_t faults(Fault fault) const {
    return faults_[static_cast<std::size_t>(fault)];
  }
  /// Intents not cancelled beside another one, not cancelled either, of the same order.
  [[nodiscard]] std::uint64_t orphans() const { return orphans_; }
  /// The members of the summary, without braces.
  void append_summary(std::string& out) const;

 private:
  static constexpr std::size_t sightings_max = 100;

  std::vector<OrderBook> orders_;
  std::unordered_map<std::string, Index> order_index_;  // By ledger, a zero byte, order_id.
  std::map<std::string, Totals, std::less<>> totals_;   // By currency.
  std::array<std::uint64_t, violation_kinds> violations_{};
  std::array<std::uint64_t, refusal_kinds> refusals_{};
  std::vector<Sighting> sightings_;
  std::uint64_t intents_ = 0;
  std::uint64_t canceled_ = 0;
  std::uint64_t declines_ = 0;
  std::uint64_t orphans_ = 0;
  std::uint64_t unnamed_ = 0;
  std::array<std::uint64_t, endpoint_kinds> requests_{};
  std::array<std::uint64_t, fault_kinds> faults_{};
  std::map<int, std::uint64_t> answers_;
  std::uint64_t replays_ = 0;
  std::uint64_t keys_in_use_ = 0;
};

}  // namespace paysaga::sim::stripe
