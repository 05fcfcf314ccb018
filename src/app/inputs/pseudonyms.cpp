#include "app/inputs/pseudonyms.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <span>
#include <stdexcept>

#include "base/ascii.hpp"
#include "base/hex.hpp"
#include "base/registrable_domain.hpp"

namespace postern::app {
namespace {

constexpr std::size_t v4_network = 15, v6_network = 6;  // bytes of the mapped form: /24, /48

std::span<std::uint8_t const> first_bytes(std::string const& digest) {
  return {reinterpret_cast<std::uint8_t const*>(digest.data()), 8};
}

}  // namespace

std::string Pseudonyms::digest(std::string_view kind, std::string_view text) const {
  std::string const input = std::string(kind) + '\0' + std::string(text);
  std::string out(32, '\0');
  unsigned length = 0;
  if (::HMAC(::EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
             reinterpret_cast<unsigned char const*>(input.data()), input.size(),
             reinterpret_cast<unsigned char*>(out.data()), &length) == nullptr)
    throw std::runtime_error("OpenSSL cannot compute HMAC-SHA-256");
  return out;
}

std::string Pseudonyms::label(std::string_view text) const {
  auto const hash = digest("name", text);
  return "x" + hex(first_bytes(hash));
}

IpAddress Pseudonyms::address(IpAddress const& real) const {
  if (real.is_loopback() || real.is_link_local() || real.is_private()) return real;
  std::string_view const bytes(reinterpret_cast<char const*>(real.bytes().data()), real.bytes().size());
  auto const network = digest("network", bytes.substr(0, real.is_v4() ? v4_network : v6_network));
  auto const host = digest("address", bytes);
  IpAddress::Bytes out{};
  out[0] = 0x3F;
  std::copy_n(network.begin(), 5, out.begin() + 1);
  std::copy_n(host.begin(), 10, out.begin() + 6);
  return IpAddress::from_v6(out);
}

std::string Pseudonyms::name(std::string_view real) const {
  if (real.empty()) return {};
  auto const whole = lowered(real);
  auto const registrable = registrable_domain(whole);
  auto const domain = label(registrable.empty() ? whole : registrable) + ".invalid";
  return registrable.empty() || registrable == whole ? domain : label(whole) + "." + domain;
}

std::string Pseudonyms::mailbox(std::string_view real) const {
  auto const at = real.rfind('@');
  if (at == std::string_view::npos) return real.empty() ? std::string() : label(real);
  return label(lowered(real)) + "@" + name(real.substr(at + 1));
}

void Pseudonyms::hide(whatif::Reception& reception) const {
  if (reception.has_client) reception.client = address(reception.client);
  reception.client_name = name(reception.client_name);
  reception.helo = name(reception.helo);
  reception.sender = mailbox(reception.sender);
  for (auto& recipient : reception.recipients) recipient = mailbox(recipient);
  if (reception.copy_of != 0) {
    auto const hidden = digest("copy", std::to_string(reception.copy_of));
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value = value << 8 | static_cast<std::uint8_t>(hidden[i]);
    reception.copy_of = std::max<std::uint64_t>(value, 1);
  }
}

}  // namespace postern::app
