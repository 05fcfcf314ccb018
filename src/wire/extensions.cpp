#include "wire/extensions.hpp"

namespace postern::wire {

std::string print_extensions(std::string const& greeting, Extensions const& e) {
  std::string out = greeting;
  out += "\nPIPELINING";                                          // RFC 2920
  out += "\nSIZE " + std::to_string(e.size_limit);                // RFC 1870
  if (e.starttls) out += "\nSTARTTLS";                            // RFC 3207
  if (e.requiretls) out += "\nREQUIRETLS";                        // RFC 8689
  out += "\nENHANCEDSTATUSCODES";                                 // RFC 2034
  out += "\n8BITMIME";                                            // RFC 6152
  out += "\nDSN";                                                 // RFC 3461
  out += "\nCHUNKING\nBINARYMIME";                                // RFC 3030
  out += "\nSMTPUTF8";                                            // RFC 6531
  out += "\nLIMITS RCPTMAX=" + std::to_string(e.max_recipients);  // RFC 9422
  if (e.max_mails > 0) out += " MAILMAX=" + std::to_string(e.max_mails);
  return out;
}

}  // namespace postern::wire
