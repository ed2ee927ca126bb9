#include "paysaga/actors/payment.hpp"

#include <array>
#include <unordered_map>

#include "paysaga/actors/breaker.hpp"
#include "paysaga/actors/call_queue.hpp"
#include "paysaga/actors/rates.hpp"

namespace paysaga::actors {
namespace {

constexpr Duration look_again = milliseconds{20};  // While stopping, for the deadline.
/// A call waits here at most about so long: later its order asks again, and by then may want
/// something else.
constexpr Duration waits_max = seconds{10};
constexpr Duration deferred_min = seconds{1};
constexpr std::size_t waiting_max = 16'384;  // In all.
constexpr Duration hold_wait = seconds{3};   // Then an order that is held up asks again.

class Payments {
 public:
  Payments(PaymentActor::pointer self, const PaymentPorts& ports, const PaymentOptions& options)
      : self_{self},
        ports_{ports},
        in_flight_max_{options.calls_in_flight_max},
        names_{ports.provider.endpoints()},
        rates_{options.rates, names_.size()},
        holds_{options.holds},
        waiting_{names_.size(), options.lowest_every},
        endpoints_(names_.size()),
        limits_{options.rates} {}

  void on(StartCall& start) {
    // An order's operation is in the journal: the next start makes the call.
    if (stopping_) return refuse(start, "the node shuts down", std::nullopt);
    const Time now = ports_.clock.now();
    const std::size_t endpoint = ports_.provider.endpoint_of(start.call.call);
    ensure(endpoint < names_.size(), "a provider names the endpoint of every call");
    if (const auto refusal = refusal_of(start, endpoint, now)) {
      return defer(std::move(start), *refusal);
    }
    if (const auto wait = too_long(endpoint, start.call.call.lane)) {
      return defer(std::move(start), {"queue", *wait});
    }
    waiting_.put(endpoint, std::move(start));
    send_waiting();
  }

  void on(Replied& replied) {
    const auto found = running_.find(replied.number);
    if (found == running_.end()) return;
    const auto [endpoint, start] = std::move(found->second);
    running_.erase(found);
    hear(endpoint, replied.reply);
    ports_.observer.call_answered(start.call.call.kind, outcome_text(replied.reply.answer),
                                  replied.reply.took);
    answer(start, std::move(replied.reply));
    send_waiting();
    finish_if_stopped();
  }

  /// One that a sooner look has overtaken does nothing, so that there are never more and more.
  void on(const LookAtQueue& look) {
    if (look.at != look_at_) return;
    look_at_ = Time::max();
    send_waiting();
  }

  /// What waits for its turn is asked anew when that comes.
  void on(SetHolds& set) {
    holds_ = CallHolds{std::move(set.holds)};
    send_waiting();
  }

  void on(const InspectProvider& inspect) {
    const Time now = ports_.clock.now();
    ProviderInfo info;
    info.in_flight = running_.size();
    info.in_flight_max = in_flight_max_;
    info.waiting = waiting_.size();
    info.all = gate_of(rates_.total(), limits_.total, whole_, now);
    info.all.name = all_endpoints;
    if (whole_.open()) info.all.why = whole_why_;
    info.holds = holds_.all();
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const Endpoint& endpoint = endpoints_[i];
      ProviderInfo::Gate gate = gate_of(rates_.of(i), limits_.endpoint, endpoint.breaker, now);
      gate.name = names_[i];
      if (gate.open) gate.why = endpoint.why;
      for (std::size_t lane = 0; lane < CallQueue::lanes; ++lane) {
        gate.waiting[lane] = waiting_.waiting(i, lane);
      }
      gate.limited = endpoint.limited;
      gate.limited_at = endpoint.limited_at;
      gate.limited_why = endpoint.limited_why;
      info.endpoints.push_back(std::move(gate));
    }
    inspect.done(std::move(info));
  }

  void on(const Shutdown& shutdown) {
    stopping_ = true;
    if (shutdown.done) shutdown_ = shutdown;
    for (const StartCall& start : waiting_.take_all()) {
      refuse(start, "the node shuts down", std::nullopt);
    }
    finish_if_stopped();
    if (!shutdown_.done) return;
    self_->delayed_send(self_, look_again, Shutdown{nullptr, shutdown_.deadline});
  }

 private:
  struct Endpoint {
    Breaker breaker;
    std::string_view why;  // It opened last.
    std::uint64_t limited = 0;
    std::optional<Time> limited_at;
    Limit limited_why = Limit::none;
  };
  struct Refusal {
    std::string_view why;
    Duration after;
  };

