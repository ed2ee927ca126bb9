#include "storage/codec_random.hpp"

#include <array>

#include "paysaga/storage/codec_blank.hpp"
#include "paysaga/storage/codec_shape.hpp"

namespace paysaga::storage {
namespace {

Currency any_currency(CodecRandom& random) {
  const auto rules = currency_rules();
  return *Currency::parse(rules[random.number(rules.size())].letters);
}

/// Draws every field that the codec's shapes name.
class FieldDraw {
 public:
  explicit FieldDraw(CodecRandom& random) : random_{random} {}
  void former(std::string_view) {}

  template <class T>
  void operator()(std::string_view, T& member) {
    draw(member);
  }

  void draw(bool& v) { v = random_.coin(); }
  void draw(std::string& v) { v = random_.text(); }
  void draw(Time& v) { v = time_from_micros(static_cast<std::int64_t>(random_.any() >> 12)); }
  void draw(Duration& v) { v = Duration{static_cast<std::int64_t>(random_.any() >> 20)}; }
  void draw(Currency& v) { v = any_currency(random_); }
  void draw(Money& v) {
    v = Money{static_cast<std::int64_t>(random_.any() >> 24), any_currency(random_)};
  }
  template <std::integral T>
  void draw(T& v) {
    // Small, zero and extreme values alike.
    v = random_.coin() ? static_cast<T>(random_.number(5)) : static_cast<T>(random_.any());
  }
  template <class E>
  requires std::is_enum_v<E>
  void draw(E& v) {
    v = static_cast<E>(random_.number(static_cast<std::uint64_t>(shape::Last<E>::value) + 1));
  }
  template <class Kind, std::size_t n, IdAlphabet a>
  void draw(Id<Kind, n, a>& v) {
    v = Id<Kind, n, a>::of(random_.id(n));
  }
  template <class T>
  void draw(std::optional<T>& v) {
    if (random_.coin()) return;
    v = shape::Blank<T>::make();
    draw(*v);
  }
  template <class T>
  void draw(std::vector<T>& v) {
    for (std::uint64_t left = random_.number(4); left > 0; --left) {
      v.push_back(shape::Blank<T>::make());
      draw(v.back());
    }
  }
  void draw(Metadata& v) {
    for (std::uint64_t left = random_.number(4); left > 0; --left) {
      v.emplace_back(random_.text(), random_.text());
    }
  }
  void draw(Command& v) { v = random_.command(); }
  template <class T>
  requires requires(FieldDraw& f, T& t) { shape::walk(f, t); }
  void draw(T& v) { shape::walk(*this, v); }

 private:
  CodecRandom& random_;
};

template <std::size_t i = 0>
Command draw_command(CodecRandom& random, std::uint64_t which) {
  if constexpr (i < std::variant_size_v<Command>) {
    if (which != i) return draw_command<i + 1>(random, which);
    auto made = shape::Blank<std::variant_alternative_t<i, Command>>::make();
    FieldDraw draw{random};
    draw.draw(made);
    return made;
  } else {
    return command::OrderFulfilled{};
  }
}

}  // namespace

std::string CodecRandom::text() {
  static constexpr std::array pieces = {"",       "a",        "order 7", "\"",     "\\",
                                        "\n\t\r", "\x01\x1f", "\u00fc",  "\u20ac", "\U0001F355",
                                        "/",      "{}",       "null"};
  std::string out;
  for (std::uint64_t left = number(5); left > 0; --left) out += pieces[number(pieces.size())];
  if (number(8) == 0) out += '\0';
  return out;
}

std::string CodecRandom::id(std::size_t size_max) {
  static constexpr std::string_view letters = "abcXYZ019_.-";
  std::string out;
  const std::uint64_t size = 1 + number(coin() ? 12 : size_max);
  while (out.size() < size && out.size() < size_max) out += letters[number(letters.size())];
  return out;
}

Command CodecRandom::command() {
  return draw_command(*this, number(std::variant_size_v<Command>));
}

Saga CodecRandom::saga() {
  Saga made = shape::Blank<Saga>::make();
  FieldDraw{*this}.draw(made);
  return made;
}

Event CodecRandom::event(const OrderId& order, Machine machine, std::uint64_t sequence) {
  const auto first = static_cast<std::uint64_t>(EventType::payment_refund_initiated);
  const auto last = static_cast<std::uint64_t>(EventType::order_resumed);
  const std::uint64_t type =
      machine == Machine::payment ? number(first) : first + number(last - first + 1);
  FieldDraw draw{*this};
  Event event{.id = EventId::of(id(64)),
              .type = static_cast<EventType>(type),
              .machine = machine,
              .sequence = sequence,
              .occurred_at = {},
              .correlation_id = text(),
              .causation_id = text(),
              .order = order,
              .customer = {},
              .amount = {},
              .money = {},
              .status = machine == Machine::payment ? "captured" : "refund_pending",
              .intent = {},
              .refund = {},
              .reason = {},
              .decline_class = text(),
              .final = coin(),
              .cancel_requested = coin(),
              .expires_at = {},
              .command = {},
              .livemode = coin()};
  event.occurred_at = time_from_micros(static_cast<std::int64_t>(number(4'000'000'000'000'000)));
  draw.draw(event.customer);
  draw.draw(event.amount);
  draw.draw(event.money);
  draw.draw(event.attempt);
  draw.draw(event.intent);
  draw.draw(event.command);
  if (coin()) event.expires_at = event.occurred_at + seconds{number(1'000)};
  if (coin()) event.reason = Reason{text(), text()};
  if (coin()) {
    event.refund = RefundPart{RefundId::of(id(20)), std::nullopt, coin()};
    draw.draw(event.refund->amount_minor);
  }
  return event;
}

}  // namespace paysaga::storage
