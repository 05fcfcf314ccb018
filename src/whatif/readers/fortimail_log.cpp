#include "whatif/readers/fortimail_log.hpp"

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "whatif/readers/key_values.hpp"

namespace postern::whatif {
namespace {

// What a statistics line says of the message: its classifier names the filter that has found something.
Wanted wanted_by(std::string_view classifier, std::string_view disposition) {
  if (classifier.empty() || istarts_with(classifier, "not spam") || istarts_with(classifier, "safe"))
    return istarts_with(disposition, "accept") ? Wanted::wanted : Wanted::unknown;
  for (std::string_view const found :
       {"recipient verification", "access control", "session limits", "user safe"})
    if (istarts_with(classifier, found)) return Wanted::unknown;
  return Wanted::unwanted;
}

}  // namespace

bool FortimailLog::line_looks_like(std::string_view line) {
  return line.find("device_id=") != std::string_view::npos &&
         line.find("log_id=") != std::string_view::npos && line.find("session_id=") != std::string_view::npos;
}

void FortimailLog::line(std::string_view text) {
  auto const begin = text.find("date=");  // a system log's time may stand before it
  if (begin == std::string_view::npos) return stats_.skip(text, "no line of a FortiMail log");
  text.remove_prefix(begin);
  auto const written = std::string(key_value(text, "date")) + " " + std::string(key_value(text, "time"));
  std::string_view time = written;
  LogLine line;
  line.at = clock_.take_iso(time).value_or(clock_.last());
  line.host = key_value(text, "device_id");
  auto const id = key_value(text, "session_id");
  if (id.empty()) return;
  line.pid = hash_of(id.substr(0, id.find('-'))) | 1U;  // "SESSION-MESSAGE"
  if (key_value(text, "type") == "statistics")
    sendmail_.wanted(line, id, wanted_by(key_value(text, "classifier"), key_value(text, "disposition")));
  else if (key_value(text, "subtype") == "smtp")
    sendmail_.entry(line, id, key_value(text, "msg"));
}

}  // namespace postern::whatif
