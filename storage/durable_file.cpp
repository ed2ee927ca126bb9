#include "paysaga/storage/durable_file.hpp"

#include <array>
#include <cerrno>
#include <functional>
#include <memory>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

namespace paysaga::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t chunk_bytes = std::size_t{1} << 20U;

tl::unexpected<Error> failed(const char* what, const fs::path& file) {
  const int code = errno;
  return fail(code == ENOENT ? ErrorCode::not_found : ErrorCode::storage_failed,
              std::string{"cannot "} + what + ' ' + file.string() + " (" +
                  std::generic_category().message(code) + ")");
}

class Descriptor {
 public:
  Descriptor(const fs::path& file, int flags) : number_{::open(file.c_str(), flags, 0600)} {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] bool open() const { return number_ >= 0; }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

class Sha256 {
 public:
  Sha256() {
    ensure(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1, "OpenSSL has SHA-256");
  }
  void add(std::string_view bytes) {
    ensure(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1,
           "OpenSSL takes bytes to hash");
  }
  [[nodiscard]] std::string hex() {
    std::array<unsigned char, 32> digest{};
    ensure(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1,
           "OpenSSL makes a SHA-256");
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : digest) {
      text += digits[byte >> 4U];
      text += digits[byte & 15U];
    }
    return text;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

bool write_all(int number, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(number, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Reads the whole file; `each` says whether to go on.
Result<FileDigest> read_through(const fs::path& file,
                                const std::function<bool(std::string_view)>& each) {
  const Descriptor in{file, O_RDONLY | O_CLOEXEC};
  if (!in.open()) return failed("read", file);
  FileDigest digest;
  Sha256 hash;
  std::vector<char> chunk(chunk_bytes);
  for (;;) {
    const ssize_t got = ::read(in.number(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read", file);
    if (got == 0) break;
    const std::string_view bytes{chunk.data(), static_cast<std::size_t>(got)};
    digest.bytes += bytes.size();
    hash.add(bytes);
    if (!each(bytes)) break;
  }
  digest.sha256 = hash.hex();
  return digest;
}

}  // namespace

Result<FileDigest> digest_of(const fs::path& file) {
  return read_through(file, [](std::string_view) { return true; });
}

Result<FileDigest> copy_durably(const fs::path& from, const fs::path& to) {
  const Descriptor out{to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC};
  if (!out.open()) return failed("make", to);
  int broken = 0;
  auto digest = read_through(from, [&](std::string_view bytes) {
    if (!write_all(out.number(), bytes)) broken = errno;
    return broken == 0;
  });
  if (!digest) return digest;
  errno = broken;
  if (broken != 0 || ::fsync(out.number()) != 0) return failed("write", to);
  return digest;
}

Result<void> write_durably(const fs::path& file, std::string_view text) {
  const Descriptor out{file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC};
  if (!out.open()) return failed("make", file);
  if (!write_all(out.number(), text) || ::fsync(out.number()) != 0) return failed("write", file);
  return {};
}

Result<std::string> read_text(const fs::path& file, std::size_t bytes_max) {
  std::string text;
  const auto read = read_through(file, [&](std::string_view bytes) {
    text += bytes;
    return text.size() <= bytes_max;
  });
  if (!read) return tl::unexpected{read.error()};
  if (text.size() <= bytes_max) return text;
  return fail(ErrorCode::storage_failed,
              file.string() + " is larger than " + std::to_string(bytes_max) + " bytes");
}

Result<void> sync_directory(const fs::path& directory) {
  const Descriptor opened{directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC};
  if (!opened.open() || ::fsync(opened.number()) != 0) return failed("sync", directory);
  return {};
}

Result<void> rename_durably(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return failed("put in place", to);
  return sync_directory(to.parent_path());
}

}  // namespace paysaga::storage
