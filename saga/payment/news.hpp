#pragma once

#include "paysaga/saga/payment/draft.hpp"
#include "paysaga/saga/payment/operations.hpp"

namespace paysaga::payment {

// What a webhook leads to. It may be late, repeated or overtaken, so it moves nothing by itself: it
// makes the payment look at the provider's object sooner than it would have.

/// Looks at the intent now. A look that is under way may be older than the news: its answer counts
/// no more.
void look_now(Draft& draft, const WebhookInput& news);

/// An operation is under way: if its outcome is unknown, its next step comes now. Whose answer can
/// still come is left alone; a confirm gets a look beside it, after a while.
void seek_now(Draft& draft, const WebhookInput& news);

/// Captured money: the refunds of the intent are listed now.
void list_refunds_now(Draft& draft, const WebhookInput& news);

/// Hears a look at an intent that waits for its customer (ready, declined).
void hear_waiting(Draft& draft, const AnswerInput& answer);

}  // namespace paysaga::payment
