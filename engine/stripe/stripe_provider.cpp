#include "paysaga/engine/stripe/stripe_provider.hpp"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <utility>

#include "paysaga/engine/stripe/classify.hpp"
#include "paysaga/engine/stripe/form.hpp"
#include "paysaga/engine/stripe/http_client.hpp"
#include "paysaga/engine/stripe/key_guard.hpp"
#include "paysaga/engine/stripe/request_encoder.hpp"

namespace paysaga::engine::stripe {
namespace {

using Steady = std::chrono::steady_clock;

bool is_printable(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

/// W3C: 00-<32 hex>-<16 hex>-<2 hex>. Anything else is not passed on.
bool is_traceparent(std::string_view text) {
  constexpr std::size_t size = 55;
  return text.size() == size && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-';
         });
}

struct Target {
  std::string_view method;
  std::string_view path;
};

std::optional<Target> split(std::string_view target) {
  const std::size_t space = target.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const Target parts{target.substr(0, space), target.substr(space + 1)};
  const bool known = parts.method == "GET" || parts.method == "POST";
  if (!known || !parts.path.starts_with("/v1/") || !is_printable(parts.path)) return std::nullopt;
  return parts;
}

/// When `until` is on the steady clock; what is more than a year away never comes.
Steady::time_point steady_of(Time until, Time now, Steady::time_point steady_now) {
  if (until <= now) return Steady::time_point::min();
  if (until - now > hours{24 * 365}) return Steady::time_point::max();
  return steady_now + (until - now);
}

Result<BaseUrl> check(const StripeOptions& options) {
  auto url = BaseUrl::parse(options.base_url);
  if (!url) return url;
  if (auto allowed = check_key(options.key.reveal(), *url, options.livemode); !allowed) {
    return tl::unexpected{allowed.error()};
  }
  if (!is_printable(options.api_version) || !is_printable(options.user_agent)) {
    return fail(ErrorCode::malformed,
                "stripe api_version and user_agent are printable ASCII without spaces");
  }
  return url;
}

/// Puts the objects of `page` behind those of `all`.
Answer join(std::optional<Answer> all, Answer page) {
  if (!all) return page;
  const auto append = [&](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  if (auto* intents = std::get_if<answer::Intents>(&page)) {
    append(std::get<answer::Intents>(*all).intents, intents->intents);
    return *std::move(all);
  }
  if (auto* refunds = std::get_if<answer::Refunds>(&page)) {
    append(std::get<answer::Refunds>(*all).refunds, refunds->refunds);
    return *std::move(all);
  }
  if (auto* disputes = std::get_if<answer::Disputes>(&page)) {
    append(std::get<answer::Disputes>(*all).disputes, disputes->disputes);
    return *std::move(all);
  }
  return page;  // A page failed: half a list is no evidence.
}

}  // namespace

class StripeProvider::Impl {
 public:
  Impl(StripeOptions options, const actors::Clock& clock, Observe observe,
       std::unique_ptr<Transport> transport)
      : options_{std::move(options)},
        clock_{clock},
        observe_{std::move(observe)},
        transport_{std::move(transport)} {}

  void call(actors::ProviderCall call, Done done) {
    const auto started = options_.steady_now();
    const Call& what = call.call;
    const bool key_missing = what.kind == CallKind::send && !what.key;
    if (!split(what.request.target) || key_missing) {
      // Stored bytes that no encoder of ours makes: stop this order, not the node.
      return done({answer::KeyMisused{"the stored request is not one of Stripe's, or has no key"},
                   {},
                   since(started)});
    }
    auto pending = std::make_shared<Pending>(Pending{std::move(call), std::move(done)});
    pending->expect = expect_of(pending->call.call.kind, pending->call.call.request.target);
    pending->send_before = steady_of(pending->call.call.send_until, clock_.now(), started);
    pending->started = started;
    send(pending, pending->call.call.request.target);
  }

  Result<void> replace_key(config::Secret key) {
    const auto url = BaseUrl::parse(options_.base_url);
    if (!url) return tl::unexpected{url.error()};
    auto allowed = check_key(key.reveal(), *url, options_.livemode);
    if (!allowed) return allowed;
    const std::lock_guard lock{key_guard_};
    options_.key = std::move(key);
    return {};
  }

  void stop() { transport_->stop(); }

  StripeEncoder encoder;

 private:
  struct Pending {
    actors::ProviderCall call;
    Done done;
    Expect expect{};
    Steady::time_point send_before{};
    Steady::time_point started{};
    std::size_t pages = 0;
    std::optional<Answer> pages_read{};
    std::string request_id{};
    actors::Limit limit = actors::Limit::none;
    bool endpoint_only = false;
  };
  using PendingPtr = std::shared_ptr<Pending>;

  void send(const PendingPtr& pending, const std::string& target) {
    const auto started = options_.steady_now();
    transport_->send(make_request(*pending, target), [this, pending, started](HttpResult result) {
      on_result(pending, started, std::move(result));
    });
  }

  HttpRequest make_request(const Pending& pending, std::string_view target) const {
    const Call& call = pending.call.call;
    const Target parts = split(target).value();
    HttpRequest request{std::string{parts.method}, std::string{parts.path}, {}, call.request.body};
    request.headers = {{"Authorization", bearer()},
                       {"Stripe-Version", options_.api_version},
                       {"User-Agent", options_.user_agent},
                       {"Accept", "application/json"}};
    const auto add = [&request](const char* name, const std::string& value) {
      request.headers.emplace_back(name, value);
    };
    if (parts.method == "POST") add("Content-Type", "application/x-www-form-urlencoded");
    if (call.key) add("Idempotency-Key", call.key->text());
    if (is_traceparent(pending.call.traceparent)) add("traceparent", pending.call.traceparent);
    request.repeatable = parts.method == "GET" || call.key.has_value();
    request.send_before = pending.send_before;
    request.lane = static_cast<std::size_t>(call.lane);
    return request;
  }

