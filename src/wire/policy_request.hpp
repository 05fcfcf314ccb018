// Postfix's policy delegation protocol (Postfix SMTPD_POLICY_README): a request is lines "name=value" that an
// empty line ends; the answer is "action=..." and an empty line.
// Bounds: 100 attributes, 64 KiB in all; what is more is an error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip_address.hpp"
#include "base/result.hpp"

namespace postern::wire {

enum class PolicyState : std::uint8_t { connect, ehlo, mail, rcpt, data, end_of_message, other };

struct PolicyRequest {
  PolicyState state = PolicyState::other;
  std::optional<IpAddress> client;
  std::uint16_t client_port = 0;
  std::string client_name;  // verified; empty: none
  std::string helo;
  std::string sender;
  std::string recipient;
  std::uint64_t size = 0;
  std::string instance;  // the same for all requests about one message
  std::string queue_id;  // empty: the MTA has given it none yet
  std::string login;
  std::string tls_version;  // empty: in the clear
  std::string tls_cipher;
  std::string certificate_subject;  // of the client; "xtext" as Postfix writes it
  std::string
      certificate_fingerprint;  // of the public key if told, else of the certificate; lower case, no colons
};

class PolicyRequestReader {
 public:
  // `line`: without its end. A request when this line ended one; the error is a sentence, after which nothing
  // more can be read.
  Result<std::optional<PolicyRequest>, std::string> on_line(std::string_view line);

 private:
  PolicyRequest request_;
  bool is_request_ = false;
  bool has_key_fingerprint_ = false;
  std::size_t attributes_ = 0;
  std::size_t bytes_ = 0;
};

// "DUNNO", "PREPEND X-Postern-Flag: ...": one line, whatever the text.
std::string print_policy_answer(std::string_view action);

}  // namespace postern::wire
