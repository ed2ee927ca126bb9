#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "paysaga/saga/verdict.hpp"
#include "saga/oracle.hpp"
#include "saga/payment/encoder.hpp"

namespace paysaga::trial {

/// One order with its provider. Every decision is checked as it is made: the rules of `check`,
/// gapless sequences, a wake-up in every open state, that closed stays closed, and that the same
/// input again changes nothing. A broken rule stops the test.
class Play {
 public:
  Play();

  Decision decide(const CommandInput& command);
  Decision decide(const AnswerInput& answer);
  Decision decide(const WebhookInput& news);
  Decision wake();
  /// Makes every call that is due now, and those that follow from their answers.
  void run();
  /// Time passes: calls and wake-ups have their turn when they are due.
  void pass(Duration duration);
  /// Passes until nothing is left to be done; at most `limit`.
  void pass_all(Duration limit);

  [[nodiscard]] Context context() const;
  [[nodiscard]] std::string status() const { return status_text(saga); }
  /// The names of the events since the last time that it was asked: "PAYMENT_INITIATED ...".
  [[nodiscard]] std::string told();

  Saga saga;
  Policy policy;
  Time now;
  std::uint64_t jitter = 0;
  Oracle oracle;
  std::vector<Event> events;
  Outcome outcome = Outcome::accepted;  // Of the last decision.
  std::string code;
  bool traced = false;  // Prints every decision.

 private:
  Decision apply(const Input& input);
  void verify(const Input& input, const Decision& decision) const;

  payment::trial::PlainEncoder encoder_;
  std::size_t told_ = 0;
};

/// What happens in one line of a table.
using Act = std::function<void(Play&)>;

/// A line: what happens, the order's status after it, and what was told. An outcome of a command
/// other than `accepted` comes first: `parked order_unknown`, `refused order_closed`.
struct Row {
  Act act;
  std::string status;
  std::string told;
};

void play(std::initializer_list<Row> rows);
void play(Play& play, std::initializer_list<Row> rows);

[[nodiscard]] CommandInput command_input(const std::string& id, Command command);

// Commands.
[[nodiscard]] Act initiate(const std::string& id, std::int64_t minor,
                           const std::string& method = {});
[[nodiscard]] Act confirm(const std::string& id, const std::string& method);
[[nodiscard]] Act payment_cancel(const std::string& id, bool final);
[[nodiscard]] Act order_cancel(const std::string& id);
[[nodiscard]] Act rejected(const std::string& id);
[[nodiscard]] Act delivery_failed(const std::string& id);
[[nodiscard]] Act fulfilled(const std::string& id);
[[nodiscard]] Act refund(const std::string& id, const std::string& refund_id,
                         std::optional<std::int64_t> minor = std::nullopt);
[[nodiscard]] Act hold(const std::string& id, const std::string& ticket = {});
[[nodiscard]] Act resume(const std::string& id);

// The provider and time.
[[nodiscard]] Act run();
[[nodiscard]] Act pass(Duration duration);
/// The next requests meet these fates.
[[nodiscard]] Act fate(std::initializer_list<Fate> fates);
[[nodiscard]] Act refund_fate(std::initializer_list<RefundFate> fates);
[[nodiscard]] Act customer_acts(bool success);
[[nodiscard]] Act refunds_end(bool success);
/// The customer's bank does this about part of the money, and its webhook comes.
[[nodiscard]] Act disputed(DisputeState state, std::int64_t minor = 4200);

}  // namespace paysaga::trial
