#include "engine/stripe/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "paysaga/saga/result.hpp"

namespace paysaga::engine::stripe {
namespace {

constexpr long validity_seconds = 3'600;

void add_extension(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  ensure(extension != nullptr, "a test certificate's extension is well formed");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Identity make_unsigned(const std::string& name, long serial) {
  Identity identity{{EVP_EC_gen("P-256"), &EVP_PKEY_free}, {X509_new(), &X509_free}};
  X509* certificate = identity.certificate.get();
  X509_set_version(certificate, 2);  // Counts from zero: X.509 version 3.
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -validity_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate), validity_seconds);
  X509_set_pubkey(certificate, identity.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return identity;
}

}  // namespace

Identity make_root(const std::string& name) {
  Identity root = make_unsigned(name, 1);
  X509* certificate = root.certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  ensure(X509_sign(certificate, root.key.get(), EVP_sha256()) > 0, "a test root signs itself");
  return root;
}

Identity make_server_identity(const Identity& root, const std::string& subject_alternative_name) {
  Identity server = make_unsigned("test server", 2);
  X509* certificate = server.certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(root.certificate.get()));
  add_extension(certificate, NID_subject_alt_name, subject_alternative_name);
  ensure(X509_sign(certificate, root.key.get(), EVP_sha256()) > 0, "a test root signs a server");
  return server;
}

std::string to_pem(const Identity& identity) {
  const std::unique_ptr<BIO, int (*)(BIO*)> out{BIO_new(BIO_s_mem()), &BIO_free};
  PEM_write_bio_X509(out.get(), identity.certificate.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

SSL_CTX* make_server_context(const Identity& identity) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_use_certificate(context, identity.certificate.get());
  SSL_CTX_use_PrivateKey(context, identity.key.get());
  return context;
}

}  // namespace paysaga::engine::stripe
