#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "paysaga/saga/call.hpp"

namespace paysaga::trial {

/// What becomes of one request on its way to the provider and back.
enum class Fate {
  answered,      // Carried out, and the answer arrives.
  lost_before,   // Never arrives there; the caller cannot know.
  lost_after,    // Carried out, but the answer is lost.
  late,          // The answer is lost and it is carried out some seconds later.
  saved_error,   // A 500 that is replayed for this key; nothing was done.
  saved_after,   // A 500 that is replayed for this key; it was done.
  not_sent,      // Connection refused.
  unauthorized,  // 401.
};

enum class RefundFate { succeeds, pends, fails, refused };

/// A provider that remembers the truth: who was charged and what was given back. It speaks the
/// requests of the tests' encoder; the method's name says what a confirm comes to: pm_ok,
/// pm_declined, pm_3ds, pm_slow, pm_gone.
class Oracle {
 public:
  struct Intent {
    IntentObject object;
    std::string method;
    bool charged = false;
  };
  struct Refund {
    RefundObject object;
    std::string intent;
  };

  /// Fates of the next requests that change something, and of the next look-ups; then `answered`.
  std::deque<Fate> fates;
  std::deque<Fate> look_fates;
  std::deque<RefundFate> refund_fates;

  [[nodiscard]] Answer answer(const Call& call, Time now);
  /// Carries out what was under way.
  void tick(Time now);
  [[nodiscard]] std::optional<Time> next_tick() const;

  /// The customer or the bank finishes what an intent waits for. False if there is none.
  bool finish_intents(bool success, Time now);
  /// Pending refunds come to an end. False if there is none.
  bool finish_refunds(bool success);

  [[nodiscard]] std::int64_t charged() const;
  [[nodiscard]] std::int64_t given_back() const;
  [[nodiscard]] std::int64_t being_given_back() const;

  std::map<std::string, Intent> intents;
  std::map<std::string, Refund> refunds;
  std::vector<DisputeObject> disputes;  // Of whatever intent is asked for.
  std::vector<std::string> violations;  // What must never happen, by name.

 private:
  struct Saved {
    Request request;
    Answer answer;
  };
  struct Late {
    Call call;
    Time at;
  };

  Answer look(const Call& call) const;
  Answer carry_out(const Call& call, Time now);
  Answer carry_out_once(const Call& call, Time now);
  Answer create(const std::vector<std::string>& words, Time now);
  Answer confirm(const std::vector<std::string>& words);
  Answer cancel(const std::vector<std::string>& words);
  Answer refund(const std::vector<std::string>& words, Time now);
  void charge(Intent& intent);
  void decline(Intent& intent);

  std::map<std::string, Saved> keys_;
  std::vector<Late> late_;
  int charges_ = 0;
  int declines_ = 0;
};

}  // namespace paysaga::trial
