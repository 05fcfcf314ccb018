#include "session/passwords.hpp"

#include <crypt.h>

#include <algorithm>
#include <cstring>

#include "base/ascii.hpp"

namespace postern::session {
namespace {

constexpr std::size_t longest_password = 512;  // CRYPT_MAX_PASSPHRASE_SIZE

bool same(std::string_view a, std::string_view b) {  // in a time that tells nothing
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) difference |= static_cast<unsigned>(a[i] ^ b[i]);
  return difference == 0;
}

bool is_crypt_letter(char c) { return is_alnum(c) || c == '.' || c == '/'; }

// "$6$salt$hash" of a method that this system has, or the 13 letters of the oldest one.
bool is_crypt_hash(std::string const& hash) {
  if (!hash.starts_with('$'))
    return hash.size() == 13 && std::all_of(hash.begin(), hash.end(), is_crypt_letter);
  int const salt = ::crypt_checksalt(hash.c_str());
  bool const known = salt != CRYPT_SALT_INVALID && salt != CRYPT_SALT_METHOD_DISABLED;
  return known && std::count(hash.begin(), hash.end(), '$') >= 3;
}

}  // namespace

Result<std::shared_ptr<Passwords const>, std::string> Passwords::parse(std::string_view text) {
  auto made = std::make_shared<Passwords>();
  for (int number = 1; !text.empty(); ++number) {
    auto const end = text.find('\n');
    auto const line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    auto const colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos || line.size() < colon + 3)
      return fail("line " + std::to_string(number) + " is not NAME:HASH");
    auto hash = line.substr(colon + 1);
    hash = hash.substr(0, hash.find(':'));  // what passwd files have behind it
    made->hashes_[std::string(line.substr(0, colon))] = hash;
  }
  return std::shared_ptr<Passwords const>(std::move(made));
}

std::vector<std::string> Passwords::names() const {
  std::vector<std::string> all;
  for (auto const& [name, hash] : hashes_) all.push_back(name);
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<std::string> Passwords::unusable() const {
  auto all = names();
  std::erase_if(all, [this](std::string const& name) { return is_crypt_hash(hashes_.at(name)); });
  return all;
}

bool Passwords::verify(std::string const& user, std::string const& password) const {
  if (hashes_.empty() || password.size() > longest_password || password.find('\0') != std::string::npos)
    return false;
  auto const found = hashes_.find(user);
  std::string const& hash = found != hashes_.end() ? found->second : hashes_.begin()->second;
  auto data = std::make_unique<crypt_data>();
  char const* made = ::crypt_r(password.c_str(), hash.c_str(), data.get());
  bool const right = made != nullptr && made[0] != '*' && same(made, hash);
  return right && found != hashes_.end();
}

}  // namespace postern::session
