#include "session/milter_macros.hpp"

#include "wire/milter_answer.hpp"

namespace postern::session {

using wire::MilterCommand;

MacroValues queue_macros(policy::Facts const& facts) { return {{"i", facts.transaction.id.print()}}; }

MacroValues connect_macros(policy::Facts const& facts, std::string const& hostname) {
  auto const& connection = facts.connection;
  auto const name = connection.verified_name.empty() ? std::string("unknown") : connection.verified_name;
  return {{"j", hostname},
          {"daemon_name", hostname},
          {"v", "Postern"},
          {"_", name + " [" + connection.client.print() + "]"},
          {"client_addr", connection.client.print()},
          {"client_name", name},
          {"client_port", std::to_string(connection.port)},
          {"client_ptr", name}};
}

MacroValues helo_macros(policy::Facts const& facts) {
  MacroValues macros;
  if (!facts.over_tls()) return macros;
  auto const& tls = facts.connection.tls;
  macros.emplace_back("tls_version", tls.version);
  macros.emplace_back("cipher", tls.cipher);
  if (!tls.certificate_names.empty()) macros.emplace_back("cert_subject", tls.certificate_names.front());
  if (tls.client_certificate == policy::ClientCertificate::trusted) macros.emplace_back("verify", "OK");
  return macros;
}

MacroValues mail_macros(policy::Facts const& facts) {
  auto const& sender = facts.transaction.mail.reverse_path;
  auto macros = queue_macros(facts);
  macros.emplace_back("auth_authen", facts.connection.login);
  macros.emplace_back("mail_addr", sender ? sender->print() : std::string());
  macros.emplace_back("mail_host", sender ? sender->host() : std::string());
  macros.emplace_back("mail_mailer", "smtp");
  return macros;
}

MacroValues recipient_macros(policy::Facts const& facts, Address const& recipient) {
  auto macros = queue_macros(facts);
  macros.emplace_back("rcpt_addr", recipient.print());
  macros.emplace_back("rcpt_host", recipient.host());
  macros.emplace_back("rcpt_mailer", "local");
  return macros;
}

std::string print_connect(policy::Facts const& facts) {
  auto const& connection = facts.connection;
  auto const name =
      connection.verified_name.empty() ? "[" + connection.client.print() + "]" : connection.verified_name;
  return wire::print_milter_connect(name, connection.client, connection.port);
}

std::string print_helo(policy::Facts const& facts) {
  return wire::print_milter_strings(MilterCommand::helo, {facts.connection.helo});
}

std::string print_mail(policy::Facts const& facts, std::uint64_t size) {
  auto const& mail = facts.transaction.mail;
  std::vector<std::string> arguments;
  arguments.push_back("<" + (mail.reverse_path ? mail.reverse_path->print() : std::string()) + ">");
  arguments.push_back("SIZE=" + std::to_string(size));
  if (mail.body == wire::Body::eight_bit_mime) arguments.emplace_back("BODY=8BITMIME");
  if (mail.smtputf8) arguments.emplace_back("SMTPUTF8");
  return wire::print_milter_strings(MilterCommand::mail, arguments);
}

std::string print_rcpt(Address const& recipient) {
  return wire::print_milter_strings(MilterCommand::rcpt, {"<" + recipient.print() + ">"});
}

}  // namespace postern::session
