#pragma once

#include "apps/cli.hpp"

namespace paysaga::apps {

/// `order next-action`.
void add_next_action(CLI::App& noun, const Common& common, Work& work);

}  // namespace paysaga::apps
