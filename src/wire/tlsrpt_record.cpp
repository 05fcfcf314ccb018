#include "wire/tlsrpt_record.hpp"

#include "base/ascii.hpp"

namespace postern::wire {
namespace {

constexpr std::string_view version = "v=TLSRPTv1";
constexpr std::size_t report_address_limit = 10;

bool is_ours(std::string_view record) {
  return record.substr(0, version.size()) == version &&
         trimmed(record.substr(version.size())).substr(0, 1) == ";";
}

void add_addresses(std::vector<std::string>& found, std::string_view list) {
  while (!list.empty()) {
    auto const comma = list.find(',');
    auto const uri = trimmed(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    bool const known = istarts_with(uri, "mailto:") || istarts_with(uri, "https://");
    if (known && is_ascii(uri) && found.size() < report_address_limit) found.emplace_back(uri);
  }
}

}  // namespace

std::optional<std::vector<std::string>> parse_tlsrpt_record(std::vector<std::string> const& records) {
  std::optional<std::vector<std::string>> found;
  for (auto const& record : records) {
    if (!is_ours(record)) continue;
    if (found) return std::nullopt;  // RFC 8460 section 3: more than one counts as none
    found.emplace();
    std::string_view rest = record;
    while (!rest.empty()) {
      auto const semicolon = rest.find(';');
      auto const field = trimmed(rest.substr(0, semicolon));
      rest.remove_prefix(semicolon == std::string_view::npos ? rest.size() : semicolon + 1);
      if (field.substr(0, 4) == "rua=") add_addresses(*found, field.substr(4));
    }
  }
  if (found && found->empty()) return std::nullopt;
  return found;
}

}  // namespace postern::wire
