// The mail that tells whose mail rules have deferred, refused or flagged on a day. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "delivery/report_message.hpp"
#include "store/rule_actions.hpp"

namespace postern::delivery {

enum class DigestOf : std::uint8_t { own_mail, all_mail };  // a mailbox's own; all of it, for the postmaster

struct DigestMail {
  std::string day;  // 2026-01-31
  std::string hostname;
  std::string contact;      // how to ask for an exemption
  std::string domain = {};  // whose postmaster sends it; empty: that of the host
  DigestOf of = DigestOf::own_mail;
  std::vector<store::RuleAction> actions = {};
};

std::string digest_text(DigestMail const& mail);
ReportMessage make_digest_message(DigestMail const& mail, Address const& to, MessageId id, Instant now);

}  // namespace postern::delivery
