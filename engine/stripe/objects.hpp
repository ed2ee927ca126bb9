#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "paysaga/saga/call.hpp"
#include "paysaga/saga/operation.hpp"
#include "paysaga/saga/result.hpp"

namespace paysaga::engine::stripe {

/// Stripe's error object. Texts are redacted and cut.
struct ErrorObject {
  std::string type;  // card_error, invalid_request_error, idempotency_error, api_error.
  std::string code;
  std::string param;
  std::string message;
  Decline decline;
  std::optional<IntentObject> intent;
};

/// One page of a list. Objects of others that we cannot read are left out and only counted.
struct ListPage {
  std::vector<IntentObject> intents;
  std::vector<RefundObject> refunds;
  std::vector<DisputeObject> disputes;
  std::size_t foreign_unreadable = 0;
  bool has_more = false;
  std::string last_id;  // The cursor for the next page; empty if the page is.
};

struct Unreadable {
  std::string why;
};

using Body = std::variant<Unreadable, IntentObject, RefundObject, ListPage, ErrorObject>;

/// The modes that the objects of an answer tell of: the answer itself, the items of a list, what is
/// expanded, the intent of an error. Refunds tell none. What ought to tell it and does not is of
/// test mode, so that nothing of unknown mode is believed where money is real.
struct Modes {
  bool live = false;
  bool test = false;
  friend bool operator==(const Modes&, const Modes&) = default;
};

struct Reading {
  Body body;
  Modes modes;
};

/// Reads an answer of Stripe. Lenient: unknown fields are skipped, unknown statuses are `other`. An
/// object without id, amount or currency is unreadable, never guessed.
///
/// Threads:  any; each keeps a parser of its own.
[[nodiscard]] Reading read_body(std::string_view json);

/// The objects of a list, or the one object that it is, each as it came.
/// Errors: malformed: no JSON object; a list without data, or that has more and no id to go on by.
[[nodiscard]] Result<answer::Page> read_page(std::string_view json);

}  // namespace paysaga::engine::stripe