  static ProviderInfo::Gate gate_of(Bucket& bucket, int limit, const Breaker& breaker, Time now) {
    ProviderInfo::Gate gate;
    if (limit > 0) {
      gate.rate_max = bucket.rate_max();
      gate.rate = bucket.rate(now);
      gate.tokens = bucket.tokens(now);
    }
    gate.open = breaker.open();
    gate.probing = breaker.probing();
    if (gate.open) gate.retry_at = now + breaker.retry_after(now);
    return gate;
  }

  /// Why no call of the endpoint may be started at all.
  [[nodiscard]] std::optional<Refusal> refusal_of(std::size_t endpoint, Time now) const {
    const Breaker& breaker = endpoints_[endpoint].breaker;
    if (!whole_.would_allow(now) && !holds_.force_closed(all_endpoints)) {
      return Refusal{"breaker", whole_.retry_after(now)};
    }
    if (!breaker.would_allow(now) && !holds_.force_closed(names_[endpoint])) {
      return Refusal{"breaker", breaker.retry_after(now)};
    }
    return std::nullopt;
  }
  /// Or this one.
  [[nodiscard]] std::optional<Refusal> refusal_of(const StartCall& start, std::size_t endpoint,
                                                  Time now) const {
    if (holds_.forbid(start.call.call, names_[endpoint])) return Refusal{"hold", hold_wait};
    return refusal_of(endpoint, now);
  }

  /// How long a call should stay away, if its turn would come too late.
  [[nodiscard]] std::optional<Duration> too_long(std::size_t endpoint, Lane lane) {
    const Time now = ports_.clock.now();
    const auto wait_of = [now](const Bucket& bucket, std::size_t ahead) {
      if (!bucket.limited()) return Duration{0};
      constexpr std::int64_t call_micros = 1'000'000 * std::int64_t{1'000'000};
      return Duration{static_cast<std::int64_t>(ahead) * call_micros / bucket.rate(now)};
    };
    const Duration wait = std::max(wait_of(rates_.of(endpoint), waiting_.ahead(endpoint, lane)),
                                   wait_of(rates_.total(), waiting_.ahead(lane)));
    if (wait > waits_max) return wait;
    if (waiting_.size() >= waiting_max) return std::max(wait, deferred_min);
    return std::nullopt;
  }

  void send_waiting() {
    const Time now = ports_.clock.now();
    const auto may = [this, now](std::size_t endpoint) {
      return refusal_of(endpoint, now) || rates_.has(endpoint, now);
    };
    while (running_.size() < in_flight_max_) {
      std::optional<CallQueue::Ready> ready = waiting_.next(may);
      if (!ready) break;
      if (const auto refusal = refusal_of(ready->start, ready->endpoint, now)) {
        defer(std::move(ready->start), *refusal);
        continue;
      }
      rates_.take(ready->endpoint, now);
      send(*std::move(ready));
    }
    if (running_.size() < in_flight_max_) look_later(now);
  }

  /// Comes back when the first of those that wait has a token.
  void look_later(Time now) {
    Time next = Time::max();
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
      if (waiting_.ahead(i, Lane::reconcile) > 0) next = std::min(next, rates_.free_at(i, now));
    }
    if (next >= look_at_) return;
    look_at_ = next;
    self_->delayed_send(self_, std::max<Duration>(next - now, milliseconds{1}), LookAtQueue{next});
  }

  void send(CallQueue::Ready ready) {
    whole_.begin();
    endpoints_[ready.endpoint].breaker.begin();
    const std::uint64_t number = ++calls_;
    ProviderCall call = ready.start.call;
    running_.emplace(number, std::move(ready));
    ports_.provider.call(std::move(call),
                         [to = Mailbox<PaymentActor>{self_}, number](ProviderReply reply) {
                           to.send(Replied{number, std::move(reply)});
                         });
  }

  /// What an answer tells of the provider: whether it is there, knows us, and how much it takes.
  void hear(std::size_t endpoint, const ProviderReply& reply) {
    const Time now = ports_.clock.now();
    Endpoint& at = endpoints_[endpoint];
    const bool whole_open = whole_.open();
    const bool endpoint_open = at.breaker.open();
    const bool stranger = std::holds_alternative<answer::Unauthorized>(reply.answer);
    const bool reached = !stranger && !Breaker::failed_to_reach(reply.answer);
    if (std::holds_alternative<answer::KeyExpired>(reply.answer)) {  // Nothing was sent.
      whole_.told_nothing();
      at.breaker.told_nothing();
      return;
    }
    if (stranger && reply.endpoint_only) {
      at.breaker.answered(reply.answer, now);
      whole_.answered(answer::Unknown{}, now);  // It was reached, and knows the key.
    } else {
      whole_.answered(reply.answer, now);
      if (reached) {
        at.breaker.answered(reply.answer, now);
      } else {
        at.breaker.told_nothing();
      }
    }
    const std::string_view why = stranger ? "unauthorized" : "unreachable";
    if (!whole_open) whole_why_ = why;
    if (!endpoint_open) at.why = why;
    tell_of(whole_, whole_open, all_endpoints, why);
    tell_of(at.breaker, endpoint_open, names_[endpoint], why);
    if (reply.exchanges > 1) rates_.take(endpoint, now, reply.exchanges - 1);
    if (reply.limit == Limit::none) return;
    at.limited_at = now;
    at.limited_why = reply.limit;
    ++at.limited;
    ports_.observer.call_limited(reply.limit);
    rates_.refused(endpoint, reply.limit, retry_after_of(reply.answer), now);
  }

