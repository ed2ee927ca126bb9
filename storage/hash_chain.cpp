#include "paysaga/storage/hash_chain.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "paysaga/storage/json_reader.hpp"
#include "paysaga/storage/json_writer.hpp"

namespace paysaga::storage {
namespace {

constexpr std::size_t digest_bytes = 32;
constexpr std::string_view hash_field = R"(,"hash":")";
constexpr std::string_view hash_end = R"("})";

template <auto free_function>
struct Free {
  template <class T>
  void operator()(T* pointer) const {
    free_function(pointer);
  }
};
template <class T, auto free_function>
using Owned = std::unique_ptr<T, Free<free_function>>;

using Digest = std::array<unsigned char, digest_bytes>;

/// Fetching an algorithm and setting a key cost more than hashing an event, so each thread keeps
/// both.
class Hasher {
 public:
  Digest plain(std::string_view bytes) {
    Digest digest{};
    unsigned size = 0;
    const bool done = EVP_DigestInit_ex2(md_context_.get(), md_.get(), nullptr) == 1 &&
                      EVP_DigestUpdate(md_context_.get(), bytes.data(), bytes.size()) == 1 &&
                      EVP_DigestFinal_ex(md_context_.get(), digest.data(), &size) == 1;
    ensure(done && size == digest.size(), "OpenSSL makes a SHA-256");
    return digest;
  }

  Digest keyed(const std::string& secret, std::string_view bytes) {
    if (mac_context_ == nullptr || secret != secret_) set_key(secret);
    Digest digest{};
    std::size_t size = 0;
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    const bool done = EVP_MAC_init(mac_context_.get(), nullptr, 0, nullptr) == 1 &&
                      EVP_MAC_update(mac_context_.get(), data, bytes.size()) == 1 &&
                      EVP_MAC_final(mac_context_.get(), digest.data(), &size, digest.size()) == 1;
    ensure(done && size == digest.size(), "OpenSSL makes an HMAC-SHA-256");
    return digest;
  }

 private:
  void set_key(const std::string& secret) {
    mac_context_.reset(EVP_MAC_CTX_new(mac_.get()));
    char name[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
        OSSL_PARAM_construct_end(),
    };
    const auto* key = reinterpret_cast<const unsigned char*>(secret.data());
    ensure(EVP_MAC_init(mac_context_.get(), key, secret.size(), params) == 1,
           "OpenSSL takes an HMAC key");
    secret_ = secret;
  }

  Owned<EVP_MD, EVP_MD_free> md_{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  Owned<EVP_MD_CTX, EVP_MD_CTX_free> md_context_{EVP_MD_CTX_new()};
  Owned<EVP_MAC, EVP_MAC_free> mac_{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
  Owned<EVP_MAC_CTX, EVP_MAC_CTX_free> mac_context_;
  std::string secret_;
};

}  // namespace

std::string chain_hash(const ChainKey& key, std::string_view bytes) {
  thread_local Hasher hasher;
  const Digest digest = key.secret.empty() ? hasher.plain(bytes) : hasher.keyed(key.secret, bytes);
  std::string hex;
  hex.reserve(2 * digest.size());
  for (const unsigned char byte : digest) {
    hex += "0123456789abcdef"[byte >> 4U];
    hex += "0123456789abcdef"[byte & 0xFU];
  }
  return hex;
}

std::string seal(std::string& open_object, std::string_view prev_hash, const ChainKey& key) {
  open_object += ',';
  JsonWriter json{open_object};
  json.key("prev_hash").text(prev_hash);
  if (!key.secret.empty()) json.key("hash_key").text(key.id);
  std::string hash = chain_hash(key, open_object);
  open_object += hash_field;
  open_object += hash;
  open_object += hash_end;
  return hash;
}

Result<Sealed> split_seal(std::string_view value) {
  constexpr std::size_t hex_digits = 2 * digest_bytes;
  constexpr std::size_t tail = hash_field.size() + hex_digits + hash_end.size();
  if (value.size() > tail && value.ends_with(hash_end)) {
    const std::size_t at = value.size() - tail;
    if (value.substr(at, hash_field.size()) == hash_field) {
      return Sealed{value.substr(0, at), value.substr(at + hash_field.size(), hex_digits)};
    }
  }
  return fail(ErrorCode::corrupt, "the event does not end with its hash");
}

Result<bool> ChainVerifier::add(std::string_view value) {
  const auto document = JsonDocument::parse(value);
  if (!document) return tl::unexpected<Error>{document.error()};
  const auto text = [&](std::string_view name) {
    const auto field = document->root().find(name);
    return std::string{field ? field->text().value_or("") : ""};
  };
  const std::string order = text("order_id");
  const std::string machine = text("machine");
  const auto sequence_field = document->root().find("sequence");
  const std::uint64_t sequence = sequence_field ? sequence_field->natural().value_or(0) : 0;
  const std::string where =
      "event " + std::to_string(sequence) + " of the " + machine + " machine of order " + order;
  if (order.empty() || machine.empty() || sequence == 0) {
    return fail(ErrorCode::malformed, "an event without order_id, machine or sequence");
  }
  const auto sealed = split_seal(value);
  if (!sealed) return fail(ErrorCode::corrupt, where + ": it does not end with its hash");
  const std::string key_id = text("hash_key");
  const bool keyed = document->root().find("hash_key").has_value();
  const auto key = std::find_if(keys_.begin(), keys_.end(),
                                [&](const ChainKey& candidate) { return candidate.id == key_id; });
  if (keyed && key == keys_.end()) {
    ++unkeyed_;
  } else if (chain_hash(keyed ? *key : ChainKey{}, sealed->bytes) != sealed->hash) {
    return fail(ErrorCode::corrupt, where + ": its bytes do not fit its hash");
  }
  Head& head = heads_[{order, machine}];
  if (sequence == head.sequence && sealed->hash == head.hash) {
    ++repeated_;
    return false;
  }
  if (sequence != head.sequence + 1) {
    if (sequence <= head.sequence) {
      // An older repeat: at-least-once publishing may send a whole group again.
      ++repeated_;
      return false;
    }
    return fail(ErrorCode::corrupt,
                where + ": event " + std::to_string(head.sequence + 1) + " is missing before it");
  }
  if (text("prev_hash") != head.hash) {
    return fail(ErrorCode::corrupt, where + ": it does not follow the event before it");
  }
  head = Head{sequence, std::string{sealed->hash}};
  ++events_;
  return true;
}

}  // namespace paysaga::storage
