#pragma once

#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "paysaga/saga/call.hpp"

namespace paysaga::payment::trial {

/// A provider of payments that keeps its own books: what it says happened to the money did happen.
/// It knows the requests of PlainEncoder, idempotency keys, saved errors, requests that are carried
/// out late, customers that have to act and refunds that take their time.
class Provider {
 public:
  explicit Provider(std::uint64_t seed) : random_{seed} {}

  enum class Fate {
    answered,      // Carried out and answered.
    refused_link,  // Not carried out, and one knows it.
    limited,       // 429.
    unauthorized,
    lost_before,   // Not carried out, and one does not know it.
    lost_after,    // Carried out, and one does not know it.
    late,          // Carried out up to `late_max` later, and one does not know it.
    error_before,  // 500, saved under the key, nothing done.
    error_after,   // 500, saved under the key, all done.
  };
  [[nodiscard]] Answer hear(const Call& call, Fate fate, Time now);
  /// How late a request may still be carried out: less than what the evidence table waits.
  Duration late_max = minutes{9};

  /// Carries out what came late, up to `now`.
  void catch_up(Time now);
  /// A customer, a network or a bank moves something; `decisively` means to an end.
  void act(Time now, bool decisively);
  /// Somebody refunds a part in the dashboard.
  void refund_elsewhere(Time now);

  /// The first thing that should never have happened, or nothing.
  [[nodiscard]] std::string violation() const;
  [[nodiscard]] bool charged(const IntentId& intent) const;
  [[nodiscard]] bool charged() const;
  [[nodiscard]] std::int64_t received() const;
  [[nodiscard]] std::int64_t refunded() const;
  /// An intent that could still be paid although nobody knows of it.
  [[nodiscard]] int open_intents() const;
  [[nodiscard]] std::size_t confirms() const { return confirms_; }

 private:
  struct Kept {
    Request request;
    std::optional<Answer> answer;  // None: an error was saved.
  };
  struct Late {
    Time at;
    Call call;
  };
  [[nodiscard]] std::uint64_t draw(std::uint64_t below) { return random_() % below; }
  Answer carry_out(const Call& call, Time now);
  Answer change(const Request& request, Time now);
  Answer create(const std::vector<std::string>& words, Time now);
  Answer confirm(IntentObject& intent, const std::string& method);
  Answer capture(IntentObject& intent, std::int64_t minor);
  Answer cancel(IntentObject& intent);
  Answer refund(const std::vector<std::string>& words, Time now);
  Answer read(const Call& call);
  IntentObject* find(const std::string& id);
  [[nodiscard]] std::int64_t left(const std::string& intent) const;
  void end_hold(IntentObject& intent, bool decisively);
  void fail(IntentObject& intent, const std::string& code);
  void succeed(IntentObject& intent);

  std::mt19937_64 random_;
  std::vector<IntentObject> intents_;
  std::set<std::string> held_;  // Those whose money is only held by a confirm.
  struct Made {
    RefundObject refund;
    std::string intent;
  };
  std::vector<Made> refunds_;
  std::map<std::string, Kept> keys_;
  std::vector<Late> late_;
  int charges_ = 0;
  std::size_t confirms_ = 0;
};

}  // namespace paysaga::payment::trial
