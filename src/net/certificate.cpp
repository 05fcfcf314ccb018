#include "net/certificate.hpp"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "base/ascii.hpp"
#include "base/hex.hpp"

namespace postern::net {
namespace {

constexpr long ten_years = 60L * 60 * 24 * 3650;

std::string text_of(ASN1_STRING const* value) {
  return {reinterpret_cast<char const*>(::ASN1_STRING_get0_data(value)),
          static_cast<std::size_t>(::ASN1_STRING_length(value))};
}

std::string print_time(ASN1_TIME const* time) {
  OpensslPtr<BIO> out(::BIO_new(::BIO_s_mem()));
  ::ASN1_TIME_print(out.get(), time);
  char* text = nullptr;
  long const length = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

Instant instant_of(ASN1_TIME const* time) {
  std::tm parts{};
  if (::ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::from_time_t(::timegm(&parts)));
}

std::string problem(std::string const& file, std::string_view what) {
  return file + ": " + std::string(what) + " (" + last_openssl_error() + ")";
}

// A file that only its owner may read, before anything is written to it.
bool write_private(std::string const& file, BIO* content) {
  int const fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  char* text = nullptr;
  long const length = BIO_get_mem_data(content, &text);
  bool const written = ::write(fd, text, static_cast<std::size_t>(length)) == length && ::fsync(fd) == 0;
  return ::close(fd) == 0 && written;
}

void add_extension(X509* certificate, int nid, std::string const& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  ::X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  auto* extension = ::X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  ::X509_add_ext(certificate, extension, -1);
  ::X509_EXTENSION_free(extension);
}

OpensslPtr<X509> sign_self(EVP_PKEY* key, std::vector<std::string> const& names) {
  OpensslPtr<X509> certificate(::X509_new());
  ::X509_set_version(certificate.get(), 2);
  ::ASN1_INTEGER_set_uint64(::X509_get_serialNumber(certificate.get()),
                            static_cast<std::uint64_t>(::time(nullptr)));
  ::X509_gmtime_adj(::X509_getm_notBefore(certificate.get()), -3600);
  ::X509_gmtime_adj(::X509_getm_notAfter(certificate.get()), ten_years);
  auto* subject = ::X509_get_subject_name(certificate.get());
  auto const common_name = names.front().substr(0, 64);
  ::X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                               reinterpret_cast<unsigned char const*>(common_name.data()),
                               static_cast<int>(common_name.size()), -1, 0);
  ::X509_set_issuer_name(certificate.get(), subject);
  ::X509_set_pubkey(certificate.get(), key);
  std::string alternatives;
  for (auto const& name : names) alternatives += (alternatives.empty() ? "DNS:" : ",DNS:") + name;
  add_extension(certificate.get(), NID_subject_alt_name, alternatives);
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
  if (::X509_sign(certificate.get(), key, ::EVP_sha256()) == 0) return nullptr;
  return certificate;
}

std::string digest_of(unsigned char* der, int length) {  // frees it
  if (length <= 0) return {};
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  ::SHA256(der, static_cast<std::size_t>(length), digest.data());
  ::OPENSSL_free(der);
  return hex(digest);
}

}  // namespace

Result<Certificate, std::string> load_certificate(std::string const& certificate_file,
                                                  std::string const& key_file) {
  Certificate loaded;
  OpensslPtr<BIO> file(::BIO_new_file(certificate_file.c_str(), "r"));
  if (!file) return fail(certificate_file + ": " + std::strerror(errno));
  while (auto* one = ::PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr))
    loaded.chain.emplace_back(one);
  if (loaded.chain.empty()) return fail(problem(certificate_file, "holds no PEM certificate"));
  ::ERR_clear_error();
  OpensslPtr<BIO> key(::BIO_new_file(key_file.c_str(), "r"));
  if (!key) return fail(key_file + ": " + std::strerror(errno));
  loaded.key.reset(::PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr));
  if (!loaded.key) return fail(problem(key_file, "holds no PEM private key"));
  if (::X509_check_private_key(loaded.chain.front().get(), loaded.key.get()) != 1)
    return fail(problem(key_file, "is not the key of " + certificate_file));
  loaded.names = names_of(loaded.chain.front().get());
  loaded.not_after = print_time(::X509_get0_notAfter(loaded.chain.front().get()));
  return loaded;
}

