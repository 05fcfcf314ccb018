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

std::vector<Address> const* find_alias(LocalDomain const& domain, std::string const& local) {
  auto alias = domain.aliases.find(local);
  if (alias == domain.aliases.end()) alias = domain.aliases.find(without_detail(local));
  return alias == domain.aliases.end() ? nullptr : &alias->second;
}

bool has_mailbox(LocalDomain const& domain, std::string const& local) {
  return domain.any_mailbox || domain.mailboxes.contains(local) ||
         domain.mailboxes.contains(without_detail(local));
}

}  // namespace

Words<Standing> words_of(Standing) {
  static constexpr Word<Standing> words[] = {{Standing::mailbox, "mailbox"},
                                             {Standing::alias, "alias"},
                                             {Standing::postmaster, "postmaster"},
                                             {Standing::unknown, "unknown"},
                                             {Standing::elsewhere, "elsewhere"}};
  static_assert(is_complete(words));
  return words;
}

struct Directory::Visited {
  std::unordered_set<std::string> seen;
};

Directory::Directory(std::string hostname, std::vector<LocalDomain> domains) : hostname_(lowered(hostname)) {
  for (auto& domain : domains) domains_.emplace(domain.name.a_label(), std::move(domain));
}

LocalDomain const* Directory::find(Address const& address) const {
  bool const ours = address.domain() == nullptr;  // bare postmaster, or a literal of this host
  auto const domain = domains_.find(ours ? hostname_ : address.domain()->a_label());
  if (domain != domains_.end()) return &domain->second;
  return ours && address.literal() == nullptr && !domains_.empty() ? &domains_.begin()->second : nullptr;
}

bool Directory::requires_tls() const {
  return std::any_of(domains_.begin(), domains_.end(), [](auto const& known) {
    return known.second.tls.value_or(TlsRequirement::never) != TlsRequirement::never;
  });
}

Standing Directory::standing(Address const& address) const {
  auto const* domain = find(address);
  if (domain == nullptr) return Standing::elsewhere;
  std::string const local = lowered(address.local_part());
  if (find_alias(*domain, local) != nullptr) return Standing::alias;
  if (is_postmaster(local)) return Standing::postmaster;
  return has_mailbox(*domain, local) ? Standing::mailbox : Standing::unknown;
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
    out.push_back(address);
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
