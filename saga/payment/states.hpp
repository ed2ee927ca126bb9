#pragma once

#include "paysaga/saga/payment/draft.hpp"

namespace paysaga::payment {

// One function a status: each names every input, so that a new kind of input does not compile
// before each status has an answer to it.

void from_creating(Draft& draft, const Input& input);
void from_ready(Draft& draft, const Input& input);
void from_confirming(Draft& draft, const Input& input);
void from_action_required(Draft& draft, const Input& input);
void from_processing(Draft& draft, const Input& input);
void from_declined(Draft& draft, const Input& input);
void from_authorized(Draft& draft, const Input& input);
void from_capturing(Draft& draft, const Input& input);
void from_captured(Draft& draft, const Input& input);
void from_cancelling(Draft& draft, const Input& input);
void from_cancelled(Draft& draft, const Input& input);

}  // namespace paysaga::payment
