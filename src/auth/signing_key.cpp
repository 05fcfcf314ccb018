#include "auth/signing_key.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <stdexcept>

#include "auth/openssl_errors.hpp"
#include "base/base64.hpp"

namespace postern::auth {
namespace {

constexpr int least_private_bits = 1024, most_private_bits = 4096;
constexpr std::size_t new_rsa_bits = 2048;

template <auto Free>
struct FreeBy {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using PrivatePkey = std::unique_ptr<::EVP_PKEY, FreeBy<::EVP_PKEY_free>>;
using Bio = std::unique_ptr<::BIO, FreeBy<::BIO_free_all>>;
using DigestContext = std::unique_ptr<::EVP_MD_CTX, FreeBy<::EVP_MD_CTX_free>>;
using KeyContext = std::unique_ptr<::EVP_PKEY_CTX, FreeBy<::EVP_PKEY_CTX_free>>;

void require_openssl(bool done) {
  if (!done) throw std::runtime_error("OpenSSL cannot sign");
}

unsigned char const* as_octets(std::string_view text) {
  return reinterpret_cast<unsigned char const*>(text.data());
}

class OpenSslSigningKey : public SigningKey {
 public:
  OpenSslSigningKey(KeyType type, PrivatePkey key) : type_(type), key_(std::move(key)) {}
  KeyType type() const override { return type_; }
  int bits() const override { return ::EVP_PKEY_get_bits(key_.get()); }
  std::string sign(std::string_view hash) const override {
    return type_ == KeyType::ed25519 ? sign_ed25519(hash) : sign_rsa(hash);
  }
  std::string record() const override {
    bool const is_rsa = type_ == KeyType::rsa;
    return std::string("v=DKIM1; k=") + (is_rsa ? "rsa" : "ed25519") +
           "; p=" + base64(is_rsa ? public_info() : raw());
  }

 private:
  std::string sign_ed25519(std::string_view hash) const {
    DigestContext const context(::EVP_MD_CTX_new());
    std::string out(64, '\0');
    auto size = out.size();
    require_openssl(context &&
                    ::EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
                    ::EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                                     as_octets(hash), hash.size()) == 1);
    return out;
  }
  std::string sign_rsa(std::string_view hash) const {
    KeyContext const context(::EVP_PKEY_CTX_new(key_.get(), nullptr));
    std::string out(static_cast<std::size_t>(::EVP_PKEY_get_size(key_.get())), '\0');
    auto size = out.size();
    require_openssl(context && ::EVP_PKEY_sign_init(context.get()) == 1 &&
                    ::EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
                    ::EVP_PKEY_CTX_set_signature_md(context.get(), ::EVP_sha256()) == 1 &&
                    ::EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                                    as_octets(hash), hash.size()) == 1);
    out.resize(size);
    return out;
  }
  std::string public_info() const {
    unsigned char* der = nullptr;
    int const size = ::i2d_PUBKEY(key_.get(), &der);
    require_openssl(size > 0);
    std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    ::OPENSSL_free(der);
    return out;
  }
  std::string raw() const {
    std::string out(32, '\0');
    auto size = out.size();
    require_openssl(
        ::EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(out.data()), &size) == 1);
    return out;
  }

  KeyType type_;
  PrivatePkey key_;
};

}  // namespace

Result<std::shared_ptr<SigningKey const>, std::string> read_signing_key(std::string_view pem) {
  OpensslErrors const cleared;
  Bio const bio(::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // Without a passphrase: an encrypted key cannot be read, instead of asking the terminal.
  auto const no_passphrase = [](char*, int, int, void*) { return 0; };
  PrivatePkey key(bio ? ::PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr) : nullptr);
  if (!key) return fail(std::string("it holds no private key in PEM that can be read"));
  int const id = ::EVP_PKEY_get_base_id(key.get());
  if (id == EVP_PKEY_ED25519)
    return std::make_shared<OpenSslSigningKey const>(KeyType::ed25519, std::move(key));
  if (id != EVP_PKEY_RSA) return fail(std::string("it is neither an RSA nor an Ed25519 key"));
  int const bits = ::EVP_PKEY_get_bits(key.get());
  if (bits < least_private_bits || bits > most_private_bits)
    return fail("an RSA key of " + std::to_string(bits) + " bits: it has to have from 1024 to 4096");
  return std::make_shared<OpenSslSigningKey const>(KeyType::rsa, std::move(key));
}

std::string new_signing_key(KeyType type) {
  PrivatePkey const key(type == KeyType::rsa ? ::EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", new_rsa_bits)
                                             : ::EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  Bio const bio(::BIO_new(::BIO_s_mem()));
  require_openssl(key && bio &&
                  ::PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
                      1);
  char* text = nullptr;
  auto const size = ::BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace postern::auth
