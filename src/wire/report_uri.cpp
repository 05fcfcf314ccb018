#include "wire/report_uri.hpp"

#include <charconv>

#include "base/ascii.hpp"
#include "base/hex.hpp"
#include "wire/path.hpp"

namespace postern::wire {

std::optional<std::string> decode_percent(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    int const high = hex_value(text[i + 1]);
    int const low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::optional<Address> mailto_address(std::string_view uri) {
  constexpr std::string_view scheme = "mailto:";
  if (!istarts_with(uri, scheme)) return std::nullopt;
  uri.remove_prefix(scheme.size());
  auto const text = decode_percent(uri.substr(0, uri.find_first_of("?#")));
  if (!text) return std::nullopt;
  auto const address = parse_mailbox(*text);
  if (!address || address->host().empty()) return std::nullopt;
  return *address;
}

std::optional<HttpsPlace> https_place(std::string_view uri) {
  constexpr std::string_view scheme = "https://";
  if (!istarts_with(uri, scheme)) return std::nullopt;
  uri.remove_prefix(scheme.size());
  auto authority = uri.substr(0, uri.find_first_of("/?#"));
  if (auto const at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  auto const colon = authority.find(':');
  auto const name = decode_percent(authority.substr(0, colon));
  auto const domain = Domain::parse(name.value_or(std::string()));
  if (!domain) return std::nullopt;
  HttpsPlace place{.host = domain->a_label()};
  if (colon == std::string_view::npos || colon + 1 == authority.size()) return place;
  auto const port = authority.substr(colon + 1);
  auto const [end, error] = std::from_chars(port.data(), port.data() + port.size(), place.port);
  if (error != std::errc() || end != port.data() + port.size() || place.port == 0) return std::nullopt;
  return place;
}

}  // namespace postern::wire
