#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

#include "paysaga/saga/result.hpp"

namespace paysaga::storage {

/// A checkpoint is a part of the data directory that looks like one itself. Its files share their
/// bytes with the living ones, so it is made at once and costs space only as it ages. Whoever asked
/// for it copies it and removes it; what is left over goes with the next start.
///
///     data directory / checkpoint-XXXXXX / state/ [ log/ ]
inline constexpr std::size_t checkpoints_max = 4;  // The oldest goes for another one.

/// Writes files into a new directory.
using WriteFiles = std::function<Result<void>(const std::string& into)>;

/// Order:   the state before the log, so that the log reaches at least as far as the state.
/// Errors:  storage_failed and those of both. `log` is empty where the journal is not on this disk.
[[nodiscard]] Result<std::filesystem::path> take_checkpoint(const std::filesystem::path& data,
                                                            const WriteFiles& state,
                                                            const WriteFiles& log);
/// By whoever holds the data directory, while nobody copies from it.
void remove_checkpoints(const std::filesystem::path& data);

/// A new directory `<prefix>XXXXXX`, of this user alone. Errors: storage_failed.
[[nodiscard]] Result<std::filesystem::path> make_unique_directory(const std::string& prefix);

}  // namespace paysaga::storage
