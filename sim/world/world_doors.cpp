#include "paysaga/saga/topic.hpp"
#include "paysaga/sim/world/world.hpp"
#include "paysaga/storage/codec_webhook.hpp"

namespace paysaga::sim {
namespace {

constexpr int tries_max = 40;  // Of a command that nobody knows an order for.
constexpr Duration patience = seconds{20};

Duration between(Prng& prng, Duration low, Duration high) {
  return Duration{prng.between(low.count(), high.count())};
}

}  // namespace

Customers::Doors World::doors() {
  return {
      .ask = [this](const std::string& order, const std::string& id,
                    const std::string& json) { ask(order, id, json, Roles::both); },
      .operate = [this](const std::string& order, const std::string& id, const std::string& json,
                        Roles of) { ask(order, id, json, of); },
      .put =
          [this](const std::string& order, const std::string& id, const std::string& json) {
            const auto command = storage::parse_command(json);
            ensure(command.has_value(), "customers write commands that can be read");
            oracle_.commands.asked(order, id);
            oracle_.wishes.asked(order, command->input);
            tell(order, "puts " + json + " into a topic");
            const bool to_order = json.starts_with(R"({"command":"order.)");
            const Topic topic = to_order ? Topic::order_commands : Topic::payment_commands;
            std::uint32_t partition = partition_of(OrderId::of(order), plan_.partitions);
            if (dice_.strikes(Fault::input_misplaced)) {
              partition = static_cast<std::uint32_t>(
                  dice_.of(Fault::input_misplaced).below(plan_.partitions));
            }
            put(std::string{to_text(topic)}, storage::PartitionId{partition}, {order, {}, json});
          },
      .litter =
          [this](const std::string& bytes, std::uint64_t where) {
            const Topic topic = where % 2 == 0 ? Topic::order_commands : Topic::payment_commands;
            const auto partition = static_cast<std::uint32_t>(where / 2 % plan_.partitions);
            put(std::string{to_text(topic)}, storage::PartitionId{partition},
                {"", {{"litter", "1"}}, bytes});
          },
      .pay = [this](const std::string& order) { pay(order); },
      .dispute = [this](const std::string& order, const std::string& act) { dispute(order, act); },
      .give_back = [this](const std::string& order,
                          std::int64_t minor) { give_back(order, minor); }};
}

std::optional<IntentId> World::intent_of(const std::string& order) const {
  const Fold::Order* known = oracle_.payments.find(order);
  if (known == nullptr || known->saga == nullptr || !known->saga->payment) return std::nullopt;
  const auto& intent = known->saga->payment->intent;
  return intent ? std::optional{intent->id} : std::nullopt;
}

/// News of the dispute come before and after each step of it: the looks that they cause are under
/// way beside each other, and the older one may be answered last.
void World::dispute(const std::string& order, const std::string& act) {
  const std::optional<IntentId> intent = intent_of(order);
  const stripe::Account& account = stripe_.account();
  const auto index =
      intent ? account.ids().index_of(stripe::Kind::intent, intent->text()) : std::nullopt;
  if (!index || account.intent(*index).state.charge == stripe::no_index) return;
  const stripe::Index charge = account.intent(*index).state.charge;
  const stripe::Index dispute = account.charge(charge).state.dispute;
  const bool begins = act == "dispute" || act == "inquire";
  if (begins == (dispute != stripe::no_index)) return;
  if (!begins) send_news(order, "charge.dispute.updated");
  const std::string id = begins ? account.ids().text(stripe::Kind::charge, charge)
                                : account.ids().text(stripe::Kind::dispute, dispute);
  const auto step = [this, order, act, id] {
    tell(order, "meets the bank's act: " + act);
    (void)stripe_.serve({.method = "POST",
                         .target = "/_sim/play/" + id,
                         .body = "act=" + act,
                         .authorization = "Bearer sk_test_simulated",
                         .idempotency_key = {},
                         .stripe_version = {},
                         .stripe_account = {}},
                        timeline_.now());
    send_news(order, "charge.dispute.updated");
  };
  if (begins) return step();
  ++asks_open_;
  timeline_.after(between(doors_prng_, milliseconds{1}, milliseconds{200}), [this, step] {
    --asks_open_;
    step();
  });
}

void World::give_back(const std::string& order, std::int64_t minor) {
  const std::optional<IntentId> intent = intent_of(order);
  const stripe::Account& account = stripe_.account();
  const auto index =
      intent ? account.ids().index_of(stripe::Kind::intent, intent->text()) : std::nullopt;
  if (!index || account.intent(*index).state.charge == stripe::no_index) return;
  const auto& charge = account.charge(account.intent(*index).state.charge).state;
  minor = std::min(minor, charge.captured_minor - charge.refunded_minor);
  if (minor <= 0) return;
  tell(order, "is refunded at the payment service itself");
  (void)stripe_.serve(
      {.method = "POST",
       .target = "/v1/refunds",
       .body = "payment_intent=" + intent->text() + "&amount=" + std::to_string(minor),
       .authorization = "Bearer sk_test_simulated",
       .idempotency_key = "dashboard-" + order,
       .stripe_version = {},
       .stripe_account = {}},
      timeline_.now());
  send_news(order, "refund.created");
}

void World::send_news(const std::string& order, const std::string& type) {
  const std::optional<IntentId> intent = intent_of(order);
  if (!intent) return;
  if (dice_.strikes(Fault::webhook_lost)) {
    tell(order, "is not told of " + type);
    unheard_since_ = timeline_.now();
    return;
  }
  const std::string body = R"({"id":"evt_)" + std::to_string(++news_) +
                           R"(","object":"event","livemode":false,"type":")" + type +
                           R"(","data":{"object":{"payment_intent":")" + intent->text() + R"("}}})";
  const auto event = storage::parse_webhook(body);
  ensure(event.has_value(), "webhooks can be read");
  oracle_.wishes.sent(order, event->id.text());
  const storage::PartitionId partition{partition_of(OrderId::of(order), plan_.partitions)};
  const auto record = storage::encode_webhook(*event, OrderId::of(order), body);
  for (int times = doors_prng_.chance(0.2) ? 2 : 1; times > 0; --times) {
    const Duration late = doors_prng_.chance(0.8) ? milliseconds{50} : Duration{seconds{30}};
    ++asks_open_;
    timeline_.after(between(doors_prng_, milliseconds{0}, late), [this, partition, record] {
      --asks_open_;
      put(std::string{to_text(Topic::payment_webhook_received)}, partition, record);
    });
  }
}

