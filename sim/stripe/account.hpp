#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/sim/stripe/attempt.hpp"
#include "paysaga/sim/stripe/behaviour.hpp"
#include "paysaga/sim/stripe/books.hpp"
#include "paysaga/sim/stripe/due.hpp"
#include "paysaga/sim/stripe/event.hpp"
#include "paysaga/sim/stripe/form.hpp"
#include "paysaga/sim/stripe/history.hpp"
#include "paysaga/sim/stripe/params.hpp"
#include "paysaga/sim/stripe/reply.hpp"
#include "paysaga/sim/stripe/webhook_endpoint.hpp"

namespace paysaga::sim::stripe {

/// The objects of one Stripe account and what the API does to them. It knows nothing of transport,
/// keys and faults: every call is one request that reaches it whole and is answered.
///
/// Threads:  one at a time.
class Account {
 public:
  Account(std::uint64_t seed, const Behaviour& behaviour)
      : ids_{seed}, seed_{seed}, behaviour_{behaviour} {}

  /// Does what falls due by itself until `now`. Called before every request. Of the refunds that
  /// are pending `pending_failures` (0..1) fail.
  void settle(Time now, double pending_failures = 0);
  /// When something happens by itself next; none if nothing does.
  [[nodiscard]] std::optional<Time> next_due() const { return dues_.next(); }
  /// What causes the events from here on.
  void set_cause(Cause cause) { cause_ = std::move(cause); }

  [[nodiscard]] Reply create_intent(const Form& form, Time now);
  [[nodiscard]] Reply update_intent(std::string_view id, const Form& form, Time now);
  [[nodiscard]] Reply confirm_intent(std::string_view id, const Form& form, Time now);
  [[nodiscard]] Reply capture_intent(std::string_view id, const Form& form, Time now);
  [[nodiscard]] Reply cancel_intent(std::string_view id, const Form& form, Time now);
  [[nodiscard]] Reply retrieve_intent(std::string_view id, const Form& form) const;
  [[nodiscard]] Reply list_intents(const Form& form) const;
  [[nodiscard]] Reply search_intents(const Form& form, Time now) const;
  [[nodiscard]] Reply retrieve_charge(std::string_view id, const Form& form) const;
  [[nodiscard]] Reply list_charges(const Form& form) const;
  [[nodiscard]] Reply create_refund(const Form& form, Time now);
  [[nodiscard]] Reply update_refund(std::string_view id, const Form& form, Time now);
  [[nodiscard]] Reply cancel_refund(std::string_view id, const Form& form, Time now);
  [[nodiscard]] Reply retrieve_refund(std::string_view id, const Form& form) const;
  [[nodiscard]] Reply list_refunds(const Form& form) const;
  [[nodiscard]] Reply update_dispute(std::string_view id, const Form& form, Time now);
  [[nodiscard]] Reply close_dispute(std::string_view id, const Form& form, Time now);
  [[nodiscard]] Reply retrieve_dispute(std::string_view id, const Form& form, Time now) const;
  [[nodiscard]] Reply list_disputes(const Form& form, Time now) const;
  [[nodiscard]] Reply retrieve_transaction(std::string_view id, const Form& form, Time now) const;
  [[nodiscard]] Reply list_transactions(const Form& form, Time now) const;
  [[nodiscard]] Reply retrieve_event(std::string_view id, const Form& form) const;
  [[nodiscard]] Reply list_events(const Form& form) const;
  [[nodiscard]] Reply create_endpoint(const Form& form, Time now);
  [[nodiscard]] Reply update_endpoint(std::string_view id, const Form& form);
  [[nodiscard]] Reply delete_endpoint(std::string_view id, const Form& form);
  [[nodiscard]] Reply retrieve_endpoint(std::string_view id, const Form& form) const;
  [[nodiscard]] Reply list_endpoints(const Form& form) const;
  /// Plays by hand what customers and banks do: `act` says what the object of that id meets.
  [[nodiscard]] Reply play(std::string_view id, const Form& form, Time now);

  [[nodiscard]] const Intent& intent(Index index) const { return intents_[index]; }
  [[nodiscard]] const Charge& charge(Index index) const { return charges_[index]; }
  [[nodiscard]] const Refund& refund(Index index) const { return refunds_[index]; }
  [[nodiscard]] const Dispute& dispute(Index index) const { return disputes_[index]; }
  [[nodiscard]] const Transaction& transaction(Index index) const { return transactions_[index]; }
  [[nodiscard]] const Events& events() const { return events_; }
  [[nodiscard]] const WebhookEndpoint& endpoint(Index index) const { return endpoints_[index]; }
  /// What the deliveries to an endpoint are signed with.
  [[nodiscard]] std::string secret_of(Index endpoint) const;
  /// The endpoints that want events of that type.
  [[nodiscard]] std::vector<Index> receivers(std::string_view type) const;
  /// What an event says of its deliveries: one is under way; it succeeded, perhaps in place of one
  /// that was given up; it was given up, after it had been expected or at once. Nothing if the
  /// event is forgotten.
  void expect_delivery(Index event);
  void note_delivered(Index event, bool resent);
  void note_undelivered(Index event, bool expected);
  [[nodiscard]] const Ids& ids() const { return ids_; }
  [[nodiscard]] std::uint64_t refunds_failed() const { return refunds_failed_; }
  [[nodiscard]] const Behaviour& behaviour() const { return behaviour_; }
  void set_behaviour(const Behaviour& behaviour) { behaviour_ = behaviour; }
  [[nodiscard]] Books& books() { return books_; }
  [[nodiscard]] const Books& books() const { return books_; }
  /// Where the customer's browser finds the pages of this Stripe.
  [[nodiscard]] const std::string& pages() const { return pages_; }
  void set_pages(std::string url) { pages_ = std::move(url); }

