// The keys session tickets are sealed with (RFC 5077 section 4; TLS 1.3 uses them alike). A new one every
// `lifetime`; tickets of the one before are still taken, and renewed. All loops share them; they live in
// memory only.
#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "base/guarded.hpp"
#include "base/instant.hpp"

namespace postern::net {

class TicketKeys {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Now = std::function<Time()>;

  explicit TicketKeys(Duration lifetime, Now now = std::chrono::steady_clock::now)
      : lifetime_(lifetime), now_(std::move(now)) {}
  void install(SSL_CTX* context);  // which must not outlive this

 private:
  struct Key {
    std::array<std::uint8_t, 16> name;
    std::array<std::uint8_t, 32> aes;
    std::array<std::uint8_t, 32> hmac;
  };
  struct Ring {
    std::optional<Key> current;
    std::optional<Key> previous;
    Time made{};
  };
  static Key make();
  static int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                       EVP_MAC_CTX* mac, int sealing);
  Ring ring_now();

  Duration lifetime_;
  Now now_;
  Guarded<Ring> ring_;
};

}  // namespace postern::net