Result<CertificateSummary, std::string> summary_of_certificate(std::string const& file) {
  OpensslPtr<BIO> in(::BIO_new_file(file.c_str(), "r"));
  if (!in) return fail(file + ": " + std::strerror(errno));
  OpensslPtr<X509> certificate(::PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
  if (!certificate) return fail(problem(file, "holds no PEM certificate"));
  auto const* key = ::X509_get0_pubkey(certificate.get());
  return CertificateSummary{.names = names_of(certificate.get()),
                            .begins = instant_of(::X509_get0_notBefore(certificate.get())),
                            .ends = instant_of(::X509_get0_notAfter(certificate.get())),
                            .rsa = key != nullptr && ::EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA};
}

bool name_covers(std::string_view pattern, std::string_view host) {
  if (pattern.substr(0, 2) != "*.") return pattern == host;
  auto const dot = host.find('.');
  return dot != std::string_view::npos && host.substr(dot) == pattern.substr(1);
}

Result<void, std::string> make_self_signed(std::string const& certificate_file, std::string const& key_file,
                                           std::vector<std::string> const& names) {
  OpensslPtr<EVP_PKEY> key(EVP_EC_gen("P-256"));
  auto const certificate = key ? sign_self(key.get(), names) : nullptr;
  if (!certificate) return fail(problem(certificate_file, "could not be made"));
  OpensslPtr<BIO> key_text(::BIO_new(::BIO_s_mem()));
  OpensslPtr<BIO> certificate_text(::BIO_new(::BIO_s_mem()));
  ::PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  ::PEM_write_bio_X509(certificate_text.get(), certificate.get());
  if (!write_private(key_file, key_text.get())) return fail(key_file + ": " + std::strerror(errno));
  if (!write_private(certificate_file, certificate_text.get()))
    return fail(certificate_file + ": " + std::strerror(errno));
  return {};
}

std::vector<std::string> names_of(X509* certificate) {
  std::vector<std::string> names;
  auto* alternatives =
      static_cast<GENERAL_NAMES*>(::X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(alternatives); ++i) {
    auto const* name = sk_GENERAL_NAME_value(alternatives, i);
    if (name->type == GEN_DNS) names.push_back(lowered(text_of(name->d.dNSName)));
  }
  ::GENERAL_NAMES_free(alternatives);
  if (!names.empty()) return names;
  std::array<char, 256> common_name{};
  if (::X509_NAME_get_text_by_NID(::X509_get_subject_name(certificate), NID_commonName, common_name.data(),
                                  static_cast<int>(common_name.size())) > 0)
    names.push_back(lowered(common_name.data()));
  return names;
}

std::string spki_sha256(X509* certificate) {
  unsigned char* der = nullptr;
  int const length = ::i2d_X509_PUBKEY(::X509_get_X509_PUBKEY(certificate), &der);
  return digest_of(der, length);
}

Result<std::string, std::string> spki_sha256_of(std::string const& file) {
  OpensslPtr<BIO> in(::BIO_new_file(file.c_str(), "r"));
  if (!in) return fail(file + ": " + std::strerror(errno));
  OpensslPtr<X509> certificate(::PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
  if (certificate) return spki_sha256(certificate.get());
  static_cast<void>(BIO_reset(in.get()));
  OpensslPtr<EVP_PKEY> key(::PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
  static_cast<void>(BIO_reset(in.get()));
  if (!key) key.reset(::PEM_read_bio_PUBKEY(in.get(), nullptr, nullptr, nullptr));
  ::ERR_clear_error();
  if (!key) return fail(file + ": holds neither a certificate nor a key in PEM form");
  unsigned char* der = nullptr;
  int const length = ::i2d_PUBKEY(key.get(), &der);
  return digest_of(der, length);
}

std::string last_openssl_error() {
  unsigned long const code = ::ERR_peek_last_error();
  ::ERR_clear_error();
  if (code == 0) return "no reason given";
  char const* reason = ::ERR_reason_error_string(code);
  return reason != nullptr ? reason : "error " + std::to_string(code);
}

}  // namespace postern::net
