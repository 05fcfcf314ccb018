// Certificates and keys: loaded from PEM files, made for a first start, and looked at.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace postern::net {

struct OpensslDeleter {
  void operator()(X509* p) const { ::X509_free(p); }
  void operator()(EVP_PKEY* p) const { ::EVP_PKEY_free(p); }
  void operator()(SSL_CTX* p) const { ::SSL_CTX_free(p); }
  void operator()(SSL* p) const { ::SSL_free(p); }
  void operator()(SSL_SESSION* p) const { ::SSL_SESSION_free(p); }
  void operator()(BIO* p) const { ::BIO_free(p); }
};
template <class T>
using OpensslPtr = std::unique_ptr<T, OpensslDeleter>;

struct Certificate {
  std::vector<OpensslPtr<X509>> chain;  // the host's own first
  OpensslPtr<EVP_PKEY> key;
  std::vector<std::string> names;  // subjectAltName DNS entries, lower case; else the common name
  std::string not_after;           // for people
};

// The error says which file and what is wrong with it.
Result<Certificate, std::string> load_certificate(std::string const& certificate_file,
                                                  std::string const& key_file);

// Writes a self-signed ECDSA P-256 certificate, good for ten years, for `names`. Files are made 0600.
Result<void, std::string> make_self_signed(std::string const& certificate_file, std::string const& key_file,
                                           std::vector<std::string> const& names);

// Of a PEM file that holds a certificate, a private or a public key. The error is for people.
Result<std::string, std::string> spki_sha256_of(std::string const& file);
std::string spki_sha256(X509* certificate);  // hexadecimal (RFC 7469 section 2.4's digest)
std::vector<std::string> names_of(
    X509* certificate);            // subjectAltName DNS entries, lower case; else the common name
std::string last_openssl_error();  // takes it off the queue; empties the queue

}  // namespace postern::net
