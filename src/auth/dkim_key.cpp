#include "auth/dkim_key.hpp"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <algorithm>

#include "auth/openssl_errors.hpp"
#include "auth/tag_list.hpp"
#include "base/ascii.hpp"
#include "base/base64.hpp"

namespace postern::auth {
namespace {

constexpr int least_public_bits = 1024;  // RFC 8301 section 3.2
constexpr int most_public_bits = 8192;   // a verification takes longer with the square of it
constexpr int most_exponent_bits = 64;   // and in proportion to the exponent's length
constexpr std::size_t ed25519_size = 32;

struct FreeKey {
  void operator()(::EVP_PKEY* key) const { ::EVP_PKEY_free(key); }
};
using PublicPkey = std::unique_ptr<::EVP_PKEY, FreeKey>;

unsigned char const* octets(std::string_view text) {
  return reinterpret_cast<unsigned char const*>(text.data());
}

class OpenSslKey : public PublicKey {
 public:
  OpenSslKey(KeyType type, PublicPkey key) : type_(type), key_(std::move(key)) {}
  KeyType type() const override { return type_; }
  int bits() const override { return ::EVP_PKEY_get_bits(key_.get()); }

  bool verify(std::string_view hash, std::string_view signature) const override {
    OpensslErrors const cleared;
    return type_ == KeyType::ed25519 ? verify_ed25519(hash, signature) : verify_rsa(hash, signature);
  }

 private:
  bool verify_ed25519(std::string_view hash, std::string_view signature) const {
    std::unique_ptr<::EVP_MD_CTX, decltype(&::EVP_MD_CTX_free)> const context(::EVP_MD_CTX_new(),
                                                                              ::EVP_MD_CTX_free);
    return context && ::EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
           ::EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(hash),
                              hash.size()) == 1;
  }
  bool verify_rsa(std::string_view hash, std::string_view signature) const {
    std::unique_ptr<::EVP_PKEY_CTX, decltype(&::EVP_PKEY_CTX_free)> const context(
        ::EVP_PKEY_CTX_new(key_.get(), nullptr), ::EVP_PKEY_CTX_free);
    return context && ::EVP_PKEY_verify_init(context.get()) == 1 &&
           ::EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
           ::EVP_PKEY_CTX_set_signature_md(context.get(), ::EVP_sha256()) == 1 &&
           ::EVP_PKEY_verify(context.get(), octets(signature), signature.size(), octets(hash), hash.size()) ==
               1;
  }

  KeyType type_;
  PublicPkey key_;
};

// d2i_PUBKEY looks for decoders each time and takes a hundred times as long as these, which OpenSSL 3 calls
// deprecated.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
PublicPkey rsa_key(std::string_view data) {
  auto const* at = octets(data);
  auto* rsa = ::d2i_RSA_PUBKEY(nullptr, &at, static_cast<long>(data.size()));
  if (rsa == nullptr) {
    at = octets(data);
    rsa = ::d2i_RSAPublicKey(nullptr, &at, static_cast<long>(data.size()));
  }
  if (rsa == nullptr) return nullptr;
  PublicPkey key(::EVP_PKEY_new());
  bool const is_cheap = ::BN_num_bits(::RSA_get0_e(rsa)) <= most_exponent_bits;
  if (!key || !is_cheap || ::EVP_PKEY_assign_RSA(key.get(), rsa) != 1) {
    ::RSA_free(rsa);
    return nullptr;
  }
  return key;
}
#pragma GCC diagnostic pop

bool lists(std::optional<std::string_view> list, std::string_view word, std::string_view any = {}) {
  if (!list) return true;
  auto const words = split_list(*list, ':');
  return std::any_of(words.begin(), words.end(), [&](std::string_view one) {
    return iequals(one, word) || (!any.empty() && one == any);
  });
}

bool has_flag(TagList const& tags, std::string_view flag) {
  auto const flags = tags.find("t");
  return flags && lists(flags, flag);
}

}  // namespace

std::string sha256(std::string_view bytes) {
  std::string out(SHA256_DIGEST_LENGTH, '\0');
  ::SHA256(octets(bytes), bytes.size(), reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

Result<std::shared_ptr<PublicKey const>, std::string> make_public_key(KeyType type, std::string_view data) {
  OpensslErrors const cleared;
  PublicPkey key;
  if (type == KeyType::ed25519) {
    if (data.size() != ed25519_size) return fail(std::string("an Ed25519 key has 32 octets"));
    key.reset(::EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets(data), data.size()));
  } else {
    key = rsa_key(data);
  }
  if (!key) return fail(std::string("the key cannot be read"));
  auto const bits = ::EVP_PKEY_get_bits(key.get());
  if (type == KeyType::rsa && bits < least_public_bits)
    return fail("the key has " + std::to_string(bits) + " bits, fewer than 1024");
  if (bits > most_public_bits) return fail("the key has " + std::to_string(bits) + " bits, more than 8192");
  return std::make_shared<OpenSslKey const>(type, std::move(key));
}

Result<DkimKey, std::string> parse_dkim_key(std::string_view record) {
  auto const tags = TagList::parse(record);
  if (!tags) return fail(std::string("the key record's syntax is wrong"));
  if (auto const version = tags->find("v"); version && *version != "DKIM1")
    return fail(std::string("the key record is of another version"));
  auto const data = tags->find("p");
  if (!data) return fail(std::string("the key record has no key"));
  DkimKey out;
  out.testing = has_flag(*tags, "y");
  out.strict = has_flag(*tags, "s");
  out.takes_sha256 = lists(tags->find("h"), "sha256");
  out.for_mail = lists(tags->find("s"), "email", "*");
  if (data->empty()) return out;
  auto const type_name = tags->find("k").value_or("rsa");
  if (type_name != "rsa" && type_name != "ed25519")
    return fail(std::string("a key of a type that is not known"));
  auto const decoded = decode_base64(*data);
  if (!decoded) return fail(std::string("the key is not base64"));
  auto key = make_public_key(type_name == "rsa" ? KeyType::rsa : KeyType::ed25519, *decoded);
  if (!key) return fail(key.error());
  out.key = *std::move(key);
  return out;
}

}  // namespace postern::auth
