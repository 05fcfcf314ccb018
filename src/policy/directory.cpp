#include "policy/directory.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace postern::policy {
namespace {

constexpr int depth_limit = 10;
constexpr std::size_t expansion_limit = 1000;

std::string without_detail(std::string const& local) {
  auto const plus = local.find('+');
  return plus == std::string::npos || plus == 0 ? local : local.substr(0, plus);
}

bool is_postmaster(std::string const& local) { return local == "postmaster"; }

std::string host_name_of(std::string const& hostname) {
  auto const domain = Domain::parse(hostname);
  return domain ? domain->a_label() : lowered(hostname);
}

std::vector<Address> const* find_alias(LocalDomain const& domain, std::string const& local) {
  auto alias = domain.aliases.find(local);
  if (alias == domain.aliases.end()) alias = domain.aliases.find(without_detail(local));
  return alias == domain.aliases.end() ? nullptr : &alias->second;
}

bool has_mailbox(LocalDomain const& domain, std::string const& local) {
  bool const has_name = !local.empty();  // RFC 5321 section 4.1.2 allows "", but no mailbox has that name
  return (domain.any_mailbox && has_name) || domain.mailboxes.contains(local) ||
         domain.mailboxes.contains(without_detail(local));
}

}  // namespace

Words<RecipientClass> words_of(RecipientClass) {
  static constexpr Word<RecipientClass> words[] = {{RecipientClass::mailbox, "mailbox"},
                                                   {RecipientClass::alias, "alias"},
                                                   {RecipientClass::postmaster, "postmaster"},
                                                   {RecipientClass::unknown, "unknown"},
                                                   {RecipientClass::elsewhere, "elsewhere"}};
  static_assert(is_complete(words));
  return words;
}

struct Directory::Visited {
  std::unordered_set<std::string> seen;
};

Directory::Directory(std::string const& hostname, std::vector<LocalDomain> domains,
                     OwnAddresses own_addresses)
    : hostname_(host_name_of(hostname)),
      first_(domains.empty() ? std::string() : domains.front().name.a_label()),
      own_addresses_(std::move(own_addresses)) {
  for (auto& domain : domains) domains_.emplace(domain.name.a_label(), std::move(domain));
}

// RFC 5321 section 4.1.3: an address literal stands for the host that has this address. Absent: it is another
// host's.
std::optional<std::string> Directory::domain_of(Address const& address) const {
  if (auto const* domain = address.domain()) return domain->a_label();
  auto const* literal = address.literal();
  if (literal != nullptr && !own_addresses_.contains(*literal)) return std::nullopt;
  return hostname_;
}

bool Directory::is_postmaster_of_host(Address const& address) const {  // RFC 5321 section 4.5.1
  return is_postmaster(lowered(address.local_part())) && domain_of(address) == hostname_;
}

LocalDomain const* Directory::find(Address const& address) const {
  auto const name = domain_of(address);
  auto const domain = name ? domains_.find(*name) : domains_.end();
  if (domain != domains_.end()) return &domain->second;
  return is_postmaster_of_host(address) && !first_.empty() ? &domains_.at(first_) : nullptr;
}

bool Directory::requires_tls() const {
  return std::any_of(domains_.begin(), domains_.end(), [](auto const& known) {
    return known.second.tls.value_or(TlsRequirement::never) != TlsRequirement::never;
  });
}

RecipientClass Directory::standing(Address const& address) const {
  auto const* domain = find(address);
  bool const names_this_host = address.literal() != nullptr && domain_of(address).has_value();
  if (domain == nullptr) return names_this_host ? RecipientClass::unknown : RecipientClass::elsewhere;
  std::string const local = lowered(address.local_part());
  if (find_alias(*domain, local) != nullptr) return RecipientClass::alias;
  if (is_postmaster(local)) return RecipientClass::postmaster;
  return has_mailbox(*domain, local) ? RecipientClass::mailbox : RecipientClass::unknown;
}

Result<std::vector<Address>, DirectoryError> Directory::expand(Address const& address) const {
  std::vector<Address> out;
  Visited visited;
  if (!collect(address, 0, visited, out)) return fail(DirectoryError::too_deep);
  if (out.size() > expansion_limit) return fail(DirectoryError::too_many);
  return out;
}

bool Directory::collect(Address const& address, int depth, Visited& visited,
                        std::vector<Address>& out) const {
  if (depth > depth_limit) return false;
  if (out.size() > expansion_limit ||
      !visited.seen.insert(lowered(address.local_part()) + "@" + address.host()).second)
    return true;
  auto const* domain = find(address);
  auto const* alias = domain == nullptr ? nullptr : find_alias(*domain, lowered(address.local_part()));
  if (alias == nullptr) {
    bool const is_taken_in = domain != nullptr && domain_of(address) != domain->name.a_label();
    out.push_back(is_taken_in ? Address(address.local_part(), domain->name) : address);
    return true;
  }
  return std::all_of(alias->begin(), alias->end(), [&](Address const& target) {
    // An alias that names itself means the mailbox of that name.
    if (same_mailbox(target, address)) return out.push_back(target), true;
    return collect(target, depth + 1, visited, out);
  });
}

std::string Directory::mailbox_of(Address const& address) const {
  auto const* domain = find(address);
  std::string const local = lowered(address.local_part());
  if (domain == nullptr || domain->mailboxes.contains(local)) return local;
  if (domain->any_mailbox) return without_detail(local);
  if (is_postmaster(local) && !domain->mailboxes.empty())
    return *std::min_element(domain->mailboxes.begin(), domain->mailboxes.end());
  return without_detail(local);
}

}  // namespace postern::policy
