#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "paysaga/saga/verdict.hpp"

namespace paysaga::payment::trial {

/// One payment and the little that surrounds it. Every decision is checked as it is made: the rules
/// of `check`, gapless sequences, a wake-up in every open state, and that the same answer again is
/// ignored.
class World {
 public:
  World();

  Verdict<std::optional<Payment>> decide(const Input& input);
  /// The same without taking it over.
  [[nodiscard]] Verdict<std::optional<Payment>> look(const Input& input) const;
  void pass(Duration duration) { now += duration; }

  [[nodiscard]] std::vector<Call> calls() const;
  /// The pending call whose id contains `part`; stops the test if there is none.
  [[nodiscard]] Call call(const std::string& part) const;
  [[nodiscard]] IntentObject intent(IntentStatus status) const;

  std::optional<Payment> payment;
  Policy policy;
  Time now;
  std::uint64_t jitter = 0;  // The shortest wait that full jitter allows.

 private:
  [[nodiscard]] Context context() const;
  void verify(const Input& input, const Verdict<std::optional<Payment>>& verdict);
};

/// What happens in one line of a table. It may look at the world to make its input.
using Act = std::function<std::optional<Input>(World&)>;

/// A line: what happens, the status after it, and what is under way and told:
/// `confirm 1.1? | PAYMENT_PROCESSING` (attempt.try; `?` unknown, `!` refused and looked up).
/// COMMAND_REFUSED is told as REFUSED; `final` and `wished` (a cancel waits) follow their event.
/// An outcome other than `accepted` is told first: `ignored`, `parked`, `refused captured`.
struct Row {
  Act act;
  std::string status;
  std::string told;
};

void play(std::initializer_list<Row> rows);
void play(World& world, std::initializer_list<Row> rows);

/// `confirm 1.1?, read, refund r1 pending | PAYMENT_PROCESSING`.
[[nodiscard]] std::string under_way(const Payment& payment);
[[nodiscard]] std::string told(const Verdict<std::optional<Payment>>& verdict);

[[nodiscard]] Money eur(std::int64_t minor);
extern const char* const visa;
extern const char* const mastercard;

// Commands.
[[nodiscard]] Act initiate(std::int64_t minor);
[[nodiscard]] Act initiate(std::int64_t minor, const std::string& method);
[[nodiscard]] Act confirm(const std::string& method);
/// To be captured by hand.
[[nodiscard]] Act hold(std::int64_t minor, const std::string& method);
[[nodiscard]] Act capture(std::optional<std::int64_t> minor = std::nullopt);
[[nodiscard]] Act cancel();
[[nodiscard]] Act cancel_for_good();
[[nodiscard]] Act refund(const std::string& id, std::optional<std::int64_t> minor = std::nullopt);
[[nodiscard]] Act compensate(const std::string& id,
                             std::optional<std::int64_t> minor = std::nullopt);

// Time.
[[nodiscard]] Act after(Duration duration);
[[nodiscard]] Act wake();
/// Time passes until the next pending call may be made.
[[nodiscard]] Act until_next_call();

/// A webhook about the present intent.
[[nodiscard]] Act webhook(News news, const std::string& intent = "pi_1");

// Answers. `part` names the call: "create", "confirm", "cancel", "refund", "read:", "refund:re_1".
[[nodiscard]] Act answered(const std::string& part, const Answer& answer);
/// The intent in this status answers the call.
[[nodiscard]] Act shows(const std::string& part, IntentStatus status);
[[nodiscard]] Act made();  // The create.
[[nodiscard]] Act succeeded(const std::string& part = "confirm");
/// So much of what was held.
[[nodiscard]] Act took(const std::string& part, std::int64_t minor);
/// The read shows the charge, held for so long from now on.
[[nodiscard]] Act held_for(Duration duration);
[[nodiscard]] Act declined(const std::string& decline_code);
/// The look-up shows a failed charge that is newer than the confirm.
[[nodiscard]] Act shows_decline(const std::string& part, const std::string& decline_code);
[[nodiscard]] Act refused(const std::string& part, const std::string& code,
                          const std::string& param = {});
/// `payment_intent_unexpected_state` with the intent as it is.
[[nodiscard]] Act unexpected(const std::string& part, IntentStatus status);
[[nodiscard]] Act unknown(const std::string& part);
[[nodiscard]] Act replayed(const std::string& part);
[[nodiscard]] Act not_sent(const std::string& part);
[[nodiscard]] Act nothing_found(const std::string& part);
[[nodiscard]] Act refund_is(const std::string& part, const std::string& id, RefundStatus status,
                            std::int64_t minor);
[[nodiscard]] RefundObject refund_object(const std::string& provider_id, const std::string& id,
                                         int attempt, RefundStatus status, std::int64_t minor);
[[nodiscard]] Act refunds_are(const std::string& part, std::vector<RefundObject> list);
[[nodiscard]] DisputeObject dispute_object(const std::string& id, DisputeState state,
                                           std::int64_t minor);
/// The list of the intent's disputes is answered so.
[[nodiscard]] Act disputes_are(std::vector<DisputeObject> list);
/// An answer that nobody waits for.
[[nodiscard]] Act stray();

inline constexpr char our_ledger[] = "ledger0001";

}  // namespace paysaga::payment::trial
