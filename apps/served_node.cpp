#include "apps/served_node.hpp"

#include <thread>

#include "paysaga/engine/http/api.hpp"
#include "paysaga/engine/http/routes.hpp"
#include "paysaga/engine/http/runtime_engine.hpp"
#include "paysaga/engine/http/server.hpp"
#include "paysaga/engine/log.hpp"
#include "paysaga/engine/metrics.hpp"
#include "paysaga/engine/reconcile/reconciler.hpp"
#include "paysaga/engine/runtime.hpp"
#include "paysaga/engine/stripe/sweeper.hpp"
#include "paysaga/engine/stripe/webhooks.hpp"
#include "paysaga/engine/system_clock.hpp"
#include "paysaga/sim/stripe/server.hpp"

namespace paysaga::apps {

class ServedNode::Impl {
 public:
  [[nodiscard]] Result<void> open(config::Settings settings, std::function<bool()> keep_waiting,
                                  bool accept_input_loss) {
    engine::start_log({settings.log.level, settings.log.format, {}});
    mode_ = settings.stripe.mode;
    if (auto simulated = start_simulator(settings); !simulated) return simulated;
    if (settings.stripe.base_url) stripe_url_ = config::to_text(*settings.stripe.base_url);

    std::vector<std::string_view> operations;
    for (const engine::http::Route& route : engine::http::routes())
      operations.push_back(route.name);
    metrics_ = std::make_unique<engine::Metrics>(PAYSAGA_VERSION, operations);
    auto server = engine::http::Server::listen(server_options(settings));
    if (!server) return tl::unexpected{server.error()};
    server_ = std::move(*server);
    engine::http::ApiOptions api_options;
    api_options.version = PAYSAGA_VERSION;
    api_options.node = settings.node.id;
    api_options.livemode = settings.stripe.mode == config::StripeMode::live;
    const auto api = std::make_shared<engine::http::Api>(*metrics_, std::move(api_options));
    server_->serve(api);

    auto runtime = engine::Runtime::start(settings, {nullptr, metrics_.get(), server_->url(),
                                                     std::move(keep_waiting), accept_input_loss});
    if (!runtime) return tl::unexpected{runtime.error()};
    runtime_ = std::move(*runtime);
    if (settings.journal.kind == config::JournalKind::kafka) {
      forwarder_ = std::make_unique<engine::http::Forwarder>(runtime_->log(), settings.node.id,
                                                             server_->url());
      gatherer_ = std::make_unique<engine::http::Gatherer>(runtime_->log(), settings.node.id,
                                                           server_->url());
      fellows_ = std::make_unique<engine::http::Fellows>(runtime_->log(), settings.node.id,
                                                         server_->url());
    }
    take_webhooks(settings);
    begin_reconciling(settings, api);
    engine_ = std::make_unique<engine::http::RuntimeEngine>(
        runtime_->node(), runtime_->store(),
        engine::http::RuntimeEngine::Neighbours{forwarder_.get(), gatherer_.get(), fellows_.get()},
        [this] { return runtime_->checkpoint(); },
        engine::http::RuntimeEngine::Provider{webhooks_ ? &runtime_->provider().encoder() : nullptr,
                                              webhooks_.get(), reconciler_.get()},
        &runtime_->holds());
    api->started(*engine_);
    return {};
  }

  ~Impl() { stop(); }

  void stop() {
    if (reconciler_) reconciler_->stop();
    if (sweeper_) sweeper_->stop();
    if (server_) server_->stop(seconds{10});
    if (runtime_) runtime_->stop(seconds{10});
    simulator_.stop();
  }

  [[nodiscard]] Result<void> replace_secrets(const config::StripeSettings& fresh) {
    if (auto replaced = runtime_->replace_key(fresh); !replaced) return replaced;
    if (webhooks_) webhooks_->replace_secrets(secrets_of(fresh));
    return {};
  }

