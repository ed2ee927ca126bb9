#pragma once

#include "apps/cli.hpp"

namespace paysaga::apps {

/// `stripe limits`.
void add_stripe_limits(CLI::App& stripe, const Common& common, Work& work);

}  // namespace paysaga::apps
