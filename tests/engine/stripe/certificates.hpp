#pragma once

#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace paysaga::engine::stripe {

/// A key and its certificate, made for one test.
struct Identity {
  std::shared_ptr<EVP_PKEY> key;
  std::shared_ptr<X509> certificate;
};

/// A root that signs itself.
Identity make_root(const std::string& name = "test root");
/// A server's, signed by `root`, for one name: "DNS:localhost" or "IP:127.0.0.1".
Identity make_server_identity(const Identity& root, const std::string& subject_alternative_name);
std::string to_pem(const Identity& identity);
/// Owned by the caller.
SSL_CTX* make_server_context(const Identity& identity);

}  // namespace paysaga::engine::stripe