  void on_result(const PendingPtr& pending, Steady::time_point started, HttpResult result) {
    Classified classified = classify(pending->expect, result, options_.livemode);
    int status = 0;
    if (const auto* response = std::get_if<HttpResponse>(&result)) {
      status = response->status;
      if (const auto id = response->header("Request-Id")) pending->request_id = *id;
    }
    pending->limit = classified.limit;
    pending->endpoint_only = classified.endpoint_only;
    const std::string& target = pending->call.call.request.target;
    if (observe_) {
      observe_(
          {stripe::endpoint_of(target), outcome_of(classified.answer), status, since(started)});
    }
    pending->pages_read = join(std::move(pending->pages_read), std::move(classified.answer));
    if (!classified.has_more) return finish(pending);
    if (++pending->pages >= options_.list_pages_max) {
      pending->pages_read = answer::Unknown{"the list has too many pages", false, std::nullopt};
      return finish(pending);
    }
    const char* separator = target.find('?') == std::string::npos ? "?" : "&";
    send(pending, target + separator + Form{}.add("starting_after", classified.after).text());
  }

  void finish(const PendingPtr& pending) const {
    const Done done = std::exchange(pending->done, nullptr);
    done({*std::move(pending->pages_read), std::move(pending->request_id), since(pending->started),
          pending->limit, static_cast<int>(pending->pages) + 1, pending->endpoint_only});
  }

  [[nodiscard]] std::string bearer() const {
    const std::lock_guard lock{key_guard_};
    return "Bearer " + options_.key.reveal();
  }

  [[nodiscard]] Duration since(Steady::time_point start) const {
    return std::chrono::duration_cast<Duration>(options_.steady_now() - start);
  }

  StripeOptions options_;
  mutable std::mutex key_guard_;  // Of the options only their key changes.
  const actors::Clock& clock_;
  Observe observe_;
  std::unique_ptr<Transport> transport_;  // Last: it ends first, and its callbacks use the rest.
};

Result<std::unique_ptr<StripeProvider>> StripeProvider::start(StripeOptions options,
                                                              const actors::Clock& clock,
                                                              Observe observe) {
  const auto url = check(options);
  if (!url) return tl::unexpected{url.error()};
  HttpClientOptions http{*url, options.ca_pem, options.threads, options.connections_max,
                         options.queue_max};
  http.connect_timeout = options.connect_timeout;
  http.request_timeout = options.request_timeout;
  http.queue_timeout = options.queue_timeout;
  http.response_bytes_max = options.response_bytes_max;
  http.now = options.steady_now;  // The one clock: `send_before` is a time of it.
  auto client = HttpClient::start(std::move(http));
  if (!client) return tl::unexpected{client.error()};
  return std::unique_ptr<StripeProvider>{new StripeProvider{
      std::make_unique<Impl>(std::move(options), clock, std::move(observe), *std::move(client))}};
}

Result<std::unique_ptr<StripeProvider>> StripeProvider::over(StripeOptions options,
                                                             const actors::Clock& clock,
                                                             std::unique_ptr<Transport> transport,
                                                             Observe observe) {
  if (auto url = check(options); !url) return tl::unexpected{url.error()};
  ensure(transport != nullptr, "a provider has a transport");
  return std::unique_ptr<StripeProvider>{new StripeProvider{
      std::make_unique<Impl>(std::move(options), clock, std::move(observe), std::move(transport))}};
}

StripeProvider::StripeProvider(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}

StripeProvider::~StripeProvider() {
  stop();
}

void StripeProvider::call(actors::ProviderCall call, Done done) {
  impl_->call(std::move(call), std::move(done));
}

const RequestEncoder& StripeProvider::encoder() const {
  return impl_->encoder;
}

std::span<const std::string_view> StripeProvider::endpoints() const {
  return endpoint_names();
}

std::size_t StripeProvider::endpoint_of(const Call& call) const {
  return endpoint_index(call.request.target);
}

Result<void> StripeProvider::replace_key(config::Secret key) {
  return impl_->replace_key(std::move(key));
}

void StripeProvider::stop() {
  impl_->stop();
}

std::string_view outcome_of(const Answer& answer) {
  return std::visit(Overload{
                        [](const answer::Intent&) { return "done"; },
                        [](const answer::Intents&) { return "done"; },
                        [](const answer::Refund&) { return "done"; },
                        [](const answer::Refunds&) { return "done"; },
                        [](const answer::Disputes&) { return "done"; },
                        [](const answer::Page&) { return "done"; },
                        [](const answer::Declined&) { return "declined"; },
                        [](const answer::Refused&) { return "refused"; },
                        [](const answer::NotSent&) { return "not_sent"; },
                        [](const answer::Unauthorized&) { return "unauthorized"; },
                        [](const answer::Unknown&) { return "unknown"; },
                        [](const answer::KeyMisused&) { return "key_misused"; },
                        [](const answer::KeyExpired&) { return "key_expired"; },
                    },
                    answer);
}

}  // namespace paysaga::engine::stripe
