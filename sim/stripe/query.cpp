#include "paysaga/sim/stripe/query.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace paysaga::sim::stripe {
namespace {

constexpr std::size_t clauses_max = 10;
constexpr std::size_t part_characters_min = 3;

std::string lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

/// Takes a query apart from its front.
class Query::Reader {
 public:
  explicit Reader(std::string_view text) : left_{text} { skip_blanks(); }

  [[nodiscard]] bool done() const { return left_.empty(); }
  bool take(std::string_view word) {
    if (!left_.starts_with(word)) return false;
    left_.remove_prefix(word.size());
    skip_blanks();
    return true;
  }
  Result<Clause> clause() {
    Clause clause;
    clause.negated = take("-");
    if (auto named = field(clause); !named) return tl::unexpected{named.error()};
    if (auto compared = comparison(clause); !compared) return tl::unexpected{compared.error()};
    if (auto given = value(clause); !given) return tl::unexpected{given.error()};
    return clause;
  }

 private:
  void skip_blanks() { left_.remove_prefix(std::min(left_.find_first_not_of(' '), left_.size())); }
  Result<void> field(Clause& clause) {
    constexpr std::array<std::string_view, 6> names{"amount",   "created",  "currency",
                                                    "customer", "metadata", "status"};
    const auto* const found = std::find_if(
        names.begin(), names.end(), [&](std::string_view name) { return left_.starts_with(name); });
    if (found == names.end()) {
      return fail(ErrorCode::malformed, "no field of payment intents that is searched: '" +
                                            std::string{left_.substr(0, 30)} + "'");
    }
    take(*found);
    clause.field = static_cast<Field>(found - names.begin());
    if (clause.field != Field::metadata) return {};
    if (!take("[")) return fail(ErrorCode::malformed, "metadata is written metadata['key']");
    Result<std::string> key = quoted();
    if (!key) return tl::unexpected{key.error()};
    clause.key = std::move(*key);
    if (!take("]")) return fail(ErrorCode::malformed, "metadata is written metadata['key']");
    return {};
  }
  Result<void> comparison(Clause& clause) {
    constexpr std::array<std::pair<std::string_view, Operator>, 6> operators{
        {{":", Operator::is},
         {"~", Operator::contains},
         {">=", Operator::greater_or_is},
         {"<=", Operator::less_or_is},
         {">", Operator::greater},
         {"<", Operator::less}}};
    for (const auto& [word, compares] : operators) {
      if (!take(word)) continue;
      clause.compares = compares;
      const bool number = clause.field == Field::amount || clause.field == Field::created;
      const bool text = compares == Operator::contains;
      if (number ? text : !text && compares != Operator::is) break;
      return {};
    }
    return fail(ErrorCode::malformed, "this field does not take that operator");
  }
  Result<void> value(Clause& clause) {
    if (clause.field == Field::amount || clause.field == Field::created) {
      const auto [end, error] =
          std::from_chars(left_.data(), left_.data() + left_.size(), clause.number);
      if (error != std::errc{}) return fail(ErrorCode::malformed, "a number is needed");
      left_.remove_prefix(static_cast<std::size_t>(end - left_.data()));
      skip_blanks();
      return {};
    }
    if (clause.field == Field::metadata && take("null")) {
      clause.null = true;
      return {};
    }
    Result<std::string> text = quoted();
    if (!text) return tl::unexpected{text.error()};
    clause.text = lower_case(std::move(*text));
    if (clause.compares == Operator::contains && clause.text.size() < part_characters_min) {
      return fail(ErrorCode::malformed, "~ needs three letters at least");
    }
    return {};
  }
  /// A text in single or double quotes; a backslash takes the next letter as it is.
  Result<std::string> quoted() {
    const char quote = left_.empty() ? ' ' : left_.front();
    if (quote != '\'' && quote != '"') return fail(ErrorCode::malformed, "a quoted text is needed");
    std::string text;
    for (std::size_t i = 1; i < left_.size(); ++i) {
      if (left_[i] == quote) {
        left_.remove_prefix(i + 1);
        skip_blanks();
        return text;
      }
      if (left_[i] == '\\' && i + 1 < left_.size()) ++i;
      text += left_[i];
    }
    return fail(ErrorCode::malformed, "a quoted text does not end");
  }

  std::string_view left_;
};

Result<Query> Query::parse(std::string_view text) {
  Reader reader{text};
  Query query;
  if (reader.done()) return fail(ErrorCode::malformed, "the query is empty");
  bool all = false;
  for (;;) {
    Result<Clause> clause = reader.clause();
    if (!clause) return tl::unexpected{clause.error()};
    query.clauses_.push_back(std::move(*clause));
    if (reader.done()) break;
    const bool ors = reader.take("OR ");
    query.any_ |= ors;
    // Without a word between them clauses are joined by AND.
    if (!ors) {
      reader.take("AND ");
      all = true;
    }
    if (query.clauses_.size() == clauses_max) {
      return fail(ErrorCode::malformed, "a query has at most 10 clauses");
    }
  }
  if (query.any_ && all) {
    return fail(ErrorCode::malformed, "a query is joined by AND or by OR, not by both");
  }
  return query;
}

bool Query::matches(const Intent& intent, const IntentState& state) const {
  const auto one = [&](const Clause& clause) {
    return matches(clause, intent, state) != clause.negated;
  };
  return any_ ? std::any_of(clauses_.begin(), clauses_.end(), one)
              : std::all_of(clauses_.begin(), clauses_.end(), one);
}

bool Query::matches(const Clause& clause, const Intent& intent, const IntentState& state) {
  std::string text;
  switch (clause.field) {
    case Field::amount:
    case Field::created: {
      const std::int64_t value = clause.field == Field::amount
                                     ? state.amount.minor
                                     : micros_of(intent.created) / 1'000'000;
      switch (clause.compares) {
        case Operator::greater:
          return value > clause.number;
        case Operator::greater_or_is:
          return value >= clause.number;
        case Operator::less:
          return value < clause.number;
        case Operator::less_or_is:
          return value <= clause.number;
        case Operator::is:
        case Operator::contains:
          return value == clause.number;
      }
      return false;
    }
    case Field::currency:
      text = state.amount.currency.text();
      break;
    case Field::customer:
      text = state.words->customer;
      break;
    case Field::metadata:
      text = find(state.words->metadata, clause.key);
      if (clause.null) return text.empty();
      break;
    case Field::status:
      text = to_text(state.status);
      break;
  }
  text = lower_case(std::move(text));
  return clause.compares == Operator::contains ? text.find(clause.text) != std::string::npos
                                               : text == clause.text;
}

}  // namespace paysaga::sim::stripe
