#include "paysaga/engine/runtime.hpp"

#include <filesystem>
#include <utility>

#include "paysaga/actors/no_provider.hpp"
#include "paysaga/engine/housekeeper.hpp"
#include "paysaga/engine/kafka/kafka_log.hpp"
#include "paysaga/engine/kafka/settings.hpp"
#include "paysaga/engine/log.hpp"
#include "paysaga/engine/stripe/stripe_provider.hpp"
#include "paysaga/engine/system_clock.hpp"
#include "paysaga/storage/backup.hpp"
#include "paysaga/storage/checkpoint.hpp"
#include "paysaga/storage/local_log.hpp"
#include "paysaga/storage/rocks_store.hpp"

namespace paysaga::engine {
namespace {

constexpr std::chrono::hours trim_every{1};
constexpr std::size_t ledger_characters = 10;

Result<void> make_directory(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return {};
  return fail(ErrorCode::forbidden, "the data directory " + path.string() + " cannot be made: " +
                                        error.message() + "; name another with --data");
}

/// The ledger is a part of the journal's own random name, which ends its identity: whoever rebuilds
/// the state from the journal makes the same idempotency keys.
std::string ledger_of(const std::string& log_identity) {
  std::string ledger;
  for (const char c : log_identity.substr(log_identity.rfind('/') + 1)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain && ledger.size() < ledger_characters) ledger += c;
  }
  ensure(ledger.size() == ledger_characters, "a journal's identity is long enough for a ledger");
  return ledger;
}

config::Secret key_of(const config::StripeSettings& from) {
  const bool simulated = from.mode == config::StripeMode::simulator && from.key.empty();
  return simulated ? config::Secret{"sk_test_simulator"} : from.key;
}

stripe::StripeOptions stripe_options(const config::Settings& settings) {
  const config::StripeSettings& from = settings.stripe;
  stripe::StripeOptions options;
  if (from.base_url) options.base_url = config::to_text(*from.base_url);
  options.key = key_of(from);
  options.livemode = from.mode == config::StripeMode::live;
  options.api_version = from.api_version;
  options.connections_max = static_cast<std::size_t>(from.connections_max);
  options.connect_timeout =
      std::chrono::duration_cast<std::chrono::milliseconds>(from.connect_timeout);
  options.request_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(from.timeout);
  return options;
}

actors::NodeOptions node_options(const config::Settings& settings, std::string ledger) {
  actors::NodeOptions options;
  options.node = settings.node.id;
  options.version = PAYSAGA_VERSION;
  options.address = config::to_text(settings.http.listen);
  options.group = settings.kafka.group;
  options.topic_prefix = settings.kafka.topic_prefix;
  options.ledger = std::move(ledger);
  options.roles = config::roles_of(settings.node.roles);
  options.livemode = settings.stripe.mode == config::StripeMode::live;
  options.publish_atomic = settings.journal.publish == config::Publish::exactly_once;
  options.policy = config::policy_of(settings);
  options.snapshots = settings.journal.kind == config::JournalKind::kafka;
  options.standby = settings.kafka.standby > 0 && options.snapshots;
  if (!settings.audit.key.empty()) {
    options.chain_key = {settings.audit.key_id, settings.audit.key.reveal()};
  }
  options.calls_in_flight_max = static_cast<std::size_t>(settings.stripe.calls_max);
  const config::StripeRates rates = config::rates_of(settings.stripe.rates, settings.stripe.mode);
  options.rates = {*rates.endpoint, *rates.total};
  options.lowest_every = rates.lowest_every;
  options.journal_retention = settings.journal.retention;
  options.threads = static_cast<std::size_t>(settings.node.threads);
  return options;
}

/// Errors: those of KafkaLog::open; unavailable ends the wait only if nobody wants to go on.
Result<std::unique_ptr<storage::Log>> wait_for_kafka(const config::Settings& settings,
                                                     const std::function<bool()>& keep_waiting,
                                                     actors::Observer& observer) {
  for (;;) {
    kafka::KafkaOptions options = kafka::kafka_options(settings);
    options.faulty = [say = options.faulty, &observer](const std::vector<std::string>& faults) {
      observer.topics_faulty(faults.size());
      say(faults);
    };
    auto log = kafka::KafkaLog::open(std::move(options));
    if (log) return std::move(*log);
    if (log.error().code != ErrorCode::unavailable || !keep_waiting()) {
      return tl::unexpected{log.error()};
    }
    log_event(LogLevel::warning, "log_waited_for", {{"why", log.error().detail}});
  }
}

}  // namespace

