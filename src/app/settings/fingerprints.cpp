#include "app/settings/fingerprints.hpp"

#include "base/ascii.hpp"

namespace postern::app {

std::string normal_fingerprint(std::string_view written) {
  std::string digits;
  for (char c : written)
    if (c != ':') digits += to_lower(c);
  bool const good = digits.size() == 64 && digits.find_first_not_of("0123456789abcdef") == std::string::npos;
  return good ? digits : std::string();
}

std::unordered_set<std::string> fingerprints_of(std::vector<std::string> const& written, int line,
                                                std::string const& where, Problems& problems) {
  std::unordered_set<std::string> found;
  for (auto const& fingerprint : written) {
    auto digits = normal_fingerprint(fingerprint);
    if (digits.empty())
      problems.error(line, where + ": \"" + fingerprint + "\" is no SHA-256: 64 hexadecimal digits");
    found.insert(std::move(digits));
  }
  return found;
}

}  // namespace postern::app
