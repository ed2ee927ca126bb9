#include "apps/store_backup.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "apps/data_directory.hpp"
#include "apps/json_view.hpp"
#include "apps/node_client.hpp"
#include "apps/progress.hpp"
#include "paysaga/storage/backup.hpp"
#include "paysaga/storage/checkpoint.hpp"
#include "paysaga/storage/json_reader.hpp"
#include "paysaga/storage/local_disk.hpp"
#include "paysaga/storage/rocks_store.hpp"

namespace paysaga::apps {
namespace {

namespace fs = std::filesystem;

/// Shows how far the copying has come.
class Bar {
 public:
  explicit Bar(std::string what) : what_{std::move(what)} {}
  [[nodiscard]] storage::OnBytes on_bytes() {
    return [this](std::uint64_t done, std::uint64_t of) {
      if (!progress_) progress_.emplace(what_, of);
      progress_->show(done, fmt::format("{} MB", with_commas(done / 1'000'000)));
    };
  }
  void clear() {
    if (progress_) progress_->clear();
  }

 private:
  std::string what_;
  std::optional<Progress> progress_;
};

/// Errors: conflict (a node runs on it), not_found, those of store and log.
Result<fs::path> checkpoint_of_stopped(const fs::path& data) {
  storage::RocksStore::Options options;
  options.read_only = true;
  const auto read = storage::RocksStore::open((data / "state").string(), options);
  if (!read) return tl::unexpected{read.error()};
  std::unique_ptr<storage::LocalDisk> log;
  if (storage::is_local((*read)->identity().log)) {
    // Opening it for writing would make a new one.
    auto there = storage::LocalDisk::open_read_only((data / "log").string());
    if (!there) return tl::unexpected{there.error()};
    there->reset();
    auto opened = storage::LocalDisk::open((data / "log").string(), true);
    if (!opened) return tl::unexpected{opened.error()};
    log = std::move(*opened);
  }
  options.read_only = false;
  const auto store = storage::RocksStore::open((data / "state").string(), options);
  if (!store) return tl::unexpected{store.error()};
  storage::remove_checkpoints(data);
  storage::WriteFiles write_log;
  if (log) write_log = [&log](const std::string& into) { return log->checkpoint(into); };
  return storage::take_checkpoint(
      data, [&store](const std::string& into) { return (*store)->checkpoint(into); }, write_log);
}

/// What the node tells is looked for in `data`: so it is the node that runs on it.
Result<fs::path> checkpoint_of_running(const Common& common, const fs::path& data) {
  auto client = NodeClient::to(common.node_url);
  if (!client) return tl::unexpected{client.error()};
  const auto answer = client->post("/v1/checkpoints", {}, {}, {});
  if (!answer) {
    return fail(ErrorCode::unavailable, data.string() + " is in use, and no node answers at " +
                                            common.node_url +
                                            "; name the node that runs on it with --node");
  }
  std::string told;
  if (auto document = storage::JsonDocument::parse(answer->body)) {
    const char* wanted = answer->status == 200 ? "directory" : "detail";
    const auto value = document->root().find(wanted);
    if (value) told = value->text().value_or("");
  }
  if (answer->status != 200) {
    return fail(ErrorCode::storage_failed, fmt::format("the node at {} made no checkpoint: {} {}",
                                                       common.node_url, answer->status, told));
  }
  const fs::path made = data / fs::path{told}.filename();
  std::error_code error;
  if (made.filename().string().starts_with("checkpoint-") && fs::exists(made, error)) return made;
  return fail(ErrorCode::conflict, "the node at " + common.node_url + " runs on " +
                                       fs::path{told}.parent_path().string() + ", not on " +
                                       data.string() +
                                       "; name the right one with --node or --data");
}

Result<storage::BackupManifest> back_up(const Common& common, const fs::path& data,
                                        const std::string& into) {
  std::error_code error;
  if (fs::exists(fs::symlink_status(into, error))) {
    return fail(ErrorCode::conflict, into + " is there already; name a new directory");
  }
  const fs::path inside = fs::relative(into, data, error);
  if (!error && !inside.empty() && *inside.begin() != "..") {
    return fail(ErrorCode::conflict, into +
                                         " is within the data directory and would be lost with "
                                         "it; name another directory");
  }
  // Before the checkpoint: all that was decided until then is in it.
  const auto now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  auto checkpoint = checkpoint_of_stopped(data);
  if (!checkpoint && checkpoint.error().code == ErrorCode::conflict && is_in_use(data)) {
    checkpoint = checkpoint_of_running(common, data);
  }
  if (!checkpoint) return tl::unexpected{checkpoint.error()};
  Bar bar{"backing up"};
  auto made = storage::make_backup(*checkpoint, into, PAYSAGA_VERSION, now, bar.on_bytes());
  bar.clear();
  fs::remove_all(*checkpoint, error);
  if (error) {
    complain(checkpoint->string() + " could not be removed (" + error.message() +
             "); the node's next start does it");
  }
  return made;
}

void tell(const Common& common, const char* what, const std::string& where,
          const storage::BackupManifest& manifest) {
  if (common.output == "json" || common.output == "jsonl") {
    fmt::print("{}", storage::encode_manifest(manifest));
    return;
  }
  fmt::print(stderr, "{} {}: ledger {}, as of {}, {} files, {} bytes\n", what, where,
             manifest.identity.ledger, to_text(manifest.made_at), manifest.files.size(),
             with_commas(manifest.bytes()));
}

/// Errors: conflict, with why this backup must not be put in place there.
Result<void> check_fit(const config::Settings& settings, const storage::BackupManifest& manifest) {
  const bool local = storage::is_local(manifest.identity.log);
  if (local != (settings.journal.kind == config::JournalKind::local)) {
    return fail(ErrorCode::conflict,
                fmt::format("the backup is of a node with its journal {}, and journal.kind is {}; "
                            "name the node's configuration with --config",
                            local ? "on its disk" : "in Kafka", local ? "kafka" : "local"));
  }
  if (is_in_use(settings.node.data)) {
    return fail(ErrorCode::conflict, "a node runs on " + settings.node.data.string() +
                                         "; stop it, and move the directory aside");
  }
  return {};
}

}  // namespace

ExitCode back_up(const Common& common, const std::string& into) {
  const auto loaded = load_settings(common);
  if (!loaded) return ExitCode::usage;
  const auto made = back_up(common, loaded->settings.node.data, into);
  if (!made) return complain_of(made.error());
  tell(common, "backed up into", into, *made);
  return ExitCode::ok;
}

ExitCode restore(const Common& common, const std::string& from, bool lose_newer) {
  const auto loaded = load_settings(common);
  if (!loaded) return ExitCode::usage;
  const auto manifest = storage::read_backup(from);
  if (!manifest) return complain_of(manifest.error());
  if (auto fits = check_fit(loaded->settings, *manifest); !fits) return complain_of(fits.error());
  if (storage::is_local(manifest->identity.log) && !lose_newer) {
    complain("the journal in this backup ends at " + to_text(manifest->made_at) +
             ": what was paid or refunded later is forgotten, and the same commands sent again may "
             "charge again; if the old log/ is left, start on that instead, else repeat this with "
             "--lose-newer (see docs/storage-format.md)");
    return ExitCode::guarded;
  }
  const std::string data = loaded->settings.node.data.string();
  Bar bar{"restoring"};
  const auto restored = storage::restore_backup(from, *manifest, data, bar.on_bytes());
  bar.clear();
  if (!restored) return complain_of(restored.error());
  tell(common, "restored into", data, *manifest);
  return ExitCode::ok;
}

}  // namespace paysaga::apps
