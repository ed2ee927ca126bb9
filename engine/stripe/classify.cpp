#include "paysaga/engine/stripe/classify.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "paysaga/engine/stripe/objects.hpp"

namespace paysaga::engine::stripe {
namespace {

constexpr std::int64_t retry_after_seconds_max = 86'400;

/// Retry-After in seconds. Its other form, a date, is ignored: Stripe sends none.
std::optional<Duration> retry_after_of(const HttpResponse& response) {
  const auto text = response.header("Retry-After");
  if (!text) return std::nullopt;
  std::int64_t count = 0;
  const auto [stop, error] = std::from_chars(text->data(), text->data() + text->size(), count);
  if (error != std::errc{} || stop != text->data() + text->size() || count < 0) return std::nullopt;
  return seconds{std::min(count, retry_after_seconds_max)};
}

/// Stripe-Should-Retry: what Stripe itself knows, above what the status tells.
std::optional<bool> should_retry_of(const HttpResponse& response) {
  const auto text = response.header("Stripe-Should-Retry");
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

/// One line for people: "429 rate_limit: Too many requests".
std::string why_of(const HttpResponse& response, const Body& body) {
  std::string why = std::to_string(response.status);
  if (const auto* error = std::get_if<ErrorObject>(&body)) {
    if (!error->code.empty() || !error->type.empty()) {
      why.append(" ").append(error->code.empty() ? error->type : error->code);
    }
    if (!error->message.empty()) why.append(": ").append(error->message);
  } else if (const auto* unreadable = std::get_if<Unreadable>(&body)) {
    why.append(", ").append(unreadable->why);
  } else {
    why.append(", not the object that was asked for");
  }
  if (const auto limit = response.header("Stripe-Rate-Limited-Reason")) {
    why.append(" (").append(*limit).append(")");
  }
  return why;
}

Classified from_failure(const TransportFailure& failure) {
  if (failure.fault == Fault::expired && !failure.maybe_sent) return {answer::KeyExpired{}};
  std::string why{to_text(failure.fault)};
  if (!failure.detail.empty()) why.append(": ").append(failure.detail);
  if (failure.maybe_sent) return {answer::Unknown{std::move(why), false, std::nullopt}};
  return {answer::NotSent{std::move(why), std::nullopt}};
}

Classified from_page(Expect expect, ListPage page, std::string why) {
  Classified classified{answer::Unknown{why, false, std::nullopt}};
  const bool fits = (expect == Expect::intents || page.intents.empty()) &&
                    (expect == Expect::refunds || page.refunds.empty()) &&
                    (expect == Expect::disputes || page.disputes.empty());
  // A page that says "more" without a cursor cannot be followed: the list would seem complete.
  if (!fits || (page.has_more && page.last_id.empty())) return classified;
  classified.has_more = page.has_more;
  classified.after = std::move(page.last_id);
  if (expect == Expect::intents) {
    classified.answer = answer::Intents{std::move(page.intents)};
  } else if (expect == Expect::disputes) {
    classified.answer = answer::Disputes{std::move(page.disputes)};
  } else {
    classified.answer = answer::Refunds{std::move(page.refunds)};
  }
  return classified;
}

Classified from_success(Expect expect, const HttpResponse& response, Body body) {
  std::string why = why_of(response, body);
  auto* intent = std::get_if<IntentObject>(&body);
  auto* refund = std::get_if<RefundObject>(&body);
  auto* page = std::get_if<ListPage>(&body);
  if (expect == Expect::intent && intent != nullptr) return {answer::Intent{std::move(*intent)}};
  if (expect == Expect::refund && refund != nullptr) return {answer::Refund{std::move(*refund)}};
  const bool list =
      expect == Expect::intents || expect == Expect::refunds || expect == Expect::disputes;
  if (list && page != nullptr) return from_page(expect, std::move(*page), std::move(why));
  return {answer::Unknown{std::move(why), false, std::nullopt}};
}

/// Whoever asked for a page reads its objects: nothing of them is judged here.
Classified from_page_text(const HttpResponse& response) {
  auto page = read_page(response.body);
  if (!page) {
    return {answer::Unknown{std::to_string(response.status) + ", " + page.error().detail, false,
                            std::nullopt}};
  }
  return {*std::move(page)};
}

Classified from_server_error(const HttpResponse& response, const Body& body) {
  // A saved error that comes again, or that Stripe says not to repeat: the key tells no more.
  const bool final =
      response.header("Idempotent-Replayed") == "true" || should_retry_of(response) == false;
  return {answer::Unknown{why_of(response, body), final, retry_after_of(response)}};
}

actors::Limit limit_of(const HttpResponse& response, const ErrorObject* error) {
  using actors::Limit;
  if (error != nullptr && error->code == "lock_timeout") return Limit::lock;
  const auto reason = response.header("Stripe-Rate-Limited-Reason");
  for (const Limit limit : {Limit::global_rate, Limit::endpoint_rate, Limit::global_concurrency,
                            Limit::endpoint_concurrency, Limit::resource}) {
    if (reason == actors::text_of(limit)) return limit;
  }
  return Limit::other;
}

/// Put off by a limit or a lock: this sending did nothing. A sending before it may have.
Classified put_off(const HttpResponse& response, const Body& body) {
  const auto after = retry_after_of(response);
  if (response.repeated) return {answer::Unknown{why_of(response, body), false, after}};
  answer::NotSent not_sent{why_of(response, body), after};
  not_sent.reached = true;
  return {std::move(not_sent)};
}

Classified from_client_error(Expect expect, const HttpResponse& response, Body body) {
  const int status = response.status;
  auto* error = std::get_if<ErrorObject>(&body);
  const auto after = retry_after_of(response);
  if (status == 401 || status == 403) {
    Classified stranger{answer::Unauthorized{why_of(response, body)}};
    stranger.endpoint_only = status == 403;
    return stranger;
  }
  if (status == 409) {
    answer::NotSent running{why_of(response, body), after};
    running.in_progress = true;
    running.reached = true;
    return {std::move(running)};
  }
  const bool limited =
      error != nullptr && (error->code == "lock_timeout" || error->code == "rate_limit");
  if (status == 429 || limited) {
    Classified later = put_off(response, body);
    later.limit = limit_of(response, error);
    return later;
  }
  if (error != nullptr && error->type == "idempotency_error") {
    return {answer::KeyMisused{why_of(response, body)}};
  }
  // Not from Stripe's API, or in words that say "not final": never read as a refusal.
  const bool passing = status == 408 || status == 424 || status == 425;
  if (error == nullptr || passing || error->type == "api_error" ||
      should_retry_of(response) == true) {
    return {answer::Unknown{why_of(response, body), false, after}};
  }
  if (status == 402 && expect == Expect::intent) {
    return {answer::Declined{std::move(error->decline), std::move(error->message),
                             std::move(error->intent)}};
  }
  std::string code = error->code.empty() ? error->type : error->code;
  return {answer::Refused{std::move(code), std::move(error->param), std::move(error->message),
                          std::move(error->intent)}};
}

}  // namespace

Expect expect_of(CallKind kind, std::string_view target) {
  switch (kind) {
    case CallKind::send:
      return target.starts_with("POST /v1/refunds") ? Expect::refund : Expect::intent;
    case CallKind::read_intent:
      return Expect::intent;
    case CallKind::list_intents:
      return Expect::intents;
    case CallKind::read_refund:
      return Expect::refund;
    case CallKind::list_refunds:
      return Expect::refunds;
    case CallKind::list_disputes:
      return Expect::disputes;
    case CallKind::page:
      return Expect::page;
  }
  std::abort();
}

Classified classify(Expect expect, const HttpResult& result, bool livemode) {
  if (const auto* failure = std::get_if<TransportFailure>(&result)) return from_failure(*failure);
  const auto& response = std::get<HttpResponse>(result);
  auto [body, modes] = read_body(response.body);
  if (livemode ? modes.test : modes.live) {
    return {answer::Unauthorized{livemode ? "an object of test mode came in live mode"
                                          : "an object of live mode came in test mode"}};
  }
  if (expect == Expect::page && response.status / 100 == 2) return from_page_text(response);
  switch (response.status / 100) {
    case 2:
      return from_success(expect, response, std::move(body));
    case 4:
      return from_client_error(expect, response, std::move(body));
    case 5:
      return from_server_error(response, body);
    default:
      return {answer::Unknown{why_of(response, body), false, std::nullopt}};
  }
}

}  // namespace paysaga::engine::stripe
