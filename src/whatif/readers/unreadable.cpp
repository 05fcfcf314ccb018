#include "whatif/readers/unreadable.hpp"

#include <algorithm>
#include <array>

#include "whatif/readers/readers.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t head_size = 4096;

constexpr std::string_view no_tls =
    "It does not tell whether mail came over TLS. Give mailboxes instead: their Received fields tell.";
constexpr std::string_view no_reception =
    "It does not tell how mail was received. Give the mail server's own log, or mailboxes.";
constexpr std::string_view outgoing =
    "It is about outgoing mail, and tells nothing of the mail that came in.";
constexpr std::string_view exchange_receive =
    "Give the receive protocol logs (TransportRoles\\Logs\\...\\ProtocolLog\\SmtpReceive), which tell of "
    "TLS; "
    "they are written by receive connectors with -ProtocolLoggingLevel Verbose.";
constexpr std::string_view proofpoint_mta =
    "It does not tell whether mail came over TLS. Give the log of Proofpoint's sendmail, whose "
    "STARTTLS lines tell.";
constexpr std::string_view halon_scripts =
    "What it logs of a message is what its scripts (HSL) write, and no form of it that tells of TLS "
    "is known. Write the generic form of docs/whatif.md from a script, or give mailboxes: their Received "
    "fields tell.";