  [[nodiscard]] engine::Runtime& runtime() { return *runtime_; }
  [[nodiscard]] std::string url() const { return server_->url(); }
  [[nodiscard]] std::string stripe_text() const {
    switch (mode_) {
      case config::StripeMode::simulator:
        return "simulator " + stripe_url_ + " (no real money)";
      case config::StripeMode::test:
        return "test mode";
      case config::StripeMode::live:
        return "LIVE";
    }
    std::abort();
  }

 private:
  static engine::http::ServerOptions server_options(const config::Settings& settings) {
    engine::http::ServerOptions options;
    options.listen = settings.http.listen;
    options.connections_max = static_cast<std::size_t>(settings.http.connections_max);
    options.body_bytes_max = settings.http.body_max.bytes;
    options.body_timeout = settings.http.timeout;
    options.write_timeout = settings.http.timeout;
    return options;
  }

  static std::vector<engine::stripe::WebhookSecret> secrets_of(
      const config::StripeSettings& settings) {
    std::vector<engine::stripe::WebhookSecret> secrets;
    for (const auto& [name, secret] : settings.webhook_secrets) {
      secrets.push_back({name, secret.reveal()});
    }
    return secrets;
  }

  void take_webhooks(const config::Settings& settings) {
    if (!runs_payments(config::roles_of(settings.node.roles))) return;
    engine::stripe::WebhookOptions options;
    options.secrets = secrets_of(settings.stripe);
    options.topic =
        settings.kafka.topic_prefix + std::string{to_text(Topic::payment_webhook_received)};
    options.ledger = runtime_->ledger();
    options.livemode = settings.stripe.mode == config::StripeMode::live;
    webhooks_ = std::make_unique<engine::stripe::Webhooks>(std::move(options), runtime_->log(),
                                                           runtime_->store(),
                                                           runtime_->provider().encoder(), ask());
    sweep_events(settings);
  }

  [[nodiscard]] engine::stripe::Ask ask() {
    return [this](actors::ProviderCall call, actors::PaymentProvider::Done done) {
      runtime_->node().ask(std::move(call), std::move(done));
    };
  }

  void sweep_events(const config::Settings& settings) {
    engine::stripe::SweepOptions options;
    options.every = config::sweep_every_of(settings.stripe);
    if (settings.stripe.sweep_every <= Duration{0}) return;
    options.has_webhooks = !settings.stripe.webhook_secrets.empty();
    sweeper_ = std::make_unique<engine::stripe::Sweeper>(
        options, settings.node.data / "events-swept",
        engine::stripe::Sweeper::Ports{
            .ask = ask(),
            .webhooks = *webhooks_,
            .leads = [this] { return runtime_->node().leads(storage::PartitionId{0}); },
            .done = [this](const engine::stripe::SweepReport& report) { swept(report); }});
  }

  void begin_reconciling(const config::Settings& settings,
                         const std::shared_ptr<engine::http::Api>& api) {
    if (!webhooks_) return;
    reconciler_ =
        std::make_unique<engine::reconcile::Reconciler>(engine::reconcile::Reconciler::Ports{
            .ask = ask(),
            .get =
                [api](std::string target, std::function<void(int, std::string)> done) {
                  api->handle({"GET", std::move(target), {}, ""},
                              [done = std::move(done)](engine::http::Response response) {
                                done(response.status, std::move(response.body));
                              });
                },
            .sweep =
                [this](Time from) {
                  if (sweeper_) sweeper_->sweep_since(from);
                },
            .ledger = runtime_->ledger(),
            .directory = settings.node.data / "reconciliations",
            .ended = [this](const engine::reconcile::Report& report) { reconciled(report); }});
  }

  void reconciled(const engine::reconcile::Report& report) {
    metrics_->reconciled(report.state == engine::reconcile::State::done,
                         report.findings.size() + report.findings_left_out,
                         engine::SystemClock{}.now());
    engine::log_event(
        report.why.empty() && report.findings.empty() ? engine::LogLevel::info
                                                      : engine::LogLevel::warning,
        "reconciled",
        {{"id", report.id}, {"findings", report.findings.size()}, {"why", report.why}});
  }

