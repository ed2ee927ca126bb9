#include "paysaga/storage/backup.hpp"

#include <algorithm>
#include <array>
#include <system_error>

#include <sys/stat.h>

#include "paysaga/storage/checkpoint.hpp"
#include "paysaga/storage/local_log.hpp"
#include "paysaga/storage/local_log_view.hpp"
#include "paysaga/storage/rocks_store.hpp"

namespace paysaga::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t manifest_bytes_max = std::size_t{64} << 20U;
constexpr std::array<std::string_view, 2> folders = {"state", "log"};

/// A directory in the making. It goes with this value, unless it was put in place.
class Staging {
 public:
  /// Errors: storage_failed.
  [[nodiscard]] static Result<Staging> beside(const fs::path& target, const std::string& word) {
    std::error_code error;
    fs::create_directories(target.parent_path(), error);  // A failure is told by the next step.
    auto path = make_unique_directory(target.string() + "." + word + "-");
    if (!path) return tl::unexpected{path.error()};
    return Staging{std::move(*path)};
  }
  ~Staging() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Staging(Staging&& other) noexcept : path_{std::exchange(other.path_, {})} {}
  Staging& operator=(Staging&&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

  /// The names within are synced first, so that what is there under the new name is whole.
  [[nodiscard]] Result<void> put_in_place(const fs::path& target) {
    for (const std::string_view folder : folders) {
      std::error_code error;
      if (!fs::exists(path_ / folder, error)) continue;
      if (auto synced = sync_directory(path_ / folder); !synced) return synced;
    }
    if (auto synced = sync_directory(path_); !synced) return synced;
    if (auto renamed = rename_durably(path_, target); !renamed) return renamed;
    path_.clear();
    return {};
  }

 private:
  explicit Staging(fs::path path) : path_{std::move(path)} {}
  fs::path path_;
};

/// Without a slash at its end, which would make it its own parent.
fs::path plain(const fs::path& path) {
  const fs::path whole = fs::absolute(path).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

Result<void> make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directory(folder, error);
  if (!error) return {};
  return fail(ErrorCode::storage_failed,
              "cannot make the directory " + folder.string() + " (" + error.message() + ")");
}

/// Only what has its own name on its own disk can be put in place by a rename.
bool is_mount_point(const fs::path& directory) {
  struct stat own {};
  struct stat parent {};
  return ::stat(directory.c_str(), &own) == 0 &&
         ::stat(directory.parent_path().c_str(), &parent) == 0 && own.st_dev != parent.st_dev;
}

/// Errors: conflict.
Result<void> check_free(const fs::path& target) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(target, error))) return {};
  if (!fs::is_directory(target, error) || !fs::is_empty(target, error)) {
    return fail(ErrorCode::conflict,
                target.string() + " is not empty; move it aside, or name another with --data");
  }
  if (!is_mount_point(target)) return {};
  return fail(ErrorCode::conflict, target.string() +
                                       " is a mount point, which a rename cannot replace; name a "
                                       "directory in it with --data, and run the node on that");
}

/// The files of one database, by name, with their sizes.
Result<std::vector<BackupFile>> list_files(const fs::path& source, std::string_view folder) {
  std::vector<BackupFile> files;
  std::error_code error;
  for (fs::directory_iterator at{source / folder, error}, end; !error && at != end;
       at.increment(error)) {
    const std::string name = std::string{folder} + "/" + at->path().filename().string();
    if (!at->is_regular_file(error)) continue;
    files.push_back({name, {at->file_size(error), {}}});
  }
  if (error) {
    return fail(ErrorCode::storage_failed,
                "cannot read " + (source / folder).string() + " (" + error.message() + ")");
  }
  std::ranges::sort(files, {}, &BackupFile::path);
  return files;
}

struct Inside {
  StoreIdentity identity;
  std::vector<Position> positions;
  [[nodiscard]] bool is_of(const BackupManifest& manifest) const {
    return identity == manifest.identity && positions == manifest.positions;
  }
};

/// What a directory says by itself, journal and states held against each other.
Result<Inside> look_inside(const fs::path& directory) {
  RocksStore::Options reading;
  reading.read_only = true;
  const auto store = RocksStore::open((directory / "state").string(), reading);
  if (!store) return tl::unexpected{store.error()};
  Inside inside{(*store)->identity(), {}};
  for (std::uint32_t i = 0; i < inside.identity.partition_count; ++i) {
    const auto position = (*store)->position(PartitionId{i});
    if (!position) return tl::unexpected{position.error()};
    inside.positions.push_back(*position);
  }
  if (!is_local(inside.identity.log)) return inside;
  const auto log = LocalLogView::open((directory / "log").string());
  if (!log) return tl::unexpected{log.error()};
  if ((*log)->identity() != inside.identity.log) {
    return fail(ErrorCode::conflict, "the states belong to the journal " + inside.identity.log +
                                         ", not to " + (*log)->identity() + " beside them");
  }
  std::vector<JournalRange> ranges(inside.positions.size());
  for (const auto& lane : (*log)->lanes()) {
    if (lane.topic != journal_topic((*log)->group())) continue;
    if (index_of(lane.partition) >= ranges.size()) continue;
    ranges[index_of(lane.partition)] = {lane.first, lane.end};
  }
  if (auto covered = check_covered(inside.positions, ranges); !covered) {
    return tl::unexpected{covered.error()};
  }
  return inside;
}

}  // namespace

