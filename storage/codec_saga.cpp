#include "paysaga/storage/codec_saga.hpp"

#include <xxhash.h>

#include "paysaga/storage/codec_blank.hpp"
#include "paysaga/storage/codec_shape.hpp"
#include "paysaga/storage/envelope.hpp"
#include "paysaga/storage/json_reader.hpp"

namespace paysaga::storage {
namespace {

template <class T>
concept Enum = std::is_enum_v<T>;
template <class T>
concept Count = std::integral<T> && !std::same_as<T, bool>;

/// Writes the fields of one object; what is empty, zero or false is left out.
class FieldWriter {
 public:
  explicit FieldWriter(JsonWriter& json) : json_{json} {}

  template <class T>
  void operator()(std::string_view name, const T& member) {
    if (is_empty(member)) return;
    json_.key(name);
    value(member);
  }

  /// A field that is only read.
  void former(std::string_view) {}

  void value(bool v) { json_.boolean(v); }
  void value(const std::string& v) { json_.text(v); }
  void value(Time v) { json_.integer(micros_of(v)); }
  void value(Duration v) { json_.integer(v.count()); }
  void value(const Money& v) { json_.money(v); }
  void value(Currency v) { json_.text(v.text()); }
  template <Count T>
  void value(T v) {
    if constexpr (std::unsigned_integral<T>) {
      json_.natural(v);
    } else {
      json_.integer(v);
    }
  }
  template <Enum E>
  void value(E v) {
    ensure(v <= shape::Last<E>::value, "every value of an enumeration has a text in the codec");
    json_.text(to_text(v));
  }
  template <class Kind, std::size_t n, IdAlphabet a>
  void value(const Id<Kind, n, a>& v) {
    json_.text(v.text());
  }
  template <class T>
  void value(const std::optional<T>& v) {
    value(*v);
  }
  template <class T>
  void value(const std::vector<T>& v) {
    json_.open_array();
    for (const T& item : v) value(item);
    json_.close_array();
  }
  void value(const Metadata& v) {
    json_.open_object();
    for (const auto& [key, text] : v) json_.any_key(key).text(text);
    json_.close_object();
  }
  void value(const Command& v) {
    json_.open_object();
    json_.key("name").text(paysaga::to_text(v));
    std::visit([&](const auto& command) { shape::walk(*this, command); }, v);
    json_.close_object();
  }
  template <class T>
  requires std::is_class_v<T>
  void value(const T& v) {
    json_.open_object();
    shape::walk(*this, v);
    json_.close_object();
  }

 private:
  template <class T>
  static bool is_empty(const T& v) {
    if constexpr (Count<T> || std::same_as<T, bool>) {
      return v == T{};
    } else if constexpr (std::same_as<T, Time> || std::same_as<T, MoneyTotals>) {
      return v == T{};
    } else if constexpr (requires { v.has_value(); }) {
      return !v.has_value();
    } else if constexpr (requires { v.empty(); }) {
      return v.empty();
    } else {
      return false;
    }
  }
  JsonWriter& json_;
};

/// What is noticed while a text is read.
struct Problem {
  std::string what;         // The first fault; all later ones follow from it.
  bool former_set = false;  // A field that is written no more was there, and true.
  void say(std::string_view field, std::string_view fault) {
    if (!what.empty()) return;
    what = "field '" + std::string{field.substr(0, 64)} + "' " + std::string{fault};
  }
};

/// Reads the fields of one object in the order in which they were written. A missing one is empty.
class FieldReader {
 public:
  FieldReader(JsonValue object, Problem& problem) : cursor_{object}, problem_{problem} {
    if (object.type() != JsonType::object) problem_.say("", "is no object");
  }

  template <class T>
  void operator()(std::string_view name, T& member) {
    name_ = name;
    if (cursor_.done() || cursor_.key() != name) {
      absent(member);
      return;
    }
    read(cursor_.value(), member);
    cursor_.next();
  }
  void former(std::string_view name) {
    bool set = false;
    (*this)(name, set);
    problem_.former_set = problem_.former_set || set;
  }
  /// Whatever is left is unknown or at the wrong place.
  void finish() {
    if (!cursor_.done()) problem_.say(cursor_.key(), "is not known here");
  }

 private:
  template <class T>
  void absent(T& member) {
    if constexpr (std::is_default_constructible_v<T> && !Enum<T> && !std::same_as<T, Command>) {
      member = T{};
    } else {
      problem_.say(name_, "is missing");
    }
  }

