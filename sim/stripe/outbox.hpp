#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "paysaga/saga/time.hpp"
#include "paysaga/sim/prng.hpp"
#include "paysaga/sim/stripe/account.hpp"
#include "paysaga/sim/stripe/fault.hpp"

namespace paysaga::sim::stripe {

/// One attempt to deliver an event, to be made now.
struct Parcel {
  std::uint64_t number;
  std::string url;
  std::string body;
  std::string signature;  // The header Stripe-Signature.
};

/// The deliveries of events to webhook endpoints: when each is tried, and what became of it. It
/// sends nothing itself.
///
/// Order:    none is promised: events overtake each other, come twice, late, or never.
/// Threads:  one at a time.
/// Source:   Stripe retries in a sandbox three times over a few hours, live for three days, with
///           growing pauses; it publishes no more than that.
class Outbox {
 public:
  static constexpr std::size_t in_flight_max = 64;
  static constexpr std::size_t waiting_max = 100'000;  // More are given up at once.

  explicit Outbox(std::uint64_t seed);

  /// Takes up the events that have been added since the last call. `answered` is when the request
  /// that caused them will have been answered.
  void post(Account& account, const Faults& faults, Time now, Time answered);
  /// Delivers an event once more to every endpoint that wants it.
  void resend(Account& account, Index event, Time now);
  /// What has to be sent now. `wall` is the time that receivers check signatures by.
  [[nodiscard]] std::vector<Parcel> take(Account& account, Time now, Time wall);
  /// How an attempt ended; `status` is 0 if there was no answer.
  void settle(Account& account, std::uint64_t parcel, int status, Time now);
  [[nodiscard]] std::optional<Time> next_due() const;
  /// True while a delivery that goes before the answer to this request has not ended.
  [[nodiscard]] bool holds(std::uint64_t request) const { return early_.contains(request); }
  /// Passes over what has been added: a former life has delivered it.
  void skip(const Account& account) { posted_ = account.events().end(); }
  /// The last attempts, newest first.
  [[nodiscard]] std::string json(const Account& account) const;

 private:
  struct Delivery {
    Time at;
    std::uint64_t number;
    Index event;
    Index endpoint;
    std::uint32_t attempt;
    Duration waited{0};       // Since the first attempt.
    std::uint64_t early = 0;  // The request whose answer waits for it.
    bool counts = true;       // False for one that comes again without need.
    bool resent = false;      // By hand.
    bool repeats = false;     // Once delivered, it comes again.
    friend bool operator>(const Delivery& a, const Delivery& b) {
      return a.at != b.at ? a.at > b.at : a.number > b.number;
    }
  };
  struct Ended {
    Delivery delivery;
    Time at;
    int status;
  };
  static constexpr std::size_t ended_max = 1000;

  void put(Account& account, Delivery delivery);
  void draw(Account& account, const Faults& faults, Delivery delivery, Time now, Time answered);
  void give_up(Account& account, const Delivery& delivery);
  void release(const Delivery& delivery);
  void retry(Account& account, Delivery delivery, Time now);

  std::vector<Prng> dice_;  // By DeliveryFault.
  Prng delays_;
  std::priority_queue<Delivery, std::vector<Delivery>, std::greater<>> waiting_;
  std::unordered_map<std::uint64_t, Delivery> in_flight_;
  std::map<std::uint64_t, std::uint32_t> early_;  // Deliveries that a request's answer waits for.
  std::deque<Ended> ended_;
  std::uint64_t numbers_ = 0;
  Index posted_ = 0;
};

}  // namespace paysaga::sim::stripe
