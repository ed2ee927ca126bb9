#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "paysaga/saga/call.hpp"
#include "paysaga/saga/time.hpp"

namespace paysaga::engine::stripe {

/// What is listed beside all orders.
enum class Listed {
  events,              // Of the types that are handled.
  undelivered_events,  // Those of them that some endpoint has not taken yet.
  intents,             // With their newest charges.
  refunds,
};

/// The objects created from `from` on and before `to`; without `to`, all since.
struct ListSpan {
  Time from;
  std::optional<Time> to;
};

/// Asks for one object as those of `list_page` are.
[[nodiscard]] Call read_object(Listed what, std::string_view id);
/// Asks for the newest event of any type: it tells how late it is at Stripe.
[[nodiscard]] Call newest_event();

inline constexpr int list_page_max = 100;  // The most that Stripe takes.

/// Asks for one page, newest first: behind the object `after`, if that is not empty. The answer is
/// an answer::Page.
[[nodiscard]] Call list_page(Listed what, const ListSpan& span, std::string_view after,
                             int page_size = list_page_max);

/// The "id" of an object as it came; empty if it has none.
[[nodiscard]] std::string id_of_object(std::string_view json);
/// When it was created, to the second; none if it does not say.
[[nodiscard]] std::optional<Time> created_of_object(std::string_view json);

}  // namespace paysaga::engine::stripe
