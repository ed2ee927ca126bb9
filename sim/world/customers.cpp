#include "paysaga/sim/world/customers.hpp"

#include <array>

namespace paysaga::sim {
namespace {

constexpr std::array good_cards{"pm_card_visa", "pm_card_mastercard", "pm_card_pendingRefund",
                                "pm_card_visa", "pm_card_visa"};
constexpr std::array bad_cards{"pm_card_visa_chargeDeclinedInsufficientFunds",
                               "pm_card_visa_chargeDeclined",
                               "pm_card_chargeDeclinedExpiredCard",
                               "pm_card_visa_chargeDeclinedStolenCard",
                               "pm_card_chargeDeclinedProcessingError",
                               "pm_1NoSuchPaymentMethod"};
struct Market {
  const char* currency;
  std::int64_t least;
  std::int64_t most;
  std::int64_t step;
};
constexpr std::array markets{Market{"EUR", 890, 8'900, 10}, Market{"USD", 950, 9'900, 5},
                             Market{"JPY", 900, 9'800, 10}, Market{"KWD", 1'250, 19'750, 50}};

Duration between(Prng& prng, Duration low, Duration high) {
  return Duration{prng.between(low.count(), high.count())};
}

}  // namespace

Customers::Customers(const Plan& plan, Timeline& timeline, Dice& dice, Doors doors)
    : plan_{plan}, timeline_{timeline}, dice_{dice}, doors_{std::move(doors)} {}

std::string Customers::order_id(std::uint32_t number) {
  return "o" + std::to_string(number);
}

std::string Customers::amount(std::int64_t minor, const std::string& currency) {
  return R"("amount":{"minor":)" + std::to_string(minor) + R"(,"currency":")" + currency + R"("})";
}

void Customers::open() {
  const Duration gap = plan_.arrivals / std::max<std::uint32_t>(plan_.orders, 1);
  for (std::uint32_t i = 1; i <= plan_.orders; ++i) {
    later(gap * (i - 1), [this, i] { begin(i); });
  }
}

Customers::Order Customers::make_order(std::uint32_t number) const {
  Order order{.id = order_id(number)};
  order.prng = Prng::stream(plan_.seed, order.id);
  Prng& prng = order.prng;
  const Market& market = markets[prng.below(markets.size())];
  order.currency = market.currency;
  order.minor =
      market.least + prng.between(0, (market.most - market.least) / market.step) * market.step;
  while (order.cards.size() < 3 && prng.chance(0.25)) {
    order.cards.emplace_back(bad_cards[prng.below(bad_cards.size())]);
  }
  if (prng.chance(0.95)) order.cards.emplace_back(good_cards[prng.below(good_cards.size())]);
  const double ending = prng.unit();
  order.ending = ending < 0.55   ? Ending::fulfilled
                 : ending < 0.67 ? Ending::rejected
                 : ending < 0.80 ? Ending::delivery_failed
                 : ending < 0.93 ? Ending::cancelled
                                 : Ending::left;
  if (prng.chance(0.3)) order.refunds = static_cast<int>(prng.between(1, 3));
  order.again = prng.chance(0.5);
  order.off_session = prng.chance(0.1);
  order.returns = Prng::stream(plan_.seed, order.id + " returns");
  order.captures = Prng::stream(plan_.seed, order.id + " captures");
  order.by_hand = order.captures.chance(0.2);
  order.holds = Prng::stream(plan_.seed, order.id + " holds");
  return order;
}

void Customers::begin(std::uint32_t number) {
  Order& order = orders_.emplace(order_id(number), make_order(number)).first->second;
  initiate(order);
  if (order.prng.chance(0.3)) interfere(order);
  pay_elsewhere(order);
  while (order.holds.chance(0.15)) hold(order);
}

/// Pays the same once more: while a cancel is still under way, or when the order is long closed.
void Customers::come_back(Order& order, Duration after) {
  std::string fields = R"("customer_id":"cus_1",)" + amount(order.minor, order.currency);
  if (order.returns.chance(0.5)) fields += R"(,"payment_method":"pm_card_visa")";
  const Duration longest = order.returns.chance(0.5) ? milliseconds{300} : Duration{seconds{5}};
  after += between(order.returns, milliseconds{0}, longest);
  send(order, after, "payment.initiate", fields);
}

/// In another window, at any time of the payment's life and after it.
void Customers::pay_elsewhere(Order& order) {
  if (!dice_.strikes(Fault::paid_elsewhere)) return;
  Prng& prng = dice_.of(Fault::paid_elsewhere);
  // Most of them do not come back: that they paid shows when their time is over.
  if (prng.chance(0.7)) order.next_card = order.cards.size();
  const Duration longest =
      prng.chance(0.5) ? Duration{minutes{2}} : plan_.policy.expires_in + minutes{1};
  later(between(prng, milliseconds{500}, longest), [this, &order] { doors_.pay(order.id); });
}

/// The customer's bank takes the money back, or asks first; it decides hours later at most.
void Customers::dispute(const Order& order) {
  if (!dice_.strikes(Fault::disputed)) return;
  Prng& prng = dice_.of(Fault::disputed);
  Duration after = between(prng, milliseconds{0},
                           prng.chance(0.5) ? Duration{seconds{5}} : Duration{minutes{40}});
  const auto then = [&](const char* act) {
    later(after, [this, &order, act] { doors_.dispute(order.id, act); });
    after += between(prng, milliseconds{1},
                     prng.chance(0.5) ? Duration{milliseconds{500}} : Duration{hours{2}});
  };
  const bool inquiry = prng.chance(0.3);
  then(inquiry ? "inquire" : "dispute");
  if (inquiry && prng.chance(0.6)) then("escalate");
  then(prng.chance(0.5) ? "win" : "lose");
}

void Customers::refund_elsewhere(const Order& order) {
  if (!dice_.strikes(Fault::refunded_elsewhere)) return;
  Prng& prng = dice_.of(Fault::refunded_elsewhere);
  const std::int64_t minor =
      prng.chance(0.2) ? order.minor : std::max<std::int64_t>(order.minor / 40 * 10, 10);
  const Duration after = between(prng, milliseconds{0}, minutes{40});
  later(after, [this, &order, minor] { doors_.give_back(order.id, minor); });
}

/// What comes at a time of its own, whatever the order is doing: some of it far too early.
void Customers::interfere(Order& order) {
  Prng& prng = order.prng;
  const Duration after = between(prng, milliseconds{0},
                                 prng.chance(0.7) ? Duration{seconds{5}} : Duration{minutes{40}});
  switch (prng.below(7)) {
    case 0:
    case 1:
    case 2:
      return send(order, after, "order.cancel", R"("reason":"changed my mind")");
    case 3:
      send(order, after, "payment.cancel", R"("reason":"another way to pay")");
      if (order.returns.chance(0.5)) come_back(order, after);
      return;
    case 4:
      return send(order, after, "refund.request",
                  R"("reason":"cold",)" + amount(order.minor / 10 * 10, order.currency));
    case 5:
      return send(order, after, "order.rejected", R"("reason":"kitchen closed")");
    default:
      return send(order, after, "payment.initiate",
                  R"("customer_id":"cus_2",)" + amount(order.minor * 10, order.currency));
  }
}

void Customers::initiate(Order& order) {
  std::string fields = R"("customer_id":"cus_1",)" + amount(order.minor, order.currency);
  if (order.off_session) fields += R"(,"off_session":true)";
  if (order.by_hand) fields += R"(,"capture":"manual")";
  const bool with_card = order.next_card < order.cards.size() && order.prng.chance(0.7);
  if (with_card) fields += R"(,"payment_method":")" + order.cards[order.next_card++] + '"';
  send(order, Duration{0}, "payment.initiate", fields);
  if (!with_card) confirm(order);
}

void Customers::confirm(Order& order) {
  if (order.next_card >= order.cards.size()) return;
  const std::string card = order.cards[order.next_card++];
  send(order, between(order.prng, milliseconds{100}, minutes{2}), "payment.confirm",
       R"("payment_method":")" + card + '"');
}

/// All of it, or a part after a try for too much; now and then twice at once.
void Customers::capture(Order& order) {
  Prng& prng = order.captures;
  const Duration after = between(prng, milliseconds{1}, minutes{20});
  const std::int64_t part = std::max<std::int64_t>(order.minor / 50 * 40, 50);
  const bool in_part = prng.chance(0.4);
  if (in_part && prng.chance(0.2)) {
    send(order, after, "payment.capture", amount(order.minor * 10, order.currency));
  }
  for (int times = prng.chance(0.1) ? 2 : 1; times > 0; --times) {
    send(order, after, "payment.capture", in_part ? amount(part, order.currency) : "");
  }
}

/// An operator holds the order, whatever it is doing.
void Customers::hold(Order& order) {
  Prng& prng = order.holds;
  const Duration longest = prng.chance(0.6) ? Duration{seconds{5}} : Duration{minutes{50}};
  const Roles of = prng.chance(0.5) ? Roles::payments : Roles::orders;
  operate(order, between(prng, milliseconds{0}, longest), "order.hold", of);
}

/// And resumes it, as he does whatever is held by a policy.
void Customers::resume(Order& order, Roles of) {
  Prng& prng = order.holds;
  const Duration longest = prng.chance(0.6) ? Duration{seconds{20}} : Duration{hours{3}};
  operate(order, between(prng, milliseconds{1}, longest), "order.resume", of);
}

/// Over HTTP alone.
void Customers::operate(Order& order, Duration after, const std::string& command, Roles of) {
  const std::string id = order.id + "-c" + std::to_string(++order.commands);
  const std::string json = R"({"command":")" + command + R"(","command_id":")" + id +
                           R"(","order_id":")" + order.id + R"(","reason":"the bank asks"})";
  later(after, [this, &order, id, json, of] { doors_.operate(order.id, id, json, of); });
}