/// What the engine does not see: it meets an intent that somebody else has moved on.
void World::pay(const std::string& order) {
  const Fold::Order* known = oracle_.payments.find(order);
  if (known == nullptr || known->saga == nullptr || !known->saga->payment) return;
  const auto& intent = known->saga->payment->intent;
  if (!intent) return;
  tell(order, "pays at the payment service itself");
  (void)stripe_.serve({.method = "POST",
                       .target = "/v1/payment_intents/" + intent->id.text() + "/confirm",
                       .body = "payment_method=pm_card_visa",
                       .authorization = "Bearer sk_test_simulated",
                       .idempotency_key = "browser-" + order,
                       .stripe_version = {},
                       .stripe_account = {}},
                      timeline_.now());
}

/// Puts a record into a topic, again and again until the log says that it has it.
void World::put(const std::string& topic, storage::PartitionId partition,
                storage::LogRecord record) {
  ++asks_open_;
  outside_->put({topic, partition, record},
                [this, topic, partition, record](const Result<storage::Offset>& offset) {
                  --asks_open_;
                  if (!offset) put(topic, partition, record);
                });
}

/// One of those whose nodes decide the command.
Machine* World::some_machine(const Ask& ask, Prng& prng) {
  std::vector<Machine*> up;
  for (const auto& machine : machines_) {
    const Roles roles = machine->roles();
    if (!machine->awake() || !is_decided_by(roles, ask.command.input.command)) continue;
    if (ask.of != Roles::both && roles != Roles::both && roles != ask.of) continue;
    up.push_back(machine.get());
  }
  return up.empty() ? nullptr : up[prng.below(up.size())];
}

void World::ask(const std::string& order, const std::string& id, const std::string& json,
                Roles of) {
  auto command = storage::parse_command(json);
  ensure(command.has_value(), "customers write commands that can be read");
  oracle_.commands.asked(order, id);
  oracle_.wishes.asked(order, command->input);
  tell(order, "asks " + json);
  ++asks_open_;
  try_ask(std::make_shared<Ask>(Ask{order, id, std::move(*command), of}));
}

/// One HTTP request to some node. Its client waits for a while, then asks again under the same id.
void World::try_ask(const AskPtr& ask) {
  const int attempt = ++ask->tries;
  if (Machine* machine = some_machine(*ask, doors_prng_)) {
    machine->node().submit({ask->command.order, ask->command.input, false},
                           [this, ask, attempt](const actors::Submitted& answer) {
                             timeline_.after(milliseconds{1}, [this, ask, attempt, answer] {
                               answered(ask, attempt, answer);
                             });
                           });
  }
  timeline_.after(patience, [this, ask, attempt] {
    if (!ask->answered && ask->tries == attempt) try_ask(ask);
  });
}

void World::answered(const AskPtr& ask, int attempt, const actors::Submitted& answer) {
  using Kind = actors::Submitted::Kind;
  oracle_.commands.answered(ask->order, ask->id, answer, timeline_.now());
  if (ask->answered || attempt != ask->tries) return;
  Duration wait = between(doors_prng_, milliseconds{20}, seconds{2});
  switch (answer.kind) {
    case Kind::accepted:
    case Kind::repeated:
    case Kind::refused:
    case Kind::parked:
    case Kind::quarantined:
      ask->answered = true;
      --asks_open_;
      tell(ask->order, "is answered " + ask->id + " " + answer.code + " " + answer.detail);
      return;
    case Kind::unknown_order:
      if (attempt >= tries_max) {
        ask->answered = true;
        --asks_open_;
        oracle_.commands.given_up(ask->order, ask->id);
        return;
      }
      wait += seconds{5};
      break;
    case Kind::overloaded:
    case Kind::not_leading:
    case Kind::outcome_unknown:
      break;
  }
  timeline_.after(wait, [this, ask, attempt] {
    if (!ask->answered && ask->tries == attempt) try_ask(ask);
  });
}

}  // namespace paysaga::sim
