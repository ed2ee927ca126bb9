#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "paysaga/storage/state_store.hpp"

namespace paysaga::apps {

/// The state store of a data directory, read only: beside a running node, after its end or its
/// death. Errors: not_found and those of the store.
[[nodiscard]] Result<std::unique_ptr<storage::StateStore>> open_store(const std::string& data);

[[nodiscard]] storage::PartitionSet all_partitions(const storage::StateStore& store);

/// True if another process holds it, a node for instance. It changes nothing.
[[nodiscard]] bool is_in_use(const std::filesystem::path& data);

/// Orders as the node lists them, JSON objects, at most `limit`.
[[nodiscard]] Result<std::vector<std::string>> list_orders(const storage::StateStore& store,
                                                           storage::OrderQuery query,
                                                           std::size_t limit);
/// An order as the node shows it. Errors: not_found.
[[nodiscard]] Result<std::string> stored_order(const storage::StateStore& store,
                                               const std::string& order);
/// All its decisions as the node lists them. Errors: not_found.
[[nodiscard]] Result<std::vector<std::string>> stored_timeline(const storage::StateStore& store,
                                                               const std::string& order);

}  // namespace paysaga::apps