void Customers::refund(Order& order) {
  const std::int64_t part = std::max<std::int64_t>(order.minor / 50 * 10, 50);
  std::string fields = R"("reason":"an item was missing")";
  if (order.prng.chance(0.8)) {
    fields += ',' + amount(order.prng.chance(0.1) ? order.minor * 10 : part, order.currency);
  }
  send(order, between(order.prng, milliseconds{1}, minutes{20}), "refund.request", fields);
}

void Customers::end(Order& order) {
  const Duration after = between(order.prng, milliseconds{10}, minutes{30});
  switch (order.ending) {
    case Ending::fulfilled:
      return send(order, after, "order.fulfilled", "");
    case Ending::rejected:
      return send(order, after, "order.rejected", R"("reason":"an ingredient is missing")");
    case Ending::delivery_failed:
      return send(order, after, "order.delivery_failed", R"("reason":"nobody at the door")");
    case Ending::cancelled:
      return send(order, after, "order.cancel", R"("reason":"it takes too long")");
    case Ending::left:
      return;
  }
}

void Customers::told(const Event& event) {
  if (!heard_.insert(event.id.text()).second) return;
  const auto found = orders_.find(event.order.text());
  if (found == orders_.end()) return;
  Order& order = found->second;
  if (event.type == EventType::held) resume(order, Roles::payments);
  if (event.type == EventType::order_held) resume(order, Roles::orders);
  if (event.type == EventType::payment_failed && !event.final) confirm(order);
  if (event.type == EventType::order_created) {
    end(order);
    if (order.by_hand) capture(order);
    dispute(order);
    refund_elsewhere(order);
  }
  if (event.type == EventType::payment_cancelled && !event.final && order.again) {
    order.again = false;
    initiate(order);
  }
  const bool closed =
      event.type == EventType::order_cancelled || event.type == EventType::order_expired;
  if (closed && order.returns.chance(0.2)) come_back(order, Duration{0});
  const bool refunded = event.type == EventType::order_created && order.prng.chance(0.15);
  if (event.type == EventType::order_fulfilled || refunded) {
    for (; order.refunds > 0; --order.refunds) refund(order);
  }
}

