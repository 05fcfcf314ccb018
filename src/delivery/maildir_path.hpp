// Where the Maildir of an address is. What strangers may choose, the local part, becomes names of directories
// here, so: each mailbox has a path of its own, the path stays inside the directory that the pattern names,
// and no mailbox lies in the tmp, new or cur of another.
#pragma once

#include <string>
#include <string_view>

#include "base/address.hpp"
#include "policy/directory.hpp"

namespace postern::delivery {

// Bytes of a name that a file system takes in any case; it leaves room for what is put behind it.
constexpr std::size_t file_name_limit = 200;

// `text` as the name of a directory. Printable ASCII stays as it is; what has a meaning in paths, and every
// other byte, is written as "%" and two hexadecimal digits. The empty text is "%-". What is longer than
// file_name_limit goes on in a directory below: "%+" at the end of a name says so. No two texts give the same
// name, and none gives "", ".", ".." or a name that begins with a dot.
std::string directory_name(std::string_view text);

// The path with {domain} and {local} put in, each as directory_name() writes it.
std::string maildir_path(std::string const& pattern, Address const& address,
                         policy::Directory const& directory);

}  // namespace postern::delivery
