#include "delivery/maildir_path.hpp"

#include <array>
#include <cstdio>

namespace postern::delivery {
namespace {

constexpr std::string_view empty_name = "%-";
constexpr std::string_view goes_on = "%+";  // behind a percent sign that escapes a byte there are digits

// `begins`: it is the first character of a name.
std::string escaped(char c, bool begins) {
  bool const plain = c > ' ' && c < 0x7F && c != '/' && c != '%' && c != '\\' && !(c == '.' && begins);
  if (plain) return std::string(1, c);
  std::array<char, 4> escape{};
  std::snprintf(escape.data(), escape.size(), "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
  return escape.data();
}

}  // namespace

std::string directory_name(std::string_view text) {
  if (text.empty()) return std::string(empty_name);
  std::string out;
  std::size_t begin = 0;  // of the name that is being written
  for (char c : text) {
    auto next = escaped(c, out.size() == begin);
    if (out.size() - begin + next.size() > file_name_limit) {
      out += goes_on;
      out += '/';
      begin = out.size();
      next = escaped(c, true);
    }
    out += next;
  }
  return out;
}

std::string maildir_path(std::string const& pattern, Address const& address,
                         policy::Directory const& directory) {
  constexpr std::string_view domain_word = "{domain}";
  constexpr std::string_view local_word = "{local}";
  auto const* ours = directory.find(address);
  std::string_view rest = pattern;
  std::string path;
  while (!rest.empty()) {  // from left to right: what has been put in is not looked at again
    if (rest.starts_with(domain_word)) {
      path += directory_name(ours != nullptr ? ours->name.a_label() : address.host());
      rest.remove_prefix(domain_word.size());
    } else if (rest.starts_with(local_word)) {
      path += directory_name(directory.mailbox_of(address));
      rest.remove_prefix(local_word.size());
    } else {
      path += rest.front();
      rest.remove_prefix(1);
    }
  }
  return path;
}

}  // namespace postern::delivery
