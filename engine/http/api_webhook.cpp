// POST /webhooks/stripe. Its signature is its permission: it takes no token, and may come by a name
// of this machine that only a proxy knows.

#include "paysaga/engine/http/api.hpp"
#include "paysaga/engine/http/problem.hpp"
#include "paysaga/engine/http/render.hpp"
#include "paysaga/engine/log.hpp"

namespace paysaga::engine::http {
namespace {

using stripe::WebhookAnswer;
using stripe::WebhookResult;

/// Any answer but 2xx makes Stripe send it again.
Response response_of(const WebhookAnswer& answer) {
  const std::string result{to_text(answer.result)};
  switch (answer.result) {
    case WebhookResult::stored:
    case WebhookResult::unhandled:
    case WebhookResult::foreign:
      return json_response(R"({"received":true,"result":")" + result + "\"}\n");
    case WebhookResult::bad_signature:
    case WebhookResult::malformed:
    case WebhookResult::other_mode:
      return to_response({400, result, answer.detail, {}, {}, {}, false, {}});
    case WebhookResult::unavailable:
      return to_response({503, result, answer.detail, {}, {}, {}, true, 1});
  }
  ensure(false, "every result has its answer");
  return {};
}

}  // namespace

void Api::take_webhook(Call call) {
  std::string signature{call.request.header("stripe-signature").value_or("")};
  std::string body = std::move(call.request.body);
  engine().take_webhook(
      std::move(body), std::move(signature),
      [self = shared_from_this(), done = std::move(call.done)](const WebhookAnswer& answer) {
        self->metrics_.webhook_answered(to_text(answer.result));
        Response response = response_of(answer);
        if (response.status != 200) {
          log_event(LogLevel::warning, "webhook_refused",
                    {{"result", to_text(answer.result)}, {"why", answer.detail}});
        }
        done(std::move(response));
      });
}

}  // namespace paysaga::engine::http