Result<BackupManifest> make_backup(const fs::path& source, const fs::path& wanted,
                                   const std::string& program, Time made_at,
                                   const OnBytes& on_bytes) {
  const fs::path target = plain(wanted);
  std::error_code error;
  if (fs::exists(fs::symlink_status(target, error))) {
    return fail(ErrorCode::conflict, target.string() + " is there already; name a new directory");
  }
  BackupManifest manifest{program, made_at, {}, {}, {}};
  for (const std::string_view folder : folders) {
    if (!fs::exists(source / folder, error)) continue;
    auto files = list_files(source, folder);
    if (!files) return tl::unexpected{files.error()};
    for (BackupFile& file : *files) manifest.files.push_back(std::move(file));
  }
  auto staging = Staging::beside(target, "unfinished");
  if (!staging) return tl::unexpected{staging.error()};
  for (const std::string_view folder : folders) {
    if (!fs::exists(source / folder, error)) continue;
    if (auto made = make_folder(staging->path() / folder); !made) {
      return tl::unexpected{made.error()};
    }
  }
  const std::uint64_t whole = manifest.bytes();
  std::uint64_t done = 0;
  for (BackupFile& file : manifest.files) {
    auto copied = copy_durably(source / file.path, staging->path() / file.path);
    if (!copied) return tl::unexpected{copied.error()};
    file.digest = std::move(*copied);
    on_bytes(done += file.digest.bytes, whole);
  }
  auto inside = look_inside(staging->path());
  if (!inside) return tl::unexpected{inside.error()};
  manifest.identity = std::move(inside->identity);
  manifest.positions = std::move(inside->positions);
  const auto written = write_durably(staging->path() / manifest_name, encode_manifest(manifest));
  if (!written) return tl::unexpected{written.error()};
  if (auto placed = staging->put_in_place(target); !placed) {
    return tl::unexpected{placed.error()};
  }
  return manifest;
}

bool is_backup(const fs::path& directory) {
  std::error_code error;
  return fs::exists(directory / manifest_name, error);
}

Result<BackupManifest> read_backup(const fs::path& backup) {
  const auto text = read_text(backup / manifest_name, manifest_bytes_max);
  if (!text && text.error().code == ErrorCode::not_found) {
    return fail(ErrorCode::not_found, "there is no finished backup in " + backup.string() +
                                          "; name a directory that `store backup` made");
  }
  if (!text) return tl::unexpected{text.error()};
  return decode_manifest(*text, (backup / manifest_name).string());
}

Result<void> check_backup(const fs::path& backup, const BackupManifest& manifest,
                          StoreReport& report) {
  for (const BackupFile& file : manifest.files) {
    const auto digest = digest_of(backup / file.path);
    if (!digest && digest.error().code != ErrorCode::not_found) {
      return tl::unexpected{digest.error()};
    }
    if (!digest) report.add("the file " + file.path + " is missing");
    if (digest && *digest != file.digest) {
      report.add("the file " + file.path + " is not what was backed up");
    }
  }
  if (report.finding_count > 0) return {};  // What is not as it was is not opened.
  const auto inside = look_inside(backup);
  if (!inside) report.add(inside.error().detail);
  if (inside && !inside->is_of(manifest)) report.add("the manifest tells of other states");
  return {};
}

Result<void> restore_backup(const fs::path& backup, const BackupManifest& manifest,
                            const fs::path& wanted, const OnBytes& on_bytes) {
  const fs::path target = plain(wanted);
  if (auto free = check_free(target); !free) return free;
  auto staging = Staging::beside(target, "restoring");
  if (!staging) return tl::unexpected{staging.error()};
  const std::uint64_t whole = manifest.bytes();
  std::uint64_t done = 0;
  for (const BackupFile& file : manifest.files) {
    const fs::path to = staging->path() / file.path;
    if (auto made = make_folder(to.parent_path()); !made) return made;
    const auto copied = copy_durably(backup / file.path, to);
    if (!copied && copied.error().code == ErrorCode::not_found) {
      return fail(ErrorCode::corrupt, "the file " + file.path + " is missing from the backup " +
                                          backup.string() + "; use another backup");
    }
    if (!copied) return tl::unexpected{copied.error()};
    if (*copied != file.digest) {
      return fail(ErrorCode::corrupt, "the file " + file.path + " of the backup " +
                                          backup.string() +
                                          " is not what was backed up; use another backup");
    }
    on_bytes(done += copied->bytes, whole);
  }
  const auto inside = look_inside(staging->path());
  if (!inside) return tl::unexpected{inside.error()};
  if (!inside->is_of(manifest)) {
    return fail(ErrorCode::corrupt, "the manifest of the backup " + backup.string() +
                                        " tells of other states than it holds; use another");
  }
  return staging->put_in_place(target);
}

}  // namespace paysaga::storage
