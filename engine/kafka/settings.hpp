#pragma once

#include "paysaga/config/settings.hpp"
#include "paysaga/engine/kafka/client.hpp"
#include "paysaga/engine/kafka/topic_desk.hpp"

namespace paysaga::engine::kafka {

/// The log that a node's settings name, with all topics of people.
[[nodiscard]] KafkaOptions kafka_options(const config::Settings& settings);
/// The desk of that log's topics. What keeps it out is in the error, not in the program's log.
/// Errors: those of TopicDesk::open.
[[nodiscard]] Result<std::unique_ptr<TopicDesk>> open_desk(const config::Settings& settings);

}  // namespace paysaga::engine::kafka
