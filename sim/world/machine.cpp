#include "paysaga/sim/world/machine.hpp"

#include <algorithm>

#include "paysaga/saga/topic.hpp"

namespace paysaga::sim {
namespace {

constexpr char ledger[] = "simledger0";
constexpr int sweep_page = 7;  // So that most sweeps have several.
constexpr Duration sweep_every = minutes{30};

storage::StoreIdentity identity_of(const Surroundings& around) {
  return {"memory/" + around.group_name, ledger, around.plan.partitions, around.roles};
}

}  // namespace

/// Listens to the node: which partitions it leads, and what a person would have to look at.
class Machine::Watch final : public actors::Observer {
 public:
  Watch(const Surroundings& around, const Machine& machine) : around_{around}, machine_{machine} {}

  void claimed(storage::PartitionId id) override {
    led.insert(id);
    around_.tell(machine_.life(), "claimed partition " + number(id));
  }
  void stepped_down(storage::PartitionId id, std::string_view why) override {
    led.erase(id);
    around_.tell(machine_.life(), "stepped down from " + number(id) + ": " + std::string{why});
  }
  void partition_failed(storage::PartitionId id, const Error& error) override {
    led.erase(id);
    around_.tell(machine_.life(), "stopped partition " + number(id) + ": " + error.detail);
    if (!dead) around_.on_failure(machine_.number(), id, error.detail);
  }
  void quarantined(const OrderId& order, std::string_view reason) override {
    around_.tell(machine_.life(), "quarantined " + order.text() + ": " + std::string{reason});
    if (!dead) around_.on_quarantine(order, std::string{reason});
  }
  void say(std::string_view level, std::string_view event, std::string_view detail) override {
    around_.tell(machine_.life(),
                 std::string{level} + " " + std::string{event} + ": " + std::string{detail});
  }

  std::set<storage::PartitionId> led;
  bool dead = false;  // What its actors do while they end is seen by nobody.

 private:
  static std::string number(storage::PartitionId id) {
    return std::to_string(storage::index_of(id));
  }

