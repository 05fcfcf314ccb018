#include "auth/sha256_stream.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace postern::auth {
namespace {

void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL cannot compute SHA-256");
}

}  // namespace

struct Sha256Stream::State {
  State() { require(context != nullptr && ::EVP_DigestInit_ex(context, ::EVP_sha256(), nullptr) == 1); }
  State(State const&) = delete;
  State& operator=(State const&) = delete;
  ~State() { ::EVP_MD_CTX_free(context); }
  ::EVP_MD_CTX* context = ::EVP_MD_CTX_new();
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) {}
Sha256Stream::~Sha256Stream() = default;
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;

void Sha256Stream::feed(std::string_view bytes) {
  require(::EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1);
}

std::string Sha256Stream::finish() {
  std::string out(32, '\0');
  unsigned length = 0;
  require(::EVP_DigestFinal_ex(state_->context, reinterpret_cast<unsigned char*>(out.data()), &length) == 1);
  return out;
}

}  // namespace postern::auth
