#include "paysaga/storage/checkpoint.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <vector>

namespace paysaga::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view name_prefix = "checkpoint-";

/// Oldest first.
std::vector<fs::path> checkpoints_in(const fs::path& data) {
  std::vector<std::pair<fs::file_time_type, fs::path>> found;
  std::error_code error;
  for (fs::directory_iterator at{data, error}, end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (!at->path().filename().string().starts_with(name_prefix)) continue;
    if (at->is_directory(ignored)) found.emplace_back(at->last_write_time(ignored), at->path());
  }
  std::ranges::sort(found);
  std::vector<fs::path> paths;
  for (auto& [time, path] : found) paths.push_back(std::move(path));
  return paths;
}

}  // namespace

Result<fs::path> take_checkpoint(const fs::path& data, const WriteFiles& state,
                                 const WriteFiles& log) {
  const auto there = checkpoints_in(data);
  for (std::size_t i = 0; i + checkpoints_max <= there.size(); ++i) {
    std::error_code ignored;
    fs::remove_all(there[i], ignored);
  }
  auto made = make_unique_directory((data / name_prefix).string());
  if (!made) return made;
  auto written = state((*made / "state").string());
  if (written && log) written = log((*made / "log").string());
  if (written) return made;
  std::error_code ignored;
  fs::remove_all(*made, ignored);
  return tl::unexpected{written.error()};
}

void remove_checkpoints(const fs::path& data) {
  for (const fs::path& path : checkpoints_in(data)) {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
}

Result<fs::path> make_unique_directory(const std::string& prefix) {
  std::string made = prefix + "XXXXXX";
  if (::mkdtemp(made.data()) != nullptr) return fs::path{made};
  return fail(ErrorCode::storage_failed, "cannot make the directory " + prefix + "... (" +
                                             std::generic_category().message(errno) +
                                             "); make its parent writable");
}

}  // namespace paysaga::storage