  const Surroundings& around_;
  const Machine& machine_;
};

/// What a node sweeps with. Puts of it may be answered after it is gone.
struct Machine::Sweeping {
  engine::stripe::Webhooks webhooks;
  engine::stripe::EventSweep sweep;
};

Machine::Machine(Surroundings around, std::uint32_t number)
    : around_{std::move(around)},
      number_{number},
      disk_{identity_of(around_), Prng::stream(around_.plan.seed, "disk " + std::to_string(number)),
            around_.plan.has(Fault::power_loss) || around_.plan.has(Fault::journal_trimmed)} {}

Machine::~Machine() {
  if (running()) crash();
}

actors::NodeOptions Machine::options() const {
  const Plan& plan = around_.plan;
  actors::NodeOptions options;
  options.node = life_;
  options.version = "sim";
  options.group = around_.group_name;
  options.roles = around_.roles;
  options.ledger = ledger;
  options.publish_atomic = plan.publish_atomic;
  options.snapshots = plan.snapshots;
  options.standby = plan.standby;
  options.policy = plan.policy;
  options.credit_max = plan.credit_max;
  options.publish_ahead_max = plan.credit_max;
  options.calls_in_flight_max = plan.calls_max;
  options.idle_after = plan.idle_after;
  options.threads = 0;
  options.tick = plan.tick;
  options.seed = hash_of(life_, plan.seed);
  return options;
}

/// A new line to the payment service, with the real client's code at its end.
void Machine::connect() {
  StripeLineOptions line;
  line.travel_max = around_.plan.travel_max;
  line.on_arrival = around_.on_request;
  auto transport = std::make_unique<StripeLine>(around_.timeline, around_.stripe, std::move(line),
                                                Prng::stream(around_.plan.seed, "line " + life_));
  line_ = transport.get();
  line_->set_reachable(reachable_);
  engine::stripe::StripeOptions options;
  options.key = config::Secret{"sk_test_simulated"};
  options.base_url = "http://127.0.0.1:1";
  options.steady_now = steady_clock_of(around_.timeline);
  auto provider =
      engine::stripe::StripeProvider::over(std::move(options), *this, std::move(transport));
  ensure(provider.has_value(), "a test key may go to this machine");
  provider_ = std::move(*provider);
}

/// Of a dead node nothing is asked and nothing is kept any more.
void Machine::begin_sweeping() {
  const auto alive = [this, life = life_] { return running() && life == life_; };
  const engine::stripe::Ask ask = [this, alive](actors::ProviderCall call,
                                                actors::PaymentProvider::Done done) {
    if (alive()) node_->ask(std::move(call), std::move(done));
  };
  engine::stripe::WebhookOptions webhooks;
  webhooks.topic = std::string{to_text(Topic::payment_webhook_received)};
  webhooks.ledger = ledger;
  engine::stripe::SweepOptions options;
  options.page_size = sweep_page;
  options.every = sweep_every;
  auto& sweeping = sweepings_.emplace_back();
  const std::size_t number = sweepings_.size() - 1;
  sweeping.reset(new Sweeping{
      {std::move(webhooks), *logs_.back(), disk_, provider_->encoder(), ask},
      {options,
       {.ask = ask,
        .take =
            [this, number](std::string body, engine::stripe::Webhooks::Done done) {
              sweepings_[number]->webhooks.take_fetched(std::move(body), std::move(done));
            },
        .load = [this] { return swept_; },
        .save =
            [this, alive](Time until) {
              if (alive()) swept_ = until;
            },
        .done =
            [this, alive](const engine::stripe::SweepReport& report) {
              if (alive() && report.failure.empty()) sweep_done_ = sweep_began_;
            }}}});
}

void Machine::sweep() {
  if (!awake() || sweepings_.empty() || !leads(storage::PartitionId{0})) return;
  if (sweepings_.back()->sweep.tick(now())) sweep_began_ = around_.timeline.now();
}

void Machine::lose_disk() {
  disk_.replace(nullptr);
  swept_ = std::nullopt;
}

void Machine::start() {
  ensure(!running(), "a machine runs one node at a time");
  life_ = "n" + std::to_string(number_) + "." + std::to_string(++lives_);
  awake_ = true;
  skew_ = next_skew_;
  disk_.reopen();
  timers_at_ = around_.timeline.now();
  watch_ = std::make_unique<Watch>(around_, *this);
  logs_.push_back(around_.log.open(life_));
  connect();
  node_ =
      std::make_unique<actors::Node>(options(), *logs_.back(), disk_, *provider_, *this, *watch_);
  if (around_.plan.has(Fault::webhook_lost) && runs_payments(around_.roles)) begin_sweeping();
  node_->start();
}

void Machine::crash() {
  around_.courier.bury(life_);
  line_->cut();
  watch_->dead = true;
  disk_.freeze();
  node_.reset();
  provider_.reset();
  disk_.reopen();
}

void Machine::drain(std::function<void()> done) {
  node_->drain(seconds{10}, std::move(done));
}

void Machine::stop() {
  node_->stop(Duration{0});
  around_.courier.bury(life_);
  node_.reset();
  provider_.reset();
}

void Machine::set_reachable(bool reachable) {
  reachable_ = reachable;
  if (running()) line_->set_reachable(reachable);
}

bool Machine::leads(storage::PartitionId partition) const {
  return running() && watch_->led.contains(partition);
}

const std::set<storage::PartitionId>& Machine::led() const {
  return watch_->led;
}

void Machine::catch_up() {
  const Duration passed = around_.timeline.now() - timers_at_;
  if (!awake() || passed <= Duration{0}) return;
  timers_at_ = around_.timeline.now();
  node_->advance(passed);
}

std::optional<Time> Machine::next_timer() const {
  std::optional<Time> next;
  if (!awake()) return next;
  for (const storage::PartitionId partition : watch_->led) {
    // Stored timers are in the journal's time, which is the world's.
    const auto timer = disk_.next_timer(partition, around_.timeline.now() + Duration{1});
    if (timer && (!next || *timer < *next)) next = timer;
  }
  return next;
}

}  // namespace paysaga::sim
