#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paysaga/saga/result.hpp"
#include "paysaga/sim/stripe/intent.hpp"

namespace paysaga::sim::stripe {

/// A search query over intents: `status:'succeeded' AND metadata['order_id']:'o1'`.
///
/// Shape:   clauses joined by AND or by OR, never by both; `-` negates one. Fields: amount,
/// created,
///          currency, customer, metadata['key'], status. Operators: `:` is, `~` contains (three
///          letters at least), `> >= < <=` for numbers; `metadata['key']:null` is absence.
/// Source:  docs.stripe.com/search.
class Query {
 public:
  /// Errors: malformed, with a sentence.
  [[nodiscard]] static Result<Query> parse(std::string_view text);
  [[nodiscard]] bool matches(const Intent& intent, const IntentState& state) const;

 private:
  enum class Field : std::uint8_t { amount, created, currency, customer, metadata, status };
  enum class Operator : std::uint8_t { is, contains, greater, greater_or_is, less, less_or_is };
  struct Clause {
    bool negated = false;
    Field field = Field::status;
    std::string key;  // Of metadata.
    Operator compares = Operator::is;
    std::string text;
    std::int64_t number = 0;
    bool null = false;
  };
  class Reader;
  [[nodiscard]] static bool matches(const Clause& clause, const Intent& intent,
                                    const IntentState& state);

  std::vector<Clause> clauses_;
  bool any_ = false;  // OR.
};

}  // namespace paysaga::sim::stripe