void Customers::later(Duration after, std::function<void()> what) {
  ++to_send_;
  timeline_.after(after, [this, what = std::move(what)] {
    --to_send_;
    what();
  });
}

/// Sends a command once, or several times, over one door or the other.
void Customers::send(Order& order, Duration after, const std::string& command,
                     const std::string& fields) {
  const std::string id = order.id + "-c" + std::to_string(++order.commands);
  std::string json = R"({"command":")" + command + R"(","command_id":")" + id +
                     R"(","order_id":")" + order.id + '"';
  json += (fields.empty() ? "" : "," + fields) + "}";
  if (dice_.strikes(Fault::input_late)) {
    after += between(dice_.of(Fault::input_late), milliseconds{10}, minutes{8});
  }
  const bool by_topic = order.prng.chance(0.4);
  later(after, [this, &order, by_topic, id, json] { deliver(order, by_topic, id, json); });
  if (dice_.strikes(Fault::input_twice)) {
    Prng& prng = dice_.of(Fault::input_twice);
    const Duration wait = between(prng, milliseconds{0},
                                  prng.chance(0.5) ? Duration{seconds{2}} : Duration{hours{1}});
    later(after + wait, [this, &order, by_topic = prng.chance(0.5), id, json] {
      deliver(order, by_topic, id, json);
    });
  }
  if (!dice_.strikes(Fault::input_malformed)) return;
  Prng& prng = dice_.of(Fault::input_malformed);
  std::string broken = json.substr(0, prng.below(json.size()));
  if (prng.chance(0.3)) broken = "\xff\xfe" + broken;
  const std::uint64_t where = prng.next();
  later(after, [this, broken, where] { doors_.litter(broken, where); });
}

void Customers::deliver(const Order& order, bool by_topic, const std::string& id,
                        const std::string& json) {
  (by_topic ? doors_.put : doors_.ask)(order.id, id, json);
}

}  // namespace paysaga::sim
