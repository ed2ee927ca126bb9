#pragma once

#include <string>
#include <string_view>

#include "paysaga/saga/payment/draft.hpp"

namespace paysaga::payment {

// What a customer's bank takes back goes its own way beside the payment. News of it are never
// believed: the disputes of the intent are listed, and what the list shows is joined into what is
// known. Nothing moves backwards, so that any order of news ends the same.

/// True while it may still move: an inquiry too, although only an opened one holds money.
[[nodiscard]] bool is_open(const Dispute& dispute);
/// What both say, each part as far as either knows it.
[[nodiscard]] Dispute join(const Dispute& a, const Dispute& b);

/// The disputes are listed now, or as soon as the payment is captured.
void look_at_disputes(Draft& draft);
/// The same because of a webhook; true if it tells of a dispute of the present intent.
[[nodiscard]] bool hear_of_dispute(Draft& draft, const WebhookInput& news);
/// The look stays planned, also where nothing else follows from its webhook.
void keep_dispute_look(Draft& draft);

/// True if a call is pending that lists them; the id that it has, and what its answer makes of it.
[[nodiscard]] bool looks_at_disputes(const Payment& payment);
[[nodiscard]] std::string dispute_look_id(const Payment& payment);
[[nodiscard]] bool is_dispute_look(const Payment& payment, std::string_view call_id);
void hear_dispute_list(Draft& draft, const AnswerInput& input);

}  // namespace paysaga::payment
