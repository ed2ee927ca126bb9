#pragma once

#include "apps/cli.hpp"

namespace paysaga::apps {

/// `stripe webhook check`.
void add_stripe_webhook(CLI::App& stripe, Work& work);

}  // namespace paysaga::apps
