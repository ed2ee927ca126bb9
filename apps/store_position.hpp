#pragma once

#include "apps/cli.hpp"

namespace paysaga::apps {

/// `store position show|set`: how far publisher and snapshotter have come in each journal on Kafka,
/// and committing a publisher's position that Kafka has forgotten.
void add_position(CLI::App& noun, Common& common, Work& work);

}  // namespace paysaga::apps
