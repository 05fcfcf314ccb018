#include "net/ticket_keys.hpp"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstring>

namespace postern::net {
namespace {

int index_of_keys() {
  static int const index = ::SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

// OpenSSL 3.0 looks an algorithm up anew at each use; once is enough.
EVP_CIPHER const* aes_256_cbc() {
  static EVP_CIPHER const* const cipher = ::EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr);
  return cipher;
}

}  // namespace

TicketKeys::Key TicketKeys::make() {
  Key key{};
  ::RAND_bytes(key.name.data(), static_cast<int>(key.name.size()));
  ::RAND_priv_bytes(key.aes.data(), static_cast<int>(key.aes.size()));
  ::RAND_priv_bytes(key.hmac.data(), static_cast<int>(key.hmac.size()));
  return key;
}

TicketKeys::Ring TicketKeys::ring_now() {
  auto ring = ring_.access();
  auto const now = now_();
  if (!ring->current || now - ring->made >= lifetime_) {
    // A key that was not renewed in time has sealed nothing lately: it is not kept as the previous one for
    // ever.
    ring->previous = now - ring->made < 2 * lifetime_ ? ring->current : std::nullopt;
    ring->current = make();
    ring->made = now;
  }
  return *ring;
}

void TicketKeys::install(SSL_CTX* context) {
  ::SSL_CTX_set_ex_data(context, index_of_keys(), this);
  ::SSL_CTX_set_tlsext_ticket_key_evp_cb(context, &TicketKeys::on_ticket);
}

// Answers as SSL_CTX_set_tlsext_ticket_key_evp_cb(3) says: 1 take it, 2 take and renew it, 0 it is not ours,
// -1 failure.
int TicketKeys::on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                          EVP_MAC_CTX* mac, int sealing) {
  auto* self = static_cast<TicketKeys*>(::SSL_CTX_get_ex_data(::SSL_get_SSL_CTX(ssl), index_of_keys()));
  auto ring = self->ring_now();
  Key* key = &*ring.current;
  int answer = 1;
  if (sealing == 1) {
    std::copy(key->name.begin(), key->name.end(), name);
    if (::RAND_bytes(iv, ::EVP_CIPHER_get_iv_length(aes_256_cbc())) != 1) return -1;
  } else if (std::memcmp(name, key->name.data(), key->name.size()) != 0) {
    if (!ring.previous || std::memcmp(name, ring.previous->name.data(), ring.previous->name.size()) != 0)
      return 0;
    key = &*ring.previous;
    answer = 2;
  }
  char digest[] = "SHA256";
  OSSL_PARAM const parameters[] = {
      ::OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key->hmac.data(), key->hmac.size()),
      ::OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), ::OSSL_PARAM_construct_end()};
  if (::EVP_MAC_CTX_set_params(mac, parameters) != 1) return -1;
  int const ready = sealing == 1 ? ::EVP_EncryptInit_ex(cipher, aes_256_cbc(), nullptr, key->aes.data(), iv)
                                 : ::EVP_DecryptInit_ex(cipher, aes_256_cbc(), nullptr, key->aes.data(), iv);
  return ready == 1 ? answer : -1;
}

}  // namespace postern::net
