// The form for everything that has no reader of its own (docs/whatif.md): a message is a set of named values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "whatif/arrival.hpp"
#include "whatif/log_time.hpp"

namespace postern::whatif {

// "time", "client", "name", "helo", "sender", "recipients", "tls", "tls_version", "client_certificate",
// "outcome", "wanted", "authenticated".
std::vector<std::string_view> const& generic_names();

class GenericRecord {
 public:
  // False: not a value of that name. Names that are none of ours are taken and ignored.
  bool set(std::string_view name, std::string_view value, LogClock& clock);

  // The message, when it has the least it needs: a time and a client address. The error is a phrase.
  std::optional<Arrival> arrival(std::string_view& why_not) const;

 private:
  Arrival arrival_;
  bool has_time_ = false;
};

}  // namespace postern::whatif