  void tell_of(const Breaker& breaker, bool was_open, std::string_view name,
               std::string_view why) const {
    if (breaker.open() == was_open) return;
    if (was_open) return ports_.observer.breaker_closed(name);
    ports_.observer.breaker_opened(name, why);
  }

  static std::optional<Duration> retry_after_of(const Answer& answer) {
    if (const auto* not_sent = std::get_if<answer::NotSent>(&answer)) return not_sent->retry_after;
    if (const auto* unknown = std::get_if<answer::Unknown>(&answer)) return unknown->retry_after;
    return std::nullopt;
  }

  void defer(StartCall start, const Refusal& refusal) {
    ports_.observer.call_deferred(refusal.why);
    if (start.done) return refuse(start, refusal.why, refusal.after);
    tell(start.partition, Deferred{start.call.order, std::move(start.call.call.id), refusal.after});
  }

  void answer(const StartCall& start, ProviderReply reply) {
    if (start.done) return start.done(std::move(reply));
    tell(start.partition, Answered{start.call.order, start.call.call.id, std::move(reply)});
  }

  /// Tells whoever asks beside all orders that the call was not made.
  static void refuse(const StartCall& start, std::string_view why, std::optional<Duration> after) {
    if (start.done) start.done(ProviderReply{answer::NotSent{std::string{why}, after}, {}, {}});
  }

  template <class Message>
  void tell(storage::PartitionId id, Message message) {
    if (const PartitionActor partition = ports_.route(id)) {
      caf::anon_send(partition, std::move(message));
    }
  }

  void finish_if_stopped() {
    if (!stopping_ || !shutdown_.done) return;
    if (!running_.empty() && ports_.clock.now() < shutdown_.deadline) return;
    std::exchange(shutdown_.done, {})();
  }

  /// A closed set, for labels.
  static std::string_view outcome_text(const Answer& answer) {
    constexpr std::array<std::string_view, std::variant_size_v<Answer>> texts = {
        "done",    "done",     "done",         "done",    "done",        "done",       "declined",
        "refused", "not_sent", "unauthorized", "unknown", "key_misused", "key_expired"};
    return texts[answer.index()];
  }

  PaymentActor::pointer self_;
  PaymentPorts ports_;
  std::size_t in_flight_max_;
  std::span<const std::string_view> names_;
  Rates rates_;
  CallHolds holds_;
  CallQueue waiting_;
  std::vector<Endpoint> endpoints_;
  RateLimits limits_;
  Breaker whole_;  // Of the host and the key; each endpoint has one of its own.
  std::string_view whole_why_;
  std::unordered_map<std::uint64_t, CallQueue::Ready> running_;
  std::uint64_t calls_ = 0;
  Time look_at_ = Time::max();
  bool stopping_ = false;
  Shutdown shutdown_;
};

struct State {
  std::unique_ptr<Payments> payments;
  static inline const char* name = "payment";
};

}  // namespace

PaymentActor spawn_payment(caf::actor_system& system, PaymentPorts ports,
                           const PaymentOptions& options) {
  // The actor begins on a thread of the scheduler, after this function has returned.
  const auto behave = [ports = std::move(ports)](
                          PaymentActor::stateful_pointer<State> self,
                          const PaymentOptions& with) -> PaymentActor::behavior_type {
    self->state.payments = std::make_unique<Payments>(self, ports, with);
    Payments* payments = self->state.payments.get();
    return {
        [payments](StartCall& start) { payments->on(start); },
        [payments](Replied& replied) { payments->on(replied); },
        [payments](const LookAtQueue& look) { payments->on(look); },
        [payments](SetHolds& set) { payments->on(set); },
        [payments](const InspectProvider& inspect) { payments->on(inspect); },
        [payments](const Shutdown& shutdown) { payments->on(shutdown); },
    };
  };
  return system.spawn(behave, options);
}

}  // namespace paysaga::actors
