// What an MTA beside tells of a connection and a transaction on it, gathered into facts: by the policy and
// the milter protocol alike. Who lives there and who may relay is that MTA's business.
#pragma once

#include <string>
#include <string_view>

#include "policy/facts.hpp"

namespace postern::dialogue {

struct BesideTls {
  std::string_view version = {};  // empty: in the clear
  std::string_view cipher = {};
  bool has_certificate = false;
  bool certificate_trusted = false;
  std::string_view fingerprint = {};
};

policy::TlsFacts beside_tls(BesideTls const& told);

// Sets the sender; the null sender when it is empty or no address.
void set_sender(policy::TransactionFacts& transaction, std::string_view sender);

// Adds a recipient that the MTA would take. False: it is no address.
bool add_recipient(policy::TransactionFacts& transaction, std::string_view recipient);

}  // namespace postern::dialogue
