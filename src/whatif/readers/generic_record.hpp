// The form for everything that has no reader of its own (docs/whatif.md): a message is a set of named values.
#pragma once

#include <string_view>

#include "whatif/facts_source.hpp"
#include "whatif/readers/log_time.hpp"

namespace postern::whatif {

class GenericRecord {
 public:
  // `name`: "time", "client", "name", "helo", "sender", "recipients", "tls", "tls_version",
  // "client_certificate", "outcome", "wanted" or "authenticated"; others are ignored. False: `value` is none
  // of that name.
  [[nodiscard]] bool set(std::string_view name, std::string_view value, LogClock& clock);

  // Gives the message, when it has the least it needs: a time and a client address; else it is skipped.
  void give(std::string_view text, SourceStats& stats, ReceptionSink& sink) &&;

 private:
  bool set_client(std::string_view value);
  bool set_tls(std::string_view value);
  bool set_tls_version(std::string_view value);
  bool set_certificate(std::string_view value);
  bool set_outcome(std::string_view value);
  bool set_wanted(std::string_view value);
  bool set_authenticated(std::string_view value);
  void set_sender(std::string_view value);
  void add_recipients(std::string_view value);

  Reception reception_;
  bool has_time_ = false;
};

}  // namespace postern::whatif
