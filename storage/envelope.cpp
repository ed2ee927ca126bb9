#include "paysaga/storage/envelope.hpp"

#include <xxhash.h>

namespace paysaga::storage {
namespace {

std::uint32_t checksum(std::string_view body, std::uint8_t version) {
  return static_cast<std::uint32_t>(XXH3_64bits_withSeed(body.data(), body.size(), version));
}

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

}  // namespace

std::string open_envelope(std::uint8_t version) {
  std::string bytes(envelope_bytes, '\0');
  bytes[0] = static_cast<char>(version);
  return bytes;
}

void close_envelope(std::string& bytes, std::size_t begin) {
  ensure(bytes.size() >= begin + envelope_bytes, "a value begins with its envelope");
  const std::string_view body = std::string_view{bytes}.substr(begin + envelope_bytes);
  const std::uint32_t sum = checksum(body, byte_at(bytes, begin));
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[begin + 1 + i] = static_cast<char>((sum >> (8 * i)) & 0xFFU);
  }
}

Result<std::string_view> read_envelope(std::string_view bytes, std::uint8_t version_max,
                                       std::string_view what) {
  const std::string name{what};
  if (bytes.size() < envelope_bytes) return fail(ErrorCode::corrupt, name + " is cut off");
  const std::uint8_t version = byte_at(bytes, 0);
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    sum |= static_cast<std::uint32_t>(byte_at(bytes, 1 + i)) << (8 * i);
  }
  const std::string_view body = bytes.substr(envelope_bytes);
  if (sum != checksum(body, version)) {
    return fail(ErrorCode::corrupt, name + " is damaged: its checksum does not fit");
  }
  if (version > version_max || version == 0) {
    return fail(ErrorCode::version_unsupported,
                name + " has version " + std::to_string(version) + ", this program reads up to " +
                    std::to_string(version_max) + "; use the newer program that wrote it");
  }
  return body;
}

}  // namespace paysaga::storage
