#pragma once

#include "apps/cli.hpp"

namespace paysaga::apps {

/// `paysaga stripe permissions`.
void add_stripe_permissions(CLI::App& stripe, const Common& common, Work& work);

}  // namespace paysaga::apps
