#include "paysaga/sim/world/stripe_line.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace paysaga::sim {
namespace {

namespace http = engine::stripe;

stripe::Request at_stripe(http::HttpRequest&& request) {
  const auto header = [&request](std::string_view name) {
    return std::string{http::find_header(request.headers, name).value_or("")};
  };
  stripe::Request arriving;
  arriving.authorization = header("Authorization");
  arriving.idempotency_key = header("Idempotency-Key");
  arriving.stripe_version = header("Stripe-Version");
  arriving.stripe_account = header("Stripe-Account");
  arriving.method = std::move(request.method);
  arriving.target = std::move(request.target);
  arriving.body = std::move(request.body);
  return arriving;
}

http::HttpResult at_client(stripe::Answer&& answer) {
  switch (answer.delivery) {
    case stripe::Delivery::none:
      return http::TransportFailure{http::Fault::dropped, true, "closed without an answer"};
    case stripe::Delivery::cut:
      return http::TransportFailure{http::Fault::dropped, true, "closed within the answer"};
    case stripe::Delivery::whole:
      break;
  }
  http::HttpResponse response;
  response.status = answer.status;
  response.headers.emplace_back("Content-Type", answer.content_type);
  for (auto& [name, value] : answer.headers) {
    response.headers.emplace_back(name, std::move(value));
  }
  response.body = std::move(answer.body);
  return response;
}

}  // namespace

std::function<SteadyTime()> steady_clock_of(const Timeline& timeline) {
  return [&timeline] { return SteadyTime{timeline.now().time_since_epoch()}; };
}

/// A request is in up to two places: `waiting_` is the node's side of it, a journey Stripe's.
class StripeLine::State : public std::enable_shared_from_this<State> {
 public:
  State(Timeline& timeline, stripe::StripeModel& model, StripeLineOptions options, Prng prng)
      : timeline_{timeline}, model_{model}, options_{std::move(options)}, prng_{prng} {
    ensure(options_.travel_min >= Duration{0}, "a network is not faster than time");
    ensure(options_.request_timeout > Duration{0}, "a request has time for its answer");
    if (!options_.steady_now) options_.steady_now = steady_clock_of(timeline);
  }

  void send(http::HttpRequest request, Done done) {
    if (cut_) return;
    if (stopped_) return done(http::TransportFailure{http::Fault::stopped, false, {}});
    const std::uint64_t number = ++requests_;
    // Both are drawn for every request, so that no fault moves the draws of others.
    const Duration there = draw_travel();
    const Duration back = draw_travel();
    if (options_.steady_now() >= request.send_before) {
      waiting_.emplace(number, Waiting{std::move(done), false});
      return answer_at(timeline_.now(), number,
                       http::TransportFailure{http::Fault::expired, false, {}});
    }
    if (!reachable_) {
      waiting_.emplace(number, Waiting{std::move(done), false});
      return answer_at(timeline_.now() + there, number,
                       http::TransportFailure{http::Fault::refused, false, "unreachable"});
    }
    waiting_.emplace(number, Waiting{std::move(done), true});
    under_way_.insert(number);
    const Time deadline = timeline_.now() + options_.request_timeout;
    const auto journey = std::make_shared<Journey>(
        Journey{number, at_stripe(std::move(request)), {}, deadline, back});
    const Time arrives = timeline_.now() + there;
    timeline_.at(arrives, [self = shared_from_this(), journey] { self->arrive(journey); });
    if (arrives >= deadline) time_out(*journey);
  }

  void stop() {
    stopped_ = true;
    // `done` may do anything, also send: this list is no longer the line's.
    for (auto& [number, waiting] : std::exchange(waiting_, {})) {
      waiting.done(http::TransportFailure{http::Fault::stopped, waiting.sent, {}});
    }
  }

  void cut() {
    cut_ = true;
    std::erase_if(under_way_, [this](std::uint64_t) { return prng_.chance(0.5); });
    std::exchange(waiting_, {}).clear();
  }

  void set_reachable(bool reachable) { reachable_ = reachable; }

 private:
  struct Waiting {
    Done done;
    bool sent;
  };
  struct Journey {
    std::uint64_t number;
    stripe::Request request;
    stripe::Course course;
    Time deadline;  // When the node waits no longer.
    Duration back;
  };
  using JourneyPtr = std::shared_ptr<Journey>;

  Duration draw_travel() {
    return Duration{prng_.between(options_.travel_min.count(), options_.travel_max.count())};
  }

  void arrive(const JourneyPtr& journey) {
    if (under_way_.erase(journey->number) == 0) return;  // Lost in the crash of its node.
    const Time now = timeline_.now();
    if (options_.on_arrival) options_.on_arrival(journey->request, now);
    journey->course = model_.arrive(std::move(journey->request), now);
    const Time answered = now + journey->course.answer_after + journey->back;
    timeline_.at(
        now + journey->course.effect_after,
        [self = shared_from_this(), journey, answered] { self->take_effect(*journey, answered); });
    // The timeout is put on the timeline only if it will come: most never do.
    if (answered >= journey->deadline && now < journey->deadline) time_out(*journey);
  }

  void take_effect(const Journey& journey, Time answered) {
    stripe::Answer answer = model_.execute(journey.course, timeline_.now());
    if (answered >= journey.deadline) return;
    answer_at(std::max(answered, timeline_.now()), journey.number, at_client(std::move(answer)));
  }

  void time_out(const Journey& journey) {
    answer_at(journey.deadline, journey.number,
              http::TransportFailure{http::Fault::timeout, true, {}});
  }

  void answer_at(Time when, std::uint64_t number, http::HttpResult result) {
    timeline_.at(when, [self = shared_from_this(), number, result = std::move(result)]() mutable {
      auto waiting = self->waiting_.extract(number);
      if (!waiting.empty()) waiting.mapped().done(std::move(result));
    });
  }

  Timeline& timeline_;
  stripe::StripeModel& model_;
  StripeLineOptions options_;
  Prng prng_;
  bool reachable_ = true;
  bool stopped_ = false;
  bool cut_ = false;
  std::uint64_t requests_ = 0;
  std::map<std::uint64_t, Waiting> waiting_;  // Ordered: a stop answers in the order of the sends.
  std::set<std::uint64_t> under_way_;         // Not yet arrived.
};

StripeLine::StripeLine(Timeline& timeline, stripe::StripeModel& model, StripeLineOptions options,
                       Prng prng)
    : state_{std::make_shared<State>(timeline, model, std::move(options), prng)} {}

StripeLine::~StripeLine() {
  stop();
}

void StripeLine::send(engine::stripe::HttpRequest request, Done done) {
  state_->send(std::move(request), std::move(done));
}

void StripeLine::stop() {
  state_->stop();
}

void StripeLine::set_reachable(bool reachable) {
  state_->set_reachable(reachable);
}

void StripeLine::cut() {
  state_->cut();
}

}  // namespace paysaga::sim