class Runtime::Impl {
 public:
  [[nodiscard]] Result<void> open(const config::Settings& settings, const Ports& ports) {
    data_ = settings.node.data;
    if (storage::is_backup(data_)) {
      return fail(ErrorCode::conflict, data_.string() +
                                           " is a backup, not a data directory; put it in place "
                                           "with paysaga store restore");
    }
    if (auto made = make_directory(data_); !made) return made;
    actors::Observer& observer = ports.observer != nullptr ? *ports.observer : silent_;
    if (auto opened = open_log(settings, ports, observer); !opened) return opened;
    ledger_ = ledger_of(log_->identity());
    const storage::StoreIdentity identity{log_->identity(), ledger_, log_->partition_count(),
                                          config::roles_of(settings.node.roles)};
    auto store = storage::RocksStore::open(settings.node.data / "state", {identity});
    if (!store) return tl::unexpected{store.error()};
    store_ = std::move(*store);
    storage::remove_checkpoints(data_);

    actors::PaymentProvider* provider = ports.provider;
    if (!runs_payments(config::roles_of(settings.node.roles))) provider = &no_provider_;
    if (provider == nullptr) {
      auto stripe = stripe::StripeProvider::start(stripe_options(settings), clock_);
      if (!stripe) return tl::unexpected{stripe.error()};
      stripe_ = std::move(*stripe);
      provider = stripe_.get();
    }
    provider_ = provider;
    if (auto opened = open_holds(settings); !opened) return opened;
    actors::NodeOptions options = node_options(settings, ledger_);
    if (!ports.address.empty()) options.address = ports.address;
    options.accept_input_loss = ports.accept_input_loss;
    options.holds = holds_->list();
    node_ = std::make_unique<actors::Node>(std::move(options), *log_, *store_, *provider, clock_,
                                           observer);
    if (local_ != nullptr) {
      housekeeper_ = std::make_unique<Housekeeper>(trim_every, [this] { trim(); });
    }
    holds_->on_change([this](const std::vector<actors::NodeHold>& holds) { node_->hold(holds); });
    node_->start();
    return {};
  }

  ~Impl() { stop(Duration{0}); }

  void stop(Duration grace) {
    housekeeper_.reset();
    if (node_) node_->stop(grace);
    if (stripe_) stripe_->stop();
  }

  [[nodiscard]] actors::Node& node() { return *node_; }
  [[nodiscard]] const storage::StateStore& store() const { return *store_; }
  [[nodiscard]] storage::Log& log() { return *log_; }
  [[nodiscard]] actors::PaymentProvider& provider() { return *provider_; }
  [[nodiscard]] const std::string& ledger() const { return ledger_; }
  [[nodiscard]] Result<void> replace_key(const config::StripeSettings& fresh) {
    if (!stripe_) return {};  // Nobody is called from here.
    return stripe_->replace_key(key_of(fresh));
  }
  [[nodiscard]] NodeHolds& holds() { return *holds_; }
  [[nodiscard]] Result<std::filesystem::path> checkpoint() const {
    const auto state = [this](const std::string& into) { return store_->checkpoint(into); };
    storage::WriteFiles log;
    if (local_ != nullptr)
      log = [this](const std::string& into) { return local_->checkpoint(into); };
    return storage::take_checkpoint(std::filesystem::absolute(data_), state, log);
  }

