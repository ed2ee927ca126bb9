#pragma once

#include "paysaga/config/settings.hpp"
#include "paysaga/engine/kafka/client.hpp"

namespace paysaga::engine::kafka {

/// The log that a node's settings name, with all topics of people.
[[nodiscard]] KafkaOptions kafka_options(const config::Settings& settings);

}  // namespace paysaga::engine::kafka
