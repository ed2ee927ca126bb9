#pragma once

#include "paysaga/config/settings.hpp"

namespace paysaga::bench {

/// Deletes the topics that begin with the prefix of these settings, in a process of its own. A
/// broker that has gathered thousands of partitions from former runs stands still for seconds.
void drop_topics(const config::Settings& settings);

}  // namespace paysaga::bench
