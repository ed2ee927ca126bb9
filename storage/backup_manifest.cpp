#include "paysaga/storage/backup_manifest.hpp"

#include <algorithm>

#include "paysaga/storage/json_reader.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::storage {
namespace {

constexpr std::uint64_t format_newest = 1;

void add_file(JsonWriter& json, const BackupFile& file) {
  json.open_object();
  json.key("path").text(file.path);
  json.key("bytes").natural(file.digest.bytes);
  json.key("sha256").text(file.digest.sha256);
  json.close_object();
}

/// Only plain files of the two databases: a path never leads out of the backup.
bool is_path(std::string_view path) {
  for (const std::string_view folder : {"state/", "log/"}) {
    if (!path.starts_with(folder)) continue;
    const std::string_view name = path.substr(folder.size());
    return !name.empty() && name.find('/') == std::string_view::npos && name != "." && name != "..";
  }
  return false;
}

std::string text_of(const JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  return value ? std::string{value->text().value_or("")} : std::string{};
}

std::optional<std::uint64_t> natural_of(const JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  return value ? value->natural() : std::nullopt;
}

std::optional<Roles> roles_of(std::string_view text) {
  for (const Roles roles : {Roles::both, Roles::payments, Roles::orders}) {
    if (to_text(roles) == text) return roles;
  }
  return std::nullopt;
}

bool read_positions(const JsonValue& root, BackupManifest& manifest) {
  const auto list = root.find("positions");
  if (!list) return false;
  for (JsonCursor at{*list}; !at.done(); at.next()) {
    const auto position = decode_position(at.value().text().value_or(""));
    if (!position) return false;
    manifest.positions.push_back(*position);
  }
  manifest.identity.partition_count = static_cast<std::uint32_t>(manifest.positions.size());
  return !manifest.positions.empty();
}

bool read_files(const JsonValue& root, BackupManifest& manifest) {
  const auto list = root.find("files");
  if (!list) return false;
  bool with_log = false;
  for (JsonCursor at{*list}; !at.done(); at.next()) {
    const auto bytes = natural_of(at.value(), "bytes");
    BackupFile file{text_of(at.value(), "path"), {0, text_of(at.value(), "sha256")}};
    if (!bytes || !is_path(file.path)) return false;
    file.digest.bytes = *bytes;
    with_log = with_log || file.path.starts_with("log/");
    manifest.files.push_back(std::move(file));
  }
  return !manifest.files.empty() && with_log == is_local(manifest.identity.log);
}

bool read(const JsonValue& root, BackupManifest& manifest) {
  manifest.program = text_of(root, "program");
  const auto made_at = parse_time(text_of(root, "made_at"));
  const auto roles = roles_of(text_of(root, "roles"));
  const auto journal = root.find("journal");
  if (!made_at || !roles || !journal) return false;
  manifest.made_at = *made_at;
  manifest.identity.roles = *roles;
  manifest.identity.log = text_of(*journal, "identity");
  manifest.identity.ledger = text_of(root, "ledger");
  if (manifest.identity.log.empty() || manifest.identity.ledger.empty()) return false;
  if (text_of(*journal, "kind") != (is_local(manifest.identity.log) ? "local" : "kafka")) {
    return false;
  }
  return read_positions(root, manifest) && read_files(root, manifest);
}

}  // namespace

std::uint64_t BackupManifest::bytes() const {
  std::uint64_t sum = 0;
  for (const BackupFile& file : files) sum += file.digest.bytes;
  return sum;
}

bool is_local(std::string_view log_identity) {
  return log_identity.find('/') == std::string_view::npos;
}

std::string encode_manifest(const BackupManifest& manifest) {
  ensure(manifest.positions.size() == manifest.identity.partition_count,
         "a backup has a position of each partition");
  std::string text;
  JsonWriter json{text};
  json.open_object();
  json.key("format").natural(format_newest);
  json.key("program").text(manifest.program);
  json.key("made_at").time(manifest.made_at);
  json.key("journal").open_object();
  json.key("kind").text(is_local(manifest.identity.log) ? "local" : "kafka");
  json.key("identity").text(manifest.identity.log);
  json.close_object();
  json.key("ledger").text(manifest.identity.ledger);
  json.key("roles").text(to_text(manifest.identity.roles));
  json.key("positions").open_array();
  for (const Position& position : manifest.positions) json.text(encode(position));
  json.close_array();
  json.key("files").open_array();
  for (const BackupFile& file : manifest.files) add_file(json, file);
  json.close_array();
  json.close_object();
  text += '\n';
  return text;
}

Result<BackupManifest> decode_manifest(std::string_view text, const std::string& where) {
  const auto damaged = [&where] {
    return fail(ErrorCode::corrupt, where + " is damaged; use another backup");
  };
  auto document = JsonDocument::parse(text);
  if (!document) return damaged();
  const auto format = natural_of(document->root(), "format");
  if (format && *format > format_newest) {
    return fail(ErrorCode::version_unsupported,
                where + " was written by a newer version of paysaga; use that version");
  }
  BackupManifest manifest;
  if (format != format_newest || !read(document->root(), manifest)) return damaged();
  return manifest;
}

Result<void> check_covered(const std::vector<Position>& states,
                           const std::vector<JournalRange>& journal) {
  ensure(states.size() == journal.size(), "each partition has its part of the journal");
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states[i].next >= journal[i].first && states[i].next <= journal[i].end) continue;
    return fail(ErrorCode::corrupt,
                "the states of partition " + std::to_string(i) + " stand at " +
                    std::to_string(states[i].next) + ", and the journal beside them has " +
                    std::to_string(journal[i].first) + " to " + std::to_string(journal[i].end) +
                    ": they do not belong together");
  }
  return {};
}

}  // namespace paysaga::storage
