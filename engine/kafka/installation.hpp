#pragma once

#include <string>

#include "paysaga/engine/kafka/client.hpp"
#include "paysaga/engine/kafka/producer.hpp"
#include "paysaga/engine/kafka/reader.hpp"

namespace paysaga::engine::kafka {

/// 16 random characters of a-z and 0-9 that name this installation: made once, by whichever node is
/// the first, and kept as the first record of the group's membership topic. Topics that are made
/// anew under the same names are another installation. Blocks.
/// Errors: unavailable; corrupt (the first record is none of ours).
[[nodiscard]] Result<std::string> installation_of(const Client& client, const KafkaOptions& options,
                                                  Producer& producer, Reader& reader);

}  // namespace paysaga::engine::kafka
