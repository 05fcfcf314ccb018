#include "whatif/readers/microsoft_hosts.hpp"

#include <algorithm>
#include <array>

namespace postern::whatif {
namespace {

// Exchange Online Protection, and Forefront before it.
constexpr auto border_domains = std::to_array<std::string_view>(
    {".protection.outlook.com", ".mail.eo.outlook.com", ".protection.outlook.us", ".protection.office365.us",
     ".protection.partner.outlook.cn", ".protection.outlook.de", ".bigfish.com", ".frontbridge.com"});

constexpr auto inside_domains =
    std::to_array<std::string_view>({".outlook.com", ".office365.com", ".outlook.us", ".office365.us",
                                     ".outlook.cn", ".outlook.de", ".exchangelabs.com", ".protection.gbl"});

template <std::size_t N>
bool is_within(std::string_view host, std::array<std::string_view, N> const& domains) {
  return std::any_of(domains.begin(), domains.end(),
                     [&](std::string_view domain) { return host.ends_with(domain); });
}

}  // namespace

bool is_microsoft_border(std::string_view host) { return is_within(host, border_domains); }

bool is_microsoft_inside(std::string_view host) {
  return is_within(host, inside_domains) && !is_microsoft_border(host);
}

}  // namespace postern::whatif
