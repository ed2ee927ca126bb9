#pragma once

#include <string>

#include "paysaga/saga/call.hpp"

namespace paysaga::payment::trial {

/// Requests that people can read: `confirm pi_1 pm_visa`. The target is the operation, the body its
/// arguments, separated by blanks.
class PlainEncoder final : public RequestEncoder {
 public:
  [[nodiscard]] Request create(const Create& create) const override {
    return {"create", create.order.text() + " " + std::to_string(create.attempt) + " " +
                          create.ledger + " " + amount(create.amount) +
                          (create.manual_capture ? " manual" : "")};
  }
  [[nodiscard]] Request confirm(const IntentId& intent, const MethodId& method,
                                bool off_session) const override {
    return {"confirm", intent.text() + " " + method.text() + (off_session ? " off_session" : "")};
  }
  [[nodiscard]] Request capture(const IntentId& intent, const Money& money) const override {
    return {"capture", intent.text() + " " + amount(money)};
  }
  [[nodiscard]] Request cancel(const IntentId& intent, std::string_view reason) const override {
    return {"cancel", intent.text() + " " + std::string{reason}};
  }
  [[nodiscard]] Request refund(const IntentId& intent, const RefundId& refund, int attempt,
                               const OrderId& order, std::string_view ledger,
                               const Money& money) const override {
    return {"refund", intent.text() + " " + refund.text() + " " + std::to_string(attempt) + " " +
                          order.text() + " " + std::string{ledger} + " " + amount(money)};
  }
  [[nodiscard]] Request read_intent(const IntentId& intent, bool with_charge) const override {
    return {"read_intent", intent.text() + (with_charge ? " charge" : "")};
  }
  [[nodiscard]] Request list_intents(Time from, Time to) const override {
    return {"list_intents", std::to_string(micros_of(from)) + " " + std::to_string(micros_of(to))};
  }
  [[nodiscard]] Request read_refund(const ProviderRefundId& refund) const override {
    return {"read_refund", refund.text()};
  }
  [[nodiscard]] Request list_refunds(const IntentId& intent) const override {
    return {"list_refunds", intent.text()};
  }
  [[nodiscard]] Request list_disputes(const IntentId& intent) const override {
    return {"list_disputes", intent.text()};
  }

 private:
  static std::string amount(const Money& money) { return std::to_string(money.minor); }
};

}  // namespace paysaga::payment::trial
