#pragma once

#include <cstdint>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/sim/stripe/books.hpp"
#include "paysaga/sim/stripe/form.hpp"
#include "paysaga/sim/stripe/object.hpp"
#include "paysaga/sim/stripe/params.hpp"
#include "paysaga/sim/stripe/reply.hpp"

namespace paysaga::sim::stripe {

/// The objects of one Stripe account and what the API does to them. It knows nothing of transport,
/// keys and faults: every call is one request that reaches it whole and is answered.
///
/// Threads:  one at a time.
class Account {
 public:
  /// `refund_delay`: when a refund that succeeds or fails later does so.
  Account(std::uint64_t seed, Duration refund_delay)
      : ids_{seed}, seed_{seed}, refund_delay_{refund_delay} {}

  /// Does what falls due by itself until `now`. Called before every request. Of the refunds that
  /// are pending `pending_failures` (0..1) fail.
  void settle(Time now, double pending_failures = 0);

  [[nodiscard]] Reply create_intent(const Form& form, Time now);
  [[nodiscard]] Reply confirm_intent(std::string_view id, const Form& form, Time now);
  [[nodiscard]] Reply cancel_intent(std::string_view id, const Form& form, Time now);
  [[nodiscard]] Reply retrieve_intent(std::string_view id, const Form& form) const;
  [[nodiscard]] Reply list_intents(const Form& form) const;
  [[nodiscard]] Reply create_refund(const Form& form, Time now);
  [[nodiscard]] Reply retrieve_refund(std::string_view id, const Form& form) const;
  [[nodiscard]] Reply list_refunds(const Form& form) const;
  [[nodiscard]] Reply retrieve_charge(std::string_view id, const Form& form) const;

  [[nodiscard]] const Intent& intent(Index index) const { return intents_[index]; }
  [[nodiscard]] const Charge& charge(Index index) const { return charges_[index]; }
  [[nodiscard]] const Refund& refund(Index index) const { return refunds_[index]; }
  [[nodiscard]] const Ids& ids() const { return ids_; }
  [[nodiscard]] std::uint64_t refunds_failed() const { return refunds_failed_; }
  [[nodiscard]] Books& books() { return books_; }
  [[nodiscard]] const Books& books() const { return books_; }

 private:
  /// Something that happens later without being asked for.
  struct Due {
    Time at;
    Index refund;
    friend bool operator>(const Due& a, const Due& b) {
      return a.at != b.at ? a.at > b.at : a.refund > b.refund;
    }
  };

  [[nodiscard]] IntentReply show(Index intent, bool expand_charge) const;
  [[nodiscard]] RefundReply show_refund(Index refund, const std::vector<std::string_view>& expand,
                                        std::string_view list_prefix = {}) const;
  [[nodiscard]] Method make_method(const Card* card);
  [[nodiscard]] Reply unexpected_state(Index intent, std::string message) const;
  /// Charges the method of an intent that has one.
  [[nodiscard]] Reply charge_intent(Index index, bool expand_charge, Time now);
  /// The charge that a refund is asked for; no_index if the intent has none.
  [[nodiscard]] Checked<Index> find_refunded(const Form& form) const;
  /// What a refund of `minor`, or of what is left, comes to.
  [[nodiscard]] Checked<Money> refundable(Index charge, std::int64_t minor, Time now);
  void notice_double_refund(Index refund, Time now);

  Ids ids_;
  std::uint64_t seed_;
  Duration refund_delay_;
  std::uint64_t refunds_failed_ = 0;
  std::vector<Intent> intents_;
  std::vector<Charge> charges_;
  std::vector<Refund> refunds_;
  Index methods_ = 0;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  Books books_;
};

}  // namespace paysaga::sim::stripe
