// Who may log in: names and hashes of passwords as crypt(3) makes them ("alice:$y$j9T$...", a line each;
// mkpasswd and `htpasswd -nB` print such). Threads: immutable; verify() blocks for as long as the hash wants.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"

namespace postern::session {

class Passwords {
 public:
  // `text`: the file's. The error names the line.
  static Result<std::shared_ptr<Passwords const>, std::string> parse(std::string_view text);

  bool empty() const { return hashes_.empty(); }
  std::vector<std::string> names() const;
  std::vector<std::string> unusable() const;  // whose hash is none that crypt(3) makes: nobody can be they
  // Takes as long for a name that is not there.
  bool verify(std::string const& user, std::string const& password) const;

 private:
  std::unordered_map<std::string, std::string> hashes_;
};

}  // namespace postern::session
