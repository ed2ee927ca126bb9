#pragma once

#include <string>
#include <string_view>

#include "paysaga/actors/ports.hpp"
#include "paysaga/engine/stripe/http_message.hpp"
#include "paysaga/saga/call.hpp"

namespace paysaga::engine::stripe {

/// What a request asks for, and so what a success must hold.
enum class Expect { intent, intents, refund, refunds, disputes, page };

[[nodiscard]] Expect expect_of(CallKind kind, std::string_view target);

/// What an answer means, and where its list goes on.
struct Classified {
  Answer answer;
  bool has_more = false;  // Lists only: `after` is the cursor of the next page.
  std::string after{};
  actors::Limit limit = actors::Limit::none;  // Of 429: what Stripe-Rate-Limited-Reason says.
  bool endpoint_only = false;                 // 403: the key may not do this, but perhaps others.
};

/// The one table that says what an answer of Stripe, or its absence, means for the saga. Pure.
///
/// | answer                                   | means                                        |
/// | ---------------------------------------- | -------------------------------------------- |
/// | no byte sent                             | NotSent; past `send_before`: KeyExpired      |
/// | a byte sent, no whole answer             | Unknown                                      |
/// | 2xx, the object asked for                | Intent, Intents, Refund, Refunds, ...        |
/// | 2xx on a page: a list, or an object      | Page: the objects as they came               |
/// | 2xx, anything else                       | Unknown                                      |
/// | any object of the other mode             | Unauthorized: the account is the trouble     |
/// | 401, 403                                 | Unauthorized                                 |
/// | 409                                      | NotSent, in progress                         |
/// | 429, or code lock_timeout, rate_limit    | NotSent; Unknown if it was a repeat          |
/// | 4xx with Stripe-Should-Retry: true       | Unknown: not definitive                      |
/// | 400 idempotency_error                    | KeyMisused                                   |
/// | 402 on an intent                         | Declined                                     |
/// | another 4xx with an error object         | Refused                                      |
/// | 408, 424, 425, api_error, no error object| Unknown                                      |
/// | 5xx                                      | Unknown                                      |
/// | 5xx replayed, or Should-Retry: false     | Unknown, repeating the key tells no more     |
/// | 1xx, 3xx, other                          | Unknown                                      |
///
/// `livemode` is the mode that the key is of. Source: docs.stripe.com/api/errors,
/// /idempotent_requests.
[[nodiscard]] Classified classify(Expect expect, const HttpResult& result, bool livemode);

}  // namespace paysaga::engine::stripe
