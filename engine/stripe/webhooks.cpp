#include "paysaga/engine/stripe/webhooks.hpp"

#include <cstdlib>
#include <memory>
#include <utility>

#include "paysaga/engine/log.hpp"

namespace paysaga::engine::stripe {
namespace {

/// The objects of other installations and of other programs on the account are left alone.
void leave_alone(const storage::WebhookEvent& event, const Webhooks::Done& done) {
  log_event(LogLevel::info, "webhook_foreign",
            {{"event_id", event.id.text()},
             {"type", event.type},
             {"intent", event.intent ? event.intent->text() : std::string{}}});
  done({WebhookResult::foreign, "it is about an object that this installation has not made"});
}

}  // namespace

std::string_view to_text(WebhookResult result) {
  switch (result) {
    case WebhookResult::stored:
      return "stored";
    case WebhookResult::unhandled:
      return "unhandled";
    case WebhookResult::foreign:
      return "foreign";
    case WebhookResult::bad_signature:
      return "bad_signature";
    case WebhookResult::malformed:
      return "malformed";
    case WebhookResult::other_mode:
      return "other_mode";
    case WebhookResult::unavailable:
      return "unavailable";
  }
  std::abort();  // Every result is above; here memory is corrupt.
}

Webhooks::Webhooks(WebhookOptions options, storage::Log& log, const storage::StateStore& store,
                   actors::PaymentProvider& provider)
    : options_{std::move(options)}, log_{log}, store_{store}, provider_{provider} {}

void Webhooks::take(std::string body, std::string_view signature, Time now, Done done) {
  const auto secret = check_signature(body, signature, options_.secrets, now);
  if (!secret) return done({WebhookResult::bad_signature, secret.error().detail});
  auto event = storage::parse_webhook(body);
  if (!event) return done({WebhookResult::malformed, event.error().detail});
  if (event->livemode != options_.livemode) {
    return done({WebhookResult::other_mode, options_.livemode
                                                ? "it is of test mode, but this node is live"
                                                : "it is of live mode, but this node is not"});
  }
  if (!event->news || !event->intent) {
    return done({WebhookResult::unhandled, "nothing follows from " + event->type});
  }
  find_order({std::move(*event), std::move(body), std::move(done)});
}

/// By our metadata; else by what the store knows of the intent, else by the intent itself.
void Webhooks::find_order(Received received) {
  const storage::WebhookEvent& event = received.event;
  if (!event.ledger.empty()) {
    const auto order = OrderId::parse(event.order);
    if (event.ledger != options_.ledger || !order) return leave_alone(event, received.done);
    return put(received, *order);
  }
  const auto known = store_.find_by_provider_id(event.intent->text());
  if (known && *known) return put(received, **known);
  // An intent that nobody marked is nobody's of ours; only what belongs to one may lack the mark.
  const bool may_lack_it = *event.news == News::refund || *event.news == News::dispute;
  if (!may_lack_it) return leave_alone(event, received.done);
  read_order(std::move(received));
}

void Webhooks::read_order(Received received) {
  const IntentId intent = *received.event.intent;
  Call call{.id = "webhook:" + received.event.id.text(),
            .kind = CallKind::read_intent,
            .lane = Lane::reconcile,
            .request = provider_.encoder().read_intent(intent, false),
            .key = std::nullopt,
            .send_until = Time::max()};
  if (options_.held && options_.held(call)) {
    return received.done({WebhookResult::unavailable,
                          "its payment intent is not read: an operator holds such calls"});
  }
  const auto kept = std::make_shared<Received>(std::move(received));
  // Whose it is, is what the answer tells.
  provider_.call(
      {std::move(call), OrderId::of("webhook"), {}},
      [this, kept](const actors::ProviderReply& reply) {
        const auto* shown = std::get_if<answer::Intent>(&reply.answer);
        if (shown == nullptr) {
          return kept->done({WebhookResult::unavailable, "its payment intent cannot be read: " +
                                                             paysaga::to_text(reply.answer)});
        }
        const auto order = OrderId::parse(shown->intent.order);
        if (shown->intent.ledger != options_.ledger || !order) {
          return leave_alone(kept->event, kept->done);
        }
        put(*kept, *order);
      });
}

void Webhooks::put(const Received& received, const OrderId& order) {
  storage::Output output{options_.topic,
                         storage::PartitionId{partition_of(order, log_.partition_count())},
                         storage::encode_webhook(received.event, order, received.body)};
  log_.put(std::move(output), [done = received.done](const Result<storage::Offset>& offset) {
    if (offset) return done({WebhookResult::stored, {}});
    done({WebhookResult::unavailable, "it cannot be kept now: " + offset.error().detail});
  });
}

}  // namespace paysaga::engine::stripe
