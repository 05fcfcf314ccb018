#include "policy/returned_mail.hpp"

namespace postern::policy {

std::optional<Address> returned_to(Policy const& policy, std::optional<Address> const& reverse_path,
                                   Address const& recipient, Instant now) {
  if (!policy.srs || reverse_path || policy.directory.find(recipient) == nullptr) return std::nullopt;
  auto original = policy.srs->original(recipient, now);
  return original ? std::optional(*std::move(original)) : std::nullopt;
}

}  // namespace postern::policy