 private:
  Result<void> open_holds(const config::Settings& settings) {
    const auto endpoints = provider_->endpoints();
    auto holds = NodeHolds::open(std::filesystem::absolute(data_),
                                 {settings.node.id,
                                  {endpoints.begin(), endpoints.end()},
                                  runs_payments(config::roles_of(settings.node.roles))});
    if (!holds) return tl::unexpected{holds.error()};
    holds_ = std::move(*holds);
    return {};
  }

  Result<void> open_log(const config::Settings& settings, const Ports& ports,
                        actors::Observer& observer) {
    if (settings.journal.kind == config::JournalKind::kafka) {
      auto log = wait_for_kafka(settings, ports.keep_waiting, observer);
      if (!log) return tl::unexpected{log.error()};
      log_ = std::move(*log);
      return {};
    }
    storage::LocalLogOptions options;
    options.dir = settings.node.data / "log";
    options.group = settings.kafka.group;
    options.partition_count = static_cast<std::uint32_t>(config::partitions_of(settings));
    options.journal_retention = settings.journal.retention;
    options.clock = [this] { return clock_.now(); };
    auto log = storage::LocalLog::open(std::move(options));
    if (!log) return tl::unexpected{log.error()};
    local_ = log->get();
    log_ = std::move(*log);
    return {};
  }

  /// The journal may lose only what the store keeps also through a power cut.
  void trim() {
    if (const auto flushed = store_->flush(); !flushed) {
      log_event(LogLevel::error, "store_flush_failed", {{"why", flushed.error().detail}});
      return;
    }
    local_->trim([](const Result<std::uint64_t>& trimmed) {
      if (!trimmed) {
        log_event(LogLevel::error, "log_trim_failed", {{"why", trimmed.error().detail}});
      } else if (*trimmed > 0) {
        log_event(LogLevel::info, "log_trimmed", {{"entries", *trimmed}});
      }
    });
  }

  SystemClock clock_;
  actors::Observer silent_;
  actors::NoProvider no_provider_;
  std::filesystem::path data_;
  std::string ledger_;
  std::unique_ptr<storage::Log> log_;
  storage::LocalLog* local_ = nullptr;  // `log_`, if it is a local one.
  std::unique_ptr<storage::RocksStore> store_;
  std::unique_ptr<stripe::StripeProvider> stripe_;
  actors::PaymentProvider* provider_ = nullptr;
  std::unique_ptr<NodeHolds> holds_;
  std::unique_ptr<actors::Node> node_;
  std::unique_ptr<Housekeeper> housekeeper_;
};

Runtime::Runtime(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Runtime::~Runtime() = default;

Result<std::unique_ptr<Runtime>> Runtime::start(const config::Settings& settings, Ports ports) {
  auto impl = std::make_unique<Impl>();
  if (auto opened = impl->open(settings, ports); !opened) return tl::unexpected{opened.error()};
  return std::unique_ptr<Runtime>{new Runtime{std::move(impl)}};
}

void Runtime::stop(Duration grace) {
  impl_->stop(grace);
}
actors::Node& Runtime::node() {
  return impl_->node();
}
const storage::StateStore& Runtime::store() const {
  return impl_->store();
}
storage::Log& Runtime::log() {
  return impl_->log();
}
NodeHolds& Runtime::holds() {
  return impl_->holds();
}
actors::PaymentProvider& Runtime::provider() {
  return impl_->provider();
}
const std::string& Runtime::ledger() const {
  return impl_->ledger();
}
Result<void> Runtime::replace_key(const config::StripeSettings& fresh) {
  return impl_->replace_key(fresh);
}
Result<std::filesystem::path> Runtime::checkpoint() const {
  return impl_->checkpoint();
}

}  // namespace paysaga::engine
