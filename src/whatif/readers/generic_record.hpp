// The form for everything that has no reader of its own (docs/whatif.md): a message is a set of named values.
#pragma once

#include <string_view>
#include <vector>

#include "whatif/facts_source.hpp"
#include "whatif/readers/log_time.hpp"

namespace postern::whatif {

// "time", "client", "name", "helo", "sender", "recipients", "tls", "tls_version", "client_certificate",
// "outcome", "wanted", "authenticated".
std::vector<std::string_view> const& generic_names();

class GenericRecord {
 public:
  // False: not a value of that name. Names that are none of ours are taken and ignored.
  bool set(std::string_view name, std::string_view value, LogClock& clock);

  // Gives the message, when it has the least it needs: a time and a client address; else it is skipped.
  void give(std::string_view text, SourceStats& stats, ArrivalSink& sink) &&;

 private:
  Arrival arrival_;
  bool has_time_ = false;
};

}  // namespace postern::whatif
