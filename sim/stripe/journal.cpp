// file   = header record*
// header = "paysaga-stripe 1 " seed "\n"          seed: 16 hexadecimal digits
// record = length(4) check(8) payload             length: bytes of the payload; check: hash of it
// payload = at(8) number(8) outcome(1) text(key) text(path) text(form)
// text   = length(4) byte*
// Numbers are little-endian; `at` counts microseconds since 1970. The path of what is no POST has
// the method before it, and a blank.

#include "paysaga/sim/stripe/journal.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "paysaga/sim/prng.hpp"

namespace paysaga::sim::stripe {
namespace {

constexpr std::string_view magic = "paysaga-stripe ";
constexpr std::string_view version = "1 ";
constexpr std::size_t header_bytes = 15 + 2 + 16 + 1;
constexpr std::size_t frame_bytes = 4 + 8;
constexpr std::uint32_t payload_bytes_max = 4U << 20U;

void put(std::string& out, std::uint64_t number, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) out += static_cast<char>((number >> (8 * i)) & 0xffU);
}

void put_text(std::string& out, std::string_view text) {
  put(out, text.size(), 4);
  out += text;
}

/// Reads numbers and texts off the front; `good` turns false for ever when too little is left.
struct Reader {
  std::string_view left;
  bool good = true;

  std::string_view take(std::size_t bytes) {
    if (bytes > left.size()) good = false;
    if (!good) return {};
    const std::string_view taken = left.substr(0, bytes);
    left.remove_prefix(bytes);
    return taken;
  }
  std::uint64_t number(unsigned bytes) {
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (const char c : take(bytes)) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(c)) << shift;
      shift += 8;
    }
    return value;
  }
  std::string text() {
    const auto size = static_cast<std::size_t>(number(4));
    return std::string{take(size)};
  }
};

std::string encode(const Record& record) {
  std::string payload;
  put(payload, static_cast<std::uint64_t>(micros_of(record.at)), 8);
  put(payload, record.number, 8);
  put(payload, static_cast<std::uint64_t>(record.outcome), 1);
  put_text(payload, record.key);
  put_text(payload, record.path);
  put_text(payload, record.form);
  return payload;
}

Result<Record> decode(std::string_view payload) {
  Reader reader{payload};
  const auto at = static_cast<std::int64_t>(reader.number(8));
  const std::uint64_t number = reader.number(8);
  const std::uint64_t outcome = reader.number(1);
  Record record{time_from_micros(at), number,        static_cast<Record::Outcome>(outcome),
                reader.text(),        reader.text(), reader.text()};
  if (!reader.good || !reader.left.empty() ||
      outcome > static_cast<std::uint64_t>(Record::Outcome::key_reused)) {
    return fail(ErrorCode::corrupt, "a record of the Stripe simulator's journal is malformed");
  }
  return record;
}

tl::unexpected<Error> io_error(std::string_view what, int error) {
  return fail(ErrorCode::storage_failed,
              fmt::format("the Stripe simulator's journal: {}: {}", what, std::strerror(error)));
}

