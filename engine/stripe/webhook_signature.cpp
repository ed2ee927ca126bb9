#include "paysaga/engine/stripe/webhook_signature.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "paysaga/storage/hash_chain.hpp"

namespace paysaga::engine::stripe {
namespace {

constexpr std::size_t header_bytes_max = 4'096;

struct Header {
  std::int64_t seconds = 0;
  std::string_view stamp;  // The same as it stands there: it is part of what is signed.
  std::vector<std::string_view> signatures;
};

tl::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorCode::malformed, "the Stripe-Signature header " + std::string{why});
}

Result<Header> parse(std::string_view text) {
  if (text.empty()) return malformed("is missing");
  if (text.size() > header_bytes_max) return malformed("is too long");
  Header header;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) return malformed("has a part that is no name=value");
    const std::string_view name = pair.substr(0, equals);
    const std::string_view value = pair.substr(equals + 1);
    if (name == "t") {
      const auto [end, error] =
          std::from_chars(value.data(), value.data() + value.size(), header.seconds);
      if (error != std::errc{} || end != value.data() + value.size() || !header.stamp.empty()) {
        return malformed("has no single time t=SECONDS");
      }
      header.stamp = value;
    } else if (name == "v1") {
      header.signatures.push_back(value);
    }
  }
  if (header.stamp.empty()) return malformed("has no time t=SECONDS");
  if (header.signatures.empty()) return malformed("has no signature of scheme v1");
  return header;
}

std::string signature_of(std::string_view secret, std::string_view stamp, std::string_view body) {
  std::string bytes{stamp};
  bytes += '.';
  bytes += body;
  return storage::chain_hash({{}, std::string{secret}}, bytes);  // HMAC-SHA-256, in hex.
}

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

Result<std::string> check_signature(std::string_view body, std::string_view header,
                                    std::span<const WebhookSecret> secrets, Time now) {
  const auto parsed = parse(header);
  if (!parsed) return tl::unexpected{parsed.error()};
  if (secrets.empty()) {
    return fail(ErrorCode::forbidden,
                "no webhook secret is configured: set stripe.webhook_secrets");
  }
  std::optional<std::string> fits;
  for (const WebhookSecret& secret : secrets) {
    if (secret.value.empty()) continue;  // It would be no secret.
    const std::string wanted = signature_of(secret.value, parsed->stamp, body);
    for (const std::string_view signature : parsed->signatures) {
      if (same(wanted, signature) && !fits) fits = secret.name;
    }
  }
  if (!fits) {
    return fail(ErrorCode::forbidden,
                "no signature fits the body: another endpoint's secret, or bytes that were changed "
                "on their way (they must be checked as they came, before any parsing)");
  }
  const std::int64_t apart = now.time_since_epoch() / seconds{1} - parsed->seconds;
  const std::int64_t tolerance = webhook_tolerance / seconds{1};
  if (apart > tolerance || apart < -tolerance) {
    return fail(ErrorCode::forbidden,
                fmt::format("the signature fits, but its time is {} s {}: at most {} s are taken; "
                            "check this machine's clock, or it is an old message played again",
                            apart < 0 ? -apart : apart, apart < 0 ? "ahead" : "old", tolerance));
  }
  return *fits;
}

std::string sign_webhook(std::string_view body, std::string_view secret, Time at) {
  const std::string stamp = std::to_string(at.time_since_epoch() / seconds{1});
  return "t=" + stamp + ",v1=" + signature_of(secret, stamp, body);
}

}  // namespace paysaga::engine::stripe