  template <class From, class T>
  void take(const std::optional<From>& from, T& member) {
    if (from && std::in_range<T>(*from)) {
      member = static_cast<T>(*from);
    } else {
      problem_.say(name_, "is no integer of its range");
    }
  }
  void read(JsonValue v, bool& member) {
    const auto value = v.boolean();
    if (!value) problem_.say(name_, "is neither true nor false");
    member = value.value_or(false);
  }
  template <Count T>
  void read(JsonValue v, T& member) {
    if constexpr (std::unsigned_integral<T>) {
      take(v.natural(), member);
    } else {
      take(v.integer(), member);
    }
  }
  void read(JsonValue v, std::string& member) {
    const auto value = v.text();
    if (!value) problem_.say(name_, "is no text");
    member = value.value_or(std::string_view{});
  }
  void read(JsonValue v, Time& member) {
    std::int64_t micros = 0;
    read(v, micros);
    member = time_from_micros(micros);
  }
  void read(JsonValue v, Duration& member) {
    std::int64_t micros = 0;
    read(v, micros);
    member = Duration{micros};
  }
  /// For the types that are made by parsing a text.
  template <class T>
  requires requires(std::string_view text) { T::parse(text); }
  void read(JsonValue v, T& member) {
    auto parsed = T::parse(v.text().value_or(std::string_view{}));
    if (parsed) {
      member = std::move(*parsed);
    } else {
      problem_.say(name_, "is malformed");
    }
  }
  template <Enum E>
  void read(JsonValue v, E& member) {
    const auto value = shape::parse_enum<E>(v.text().value_or(std::string_view{}));
    if (value) {
      member = *value;
    } else {
      problem_.say(name_, "has a text that is not known");
    }
  }
  void read(JsonValue v, Money& member) {
    FieldReader fields{v, problem_};
    fields("minor", member.minor);
    fields("currency", member.currency);
    fields.finish();
  }
  template <class T>
  void read(JsonValue v, std::optional<T>& member) {
    member.emplace(shape::Blank<T>::make());
    read(v, *member);
  }
  template <class T>
  void read(JsonValue v, std::vector<T>& member) {
    if (v.type() != JsonType::array) problem_.say(name_, "is no array");
    member.clear();
    for (JsonCursor cursor{v}; !cursor.done(); cursor.next()) {
      member.push_back(shape::Blank<T>::make());
      read(cursor.value(), member.back());
    }
  }
  void read(JsonValue v, Metadata& member) {
    if (v.type() != JsonType::object) problem_.say(name_, "is no object");
    member.clear();
    for (JsonCursor cursor{v}; !cursor.done(); cursor.next()) {
      member.emplace_back(cursor.key(), std::string{});
      read(cursor.value(), member.back().second);
    }
  }
  void read(JsonValue v, Command& member) {
    FieldReader fields{v, problem_};
    std::string name;
    fields("name", name);
    if (!fields.read_named<0>(name, member)) problem_.say("command", "has an unknown name");
    fields.finish();
  }
  /// Tries the commands from number `i` on; their names are those of `to_text`.
  template <std::size_t i>
  bool read_named(std::string_view name, Command& member) {
    if constexpr (i < std::variant_size_v<Command>) {
      using T = std::variant_alternative_t<i, Command>;
      Command candidate{shape::Blank<T>::make()};
      if (paysaga::to_text(candidate) != name) return read_named<i + 1>(name, member);
      shape::walk(*this, std::get<i>(candidate));
      member = std::move(candidate);
      return true;
    } else {
      return false;
    }
  }
  template <class T>
  requires requires(FieldReader& f, T& t) { shape::walk(f, t); }
  void read(JsonValue v, T& member) {
    FieldReader fields{v, problem_};
    shape::walk(fields, member);
    fields.finish();
  }

  JsonCursor cursor_;
  Problem& problem_;
  std::string_view name_;
};

/// Before holds had reasons there was one kind of them, by the policy for late successes.
void hold_as_before(Saga& saga) {
  saga.hold = Hold{.reason = "It was paid after its end; a person decides.",
                   .ticket = {},
                   .since = saga.updated_at};
  saga.order.asks_waiting = true;
}

}  // namespace

std::string encode_saga(const Saga& saga) {
  std::string bytes = open_envelope(state_version);
  JsonWriter json{bytes};
  json.open_object();
  json.key("v").integer(state_version);
  FieldWriter fields{json};
  shape::walk(fields, saga);
  json.close_object();
  close_envelope(bytes);
  return bytes;
}

Result<std::string_view> state_json(std::string_view bytes) {
  return read_envelope(bytes, state_version, "the state of an order");
}

Result<Saga> decode_saga(std::string_view bytes) {
  const auto text = state_json(bytes);
  if (!text) return tl::unexpected<Error>{text.error()};
  const auto document = JsonDocument::parse(*text);
  if (!document) {
    return fail(ErrorCode::corrupt, "the state of an order: " + document.error().detail);
  }
  Problem problem;
  FieldReader fields{document->root(), problem};
  Saga saga = shape::Blank<Saga>::make();
  int version = 0;
  fields("v", version);
  shape::walk(fields, saga);
  fields.finish();
  if (problem.former_set) hold_as_before(saga);
  if (version != state_version) problem.say("v", "does not fit the record's version");
  if (!problem.what.empty()) {
    return fail(ErrorCode::corrupt, "the state of an order: " + problem.what);
  }
  return saga;
}

void write_stored_command(JsonWriter& json, const Command& command) {
  FieldWriter{json}.value(command);
}

}  // namespace paysaga::storage