/// Writes everything or says why not.
Result<void> write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return io_error("write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// Reads up to `size` bytes at `offset`; fewer only at the end of the file.
Result<std::string> read_at(int file, std::int64_t offset, std::size_t size) {
  std::string out(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count =
        ::pread(file, out.data() + done, size - done, offset + static_cast<std::int64_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error("read", errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  out.resize(done);
  return out;
}

Result<std::uint64_t> parse_header(std::string_view header) {
  if (!header.starts_with(magic)) {
    return fail(ErrorCode::corrupt, "this file is no journal of the Stripe simulator");
  }
  header.remove_prefix(magic.size());
  if (!header.starts_with(version)) {
    return fail(ErrorCode::version_unsupported,
                "a newer version wrote this journal of the Stripe simulator");
  }
  header.remove_prefix(version.size());
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(header.data(), header.data() + 16, seed, 16);
  if (error != std::errc{} || end != header.data() + 16) {
    return fail(ErrorCode::corrupt, "the header of the Stripe simulator's journal is malformed");
  }
  return seed;
}

}  // namespace

Result<Journal> Journal::open(const std::string& path, std::uint64_t seed) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return io_error(path, errno);
  Journal journal{file, seed};
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::conflict, path + " is in use by another Stripe simulator");
  }
  const Result<std::string> header = read_at(file, 0, header_bytes);
  if (!header) return tl::unexpected{header.error()};
  if (header->size() < header_bytes) {
    // New, or its first process died before the header was whole: nothing was answered then.
    if (::ftruncate(file, 0) != 0) return io_error("truncate", errno);
    const std::string fresh = fmt::format("{}{}{:016x}\n", magic, version, seed);
    ensure(fresh.size() == header_bytes, "the header has its size");
    if (auto written = write_all(file, fresh); !written) return tl::unexpected{written.error()};
  } else {
    const Result<std::uint64_t> read = parse_header(*header);
    if (!read) return tl::unexpected{read.error()};
    journal.seed_ = *read;
  }
  journal.size_bytes_ = header_bytes;
  return journal;
}

Journal::Journal(Journal&& other) noexcept
    : file_{std::exchange(other.file_, -1)}, seed_{other.seed_}, size_bytes_{other.size_bytes_} {}

Journal::~Journal() {
  if (file_ >= 0) ::close(file_);
}

bool Journal::fresh() const {
  return size_bytes_ == static_cast<std::int64_t>(header_bytes);
}

Result<void> Journal::cut_off() {
  return ::ftruncate(file_, size_bytes_) == 0 ? Result<void>{} : io_error("truncate", errno);
}

Result<void> Journal::replay(const std::function<Result<void>(const Record&)>& visit) {
  constexpr std::size_t chunk_bytes = 1U << 20U;
  std::string pending;  // Read and not yet handed out; starts at size_bytes_.
  for (bool more = true; more;) {
    Result<std::string> chunk =
        read_at(file_, size_bytes_ + static_cast<std::int64_t>(pending.size()), chunk_bytes);
    if (!chunk) return tl::unexpected{chunk.error()};
    more = !chunk->empty();
    pending += *chunk;
    std::size_t done = 0;
    while (pending.size() - done >= frame_bytes) {
      Reader reader{std::string_view{pending}.substr(done)};
      const auto length = static_cast<std::uint32_t>(reader.number(4));
      const std::uint64_t check = reader.number(8);
      if (length > payload_bytes_max) {
        return fail(ErrorCode::corrupt, "the Stripe simulator's journal is damaged");
      }
      const std::string_view payload = reader.take(length);
      if (!reader.good) break;
      if (hash_of(payload) != check) {
        return fail(ErrorCode::corrupt, fmt::format("the Stripe simulator's journal is damaged at "
                                                    "byte {}",
                                                    size_bytes_));
      }
      const Result<Record> record = decode(payload);
      if (!record) return tl::unexpected{record.error()};
      if (auto visited = visit(*record); !visited) return visited;
      done += frame_bytes + length;
      size_bytes_ += static_cast<std::int64_t>(frame_bytes + length);
    }
    pending.erase(0, done);
  }
  return pending.empty() ? Result<void>{} : cut_off();
}

Result<void> Journal::append(const Record& record) {
  const std::string payload = encode(record);
  ensure(payload.size() <= payload_bytes_max, "a request is bounded");
  buffer_.clear();
  put(buffer_, payload.size(), 4);
  put(buffer_, hash_of(payload), 8);
  buffer_ += payload;
  if (auto written = write_all(file_, buffer_); !written) {
    // What was written of it must not stand before the next record.
    if (auto cut = cut_off(); !cut) return cut;
    return written;
  }
  size_bytes_ += static_cast<std::int64_t>(buffer_.size());
  return {};
}

}  // namespace paysaga::sim::stripe
