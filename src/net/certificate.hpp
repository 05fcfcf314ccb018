// Certificates and keys: loaded from PEM files, made for a first start, and looked at.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
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

// What a certificate says, without its key.
struct CertificateSummary {
  std::vector<std::string> names;  // as Certificate has them
  Instant begins{};
  Instant ends{};
  bool rsa = false;  // its key
};

// Of the first certificate in a PEM file. The error is for people.
Result<CertificateSummary, std::string> summary_of_certificate(std::string const& file);

// RFC 6125 section 6.4.3: "*." stands for the left-most label only. Both in lower case.
bool name_covers(std::string_view pattern, std::string_view host);

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
