// The parts of a line of Exim's main log, taken off its front one by one. A sender chooses the HELO name, the
// addresses, the names in a certificate, the SNI and the Message-ID: what looks like a field within them is
// none.
// Lifetime: what is returned are views into the line.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"

namespace postern::whatif {

// "1smkL5-00000000e65-24eQ " or, before 4.97, "1smkL5-000001-AA ". Empty: the line begins with no id.
std::string_view take_exim_id(std::string_view& text);

// A sender as Exim writes it behind "<=": up to the next blank outside of quotes.
std::string_view take_exim_address(std::string_view& text);

struct EximHost {
  std::string_view name;  // verified; empty: none
  std::string_view helo;
  std::optional<IpAddress> address;  // absent: not told, or in more than one way
};

// "rdns (helo) [ip]:port I=[ip]:port", "rdns [ip]", "(helo) [ip]", "[ip]": what follows "H=".
EximHost take_exim_host(std::string_view& text);

// Takes the word behind the blank at the front of the text off it; empty: there is none.
std::string_view take_exim_word(std::string_view& text);

struct EximTls {
  std::string_view cipher;  // "TLS1.3:TLS_AES_256_GCM_SHA384:256"; empty: none was used, or it is not logged
  std::string_view verified;  // "yes", "no", "dane"
  bool has_certificate = false;
};

// " X=... CV=... DN="..." SNI=...": each of them may be missing.
EximTls take_exim_tls(std::string_view& text);

// Where `what` begins for the last time outside of quotes; npos: nowhere.
std::size_t last_outside_quotes(std::string_view text, std::string_view what);

// The addresses behind the last " for ": with log_selector +received_recipients.
std::vector<std::string_view> exim_recipients(std::string_view text);

}  // namespace postern::whatif
