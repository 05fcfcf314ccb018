#include "app/settings/published.hpp"

#include <xxhash.h>

#include <array>

#include "base/domain.hpp"
#include "base/hex.hpp"

namespace postern::app {

wire::StsPolicy published_policy(DomainSettings const& domain, std::string const& hostname) {
  wire::StsPolicy policy;
  policy.mode = domain.sts_mode;
  policy.mx = domain.sts_mx.empty() ? std::vector<std::string>{hostname} : domain.sts_mx;
  policy.max_age = std::chrono::duration_cast<std::chrono::seconds>(domain.sts_max_age);
  return policy;
}

std::string policy_id(wire::StsPolicy const& policy) {
  auto const text = print(policy);
  auto const digest = XXH3_64bits(text.data(), text.size());
  std::array<std::uint8_t, sizeof digest> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(digest >> (8 * i));
  return hex(bytes);
}

std::string zone_strings(std::string_view text) {
  constexpr std::size_t longest_string = 255;
  std::string out;
  do {
    auto const part = text.substr(0, longest_string);
    out += (out.empty() ? "\"" : " \"") + std::string(part) + "\"";
    text.remove_prefix(part.size());
  } while (!text.empty());
  return out;
}

web::StsPolicies published_policies(LiveSettings const& settings) {
  web::StsPolicies policies;
  for (auto const& domain : settings.domains) {
    auto const name = Domain::parse(domain.name);
    if (name && domain.sts_mode != wire::StsMode::none)
      policies[name->a_label()] = print(published_policy(domain, settings.hostname));
  }
  return policies;
}

}  // namespace postern::app
