#include <cstdlib>
#include <fstream>
#include <iterator>

#include "paysaga/config/value.hpp"

namespace paysaga::config {
namespace {

constexpr const char* wanted = "{ file = \"...\" }, { env = \"...\" } or { credential = \"...\" }";

/// A file's text without the line end that an editor leaves.
Result<Secret> from_file(const std::filesystem::path& path) {
  constexpr std::uintmax_t file_bytes_max = 64 * 1024;
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  std::ifstream file{path, std::ios::binary};
  if (error || !file) {
    return fail(ErrorCode::malformed, "the secret's file " + path.string() + " cannot be read");
  }
  if (size > file_bytes_max) {
    return fail(ErrorCode::malformed, "the secret's file " + path.string() +
                                          " is no secret: " + std::to_string(size) + " bytes");
  }
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty()) {
    return fail(ErrorCode::malformed, "the secret's file " + path.string() + " is empty");
  }
  return Secret{std::move(text)};
}

Result<Secret> from_environment(const std::string& name) {
  const char* text = std::getenv(name.c_str());
  if (text == nullptr || *text == '\0') {
    return fail(ErrorCode::malformed, "the secret's environment variable " + name + " is not set");
  }
  return Secret{text};
}

/// A file that systemd put into the service's credentials directory.
Result<Secret> from_credential(const std::string& name) {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr) {
    return fail(ErrorCode::malformed, "no systemd credential " + name +
                                          ": CREDENTIALS_DIRECTORY is not set in this process");
  }
  return from_file(std::filesystem::path{folder} / name);
}

Result<Secret> from_table(const Table& table, const std::filesystem::path& folder) {
  if (table.size() == 1) {
    const auto& [how, name] = *table.begin();
    if (how == "file") return from_file(folder / name);
    if (how == "env") return from_environment(name);
    if (how == "credential") return from_credential(name);
  }
  return fail(ErrorCode::malformed, std::string{"a secret is written as "} + wanted);
}

}  // namespace

Result<void> read(const Value& value, Secret& out) {
  const auto keep = [&](Secret secret) { out = std::move(secret); };
  if (const auto* table = std::get_if<Table>(&value.data)) {
    return from_table(*table, value.folder).map(keep);
  }
  const auto* text = std::get_if<std::string>(&value.data);
  switch (value.source) {
    case Value::Source::file:
      if (text != nullptr && text->empty()) return {};
      return fail(ErrorCode::malformed,
                  std::string{"a secret does not stand in the file; write "} + wanted);
    case Value::Source::option:
      return fail(ErrorCode::malformed,
                  "a secret never stands on a command line, where others see it; set its "
                  "environment variable, or a file");
    case Value::Source::environment:
      if (text == nullptr || text->empty()) return fail(ErrorCode::malformed, "is empty");
      keep(Secret{*text});
      return {};
  }
  std::abort();
}

}  // namespace paysaga::config