  void swept(const engine::stripe::SweepReport& report) {
    const std::uint64_t others = report.events - report.stored - report.foreign;
    metrics_->events_swept(report.failure.empty(), report.stored, report.foreign, others,
                           engine::SystemClock{}.now());
    if (!report.failure.empty()) {
      engine::log_event(engine::LogLevel::warning, "events_not_swept",
                        {{"since", to_text(report.from)}, {"why", report.failure}});
    } else if (report.stored > 0) {
      engine::log_event(engine::LogLevel::info, "events_swept",
                        {{"since", to_text(report.from)}, {"stored", report.stored}});
    }
  }

  /// The built-in simulator keeps its account in the data directory, as Stripe keeps ours.
  Result<void> start_simulator(config::Settings& settings) {
    if (settings.stripe.mode != config::StripeMode::simulator || settings.stripe.base_url)
      return {};
    std::error_code error;
    std::filesystem::create_directories(settings.node.data, error);
    if (error) {
      return fail(ErrorCode::forbidden, "the data directory " + settings.node.data.string() +
                                            " cannot be made: " + error.message() +
                                            "; name another with --data");
    }
    sim::StripeServerOptions options;
    options.journal = settings.node.data / "stripe-simulator.log";
    options.speed = settings.stripe.simulator_speed;
    options.faults.latency = settings.stripe.simulator_latency;
    // Nobody sits before it whom its customers could keep waiting for seconds.
    options.behaviour.customer_min = milliseconds{100};
    options.behaviour.customer_max = seconds{1};
    if (auto started = simulator_.start(options); !started) return tl::unexpected{started.error()};
    auto url = config::Url::parse(simulator_.url());
    if (!url) return tl::unexpected{url.error()};
    settings.stripe.base_url = std::move(*url);
    return {};
  }

  config::StripeMode mode_ = config::StripeMode::simulator;
  std::string stripe_url_;
  sim::StripeServer simulator_;
  std::unique_ptr<engine::Metrics> metrics_;
  // Their ports may answer to the last.
  std::unique_ptr<engine::stripe::Webhooks> webhooks_;
  std::unique_ptr<engine::stripe::Sweeper> sweeper_;
  std::unique_ptr<engine::reconcile::Reconciler> reconciler_;
  std::unique_ptr<engine::Runtime> runtime_;
  std::unique_ptr<engine::http::Forwarder> forwarder_;
  std::unique_ptr<engine::http::Gatherer> gatherer_;
  std::unique_ptr<engine::http::Fellows> fellows_;
  std::unique_ptr<engine::http::RuntimeEngine> engine_;
  std::unique_ptr<engine::http::Server> server_;
};

ServedNode::ServedNode(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
ServedNode::~ServedNode() = default;

Result<std::unique_ptr<ServedNode>> ServedNode::start(config::Settings settings,
                                                      std::function<bool()> keep_waiting,
                                                      bool accept_input_loss) {
  auto impl = std::make_unique<Impl>();
  const auto opened = impl->open(std::move(settings), std::move(keep_waiting), accept_input_loss);
  if (!opened) {
    return tl::unexpected{opened.error()};
  }
  return std::unique_ptr<ServedNode>{new ServedNode{std::move(impl)}};
}

bool ServedNode::wait_until_ready(std::chrono::seconds at_most,
                                  const std::function<bool()>& keep_waiting) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  while (!node().ready()) {
    if (std::chrono::steady_clock::now() > deadline || !keep_waiting()) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return true;
}

void ServedNode::stop() {
  impl_->stop();
}
Result<void> ServedNode::replace_secrets(const config::StripeSettings& fresh) {
  return impl_->replace_secrets(fresh);
}
actors::Node& ServedNode::node() {
  return impl_->runtime().node();
}
const storage::StateStore& ServedNode::store() const {
  return impl_->runtime().store();
}
std::string ServedNode::url() const {
  return impl_->url();
}
std::string ServedNode::stripe_text() const {
  return impl_->stripe_text();
}

}  // namespace paysaga::apps
