#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "paysaga/saga/result.hpp"
#include "paysaga/saga/time.hpp"
#include "paysaga/sim/stripe/account.hpp"
#include "paysaga/sim/stripe/fault.hpp"
#include "paysaga/sim/stripe/key.hpp"
#include "paysaga/sim/stripe/limiter.hpp"
#include "paysaga/sim/stripe/outbox.hpp"
#include "paysaga/sim/stripe/request_log.hpp"

namespace paysaga::sim::stripe {

/// What a client sends. Empty texts are absent headers.
struct Request {
  std::string method;
  std::string target;  // Path and query.
  std::string body;
  std::string authorization;
  std::string idempotency_key;
  std::string stripe_version;
  std::string stripe_account;
};

enum class Delivery : std::uint8_t {
  whole,
  cut,   // All headers, half of the body, then the connection closes.
  none,  // The connection closes without a word.
};

struct Answer {
  int status = 200;
  std::string_view content_type = "application/json";
  std::vector<std::pair<std::string_view, std::string>> headers;
  std::string body;
  Delivery delivery = Delivery::whole;

  /// The value of a header, by its exact name; empty if absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// A request that changes something, as it is written down before it is done. Doing the records of
/// a life again, in their order, gives the same account.
struct Record {
  enum class Outcome : std::uint8_t {
    answered = 0,
    error_500_done = 1,    // It was done, but the answer kept is a 500.
    error_500_undone = 2,  // The answer kept is a 500, and nothing was done.
    key_reused = 3,        // Refused: its key belongs to another request. Only the books note it.
  };
  Time at;
  std::uint64_t number;
  Outcome outcome;
  std::string key;  // Empty if there was none.
  std::string path;
  std::string form;
};

/// A request on its way: what will become of it, and when.
struct Course {
  /// From its arrival: when to call `execute`, and when to deliver what that returns.
  Duration effect_after{0};
  Duration answer_after{0};

  // The rest is the model's own.
  std::uint64_t number = 0;
  Draw draw;
  Endpoint endpoint = Endpoint::unknown;
  bool post = false;
  std::string_view method;  // A literal.
  bool under_way = false;   // Counted by the limiter.
  LimitReason limited = LimitReason::none;
  bool key_held = false;
  bool key_reused = false;
  bool replayed = false;
  std::uint64_t original = 0;  // The request whose answer is replayed.
  std::optional<Reply> early;  // The answer that was settled at its arrival.
  std::string path;
  std::string form_text;
  std::string key;
  std::string stripe_version;
  Form form;
};

struct ModelOptions {
  std::uint64_t seed = 1;
  Faults faults{};
  Behaviour behaviour{};
  /// How long idempotency keys are remembered.
  Duration key_kept = hours{24};
  Limits limits{};
};

/// Stripe, as far as paysaga uses it: a pure function of its requests, their times and a seed. It
/// serves the HTTP server in real time and a simulated world in virtual time alike.
///
/// Order:    every course that `arrive` returns is executed or abandoned exactly once.
/// Threads:  one at a time.
/// Source:   docs.stripe.com/api, version 2026-08-26.dahlia.
class StripeModel {
 public:
  explicit StripeModel(const ModelOptions& options);

  /// A request arrives: draws its faults and latency and takes its idempotency key.
  [[nodiscard]] Course arrive(Request request, Time now);
  /// What has to be written down before `execute` is called with the same arguments; none if
  /// nothing will change.
  [[nodiscard]] std::optional<Record> record(const Course& course, Time now) const;
  /// The request is done. `now` may be any time since its arrival.
  [[nodiscard]] Answer execute(const Course& course, Time now);
  /// Gives a course up whose record could not be written.
  void abandon(const Course& course);
  /// All at once, for tests and for callers that have no use for time.
  [[nodiscard]] Answer serve(Request request, Time now);

  /// Does a record of an earlier life again.
  /// Errors: corrupt (no model ever wrote such a record).
  [[nodiscard]] Result<void> replay(const Record& record);

  [[nodiscard]] const Account& account() const { return account_; }
  /// When something happens by itself next; none if nothing does.
  [[nodiscard]] std::optional<Time> next_due() const;
  /// The deliveries of events that have to be sent now; each is settled once it has ended.
  [[nodiscard]] std::vector<Parcel> take_parcels(Time now);
  /// `status` is 0 if there was no answer.
  void settle_parcel(std::uint64_t parcel, int status, Time now);
  /// True while the answer to a request waits for a delivery that goes before it.
  [[nodiscard]] bool holds_answer(const Course& course) const {
    return outbox_.holds(course.number);
  }
  /// Call once every record of former lives has been done again.
  void end_replay() {
    replaying_ = false;
    outbox_.skip(account_);
  }
  /// Does what falls due by itself until `now`.
  void settle(Time now) { static_cast<void>(advance(now + clock_offset_)); }
  /// Where browsers find this Stripe: "http://127.0.0.1:12111".
  void set_pages(std::string url) { account_.set_pages(std::move(url)); }
  [[nodiscard]] const Books& books() const { return account_.books(); }
  [[nodiscard]] std::string books_json(bool summary_only, std::string_view order_id = {}) const;
  [[nodiscard]] const Faults& faults() const { return faults_; }
  void set_faults(const Faults& faults) { faults_ = faults; }

 private:
  [[nodiscard]] Time advance(Time now);
  void settle_early(Course& course, const Request& request, Time now);
  void take_key(Course& course, Time now);
  void limit(Course& course, Time now);
  void release(const Course& course);
  [[nodiscard]] bool takes_effect(const Course& course) const;
  [[nodiscard]] Reply commit(const Record& record, Endpoint endpoint, const Form& form);
  [[nodiscard]] Reply perform(Endpoint endpoint, std::string_view path, const Form& form, Time now);
  [[nodiscard]] Answer answer(const Course& course, const Reply& reply);
  [[nodiscard]] Answer compose(const Course& course, const Reply& reply);
  [[nodiscard]] Answer answer_control(const Course& course);
  [[nodiscard]] Answer answer_faults(const Course& course);
  [[nodiscard]] Answer answer_limits(const Course& course);
  [[nodiscard]] Answer answer_played(const Course& course, const Reply& reply);
  [[nodiscard]] Reply change_behaviour(const Form& form);
  [[nodiscard]] Reply advance_clock(const Form& form);
  [[nodiscard]] std::string clock_json() const;
  [[nodiscard]] Reply resend(Index event, const Form& form, Time now);

  Faults faults_;
  FaultDice dice_;
  Account account_;
  Keys keys_;
  std::uint64_t requests_ = 0;
  bool replaying_ = false;
  Limiter limiter_;
  RequestLog log_;
  Outbox outbox_;
  Duration clock_offset_{0};  // Stripe's clock runs ahead of the caller's by what it was advanced.
  Time newest_{};             // Time never goes back, whatever the caller's clock does.
};

}  // namespace paysaga::sim::stripe
