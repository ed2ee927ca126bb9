#include "paysaga/engine/stripe/webhooks.hpp"

#include <cstdlib>
#include <memory>
#include <utility>

#include "paysaga/engine/log.hpp"

namespace paysaga::engine::stripe {
namespace {

/// The objects of other installations and of other programs on the account are left alone. Those
/// that are fetched come again with every sweep: they are only counted.
void leave_alone(const storage::WebhookEvent& event, bool fetched, const Webhooks::Done& done) {
  if (!fetched) {
    log_event(LogLevel::info, "webhook_foreign",
              {{"event_id", event.id.text()},
               {"type", event.type},
               {"intent", event.intent ? event.intent->text() : std::string{}}});
  }
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
                   const RequestEncoder& encoder, Ask ask)
    : options_{std::move(options)},
      secrets_{std::make_shared<const std::vector<WebhookSecret>>(options_.secrets)},
      log_{log},
      store_{store},
      encoder_{encoder},
      ask_{std::move(ask)} {}

void Webhooks::replace_secrets(std::vector<WebhookSecret> secrets) {
  auto replaced = std::make_shared<const std::vector<WebhookSecret>>(std::move(secrets));
  const std::lock_guard lock{guard_};
  secrets_ = std::move(replaced);
}

std::shared_ptr<const std::vector<WebhookSecret>> Webhooks::secrets() const {
  const std::lock_guard lock{guard_};
  return secrets_;
}

void Webhooks::take(std::string body, std::string_view signature, Time now, Done done) {
  const auto secret = check_signature(body, signature, *secrets(), now);
  if (!secret) return done({WebhookResult::bad_signature, secret.error().detail});
  take_verified(std::move(body), false, std::move(done));
}

void Webhooks::take_fetched(std::string body, Done done) {
  take_verified(std::move(body), true, std::move(done));
}

void Webhooks::take_verified(std::string body, bool fetched, Done done) {
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
  find_order({std::move(*event), std::move(body), std::move(done), fetched});
}

/// By our metadata; else by what the store knows of the intent, else by the intent itself.
void Webhooks::find_order(Received received) {
  const storage::WebhookEvent& event = received.event;
  if (!event.ledger.empty()) {
    const auto order = OrderId::parse(event.order);
    if (event.ledger != options_.ledger || !order) {
      return leave_alone(event, received.fetched, received.done);
    }
    return put(received, *order);
  }
  const auto known = store_.find_by_provider_id(event.intent->text());
  if (known && *known) return put(received, **known);
  // An intent that nobody marked is nobody's of ours; only what belongs to one may lack the mark.
  const bool may_lack_it = *event.news == News::refund || *event.news == News::dispute;
  if (!may_lack_it) return leave_alone(event, received.fetched, received.done);
  read_order(std::move(received));
}

void Webhooks::read_order(Received received) {
  const IntentId intent = *received.event.intent;
  Call call{.id = "webhook:" + received.event.id.text(),
            .kind = CallKind::read_intent,
            .lane = Lane::reconcile,
            .request = encoder_.read_intent(intent, false),
            .key = std::nullopt,
            .send_until = Time::max()};
  const auto kept = std::make_shared<Received>(std::move(received));
  // Whose it is, is what the answer tells.
  ask_({std::move(call), OrderId::of("webhook"), {}},
       [this, kept](const actors::ProviderReply& reply) {
         const auto* refused = std::get_if<answer::Refused>(&reply.answer);
         if (refused != nullptr && refused->code == "resource_missing") {  // Of another account.
           return leave_alone(kept->event, kept->fetched, kept->done);
         }
         const auto* shown = std::get_if<answer::Intent>(&reply.answer);
         if (shown == nullptr) {
           return kept->done({WebhookResult::unavailable, "its payment intent cannot be read: " +
                                                              paysaga::to_text(reply.answer)});
         }
         const auto order = OrderId::parse(shown->intent.order);
         if (shown->intent.ledger != options_.ledger || !order) {
           return leave_alone(kept->event, kept->fetched, kept->done);
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
