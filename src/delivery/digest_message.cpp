#include "delivery/digest_message.hpp"

#include "base/ascii.hpp"
#include "wire/date_time.hpp"

namespace postern::delivery {
namespace {

constexpr std::size_t most_told = 500;  // actions in one digest

std::string print(store::RuleAction const& action, DigestOf of) {
  std::string out = print_iso8601(action.at).substr(11, 8) + "  " + action.done + "  from <" +
                    printable(action.sender, 120) + ">";
  if (of == DigestOf::all_mail && !action.recipient.empty())
    out += "  to <" + printable(action.recipient, 120) + ">";
  return out + "\r\n          by " + printable(action.client, 120) +
         (action.over_tls ? ", over TLS" : ", without TLS") + ": " + printable(action.why, 300) + "\r\n";
}

}  // namespace

std::string digest_text(DigestMail const& mail) {
  std::string out = "What " + mail.hostname + " deferred, rejected or flagged on " + mail.day + " (UTC)" +
                    (mail.of == DigestOf::all_mail ? "" : " of mail for you") + ":\r\n\r\n";
  for (std::size_t i = 0; i < mail.actions.size() && i < most_told; ++i)
    out += print(mail.actions[i], mail.of);
  if (mail.actions.size() > most_told)
    out += "... and " + std::to_string(mail.actions.size() - most_told) + " more.\r\n";
  return out +
         "\r\nSenders retry what was deferred. If some of this should have come at once, ask for an "
         "exemption: " +
         printable(mail.contact, 200) + "\r\n";
}

ReportMessage make_digest_message(DigestMail const& mail, Address const& to, MessageId id, Instant now) {
  ReportMessage message;
  auto const& domain = mail.domain.empty() ? mail.hostname : mail.domain;
  message.content = "From: Mail gate <postmaster@" + domain + ">\r\nTo: <" + to.print() +
                    ">\r\nSubject: Deferred, rejected or flagged mail on " + mail.day +
                    "\r\nDate: " + wire::print_date_time(now) + "\r\nMessage-ID: <" + id.print() + "@" +
                    mail.hostname +
                    ">\r\nAuto-Submitted: auto-generated\r\n"  // RFC 3834 section 5
                    "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n" +
                    digest_text(mail);
  message.envelope.arrived = now;
  message.envelope.recipients.push_back(
      {.address = to, .original = {}, .orcpt = {}, .notify = {}, .due = now, .last_reply = {}});
  return message;
}

}  // namespace postern::delivery
