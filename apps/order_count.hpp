#pragma once

#include "apps/cli.hpp"

namespace paysaga::apps {

/// `order count`.
void add_order_count(CLI::App& noun, const Common& common, Work& work);

}  // namespace paysaga::apps
