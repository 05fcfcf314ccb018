// What DKIM costs of CPU, beside the primitive of OpenSSL that it cannot do without: a message of 4 KiB is
// verified with its key at hand, and signed, with RSA-2048 and with Ed25519. Prints microseconds of one
// thread.
//   signatures [ROUNDS]
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <string>

#include "auth/dkim_verification.hpp"
#include "auth/signing.hpp"

namespace {

using namespace postern;
using namespace postern::auth;

constexpr std::uint64_t made_at = 1'795'478'400;
constexpr std::size_t message_size = 4096;

double cpu_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

// The best of five runs: what disturbs a run only makes it longer.
template <class Work>
double cost_of(int rounds, Work work) {
  double best = 0;
  for (int run = 0; run < 5; ++run) {
    auto const begin = cpu_microseconds();
    for (int i = 0; i < rounds; ++i) work();
    auto const cost = (cpu_microseconds() - begin) / rounds;
    if (run == 0 || cost < best) best = cost;
  }
  return best;
}

void require(bool holds, char const* what) {
  if (!holds) throw std::runtime_error(what);
}

std::string const message_header =
    "From: Alice <alice@our.example>\r\nTo: Bob <bob@x.example>\r\nSubject: Minutes of the meeting\r\n"
    "Date: Wed, 25 Nov 2026 10:00:00 +0000\r\nMessage-ID: <minutes@our.example>\r\nMIME-Version: 1.0\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\n";

std::string message_body() {
  std::string out;
  while (message_header.size() + out.size() < message_size)
    out += "Some words of a line as people write them, of which there are many in a message.\r\n";
  return out;
}

std::string sign_message(Signer const& signer, std::string const& body) {
  MessageDigests digests;
  digests.feed_header(message_header);
  auto const hash = digests.want_body_hash(Canonical::relaxed, {});
  digests.feed_body(body);
  digests.finish();
  return dkim_signature_field(signer, digests.fields(), digests.body_hash(*hash), made_at);
}

void verify_message(std::string_view message, DnsView& dns) {
  MessageDigests digests;
  DkimVerification verification;
  message.remove_prefix(digests.feed_header(message));
  verification.begin(digests);
  digests.feed_body(message);
  digests.finish();
  auto const results = verification.results(digests, dns, made_at);
  require(results && results->size() == 1 && results->front().result == DkimResult::pass,
          "it does not verify");
}

void put_key(DnsView& dns, Signer const& signer) {
  auto const record = signer.key->record();
  std::string data;
  for (std::string_view text = record; !text.empty();
       text.remove_prefix(std::min<std::size_t>(text.size(), 255))) {
    auto const part = text.substr(0, 255);
    data += static_cast<char>(part.size());
    data += part;
  }
  dns.put({signer.selector + "._domainkey." + signer.domain, wire::DnsType::txt},
          {.status = DnsReply::Status::found, .records = {data}});
}

// OpenSSL alone: one signature of 32 bytes, by the interface that its manual shows.
class Primitive {
 public:
  explicit Primitive(std::string const& pem) {
    std::unique_ptr<::BIO, decltype(&::BIO_free)> const bio(
        ::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), ::BIO_free);
    key_.reset(::PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    require(key_ != nullptr, "OpenSSL cannot read the key");
    is_rsa_ = ::EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_RSA;
    sign();
  }
  void sign() {
    Context const context(::EVP_MD_CTX_new(), ::EVP_MD_CTX_free);
    std::size_t size = signature_.size();
    require(::EVP_DigestSignInit(context.get(), nullptr, digest(), nullptr, key_.get()) == 1 &&
                ::EVP_DigestSign(context.get(), signature_.data(), &size, hash_.data(), hash_.size()) == 1,
            "OpenSSL cannot sign");
    size_ = size;
  }
  void verify() const {
    Context const context(::EVP_MD_CTX_new(), ::EVP_MD_CTX_free);
    require(::EVP_DigestVerifyInit(context.get(), nullptr, digest(), nullptr, key_.get()) == 1 &&
                ::EVP_DigestVerify(context.get(), signature_.data(), size_, hash_.data(), hash_.size()) == 1,
            "OpenSSL cannot verify");
  }

 private:
  using Context = std::unique_ptr<::EVP_MD_CTX, decltype(&::EVP_MD_CTX_free)>;
  ::EVP_MD const* digest() const { return is_rsa_ ? ::EVP_sha256() : nullptr; }

  std::unique_ptr<::EVP_PKEY, decltype(&::EVP_PKEY_free)> key_{nullptr, ::EVP_PKEY_free};
  bool is_rsa_ = false;
  std::array<unsigned char, 32> hash_{};
  std::array<unsigned char, 512> signature_{};
  std::size_t size_ = 0;
};

void measure(char const* name, KeyType type, int rounds) {
  auto const pem = new_signing_key(type);
  Signer const signer{.domain = "our.example", .selector = "s1", .key = *read_signing_key(pem)};
  Primitive primitive(pem);
  auto const body = message_body();
  auto const message = sign_message(signer, body) + message_header + body;
  DnsView dns;
  put_key(dns, signer);
  auto const verifying = cost_of(rounds, [&] { verify_message(message, dns); });
  auto const least_verifying = cost_of(rounds, [&] { primitive.verify(); });
  auto const signing = cost_of(rounds, [&] { sign_message(signer, body); });
  auto const least_signing = cost_of(rounds, [&] { primitive.sign(); });
  std::printf("%-9s verify %7.1f us (OpenSSL's part %7.1f)   sign %7.1f us (OpenSSL's part %7.1f)\n", name,
              verifying, least_verifying, signing, least_signing);
}

}  // namespace

int main(int argc, char** argv) {
  int const rounds = argc > 1 ? std::atoi(argv[1]) : 1000;
  if (rounds < 1) {
    std::fprintf(stderr, "signatures [ROUNDS]\n");
    return 2;
  }
  std::printf("DKIM of a message of %zu bytes, the key at hand, CPU time of one thread\n", message_size);
  measure("rsa-2048", KeyType::rsa, rounds);
  measure("ed25519", KeyType::ed25519, rounds);
  return 0;
}