// clang-format off
constexpr std::array table_of_unreadable{
    // By their heads.
    Unreadable{.what = "an Outlook data file (.pst, .ost)", .why = "Convert it with readpst (of libpst): readpst -D -o DIRECTORY FILE; then give the directory.", .head = "!BDN"},
    Unreadable{.what = "an Outlook message (.msg) or another OLE file", .why = "Convert it with msgconvert (of Email::Outlook::Message): msgconvert FILE.msg; then give the .eml.", .head = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"},
    Unreadable{.what = "an Outlook Express folder (.dbx)", .why = "Convert it with undbx, then give the directory of .eml files.", .head = "\xCF\xAD\x12\xFE"},
    Unreadable{.what = "systemd's binary journal", .why = "Run: journalctl --file FILE -o export | postern whatif -", .head = "LPKSHHRH"},
    Unreadable{.what = "a Windows event log", .why = no_reception, .head = "ElfFile"},
    Unreadable{.what = "compressed with bzip2", .why = "Run: bzcat FILE | postern whatif -", .head = "BZh"},
    Unreadable{.what = "compressed with lz4", .why = "Run: lz4cat FILE | postern whatif -", .head = "\x04\x22\x4D\x18"},
    Unreadable{.what = "compressed with compress", .why = "Run: zcat FILE | postern whatif -", .head = "\x1F\x9D"},
    Unreadable{.what = "a compressed file with something else inside that is compressed again", .why = "Decompress it twice, and give what is inside.", .head = "\x1F\x8B"},
    Unreadable{.what = "a zip archive", .why = "Unpack it, and give the directory.", .reader = "zip", .head = "PK\x03\x04"},
    Unreadable{.what = "a 7-Zip archive", .why = "Unpack it, and give the directory.", .head = "7z\xBC\xAF\x27\x1C"},
    Unreadable{.what = "a RAR archive", .why = "Unpack it, and give the directory.", .head = "Rar!"},
    Unreadable{.what = "a capture of network packets", .why = no_reception, .head = "\xD4\xC3\xB2\xA1"},
    Unreadable{.what = "a web page", .why = no_reception, .head = "<!DOCTYPE html"},
    Unreadable{.what = "a DMARC report", .why = "It does not tell whether mail came over TLS.", .in_head = "<feedback"},
    Unreadable{.what = "an Exchange message tracking log", .why = exchange_receive, .in_head = "#Log-type: Message Tracking Log"},
    Unreadable{.what = "an Exchange message tracking log", .why = exchange_receive, .in_head = "#Fields: date-time,client-ip,client-hostname"},
    Unreadable{.what = "an Exchange send connector's log", .why = outgoing, .in_head = "#Log-type: SMTP Send Protocol Log"},
    Unreadable{.what = "Exchange's connectivity log", .why = outgoing, .in_head = "#Log-type: Transport Connectivity Log"},
    Unreadable{.what = "a log of IIS (W3C)", .why = no_tls, .in_head = "#Software: Microsoft Internet Information Services"},
    Unreadable{.what = "PowerMTA's accounting file", .why = outgoing, .reader = "powermta", .head = "type,timeLogged,"},

    // By their lines.
    Unreadable{.what = "rspamd's log", .why = no_reception, .reader = "rspamd", .has = "(normal) <", .has_too = ">; "},
    Unreadable{.what = "rspamd's log", .why = no_reception, .reader = "rspamd", .has = "(rspamd_proxy) <", .has_too = ">; "},
    Unreadable{.what = "rspamd's log", .why = no_reception, .reader = "rspamd", .has = "(controller) <", .has_too = ">; "},
    Unreadable{.what = "rspamd's log", .why = no_reception, .reader = "rspamd", .has = "(main) <", .has_too = ">; "},
    Unreadable{.what = "maddy's log", .why = no_tls, .has = ": incoming message\t{", .has_too = "\"msg_id\":"},
    Unreadable{.what = "maddy's log", .why = no_tls, .has = ": RCPT ok\t{", .has_too = "\"msg_id\":"},
    Unreadable{.what = "maddy's log", .why = no_tls, .has = ": accepted\t{", .has_too = "\"msg_id\":"},
    Unreadable{.what = "chasquid's mail log", .why = no_tls, .has = " queued ip=", .has_too = " from="},
    Unreadable{.what = "chasquid's mail log", .why = no_tls, .has = " rejected from=", .has_too = " to=["},
    Unreadable{.what = "mox's log", .why = no_tls, .has = "l=info m="},
    Unreadable{.what = "mox's log", .why = no_tls, .has = "l=debug m="},
    Unreadable{.what = "mox's log", .why = no_tls, .has = "pkg=smtpserver"},
    Unreadable{.what = "Courier's log", .why = no_tls, .has = "courieresmtpd: "},
    Unreadable{.what = "a log of qmail's (multilog, TAI64N)", .why = no_tls, .begins = "@40000000"},
    Unreadable{.what = "qmail's log", .why = no_tls, .has = "info msg ", .has_too = " qp "},
    Unreadable{.what = "a log of tcpserver before qmail-smtpd", .why = no_tls, .begins = "tcpserver: "},
    Unreadable{.what = "Zimbra's mailbox.log", .why = "It tells of deliveries behind Postfix. Give /var/log/zimbra.log or /var/log/maillog instead.", .has = " INFO  [", .has_too = "] lmtp - "},
    Unreadable{.what = "Zimbra's mailbox.log", .why = "It tells of deliveries behind Postfix. Give /var/log/zimbra.log or /var/log/maillog instead.", .has = " INFO  [LmtpServer-"},
    Unreadable{.what = "Zimbra's mailbox.log", .why = "It tells of deliveries behind Postfix. Give /var/log/zimbra.log or /var/log/maillog instead.", .has = " INFO  [ImapS"},
    Unreadable{.what = "PowerMTA's accounting file", .why = outgoing, .reader = "powermta", .begins = "d,20"},
    Unreadable{.what = "MDaemon's log of outgoing SMTP", .why = outgoing, .begins = "START Event Log / MDaemon", .has = ", SMTP (out) "},
    Unreadable{.what = "SmarterMail's delivery log", .why = outgoing, .has = "] CMD: "},
    Unreadable{.what = "fail2ban's log", .why = no_reception, .has = "fail2ban."},
    Unreadable{.what = "ClamAV's log", .why = no_reception, .has = " -> ", .has_too = "SelfCheck"},
    Unreadable{.what = "ClamAV's log", .why = no_reception, .has = " -> ", .has_too = " FOUND"},
    Unreadable{.what = "ClamAV's log", .why = no_reception, .has = "ClamAV update process"},
    Unreadable{.what = "a web server's access log", .why = no_reception, .has = "\"GET /", .has_too = " HTTP/"},
    Unreadable{.what = "a web server's access log", .why = no_reception, .has = "\"POST /", .has_too = " HTTP/"},
    Unreadable{.what = "a web server's access log", .why = no_reception, .has = "\"HEAD /", .has_too = " HTTP/"},
    Unreadable{.what = "the log of Proofpoint's filter", .why = proofpoint_mta, .has = "rprt s=", .has_too = " cmd="},
    Unreadable{.what = "Proofpoint on Demand's maillog records", .why = "They are about deliveries. Give the message records (type=message), which tell of TLS.", .begins = "{", .has = "\"sm\":", .has_too = "\"pps\":"},

    // By the programs in a system log.
    Unreadable{.what = "Dovecot", .why = no_reception, .program = "dovecot"},
    Unreadable{.what = "Dovecot", .why = no_reception, .program = "imap"},
    Unreadable{.what = "Dovecot", .why = no_reception, .program = "pop3"},
    Unreadable{.what = "amavis", .why = "amavis sees mail behind the mail server. Give the mail server's log, too.", .program = "amavis"},
    Unreadable{.what = "amavis", .why = "amavis sees mail behind the mail server. Give the mail server's log, too.", .program = "/usr/sbin/amavis"},
    Unreadable{.what = "rspamd", .why = no_reception, .reader = "rspamd", .program = "rspamd"},
    Unreadable{.what = "SpamAssassin", .why = no_reception, .program = "spamd"},
    Unreadable{.what = "ClamAV", .why = no_reception, .program = "clamd"},
    Unreadable{.what = "ClamAV", .why = no_reception, .program = "freshclam"},
    Unreadable{.what = "OpenDKIM", .why = no_reception, .program = "opendkim"},
    Unreadable{.what = "OpenDMARC", .why = no_reception, .program = "opendmarc"},
    Unreadable{.what = "a greylisting service", .why = no_reception, .program = "postgrey"},
    Unreadable{.what = "fail2ban", .why = no_reception, .program = "fail2ban"},
    Unreadable{.what = "nginx", .why = no_reception, .program = "nginx"},
    Unreadable{.what = "maddy", .why = no_tls, .program = "maddy"},
    Unreadable{.what = "chasquid", .why = no_tls, .program = "chasquid"},
    Unreadable{.what = "mox", .why = no_tls, .program = "mox"},
    Unreadable{.what = "Courier", .why = no_tls, .program = "courier"},
    Unreadable{.what = "qmail", .why = no_tls, .program = "qmail"},
    Unreadable{.what = "qmail", .why = no_tls, .program = "tcpserver"},
    Unreadable{.what = "Proofpoint's filter", .why = proofpoint_mta, .program = "filter_instance"},
    Unreadable{.what = "Halon", .why = halon_scripts, .program = "halon"},
};
// clang-format on

// A row that stands for what there is a reader for is none.
bool counts(Unreadable const& row) { return row.reader.empty() || !parse_format(row.reader); }

bool has(std::string_view text, std::string_view word) { return text.find(word) != std::string_view::npos; }

template <class Matches>
Unreadable const* first_that(Matches matches) {
  auto const found = std::find_if(table_of_unreadable.begin(), table_of_unreadable.end(),
                                  [&](Unreadable const& row) { return matches(row) && counts(row); });
  return found == table_of_unreadable.end() ? nullptr : &*found;
}

}  // namespace

std::span<Unreadable const> unreadable_inputs() { return table_of_unreadable; }

Unreadable const* unreadable_head(std::string_view start) {
  start = start.substr(0, head_size);
  return first_that([&](Unreadable const& row) {
    return (!row.head.empty() && start.starts_with(row.head)) ||
           (!row.in_head.empty() && has(start, row.in_head));
  });
}

Unreadable const* unreadable_line(std::string_view line) {
  return first_that([&](Unreadable const& row) {
    if (row.begins.empty() && row.has.empty()) return false;
    return line.starts_with(row.begins) && has(line, row.has) && has(line, row.has_too);
  });
}

Unreadable const* unreadable_program(std::string_view program) {
  return first_that(
      [&](Unreadable const& row) { return !row.program.empty() && program.starts_with(row.program); });
}

}  // namespace postern::whatif
