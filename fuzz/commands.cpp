// Command lines and the arguments of MAIL, RCPT and BDAT.
#include "base/ascii.hpp"
#include "expect.hpp"
#include "wire/bdat_command.hpp"
#include "wire/command.hpp"
#include "wire/dsn_parameters.hpp"
#include "wire/esmtp_parameters.hpp"
#include "wire/mail_command.hpp"
#include "wire/rcpt_command.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const line(reinterpret_cast<char const*>(data), size);
  auto const command = postern::wire::parse_command(line);
  POSTERN_EXPECT(command.argument.size() <= line.size());
  // What is known as a verb is written so, in whatever case.
  if (command.verb != postern::wire::Verb::unknown) {
    auto const again = postern::wire::parse_command(postern::wire::print(command.verb));
    POSTERN_EXPECT(again.verb == command.verb && again.argument.empty());
  }
  if (auto const chunk = postern::wire::parse_bdat(command.argument)) {
    auto const again = postern::wire::parse_bdat(std::to_string(chunk->size) + (chunk->last ? " LAST" : ""));
    POSTERN_EXPECT(again && again->size == chunk->size && again->last == chunk->last);
  }
  if (auto const mail = postern::wire::parse_mail(command.argument)) {
    POSTERN_EXPECT(mail->envid.size() <= postern::wire::envid_limit);
    POSTERN_EXPECT(mail->envid.empty() || postern::wire::read_envid(mail->envid) == mail->envid);
    POSTERN_EXPECT(postern::wire::decode_xtext(mail->envid).has_value());
    auto const sender = mail->reverse_path ? mail->reverse_path->print() : std::string();
    auto const again = postern::wire::parse_mail("FROM:<" + sender + ">");
    POSTERN_EXPECT(again && again->reverse_path.has_value() == mail->reverse_path.has_value());
    if (mail->reverse_path) POSTERN_EXPECT(again->reverse_path->print() == sender);
    POSTERN_EXPECT(sender.find_first_of("\r\n") == std::string::npos);
  }
  if (auto const rcpt = postern::wire::parse_rcpt(command.argument)) {
    POSTERN_EXPECT(rcpt->orcpt.size() <= postern::wire::orcpt_limit && postern::is_ascii(rcpt->orcpt));
    POSTERN_EXPECT(rcpt->orcpt.empty() || postern::wire::read_orcpt(rcpt->orcpt) == rcpt->orcpt);
    POSTERN_EXPECT(postern::wire::decode_xtext(rcpt->orcpt).has_value());
    auto const again = postern::wire::parse_rcpt("TO:<" + rcpt->forward_path.print() + ">");
    POSTERN_EXPECT(again && again->forward_path.print() == rcpt->forward_path.print());
    if (rcpt->notify.said) POSTERN_EXPECT(postern::wire::Notify::parse(rcpt->notify.print()).has_value());
  }
  return 0;
}