  [[nodiscard]] IntentReply show(Index intent, Expand expand = {}) const;
  [[nodiscard]] ChargeReply show_charge(Index charge, Expand expand = {}) const;
  [[nodiscard]] RefundReply show_refund(Index refund, Expand expand = {}) const;
  [[nodiscard]] DisputeReply show_dispute(Index dispute, Time now, Expand expand = {}) const;

 private:
  template <class Object>
  [[nodiscard]] std::optional<Index> find(Kind kind, std::string_view id,
                                          const std::vector<Object>& objects) const {
    const std::optional<Index> index = ids_.index_of(kind, id);
    return index && *index < objects.size() ? index : std::nullopt;
  }
  void tell(std::string_view type, Snapshot object, Time now, std::string_view previous = {});
  [[nodiscard]] Index move_money(Transaction transaction);

  /// The state of an intent that is about to change.
  [[nodiscard]] IntentState& changing(Index intent, Time now);
  /// The method of `payment_method`, a token of Stripe's or an id that was given out here; null if
  /// it is absent. Errors: resource_missing.
  [[nodiscard]] Checked<const TestMethod*> find_method(const Form& form) const;
  [[nodiscard]] Method make_method(const TestMethod* test);
  /// Refuses a method that such an intent does not take.
  [[nodiscard]] static Checked<void> check_method(const Intent& intent, const TestMethod* test,
                                                  MethodTypes types);
  [[nodiscard]] Reply unexpected_state(Index intent, std::string message) const;
  /// Tries to charge the method of an intent, or asks the customer first.
  void begin_attempt(Index index, const Attempt& attempt, Time now);
  /// What the request that made an attempt is answered.
  [[nodiscard]] Reply attempted(Index index, Expand expand) const;
  void customer_answers(Index index, bool passed, Time now);
  [[nodiscard]] Index add_charge(Index intent, Time now);
  void charge_intent(Index index, Time now);
  void bank_answers(Index index, const Decline* decline, Time now);
  void authorize(Index index, Time now);
  /// Money comes in: `minor` of what was charged or authorized.
  void receive(Index index, std::int64_t minor, Time now);
  void fail_attempt(Index index, const Decline& decline, Index charge, Time now);
  void cancel(Index index, std::string_view reason, Time now);
  void expire_hold(Index index, Time now);

  /// The charge that a refund is asked for; no_index if the intent has none.
  [[nodiscard]] Checked<Index> find_refunded(const Form& form) const;
  /// What a refund of `minor`, or of what is left, comes to.
  [[nodiscard]] Checked<Money> refundable(Index charge, std::int64_t minor, Time now);
  void notice_double_refund(Index refund, Time now);
  void settle_refund(Index index, Time now);
  void complete_refund(Index index, Time now);
  void fail_refund(Index index, std::string_view reason, Time now);

  void open_dispute(Index charge, DisputeCourse course, Time now);
  void withdraw(Index dispute, Time now);
  void submit_evidence(Index dispute, Time now);
  void decide_dispute(Index dispute, DisputeVerdict verdict, Time now);
  /// An inquiry about a charge that is given back whole is over.
  void close_refunded_inquiry(Index charge, Time now);
  [[nodiscard]] DisputeVerdict verdict_of(Index dispute) const;

  [[nodiscard]] std::optional<Index> find_endpoint(std::string_view id) const;
  [[nodiscard]] TextReply show_endpoint(Index index, bool secret) const;

  [[nodiscard]] Reply play_intent(Index index, std::string_view act, Time now);
  [[nodiscard]] Reply play_charge(Index index, std::string_view act, Time now);
  [[nodiscard]] Reply play_refund(Index index, std::string_view act, Time now);
  [[nodiscard]] Reply play_dispute(Index index, std::string_view act, Time now);

  Ids ids_;
  std::uint64_t seed_;
  Behaviour behaviour_;
  std::string pages_ = "https://hooks.stripe.com";
  std::uint64_t refunds_failed_ = 0;
  double pending_failures_ = 0;
  std::vector<Intent> intents_;
  std::vector<Charge> charges_;
  std::vector<Refund> refunds_;
  std::vector<Dispute> disputes_;
  std::vector<Transaction> transactions_;
  std::vector<const TestMethod*> methods_;
  std::vector<WebhookEndpoint> endpoints_;
  Dues dues_;
  Events events_;
  History history_;
  Cause cause_;
  Books books_;
};

}  // namespace paysaga::sim::stripe
