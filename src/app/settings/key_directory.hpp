// The directory of our signing keys: what is in it, and what `postern dkim` and the running server change
// there. How files are named: auth/signing_keys. All of it blocks; errors are for people.
#pragma once

#include <string>
#include <vector>

#include "auth/signing_keys.hpp"
#include "base/instant.hpp"
#include "base/result.hpp"

namespace postern::app {

// The keys whose files there are, by name. Other files are none of ours.
Result<std::vector<auth::KeyName>, std::string> list_keys(std::string const& directory);

struct KeysRead {
  std::vector<auth::OwnKey> keys;
  std::vector<std::string> problems;  // of the directory, or of single files
};
KeysRead read_keys(std::string const& directory);

// Makes the directory, too. Files are readable by their owner alone; made by root, they belong to whom the
// directory, or else `data_directory`, belongs to: that is the server's user.
Result<void, std::string> write_key(std::string const& directory, std::string const& data_directory,
                                    auth::KeyName const& name, std::string const& pem);

// The domain's next keys come into use, and those in use are retired, in this order. Without next keys
// nothing changes.
Result<void, std::string> take_next_keys_into_use(std::string const& directory, std::string const& domain);

Instant key_changed_at(std::string const& directory,
                       auth::KeyName const& name);  // made, or changed its state

std::string state_of_keys(std::string const& directory);  // what differs has changed

}  // namespace postern::app
