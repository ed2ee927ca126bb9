#include "paysaga/sim/stripe/outbox.hpp"

#include <utility>

#include "paysaga/engine/stripe/webhook_signature.hpp"
#include "paysaga/sim/stripe/json.hpp"
#include "paysaga/sim/stripe/render.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::int64_t pause_growth = 6;
constexpr Duration overtaken_max = seconds{2};

}  // namespace

Outbox::Outbox(std::uint64_t seed) : delays_{Prng::stream(seed, "webhook delays")} {
  for (std::size_t kind = 0; kind < delivery_fault_kinds; ++kind) {
    dice_.push_back(Prng::stream(seed, to_text(static_cast<DeliveryFault>(kind))));
  }
}

void Outbox::post(Account& account, const Faults& faults, Time now, Time answered) {
  const Events& events = account.events();
  for (posted_ = std::max(posted_, events.begin()); posted_ < events.end(); ++posted_) {
    for (const Index endpoint : account.receivers(events.find(posted_)->type)) {
      draw(account, faults, {now, 0, posted_, endpoint, 1}, now, answered);
    }
  }
}

void Outbox::resend(Account& account, Index event, Time now) {
  for (const Index endpoint : account.receivers(account.events().find(event)->type)) {
    Delivery delivery{now, 0, event, endpoint, 1};
    delivery.resent = true;
    put(account, delivery);
  }
}

/// Decides how a delivery goes wrong, if it does. Every kind is drawn, hit or not, so that no rate
/// moves another's draws.
void Outbox::draw(Account& account, const Faults& faults, Delivery delivery, Time now,
                  Time answered) {
  std::array<bool, delivery_fault_kinds> hit{};
  for (std::size_t kind = 0; kind < delivery_fault_kinds; ++kind) {
    hit[kind] = dice_[kind].chance(faults.delivery_rates[kind]);
  }
  const auto is = [&](DeliveryFault fault) { return hit[static_cast<std::size_t>(fault)]; };
  const Duration overtaken{delays_.between(overtaken_max.count() / 10, overtaken_max.count())};
  const Duration late{
      delays_.between(faults.delivery_delay_min.count(), faults.delivery_delay_max.count())};
  if (is(DeliveryFault::lose)) return give_up(account, delivery);
  const std::uint64_t request = account.events().find(delivery.event)->cause.request;
  delivery.repeats = is(DeliveryFault::duplicate);
  delivery.at = answered + account.behaviour().webhook_after;
  if (is(DeliveryFault::reorder)) delivery.at += overtaken;
  if (is(DeliveryFault::delay)) {
    delivery.at += late;
  } else if (is(DeliveryFault::early) && request != 0) {
    delivery.at = now;
    delivery.early = request;
    ++early_[request];
  }
  put(account, delivery);
}

void Outbox::put(Account& account, Delivery delivery) {
  if (waiting_.size() >= waiting_max) {
    release(delivery);
    return give_up(account, delivery);
  }
  if (delivery.attempt == 1 && delivery.counts) account.expect_delivery(delivery.event);
  delivery.number = ++numbers_;
  waiting_.push(delivery);
}

void Outbox::give_up(Account& account, const Delivery& delivery) {
  if (delivery.counts) account.note_undelivered(delivery.event, delivery.number != 0);
}

/// The answer to the request waits no longer for this one.
void Outbox::release(const Delivery& delivery) {
  const auto held = early_.find(delivery.early);
  if (held != early_.end() && --held->second == 0) early_.erase(held);
}

std::vector<Parcel> Outbox::take(Account& account, Time now, Time wall) {
  std::vector<Parcel> parcels;
  while (!waiting_.empty() && waiting_.top().at <= now && in_flight_.size() < in_flight_max) {
    const Delivery delivery = waiting_.top();
    waiting_.pop();
    const WebhookEndpoint& endpoint = account.endpoint(delivery.endpoint);
    if (endpoint.deleted || account.events().find(delivery.event) == nullptr) {
      release(delivery);
      give_up(account, delivery);
      continue;
    }
    std::string body;
    render_event(account, delivery.event, body);
    std::string signature =
        engine::stripe::sign_webhook(body, account.secret_of(delivery.endpoint), wall);
    parcels.push_back({delivery.number, endpoint.url, std::move(body), std::move(signature)});
    in_flight_.emplace(delivery.number, delivery);
  }
  return parcels;
}

void Outbox::settle(Account& account, std::uint64_t parcel, int status, Time now) {
  const auto found = in_flight_.extract(parcel);
  ensure(!found.empty(), "a delivery that ends was made");
  const Delivery delivery = found.mapped();
  if (ended_.size() == ended_max) ended_.pop_front();
  ended_.push_back({delivery, now, status});
  release(delivery);
  if (status < 200 || status > 299) return retry(account, delivery, now);
  if (delivery.counts) account.note_delivered(delivery.event, delivery.resent);
  if (!delivery.repeats) return;
  Delivery again = delivery;
  again.at = now + Duration{delays_.between(0, overtaken_max.count())};
  again.counts = again.repeats = false;
  again.early = 0;
  put(account, again);
}

void Outbox::retry(Account& account, Delivery delivery, Time now) {
  Duration pause = account.behaviour().webhook_retry;
  for (std::uint32_t i = 1; i < delivery.attempt; ++i) pause *= pause_growth;
  delivery.waited += pause;
  if (!delivery.counts || delivery.waited > account.behaviour().webhook_give_up) {
    return give_up(account, delivery);
  }
  ++delivery.attempt;
  delivery.at = now + pause;
  delivery.early = 0;
  put(account, delivery);
}

std::optional<Time> Outbox::next_due() const {
  // With all hands full the next is sent when one of them is free again.
  if (waiting_.empty() || in_flight_.size() >= in_flight_max) return std::nullopt;
  return waiting_.top().at;
}

std::string Outbox::json(const Account& account) const {
  std::string out;
  JsonWriter json{out};
  json.open('{');
  json.number("waiting", static_cast<std::int64_t>(waiting_.size()));
  json.number("in_flight", static_cast<std::int64_t>(in_flight_.size()));
  json.open("data", '[');
  for (auto it = ended_.rbegin(); it != ended_.rend(); ++it) {
    const Event* event = account.events().find(it->delivery.event);
    json.open('{');
    json.text("event", account.ids().text(Kind::event, it->delivery.event));
    json.text_or_null("type", event == nullptr ? "" : event->type);
    json.text("endpoint", account.ids().text(Kind::endpoint, it->delivery.endpoint));
    json.text("at", paysaga::to_text(it->at));
    json.number("attempt", it->delivery.attempt);
    json.number("status", it->status);
    json.close('}');
  }
  json.close(']');
  json.close('}');
  return out;
}

}  // namespace paysaga::sim::stripe
