#pragma once

#include "apps/json_view.hpp"

namespace paysaga::apps {

/// An order on a screen: what it is, its money, its payment, refunds and what it waits for.
void show_order(const Json& order);
/// One sentence: what an order waits for, since when, when it moves next.
[[nodiscard]] std::string why_sentence(const Json& order);
/// A decision of a timeline with what it published.
void show_decision(const Json& decision);

}  // namespace paysaga::apps
